//! `cargo xtask …`: everything that a developer, a user with a fresh machine or the CI does with this repository, as one command each.
//!
//! Standard library only, so that it builds in seconds before anything else is installed. Nothing here is linked into the program.
#![expect(clippy::print_stdout, reason = "a command line tool talks on its standard output")]

mod args;
mod bench;
mod cargo;
mod checks;
mod deny;
mod facts;
mod failure;
mod fidelity;
mod install;
mod linker;
mod need;
mod os_release;
mod package;
mod packages;
mod plan;
mod run;
mod setup;
mod shell;
mod test;

use std::process::ExitCode;

use args::{Command, Request};
use failure::Outcome;

const HELP: &str = "\
cargo xtask <command>

  run [--yes] [VIDEO…]   install what is missing, build the program and start it
  test [--yes]           install what is missing, then format, lints, licences and all tests
  setup [--yes]          install what is missing, and nothing else
  lint                   format, lints and licences alone
  bench [--threads N]    time the network beside PyTorch (which goes into a throw-away environment)
  package [WHAT…]        build packages: deb, rpm, tarball, windows or all, with licences, parts list and sums;
                         besides: appimage (of the tarball), cuda (the program alone), parts (lists and sums alone)
  package-test [WHAT…]   try them on clean systems (as root, with debootstrap and wine)
  fidelity               compare with the reference values and write docs/fidelity.md
  help                   this text

  --yes, -y              install without asking; the same when the environment variable CI is set

CARGO_TARGET_DIR is where everything is built, as with cargo itself. Everything after `--` is a VIDEO.
";

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match args::parse(words).and_then(dispatch) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.status)
        }
    }
}

fn dispatch(request: Request) -> Outcome<ExitCode> {
    match request.command {
        Command::Help => println!("{HELP}"),
        Command::Setup => setup::setup(request.yes)?,
        Command::Lint => checks::lint()?,
        Command::Test => test::test(request.yes)?,
        Command::Fidelity => fidelity::fidelity()?,
        Command::Bench { threads } => bench::bench(threads)?,
        Command::Package { what } => package::build(&what)?,
        Command::PackageTest { what } => package::test(&what)?,
        Command::Run { videos } => return run::run(request.yes, &videos),
    }
    Ok(ExitCode::SUCCESS)
}
