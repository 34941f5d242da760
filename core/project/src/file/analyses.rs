//! What networks found, kept window by window, so that an analysis that was cut short goes on where it stopped.

use ks_domain::WindowScores;
use ks_domain::project::{AnalysisId, AnalysisRecord, VideoId};
use rusqlite::{OptionalExtension as _, params};

use super::load::{number, time};
use super::rows::int;
use super::{ProjectFile, json, load};
use crate::ProjectError;

/// An analysis without its scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalysisSummary {
    /// Which one.
    pub id: AnalysisId,
    /// Its video.
    pub video: VideoId,
    /// Whether all windows are there.
    pub is_complete: bool,
}

impl ProjectFile {
    /// Begins an analysis, with the windows that it has already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_analysis(&mut self, analysis: &AnalysisRecord) -> Result<(), ProjectError> {
        self.transaction(|connection| {
            connection.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    int(analysis.id.0),
                    int(analysis.video.0),
                    json(&analysis.model)?,
                    json(&analysis.settings)?,
                    int(analysis.unix_millis),
                    analysis.is_complete
                ],
            )?;
            put_windows(connection, analysis.id, 0, &analysis.windows)
        })
    }

    /// Adds windows; `first` is the number of the first of them, counted from 0.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add_windows(
        &mut self,
        analysis: AnalysisId,
        first: u32,
        windows: &[WindowScores],
    ) -> Result<(), ProjectError> {
        self.transaction(|connection| put_windows(connection, analysis, first, windows))
    }

    /// Says that all windows of an analysis are there. Older analyses of the video are dropped then: what a network
    /// says can be computed again, and they would make the file grow with every try.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish_analysis(&mut self, analysis: AnalysisId) -> Result<(), ProjectError> {
        self.transaction(|connection| {
            let id = int(analysis.0);
            connection.execute("UPDATE analyses SET is_complete = 1 WHERE id = ?", [id])?;
            let older = "SELECT id FROM analyses WHERE id < ?1 AND video = (SELECT video FROM analyses WHERE id = ?1)";
            connection.execute(&format!("DELETE FROM windows WHERE analysis IN ({older})"), [id])?;
            connection.execute(&format!("DELETE FROM analyses WHERE id IN ({older})"), [id]).map(|_| ())
        })
    }

    /// All analyses, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn analyses(&self) -> Result<Vec<AnalysisSummary>, ProjectError> {
        let mut found = Vec::new();
        load::each(&self.connection, &self.path, "SELECT id, video, is_complete FROM analyses ORDER BY id", |row| {
            found.push(AnalysisSummary {
                id: AnalysisId(number(row, 0)?),
                video: VideoId(number(row, 1)?),
                is_complete: row.get(2)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// The last analysis of a video, with its scores.
    ///
    /// # Errors
    /// If the file cannot be read or an analysis is damaged.
    pub fn latest_analysis(&self, video: VideoId) -> Result<Option<AnalysisRecord>, ProjectError> {
        let failed = |error: rusqlite::Error| ProjectError::from_sqlite(&error, &self.path);
        let sql = "SELECT id, model, settings, unix_millis, is_complete FROM analyses WHERE video = ? ORDER BY id DESC";
        let found = self
            .connection
            .query_row(sql, [int(video.0)], |row| {
                Ok((number(row, 0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, number(row, 3)?, row.get(4)?))
            })
            .optional()
            .map_err(failed)?;
        let Some((id, model, settings, unix_millis, is_complete)) = found else { return Ok(None) };
        let odd = |error: serde_json::Error| ProjectError::damaged(error.to_string(), &self.path);
        let mut windows = Vec::new();
        let sql = format!(
            "SELECT start_frame, end_frame, start, end, scores FROM windows WHERE analysis = {} ORDER BY number",
            int(id)
        );
        load::each(&self.connection, &self.path, &sql, |row| {
            windows.push(WindowScores {
                start_frame: row.get(0)?,
                end_frame: row.get(1)?,
                start: time(row, 2)?,
                end: time(row, 3)?,
                scores: scores(row.get_ref(4)?.as_blob()?),
            });
            Ok(())
        })?;
        Ok(Some(AnalysisRecord {
            id: AnalysisId(id),
            video,
            model: serde_json::from_str(&model).map_err(odd)?,
            settings: serde_json::from_str(&settings).map_err(odd)?,
            unix_millis,
            is_complete,
            windows,
        }))
    }
}

fn put_windows(
    connection: &rusqlite::Connection,
    analysis: AnalysisId,
    first: u32,
    windows: &[WindowScores],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (number, window) in (first..).zip(windows) {
        let blob: Vec<u8> = window.scores.iter().flat_map(|score| score.to_le_bytes()).collect();
        let (start, end) = (int(window.start.nanos()), int(window.end.nanos()));
        statement.execute(params![int(analysis.0), number, window.start_frame, window.end_frame, start, end, blob])?;
    }
    Ok(())
}

/// Four little-endian bytes each.
fn scores(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|score| f32::from_le_bytes(*score)).collect()
}
