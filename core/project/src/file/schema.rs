//! The tables of a project file, and how an older file becomes one of this format.

use rusqlite::Connection;

/// Marks the file as one of ours (`KsPj`), for `file` and for refusing others.
pub(super) const APPLICATION_ID: i64 = 0x4b73_506a;

/// One step per format: step `n` makes a file of format `n` into one of format `n + 1`. An empty file has format 0.
pub(super) const STEPS: &[&str] = &[FORMAT_1, FORMAT_2];

/// All times are nanoseconds on the video's own clock, all moments of the world milliseconds since 1970, UTC. Numbers
/// come from one counter (`ks_domain::project`). The journal only grows, and replaying it gives the other tables.
const FORMAT_1: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE videos (id INTEGER PRIMARY KEY, path TEXT NOT NULL, place INTEGER NOT NULL, is_removed INTEGER NOT NULL);
CREATE TABLE facts (
    video INTEGER PRIMARY KEY, hash TEXT NOT NULL, bytes INTEGER NOT NULL, frames INTEGER NOT NULL, duration INTEGER NOT NULL
);
CREATE TABLE notes (video INTEGER PRIMARY KEY, work TEXT NOT NULL, note TEXT NOT NULL);
CREATE TABLE label_sets (id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL);
CREATE TABLE classes (
    id INTEGER PRIMARY KEY, label_set INTEGER NOT NULL, name TEXT NOT NULL, color TEXT, key TEXT, description TEXT NOT NULL,
    place INTEGER NOT NULL, fate TEXT NOT NULL, merged_into INTEGER
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, video INTEGER NOT NULL, class INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    verdict TEXT NOT NULL, person TEXT, checkpoint TEXT, checkpoint_hash TEXT, score REAL, note TEXT NOT NULL
);
CREATE INDEX segments_of_video ON segments (video, start);
CREATE TABLE markers (id INTEGER PRIMARY KEY, video INTEGER NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE stretches (id INTEGER PRIMARY KEY, video INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE TABLE analyses (
    id INTEGER PRIMARY KEY, video INTEGER NOT NULL, model TEXT NOT NULL, settings TEXT NOT NULL, unix_millis INTEGER NOT NULL,
    is_complete INTEGER NOT NULL
);
CREATE TABLE windows (
    analysis INTEGER NOT NULL, number INTEGER NOT NULL, start_frame INTEGER NOT NULL, end_frame INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, scores BLOB NOT NULL, PRIMARY KEY (analysis, number)
) WITHOUT ROWID;
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, unix_millis INTEGER NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, change TEXT NOT NULL
);
CREATE TRIGGER journal_is_not_rewritten BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_is_not_shortened BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
";

/// From which probability on segments count is a record with a history. What was kept of it without one becomes its first
/// change, so that replaying the journal still gives the tables.
const FORMAT_2: &str = r#"
CREATE TABLE view_rules (id INTEGER PRIMARY KEY CHECK (id = 0), rules TEXT NOT NULL);
INSERT INTO view_rules SELECT 0, value FROM meta WHERE key = 'rules';
INSERT INTO journal SELECT
    (SELECT coalesce(max(number), 0) + 1 FROM journal), 0, '', '"done"',
    '{"scope":"classes","kind":"set_rules","edits":[{"before":null,"after":{"rules":' || value || '}}]}'
    FROM meta WHERE key = 'rules';
DELETE FROM meta WHERE key = 'rules';
"#;

/// The format of this program.
pub(super) const fn current_format() -> i64 {
    STEPS.len() as i64
}

/// The format of an open file, and whether it is marked as ours.
pub(super) fn format_of(connection: &Connection) -> rusqlite::Result<(i64, bool)> {
    let format = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mark: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok((format, mark == APPLICATION_ID))
}

/// Takes a file from one format to that of `steps`, all at once or not at all.
pub(super) fn upgrade(connection: &mut Connection, from: i64, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let skipped = usize::try_from(from).unwrap_or(usize::MAX);
    for step in steps.iter().skip(skipped) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", steps.len() as i64)?;
    transaction.commit()
}
