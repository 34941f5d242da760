//! What can be typed after `kinetoscope zoo`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

const EXAMPLES: &str = "\
Examples:
  kinetoscope zoo list
  kinetoscope zoo show ircsn-r152-ig65m
  kinetoscope zoo fetch ircsn-r50-ig65m-1x
  kinetoscope zoo import ~/Downloads/*.pth
  kinetoscope zoo verify

Every name that mmaction2 has for a checkpoint is understood: its configuration's in 0.x and 1.x, and its file's.
Nothing is fetched unless `fetch` asks for it.";

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ZooArgs {
    #[command(subcommand)]
    pub(super) command: ZooCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ZooCommand {
    /// List the published networks, and which of them are on this computer
    List(ListArgs),
    /// Say everything about one of them
    Show(ShowArgs),
    /// Fetch checkpoints from where they are published; an interrupted fetch goes on where it stopped
    Fetch(FetchArgs),
    /// Take in checkpoints that are on the disk already
    Import(ImportArgs),
    /// Compare files with what was published
    Verify(VerifyArgs),
}

/// Where the files are kept, and how results are printed.
#[derive(Debug, ClapArgs)]
pub(super) struct Common {
    /// Folder of the checkpoints instead of the platform's own (also: KINETOSCOPE_ZOO)
    #[arg(long, value_name = "DIR")]
    pub(super) store: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ShowArgs {
    /// Any name of it
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(super) struct FetchArgs {
    /// Which ones, by any of their names
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    /// Fetch from here instead of from https://HOST of the published address, for institutions that keep a mirror
    #[arg(long, value_name = "URL")]
    pub(super) mirror: Option<String>,
    /// Fetch nothing (also: KINETOSCOPE_OFFLINE=1, or the window's setting)
    #[arg(long)]
    pub(super) offline: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ImportArgs {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Which entry a file is whose hash is not the published one; its arrays must be those of that network
    #[arg(long = "as", value_name = "NAME")]
    pub(super) claimed: Option<String>,
    /// Make a second name of the same file instead of a copy, where the file system can do that
    #[arg(long)]
    pub(super) link: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(super) struct VerifyArgs {
    /// Names of entries, or files; without any, everything that is in the folder of the checkpoints
    #[arg(value_name = "NAME|FILE")]
    pub(super) what: Vec<String>,
    #[command(flatten)]
    pub(super) common: Common,
}
