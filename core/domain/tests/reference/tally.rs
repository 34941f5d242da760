//! What became of one fixture file.

use std::fmt;

/// One fixture file: what it checks and how far we are from it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name below the folder of fixtures.
    pub file: String,
    /// What it checks, in words.
    pub what: String,
    /// Cases that were run.
    pub cases: usize,
    /// The largest absolute difference.
    pub difference: f64,
    /// The first few cases that differ, and what could not be run.
    pub problems: Vec<String>,
    /// What of the file is not run, and why.
    pub left_out: Vec<String>,
}

impl fmt::Display for Row {
    /// A row of a Markdown table: file, what, cases, difference, what is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, what, cases, difference, problems, left_out } = self;
        let remarks = [problems.as_slice(), left_out.as_slice()].concat().join("; ");
        write!(f, "| `{file}` | {what} | {cases} | {difference:e} | {remarks} |")
    }
}

/// Collects the cases of one file.
pub struct Tally {
    row: Row,
}

impl Tally {
    pub fn new(file: &str, what: &str) -> Self {
        let (file, what) = (file.to_owned(), what.to_owned());
        Self { row: Row { file, what, cases: 0, difference: 0.0, problems: Vec::new(), left_out: Vec::new() } }
    }

    /// Another case begins.
    pub fn case(&mut self) {
        self.row.cases += 1;
    }

    /// Compares number by number; another count of numbers or one that is none differ infinitely.
    pub fn numbers(&mut self, name: &str, ours: &[f64], theirs: &[f64]) {
        let mut largest = if ours.len() == theirs.len() { 0.0 } else { f64::INFINITY };
        for (a, b) in ours.iter().zip(theirs) {
            let difference = if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() };
            largest = f64::max(largest, if difference.is_nan() { f64::INFINITY } else { difference });
        }
        self.differ(name, largest, || format!("{ours:?} instead of {theirs:?}"));
    }

    /// Compares what is no number.
    pub fn equal<T: PartialEq + fmt::Debug>(&mut self, name: &str, ours: &T, theirs: &T) {
        let difference = if ours == theirs { 0.0 } else { f64::INFINITY };
        self.differ(name, difference, || format!("{ours:?} instead of {theirs:?}"));
    }

    /// Compares bytes.
    pub fn bytes(&mut self, name: &str, ours: &[u8], theirs: &[u8]) {
        let mut largest = if ours.len() == theirs.len() { 0.0 } else { f64::INFINITY };
        for (a, b) in ours.iter().zip(theirs) {
            largest = f64::max(largest, f64::from(a.abs_diff(*b)));
        }
        self.differ(name, largest, || format!("{} bytes, {} wanted", ours.len(), theirs.len()));
    }

    /// Something could not be run.
    pub fn problem(&mut self, problem: String) {
        self.row.difference = f64::INFINITY;
        self.row.problems.push(problem);
    }

    /// Something is not run on purpose.
    pub fn left_out(&mut self, why: &str) {
        self.row.left_out.push(why.to_owned());
    }

    pub fn row(self) -> Row {
        self.row
    }

    fn differ(&mut self, name: &str, difference: f64, words: impl FnOnce() -> String) {
        self.row.difference = self.row.difference.max(difference);
        if difference > 0.0 && self.row.problems.len() < 5 {
            let mut words = words();
            words.truncate(words.floor_char_boundary(400));
            self.row.problems.push(format!("{name}: {words}"));
        }
    }
}
