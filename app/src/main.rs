//! The program: its window and its command line.

mod cli;

/// The place of the window, until its own module comes.
mod window {
    use std::path::PathBuf;

    use ks_engine::DeviceChoice;

    /// What the window starts with.
    #[expect(dead_code, reason = "the window reads them")]
    pub(crate) struct WindowOptions {
        /// Videos to open.
        pub(crate) videos: Vec<PathBuf>,
        /// Checkpoint to start with.
        pub(crate) checkpoint: Option<PathBuf>,
        /// Labels to start with.
        pub(crate) labels: Option<PathBuf>,
        /// Where to compute.
        pub(crate) device: Option<DeviceChoice>,
        /// Folder for the configuration instead of the platform's own.
        pub(crate) config_dir: Option<PathBuf>,
    }

    /// Opens the window and returns when it is closed.
    pub(crate) fn run(_options: WindowOptions) -> anyhow::Result<()> {
        anyhow::bail!("this build has no window; name a subcommand, see `kinetoscope --help`")
    }
}

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
