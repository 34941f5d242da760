//! The log on standard error.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

/// The variable that says what is logged.
const VARIABLE: &str = "KINETOSCOPE_LOG";

/// What is logged when the variable is not set.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verbosity {
    /// The command line: what went wrong.
    Warn,
    /// The window and its engine: also what our own crates did.
    Info,
}

/// Starts logging.
pub(super) fn start(verbosity: Verbosity) {
    let default = match verbosity {
        Verbosity::Warn => "error",
        Verbosity::Info => "warn,kinetoscope=info,ks_engine=info,ks_media=info,ks_model=info,ks_ui=info",
    };
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.trim().is_empty());
    let (filter, refused) = match wanted.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(default), Some(error)),
        None => (EnvFilter::new(default), None),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // Terminals of Windows need not understand colours, and show what would make them.
        .with_ansi(io::stderr().is_terminal() && !cfg!(windows))
        .init();
    if let Some(error) = refused {
        tracing::error!("{VARIABLE} is not understood and was ignored: {error}");
    }
}

/// One line instead of a backtrace: jobs have a panic boundary, and what the user must know is said there.
pub(super) fn replace_panic_message() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("unnamed").to_owned();
        tracing::error!(thread = name, "internal error, please report it: {panic}");
    }));
}
