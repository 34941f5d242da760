//! Prints how far our pipelines, learning rates and metrics are from the original's, one row of a Markdown table for
//! each reference file: file, what it checks, cases, largest difference, remarks. Fails if there is any difference.
//!
//! ```sh
//! cargo run --release --workspace --example fidelity
//! ```
#![expect(clippy::print_stdout, reason = "it is a command, and its rows are its result")]

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

fn main() -> std::process::ExitCode {
    let Some(folder) = fixtures::reference::fixtures() else { return std::process::ExitCode::FAILURE };
    let mut is_exact = true;
    for category in fixtures::CATEGORIES {
        let rows = fixtures::rows(&folder, category);
        for row in &rows {
            println!("{row}");
            is_exact &= row.difference == 0.0 && row.problems.is_empty();
        }
        for file in fixtures::files_without_a_row(&folder, category, &rows) {
            println!("| `{file}` | not run | 0 | | |");
            is_exact = false;
        }
    }
    if is_exact { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}
