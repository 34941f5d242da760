//! The program: its window and its command line.

mod carried;
mod checks;
mod cli;
mod crash;
mod look;
mod memory;
mod packages;
mod videos;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: it changes the environment.
    memory::keep_for_some_seconds();
    carried::use_carried_gstreamer();
    cli::main()
}
