//! `kinetoscope shell-files`: manual pages and completions, made from the command line itself. For packages.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args as ClapArgs, Command, CommandFactory as _};
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
    let mut command = without_help(Args::command());
    command.build();
    clap_mangen::generate_to(command.clone(), &man).with_context(|| cannot(&man))?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        clap_complete::generate_to(shell, &mut command, "kinetoscope", &completions)
            .with_context(|| cannot(&completions))?;
    }
    Ok(Exit::Done)
}

/// Without the subcommands `help`, each of which would get a page that says what another one says.
fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_its_page_and_hidden_ones_have_none() {
        let folder = tempfile::tempdir().unwrap();
        run(&ShellFilesArgs { folder: folder.path().to_owned() }).unwrap();
        let man = |name: &str| folder.path().join("man").join(name);
        for page in ["kinetoscope.1", "kinetoscope-train.1", "kinetoscope-zoo-fetch.1"] {
            assert!(man(page).is_file(), "{page}");
        }
        for page in ["kinetoscope-engine.1", "kinetoscope-help.1", "kinetoscope-zoo-help.1"] {
            assert!(!man(page).exists(), "{page}");
        }
        let completions = std::fs::read_dir(folder.path().join("completions")).unwrap().count();
        assert_eq!(completions, 4);
    }
}
