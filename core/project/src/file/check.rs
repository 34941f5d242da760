//! Whether a project file is whole: what `kinetoscope doctor PROJECT` says.

use std::collections::BTreeMap;
use std::path::Path;

use ks_domain::project::{Project, Record, RecordId};

use super::{ProjectFile, load};
use crate::ProjectError;

/// One thing that is wrong with a project, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(pub String);

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks a project file, changing nothing: the database itself, that replaying the journal gives the records, and that
/// every label has its class and every window its analysis. Returns all that is wrong.
///
/// # Errors
/// If the file cannot be opened at all.
pub fn check(path: &Path) -> Result<Vec<Finding>, ProjectError> {
    let opened = ProjectFile::open_for_reading(path)?;
    let mut findings = Vec::new();
    let connection = &opened.file.connection;
    load::each(connection, path, "PRAGMA integrity_check", |row| {
        let line: String = row.get(0)?;
        if line != "ok" {
            findings.push(Finding(format!("the database is damaged: {line}")));
        }
        Ok(())
    })?;
    findings.extend(against_journal(&opened.project));
    findings.extend(references(&opened.project));
    let lost = "SELECT count(*) FROM windows WHERE analysis NOT IN (SELECT id FROM analyses)";
    load::each(connection, path, lost, |row| {
        let count: i64 = row.get(0)?;
        if count > 0 {
            findings.push(Finding(format!("{count} windows belong to no analysis")));
        }
        Ok(())
    })?;
    let gaps = "SELECT analysis FROM windows GROUP BY analysis HAVING count(*) <> max(number) + 1";
    load::each(connection, path, gaps, |row| {
        let id: i64 = row.get(0)?;
        findings.push(Finding(format!("windows are missing inside analysis {id}; analyse that video again")));
        Ok(())
    })?;
    Ok(findings)
}

/// What replaying the journal gives, and what the tables hold instead.
fn against_journal(project: &Project) -> Vec<Finding> {
    let mut replayed = Project::default();
    for entry in project.history().entries() {
        if let Err(error) = replayed.replay(entry.clone()) {
            return vec![Finding(format!("entry {} of the journal does not fit: {error}", entry.number))];
        }
    }
    let by_id = |project: &Project| -> BTreeMap<RecordId, Record> {
        project.records().map(|record| (record.id(), record)).collect()
    };
    let (kept, replayed) = (by_id(project), by_id(&replayed));
    let missing = replayed.keys().filter(|id| !kept.contains_key(id)).map(|id| format!("{id:?} is missing"));
    let extra = kept.keys().filter(|id| !replayed.contains_key(id)).map(|id| format!("{id:?} is not in the journal"));
    let differing = kept
        .iter()
        .filter(|(id, record)| replayed.get(id).is_some_and(|other| other != *record))
        .map(|(id, _)| format!("{id:?} is not what the journal says"));
    missing.chain(extra).chain(differing).map(Finding).collect()
}

/// Records that name others which are not there.
fn references(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for record in project.records() {
        let lost = match &record {
            Record::Class(class) => project.set(class.set).is_none().then_some("no label set"),
            Record::Segment(segment) if project.class(segment.class).is_none() => Some("no class"),
            Record::Segment(segment) if segment.end <= segment.start => Some("no length"),
            Record::Segment(_) | Record::Video(_) | Record::Notes(_) | Record::Set(_) => None,
            Record::Marker(_) | Record::Stretch(_) | Record::Rules(_) => None,
        };
        if let Some(lost) = lost {
            findings.push(Finding(format!("{:?} has {lost}", record.id())));
        }
    }
    findings
}
