//! Finding an entry by whatever name people know it.

use thiserror::Error;

use super::{Entry, entries};

/// How many near misses are offered.
const SUGGESTIONS: usize = 3;

/// No entry has this name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no “{name}” in the model zoo; {}", advice(suggestions))]
pub struct UnknownName {
    /// What was asked for.
    pub name: String,
    /// Our names of entries that are called similarly, nearest first; may be empty.
    pub suggestions: Vec<&'static str>,
}

fn advice(suggestions: &[&'static str]) -> String {
    if suggestions.is_empty() {
        "`kinetoscope zoo list` shows all names".to_owned()
    } else {
        format!("did you mean {}? `kinetoscope zoo list` shows all names", suggestions.join(" or "))
    }
}

/// The entry with one of the names that [`Entry::names`] lists; case, `-` for `_`, and a final `.py` do not matter.
///
/// # Errors
/// With what is called similarly.
pub fn find(name: &str) -> Result<&'static Entry, UnknownName> {
    let wanted = normal(name);
    let same = |entry: &&Entry| entry.names().any(|known| normal(known) == wanted);
    entries().iter().find(same).ok_or_else(|| UnknownName { name: name.to_owned(), suggestions: near(&wanted) })
}

fn normal(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_suffix(".py").unwrap_or(name);
    name.to_ascii_lowercase().replace('-', "_")
}

/// Entries with a name that begins like the wanted one, or differs in few letters.
fn near(wanted: &str) -> Vec<&'static str> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let most = (wanted.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &'static str)> = entries()
        .iter()
        .filter_map(|entry| {
            let nearest = entry.names().map(|name| distance_within(wanted, &normal(name))).min()?;
            (nearest <= most).then_some((nearest, entry.name.as_str()))
        })
        .collect();
    found.sort();
    found.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

/// How many letters must be changed; beginnings count as near, one letter for every eight that are missing.
fn distance_within(wanted: &str, name: &str) -> usize {
    if name.starts_with(wanted) && wanted.len() >= 4 {
        return (name.len() - wanted.len()).div_ceil(8).min(wanted.len() / 3);
    }
    distance(wanted, name)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = before + usize::from(from != *to);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}
