//! Records as rows: writing one, taking one away.

use ks_domain::project::{Author, ClassFate, Record, RecordId, Verdict, WorkState};
use rusqlite::{Connection, params};

/// SQLite's integers are signed; the bits are kept, so any number comes back as it was.
pub(super) const fn int(number: u64) -> i64 {
    number.cast_signed()
}

pub(super) const fn work_name(work: WorkState) -> &'static str {
    match work {
        WorkState::Open => "open",
        WorkState::NeedsWork => "needs_work",
        WorkState::Done => "done",
    }
}

pub(super) const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Present => "present",
        Verdict::Absent => "absent",
    }
}

/// Writes a record over the one of its number.
pub(super) fn put(connection: &Connection, record: &Record) -> rusqlite::Result<()> {
    let written = match record {
        Record::Video(video) => connection
            .prepare_cached("INSERT OR REPLACE INTO videos VALUES (?, ?, ?, ?)")?
            .execute(params![int(video.id.0), video.path, video.place, video.is_removed]),
        Record::Notes(notes) => connection
            .prepare_cached("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)")?
            .execute(params![int(notes.video.0), work_name(notes.work), notes.note]),
        Record::Set(set) => connection
            .prepare_cached("INSERT OR REPLACE INTO label_sets VALUES (?, ?, ?)")?
            .execute(params![int(set.id.0), set.name, set.description]),
        Record::Class(class) => {
            let color = class.color.map(|rgb| {
                let [red, green, blue] = rgb.0;
                format!("#{red:02x}{green:02x}{blue:02x}")
            });
            let (fate, merged_into) = match class.fate {
                ClassFate::Active => ("active", None),
                ClassFate::Deleted => ("deleted", None),
                ClassFate::MergedInto(other) => ("merged", Some(int(other.0))),
            };
            let key = class.key.map(String::from);
            connection.prepare_cached("INSERT OR REPLACE INTO classes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
                params![
                    int(class.id.0),
                    int(class.set.0),
                    class.name,
                    color,
                    key,
                    class.description,
                    class.place,
                    fate,
                    merged_into
                ],
            )
        }
        Record::Segment(segment) => {
            let (person, checkpoint, hash) = match &segment.author {
                Author::Person(name) => (Some(name), None, None),
                Author::Model { checkpoint, hash, accepted_by } => (accepted_by.as_ref(), Some(checkpoint), Some(hash)),
            };
            connection
                .prepare_cached("INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
                .execute(params![
                    int(segment.id.0),
                    int(segment.video.0),
                    int(segment.class.0),
                    int(segment.start.nanos()),
                    int(segment.end.nanos()),
                    verdict_name(segment.verdict),
                    person,
                    checkpoint,
                    hash,
                    segment.score,
                    segment.note
                ])
        }
        Record::Marker(marker) => connection
            .prepare_cached("INSERT OR REPLACE INTO markers VALUES (?, ?, ?, ?)")?
            .execute(params![int(marker.id.0), int(marker.video.0), int(marker.time.nanos()), marker.text]),
        Record::Stretch(stretch) => {
            connection.prepare_cached("INSERT OR REPLACE INTO stretches VALUES (?, ?, ?, ?)")?.execute(params![
                int(stretch.id.0),
                int(stretch.video.0),
                int(stretch.start.nanos()),
                int(stretch.end.nanos())
            ])
        }
        Record::Rules(rules) => {
            connection.prepare_cached("INSERT OR REPLACE INTO view_rules VALUES (0, ?)")?.execute([super::json(rules)?])
        }
    };
    written.map(|_| ())
}

/// Takes away the record of this number.
pub(super) fn take(connection: &Connection, id: RecordId) -> rusqlite::Result<()> {
    let (sql, number) = match id {
        RecordId::Video(id) => ("DELETE FROM videos WHERE id = ?", id.0),
        RecordId::Notes(id) => ("DELETE FROM notes WHERE video = ?", id.0),
        RecordId::Set(id) => ("DELETE FROM label_sets WHERE id = ?", id.0),
        RecordId::Class(id) => ("DELETE FROM classes WHERE id = ?", id.0),
        RecordId::Segment(_, id) => ("DELETE FROM segments WHERE id = ?", id.0),
        RecordId::Marker(_, id) => ("DELETE FROM markers WHERE id = ?", id.0),
        RecordId::Stretch(_, id) => ("DELETE FROM stretches WHERE id = ?", id.0),
        RecordId::Rules => ("DELETE FROM view_rules WHERE id = ?", 0),
    };
    connection.prepare_cached(sql)?.execute([int(number)]).map(|_| ())
}
