//! From rows to a project in memory.

use std::path::Path;

use ks_domain::MediaTime;
use ks_domain::project::{
    Author, ClassFate, ClassId, ClassRecord, Entry, LabelSegment, Marker, MarkerId, Project, Record, Rgb, SegmentId,
    SetId, SetRecord, Stamp, Stretch, StretchId, Verdict, VideoFacts, VideoId, VideoNotes, VideoRecord, WorkState,
};
use rusqlite::{Connection, Row};

use super::rows::{verdict_name, work_name};
use crate::ProjectError;

/// Why a row is no record.
type Odd = Box<dyn std::error::Error + Send + Sync>;

/// Reads every record and the journal.
pub(super) fn project(connection: &Connection, path: &Path) -> Result<Project, ProjectError> {
    let mut project = Project::default();
    let mut read = |sql: &str, record: fn(&Row<'_>) -> Result<Record, Odd>| {
        each(connection, path, sql, |row| {
            project.restore(record(row)?);
            Ok(())
        })
    };
    read("SELECT id, path, place, is_removed FROM videos", video)?;
    read("SELECT video, work, note FROM notes", notes)?;
    read("SELECT id, name, description FROM label_sets", set)?;
    read("SELECT id, label_set, name, color, key, description, place, fate, merged_into FROM classes", class)?;
    read(
        "SELECT id, video, class, start, end, verdict, person, checkpoint, checkpoint_hash, score, note FROM segments",
        segment,
    )?;
    read("SELECT id, video, time, text FROM markers", marker)?;
    read("SELECT id, video, start, end FROM stretches", stretch)?;
    read("SELECT rules FROM view_rules", |row| Ok(Record::Rules(serde_json::from_str(&row.get::<_, String>(0)?)?)))?;
    each(connection, path, "SELECT video, hash, bytes, frames, duration FROM facts", |row| {
        let facts =
            VideoFacts { hash: row.get(1)?, bytes: number(row, 2)?, frames: row.get(3)?, duration: time(row, 4)? };
        project.learn(VideoId(number(row, 0)?), facts);
        Ok(())
    })?;
    each(connection, path, "SELECT number, unix_millis, person, role, change FROM journal ORDER BY number", |row| {
        let entry = entry(row)?;
        let at = entry.number;
        if project.restore_entry(entry) {
            Ok(())
        } else {
            Err(format!("the journal has a gap before entry {at}").into())
        }
    })?;
    each(connection, path, "SELECT max(id) FROM analyses", |row| {
        let highest: Option<i64> = row.get(0)?;
        project.reserve(highest.unwrap_or(0).cast_unsigned());
        Ok(())
    })?;
    Ok(project)
}

/// Does something with each row of a question. A row that makes no sense is a damaged file, and says where.
pub(super) fn each(
    connection: &Connection,
    path: &Path,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Odd>,
) -> Result<(), ProjectError> {
    let failed = |error: &rusqlite::Error| ProjectError::from_sqlite(error, path);
    let mut statement = connection.prepare(sql).map_err(|error| failed(&error))?;
    let mut rows = statement.query([]).map_err(|error| failed(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed(&error))? {
        take(row).map_err(|odd| ProjectError::damaged(odd.to_string(), path))?;
    }
    Ok(())
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<MediaTime> {
    number(row, column).map(MediaTime::from_nanos)
}

/// A line of the journal.
pub(super) fn entry(row: &Row<'_>) -> Result<Entry, Odd> {
    let stamp = Stamp { unix_millis: number(row, 1)?, person: row.get(2)? };
    let role = serde_json::from_str(&row.get::<_, String>(3)?)?;
    let change = serde_json::from_str(&row.get::<_, String>(4)?)?;
    Ok(Entry { number: number(row, 0)?, stamp, role, change })
}

fn video(row: &Row<'_>) -> Result<Record, Odd> {
    let id = VideoId(number(row, 0)?);
    Ok(Record::Video(VideoRecord { id, path: row.get(1)?, place: row.get(2)?, is_removed: row.get(3)? }))
}

fn notes(row: &Row<'_>) -> Result<Record, Odd> {
    let name: String = row.get(1)?;
    let work = [WorkState::Open, WorkState::NeedsWork, WorkState::Done]
        .into_iter()
        .find(|work| work_name(*work) == name)
        .ok_or_else(|| format!("“{name}” is no state of a video"))?;
    Ok(Record::Notes(VideoNotes { video: VideoId(number(row, 0)?), work, note: row.get(2)? }))
}

fn set(row: &Row<'_>) -> Result<Record, Odd> {
    Ok(Record::Set(SetRecord { id: SetId(number(row, 0)?), name: row.get(1)?, description: row.get(2)? }))
}

fn class(row: &Row<'_>) -> Result<Record, Odd> {
    let color: Option<String> = row.get(3)?;
    let key: Option<String> = row.get(4)?;
    let fate: String = row.get(7)?;
    let merged_into: Option<i64> = row.get(8)?;
    let fate = match (fate.as_str(), merged_into) {
        ("active", None) => ClassFate::Active,
        ("deleted", None) => ClassFate::Deleted,
        ("merged", Some(other)) => ClassFate::MergedInto(ClassId(other.cast_unsigned())),
        _ => return Err(format!("“{fate}” is no state of a class").into()),
    };
    Ok(Record::Class(ClassRecord {
        id: ClassId(number(row, 0)?),
        set: SetId(number(row, 1)?),
        name: row.get(2)?,
        color: color.as_deref().map(rgb).transpose()?,
        key: key.and_then(|key| key.chars().next()),
        description: row.get(5)?,
        place: row.get(6)?,
        fate,
    }))
}

/// Reads `#rrggbb`.
fn rgb(text: &str) -> Result<Rgb, Odd> {
    let odd = || format!("“{text}” is no colour");
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(odd)?;
    let value = u32::from_str_radix(digits, 16).map_err(|error| format!("{} ({error})", odd()))?;
    let [_, red, green, blue] = value.to_be_bytes();
    Ok(Rgb([red, green, blue]))
}

fn segment(row: &Row<'_>) -> Result<Record, Odd> {
    let name: String = row.get(5)?;
    let verdict = [Verdict::Present, Verdict::Absent]
        .into_iter()
        .find(|verdict| verdict_name(*verdict) == name)
        .ok_or_else(|| format!("“{name}” is no verdict on a segment"))?;
    let person: Option<String> = row.get(6)?;
    let author = match (row.get::<_, Option<String>>(7)?, person) {
        (Some(checkpoint), accepted_by) => {
            Author::Model { checkpoint, hash: row.get::<_, Option<String>>(8)?.unwrap_or_default(), accepted_by }
        }
        (None, Some(person)) => Author::Person(person),
        (None, None) => return Err("a segment has no author".into()),
    };
    Ok(Record::Segment(LabelSegment {
        id: SegmentId(number(row, 0)?),
        video: VideoId(number(row, 1)?),
        class: ClassId(number(row, 2)?),
        start: time(row, 3)?,
        end: time(row, 4)?,
        verdict,
        author,
        score: row.get(9)?,
        note: row.get(10)?,
    }))
}

fn marker(row: &Row<'_>) -> Result<Record, Odd> {
    let (id, video) = (MarkerId(number(row, 0)?), VideoId(number(row, 1)?));
    Ok(Record::Marker(Marker { id, video, time: time(row, 2)?, text: row.get(3)? }))
}

fn stretch(row: &Row<'_>) -> Result<Record, Odd> {
    let (id, video) = (StretchId(number(row, 0)?), VideoId(number(row, 1)?));
    Ok(Record::Stretch(Stretch { id, video, start: time(row, 2)?, end: time(row, 3)? }))
}
