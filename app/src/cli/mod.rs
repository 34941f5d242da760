//! The command line: arguments, subcommands, exit status.
//!
//! Results go to standard output, everything else to standard error. The status is 0 when all was done, 1 when
//! something failed, 2 for wrong usage and 130 after Ctrl-C. What a subcommand does stands in its own file; the window
//! stands in `crate::window`.

mod args;
mod bench;
mod classify;
mod configuration;
mod console;
mod convert;
mod data;
mod demo;
mod devices;
mod doctor;
mod evaluate;
mod exchange;
mod lists;
mod log;
mod long_video;
mod new;
mod probe;
mod rows;
mod self_test;
mod session;
mod shell_files;
mod test;
mod train;
mod verify;
mod zoo;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Args, Command};
use self::console::{Console, Interrupt};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// Something failed; standard error says what.
    Failed,
    /// The arguments make no sense together.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Interrupted => 130,
        })
    }
}

/// The program.
pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    log::replace_panic_message();
    let Some(command) = args.command else {
        if args.self_test.is_wanted() {
            log::start(log::Verbosity::Warn);
            return settle(self_test(&args)).into();
        }
        log::start(log::Verbosity::Info);
        return settle(window(args.window)).into();
    };
    if let Command::Engine(args) = &command {
        log::start(if args.quiet { log::Verbosity::Warn } else { log::Verbosity::Info });
        // No handler for Ctrl-C: the window decides when the engine ends.
        return settle(ks_engine::serve().map(|()| Exit::Done).map_err(Into::into)).into();
    }
    log::start(log::Verbosity::Warn);
    settle(run(command)).into()
}

fn run(command: Command) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::install()?;
    match command {
        Command::Probe(args) => probe::run(&args, &interrupt),
        Command::Classify(args) => classify::run(args, &interrupt),
        Command::Convert(args) => convert::run(&args),
        Command::Zoo(args) => zoo::run(args, &interrupt),
        Command::Verify(args) => verify::run(args, &interrupt),
        Command::Data(args) => data::run(args, &interrupt),
        Command::New(args) => new::run(&args, &interrupt),
        Command::Export(args) => exchange::export(&args, &interrupt),
        Command::Import(args) => exchange::import(&args, &interrupt),
        Command::Test(args) => test::run(args, &interrupt),
        Command::Train(args) => train::run(&args, &interrupt),
        Command::Evaluate(args) => evaluate::run(&args, &interrupt),
        Command::Demo(args) => demo::run(&args, &interrupt),
        Command::Merge(args) => test::merge(&args),
        Command::Bench(args) => bench::run(&args, &interrupt),
        Command::Devices(args) => devices::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::ShellFiles(args) => shell_files::run(&args),
        Command::CrashPage(args) => crate::crash::show_page(&args.report).map(|()| Exit::Done),
        Command::Engine(_) => Ok(Exit::Done),
    }
}

fn self_test(args: &Args) -> anyhow::Result<Exit> {
    self_test::run(&args.self_test, args.window.device, &Interrupt::install()?)
}

fn window(args: args::WindowArgs) -> anyhow::Result<Exit> {
    let checkpoint = args.checkpoint.as_deref().map(zoo::checkpoint).transpose()?;
    crate::window::run(crate::window::WindowOptions {
        videos: args.videos,
        checkpoint: checkpoint.map(|(path, _entry)| path),
        labels: args.labels,
        device: args.device,
        config_dir: args.config_dir,
    })?;
    Ok(Exit::Done)
}

/// Says what went wrong.
fn settle(result: anyhow::Result<Exit>) -> Exit {
    match result {
        Ok(exit) => exit,
        // Whoever reads our output has had enough, as `head` does; that is no failure.
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            Console::new(false).complain(&format!("{error:#}"));
            Exit::Failed
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
