//! Taking settings out of a dictionary, so that what is left over has no counterpart.

use crate::config::{Dict, Value};

use super::{Leftover, Report};

/// A dictionary with its dotted name. What nobody takes is reported at the end.
pub(super) struct Taker {
    dict: Dict,
    path: String,
    changes_results: bool,
}

impl Taker {
    /// `changes_results` says whether what is left over may change a result.
    pub(super) fn new(dict: Dict, path: &str, changes_results: bool) -> Self {
        Self { dict, path: path.to_owned(), changes_results }
    }

    /// The dotted name of one of its settings.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.dict.contains_key(key)
    }

    /// Any value; `None` also where the file says `None`.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.dict.remove(key).filter(|value| *value != Value::None)
    }

    /// A value that something is made of; named as a problem if it is of another kind.
    fn take_as<T>(
        &mut self,
        key: &str,
        wanted: &str,
        report: &mut Report,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let found = read(&value);
        if found.is_none() {
            report.problem(format!("{} should be {wanted}, but is {value}", self.path_of(key)));
        }
        found
    }

    pub(super) fn dict(&mut self, key: &str, report: &mut Report) -> Option<Self> {
        let dict = self.take_as(key, "a dictionary", report, |value| match value {
            Value::Dict(dict) => Some(dict.clone()),
            _ => None,
        })?;
        Some(Self::new(dict, &self.path_of(key), self.changes_results))
    }

    pub(super) fn text(&mut self, key: &str, report: &mut Report) -> Option<String> {
        self.take_as(key, "a text", report, |value| match value {
            Value::Str(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub(super) fn flag(&mut self, key: &str, report: &mut Report) -> Option<bool> {
        self.take_as(key, "True or False", report, |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    pub(super) fn number(&mut self, key: &str, report: &mut Report) -> Option<f64> {
        self.take_as(key, "a number", report, Value::number)
    }

    pub(super) fn count(&mut self, key: &str, report: &mut Report) -> Option<u32> {
        self.take_as(key, "a whole number from 0", report, count)
    }

    pub(super) fn size(&mut self, key: &str, report: &mut Report) -> Option<usize> {
        self.count(key, report).map(|count| count as usize)
    }

    pub(super) fn four(&mut self, key: &str, report: &mut Report) -> Option<[usize; 4]> {
        self.take_as(key, "four whole numbers", report, |value| {
            let sizes: Vec<usize> =
                value.items()?.iter().map(|item| Some(count(item)? as usize)).collect::<Option<_>>()?;
            sizes.try_into().ok()
        })
    }

    pub(super) fn counts(&mut self, key: &str, report: &mut Report) -> Option<Vec<u32>> {
        self.take_as(key, "whole numbers", report, |value| match value {
            Value::Int(_) => Some(vec![count(value)?]),
            _ => value.items()?.iter().map(count).collect(),
        })
    }

    pub(super) fn numbers<const N: usize>(&mut self, key: &str, report: &mut Report) -> Option<[f64; N]> {
        self.take_as(key, "numbers", report, |value| {
            let numbers: Vec<f64> = value.items()?.iter().map(Value::number).collect::<Option<_>>()?;
            numbers.try_into().ok()
        })
    }

    /// The `type` without a scope such as `mmaction.`.
    pub(super) fn kind(&mut self, report: &mut Report) -> String {
        let kind = self.text("type", report).unwrap_or_default();
        kind.rsplit('.').next().unwrap_or_default().to_owned()
    }

    /// Takes a setting that must have one value, as nothing else can be done here.
    pub(super) fn only(&mut self, key: &str, value: &Value, report: &mut Report) {
        let found = self.dict.remove(key);
        let is_same = |found: &Value| match (found.number(), value.number()) {
            (Some(found), Some(value)) => found == value,
            _ => found == value || found.items().zip(value.items()).is_some_and(|(found, value)| found == value),
        };
        if let Some(found) = found.filter(|found| !is_same(found)) {
            report.leftover(self.path_of(key), &found, true);
        }
    }

    /// Forgets settings that mean nothing here and change no result.
    pub(super) fn runtime(&mut self, keys: &[&str], report: &mut Report) {
        for key in keys {
            if let Some(value) = self.dict.remove(*key) {
                report.leftover(self.path_of(key), &value, false);
            }
        }
    }

    /// Reports everything that nobody took; nested dictionaries key by key.
    pub(super) fn finish(self, report: &mut Report) {
        for (key, value) in &self.dict {
            report_leaves(self.path_of(key), value, self.changes_results, report);
        }
    }
}

fn report_leaves(path: String, value: &Value, changes_results: bool, report: &mut Report) {
    match value {
        Value::Dict(dict) if !dict.is_empty() => {
            for (key, value) in dict {
                report_leaves(format!("{path}.{key}"), value, changes_results, report);
            }
        }
        _ => report.leftover(path, value, changes_results),
    }
}

/// A whole number that fits; numbers such as `58.0` do not count.
pub(super) fn count(value: &Value) -> Option<u32> {
    match value {
        Value::Int(number) => u32::try_from(*number).ok(),
        _ => None,
    }
}

impl Report {
    pub(super) fn problem(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    pub(super) fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    pub(super) fn leftover(&mut self, path: String, value: &Value, changes_results: bool) {
        // Nothing and no are what our own recipe says by saying nothing.
        let changes_results = changes_results && !matches!(value, Value::None | Value::Bool(false));
        self.leftovers.push(Leftover { path, value: value.to_string(), changes_results });
    }
}

impl Taker {
    /// Reports everything that nobody took as something that changes no result.
    pub(super) fn finish_as_runtime(mut self, report: &mut Report) {
        self.changes_results = false;
        self.finish(report);
    }

    /// As written, `None` included; for settings where `None` means something.
    pub(super) fn take_written(&mut self, key: &str) -> Option<Value> {
        self.dict.remove(key)
    }
}
