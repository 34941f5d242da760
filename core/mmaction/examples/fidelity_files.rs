//! Prints how far our readers and writers of the original's files are from them, one row of a Markdown table for each
//! reference file. Fails if there is any difference.
//!
//! ```sh
//! cargo run --release --workspace --example fidelity_files
//! ```
#![expect(clippy::print_stdout, reason = "it is a command, and its rows are its result")]

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

fn main() -> std::process::ExitCode {
    let Some(folder) = fixtures::reference::fixtures() else { return std::process::ExitCode::FAILURE };
    let mut is_exact = true;
    for row in fixtures::rows(&folder) {
        println!("{row}");
        is_exact &= row.difference == 0.0 && row.problems.is_empty();
    }
    if is_exact { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
