//! The names of the classes that a network knows.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Class names in index order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSet {
    names: Vec<String>,
}

/// Why a text is not a label file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LabelSetError {
    /// No name in it.
    #[error("the labels file is empty; it should hold one class name on each line")]
    Empty,
    /// A line without a name between lines with names.
    #[error("line {line} of the labels file is empty; every line is one class, so remove it or give it a name")]
    BlankLine {
        /// Counted from 1.
        line: usize,
    },
    /// The same name twice.
    #[error("the labels file names “{name}” twice, on lines {first} and {second}; class names must differ")]
    Duplicate {
        /// The name.
        name: String,
        /// Line of the first, counted from 1.
        first: usize,
        /// Line of the second.
        second: usize,
    },
    /// The network has another number of classes.
    #[error(
        "the labels file has {labels} names, but the checkpoint has {classes} classes; choose the labels file that belongs to this checkpoint"
    )]
    WrongCount {
        /// Names in the file.
        labels: usize,
        /// Classes of the network.
        classes: usize,
    },
}

impl LabelSet {
    /// Reads one name a line, as mmaction2's `label_map_*.txt` files have it: the line number less one is the
    /// class index. White space around a name and empty lines at the end are ignored.
    ///
    /// # Errors
    /// If a line between names is empty, a name stands twice, or there is none.
    pub fn parse(text: &str) -> Result<Self, LabelSetError> {
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').trim_end().lines().map(str::trim).collect();
        Self::new(lines.into_iter().map(str::to_owned).collect())
    }

    /// A set of these names.
    ///
    /// # Errors
    /// If one is empty or stands twice, or there is none. Places are counted from 1, as lines are.
    pub fn new(names: Vec<String>) -> Result<Self, LabelSetError> {
        let mut seen = std::collections::HashMap::new();
        for (index, name) in names.iter().enumerate() {
            let line = index + 1;
            if name.trim().is_empty() {
                return Err(LabelSetError::BlankLine { line });
            }
            if let Some(first) = seen.insert(name.as_str(), line) {
                return Err(LabelSetError::Duplicate { name: name.clone(), first, second: line });
            }
        }
        if names.is_empty() { Err(LabelSetError::Empty) } else { Ok(Self { names }) }
    }

    /// `class 0`, `class 1`… for a network whose names are not known.
    pub fn numbered(classes: usize) -> Self {
        Self { names: (0..classes).map(|class| format!("class {class}")).collect() }
    }

    /// The 400 classes of Kinetics-400 in the order of the published networks.
    ///
    /// # Panics
    /// Never, as a test reads the list.
    pub fn kinetics400() -> Self {
        Self::parse(include_str!("../../../assets/labels/kinetics400.txt"))
            .expect("should be a label list: a test reads it")
    }

    /// One name a line; [`LabelSet::parse`] reads the same names from it.
    pub fn to_text(&self) -> String {
        self.names.iter().map(|name| format!("{name}\n")).collect()
    }

    /// The number of classes.
    #[expect(clippy::len_without_is_empty, reason = "a label set read from a file is never empty")]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// All names in index order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of a class.
    pub fn name(&self, class: usize) -> Option<&str> {
        self.names.get(class).map(String::as_str)
    }

    /// Checks that the set fits a network.
    ///
    /// # Errors
    /// If the network has another number of classes.
    pub fn check_count(&self, classes: usize) -> Result<(), LabelSetError> {
        if self.len() == classes { Ok(()) } else { Err(LabelSetError::WrongCount { labels: self.len(), classes }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_a_line() {
        let set = LabelSet::parse("\u{feff}arm wrestling \r\nbowling\n\n").expect("should parse");
        assert_eq!(set.names(), ["arm wrestling", "bowling"]);
        assert_eq!(set.name(1), Some("bowling"));
        assert!(set.check_count(2).is_ok());
    }

    #[test]
    fn the_classes_of_kinetics_are_in_the_order_of_the_original() {
        let set = LabelSet::kinetics400();
        assert_eq!((set.len(), set.name(0), set.name(399)), (400, Some("abseiling"), Some("zumba")));
        // The original sorts the names with underscores for spaces.
        let keys: Vec<String> = set.names().iter().map(|name| name.replace(' ', "_")).collect();
        assert!(keys.is_sorted());
        assert_eq!(LabelSet::parse(&set.to_text()), Ok(set));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(LabelSet::parse(" \n"), Err(LabelSetError::Empty));
        assert_eq!(LabelSet::parse("a\n\nb"), Err(LabelSetError::BlankLine { line: 2 }));
        let twice = LabelSetError::Duplicate { name: "a".to_owned(), first: 1, second: 3 };
        assert_eq!(LabelSet::parse("a\nb\na"), Err(twice));
        let wrong = LabelSet::numbered(3).check_count(400).expect_err("should not fit");
        assert!(wrong.to_string().contains("3 names") && wrong.to_string().contains("400 classes"));
    }
}
