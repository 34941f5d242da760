//! Files of projects that nobody has given a name: how they are called, made and taken away.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ks_domain::project::{ChangeKind, Scope};
use ks_project::{EXTENSION, Keep, ProjectError, ProjectFile};

/// Makes a new file in a folder under the first free name of this minute.
///
/// # Errors
/// If the folder or the file cannot be made.
pub(super) fn create_in(folder: &Path) -> Result<(PathBuf, ProjectFile), ProjectError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| ProjectError::Failed { reason: error.to_string(), path: folder.to_owned() })?;
    let stamp = minute_of(SystemTime::now());
    let mut number = 1;
    loop {
        let name = match number {
            1 => format!("Untitled {stamp}.{EXTENSION}"),
            _ => format!("Untitled {stamp} ({number}).{EXTENSION}"),
        };
        let path = folder.join(name);
        match ProjectFile::create(&path) {
            Ok(file) => return Ok((path, file)),
            Err(ProjectError::Exists { .. } | ProjectError::InUse { .. }) if number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Takes a file away that nobody would miss.
pub(super) fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!("an empty project could not be taken away ({error}): {}", path.display());
    }
}

/// Whether somebody would miss it: labels and scores, not the mere list of videos.
pub(super) fn is_worth_keeping(keep: &Keep) -> bool {
    match keep {
        Keep::Entry(entry) => entry.change.scope != Scope::Queue && entry.change.kind != ChangeKind::SetRules,
        Keep::Facts(..) => false,
        Keep::Begin(_) | Keep::Windows { .. } | Keep::Finish(_) => true,
    }
}

/// `2026-11-22 20.51`, in UTC: for names of files, which shall sort by time.
fn minute_of(time: SystemTime) -> String {
    let secs = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, minutes) = (secs / 86_400, secs % 86_400 / 60);
    let (year, month, day) = date_of(days);
    format!("{year:04}-{month:02}-{day:02} {:02}.{:02}", minutes / 60, minutes % 60)
}

/// The date of a day counted from 1970-01-01: years of 365 or 366 days, one after another.
fn date_of(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(59), (1970, 3, 1));
        assert_eq!(date_of(11_016), (2000, 2, 29));
        assert_eq!(date_of(20_779), (2026, 11, 22));
        assert_eq!(minute_of(UNIX_EPOCH + Duration::from_secs(86_399)), "1970-01-01 23.59");
    }
}
