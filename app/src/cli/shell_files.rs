//! `kinetoscope shell-files`: manual pages and completions, made from the command line itself. For packages.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args as ClapArgs, CommandFactory as _};
use clap_complete::Shell;

use super::Exit;
use super::args::Args;

#[derive(Debug, ClapArgs)]
pub(super) struct ShellFilesArgs {
    /// Folder to write `man` and `completions` into
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(args: &ShellFilesArgs) -> anyhow::Result<Exit> {
    let (man, completions) = (args.folder.join("man"), args.folder.join("completions"));
    for folder in [&man, &completions] {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let cannot = |folder: &Path| format!("files cannot be written into {}", folder.display());
    let mut command = Args::command();
    command.build();
    clap_mangen::generate_to(command.clone(), &man).with_context(|| cannot(&man))?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        clap_complete::generate_to(shell, &mut command, "kinetoscope", &completions)
            .with_context(|| cannot(&completions))?;
    }
    Ok(Exit::Done)
}
