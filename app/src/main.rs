//! The program: its window and its command line.

mod carried;
mod checks;
mod cli;
mod crash;
mod look;
mod packages;
mod videos;
mod window;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else: it changes the environment.
    carried::use_carried_gstreamer();
    cli::main()
}
