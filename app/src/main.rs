//! The program: its window and its command line.

mod cli;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
