//! The pure steps against the original program's numbers, one row for each fixture file.
//!
//! Tests assert on the rows; `cargo run --release --workspace --example fidelity` (of `ks-media`, which adds the
//! fixtures that need pictures) prints them. Every case of a file is run; a row says how many there were.
#![allow(dead_code, clippy::allow_attributes, reason = "every test binary uses its own part of this")]

mod metrics;
mod replay;
pub mod sampling;
mod schedule;
pub mod spatial;
mod tally;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use self::replay::Replay;
pub use self::tally::{Row, Tally};

/// The folder of fixtures; says so and gives `None` where it is missing.
pub fn fixtures() -> Option<PathBuf> {
    let beside = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        Some(root.parent()?.join("shared"))
    };
    let found = std::env::var_os("KS_SHARED").map(PathBuf::from).or_else(beside)?.join("fixtures");
    if !found.join("manifest.json").exists() {
        eprintln!("skipped: {} is not there (set KS_SHARED)", found.display());
        return None;
    }
    Some(found)
}

/// Runs the fixtures of one category: `sampling`, `spatial` (sizes, boxes, decisions and values, no pictures),
/// `schedule` or `metrics`.
pub fn rows(fixtures: &Path, category: &str) -> Vec<Row> {
    match category {
        "sampling" => sampling::rows(fixtures),
        "spatial" => spatial::rows(fixtures),
        "schedule" => schedule::rows(fixtures),
        "metrics" => metrics::rows(fixtures),
        _ => Vec::new(),
    }
}

/// Asserts that the rows of a category are without any difference and that they are at least as many cases as the
/// fixtures have; prints the rows and how many cases were run.
pub fn assert_exact(rows: &[Row], least_cases: usize) {
    for row in rows {
        assert!(row.problems.is_empty(), "{}: {:#?}", row.file, row.problems);
        assert_eq!(row.difference, 0.0, "{}", row.file);
        eprintln!("{row}");
    }
    let cases: usize = rows.iter().map(|row| row.cases).sum();
    eprintln!("{} fixture files, {cases} cases, no difference", rows.len());
    assert!(cases >= least_cases, "only {cases} cases");
}

/// Reads a fixture. Numbers with a point or an exponent become strings, for [`real`] to read.
pub fn json(fixtures: &Path, file: &str) -> Value {
    let text = std::fs::read_to_string(fixtures.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&quote_fractions(&text)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Puts numbers with a point or an exponent in quotes, because `serde_json` may read them one bit off unless it is
/// built with a feature that nothing else needs.
fn quote_fractions(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() * 5 / 4);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let mut is_escaped = true; // The opening quote does not end the string.
                let end = |c: char| {
                    let was_escaped = is_escaped;
                    is_escaped = c == '\\' && !was_escaped;
                    c == '"' && !was_escaped
                };
                rest.find(end).map_or(rest.len(), |end| end + 1)
            }
            '-' | '0'..='9' => {
                let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
                rest.find(|c| !is_part(c)).unwrap_or(rest.len())
            }
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_number = first == '-' || first.is_ascii_digit();
        if is_number && token.contains(['.', 'e', 'E']) {
            quoted.extend(["\"", token, "\""]);
        } else {
            quoted.push_str(token);
        }
        rest = after;
    }
    quoted
}

/// The elements of a list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} should be a list"))
}

/// A whole number.
pub fn whole<T: TryFrom<i64>>(value: &Value) -> T {
    let number = value.as_i64().unwrap_or_else(|| panic!("{value} should be a whole number"));
    T::try_from(number).unwrap_or_else(|_| panic!("{number} is out of range"))
}

/// A number.
pub fn real(value: &Value) -> f64 {
    let read = value.as_str().map_or_else(|| value.as_f64(), |text| text.parse().ok());
    read.unwrap_or_else(|| panic!("{value} should be a number"))
}
