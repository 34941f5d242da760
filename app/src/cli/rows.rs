//! What `classify` prints: one row, or JSON object, for every class of every window.

use std::io::Write;
use std::path::Path;

use ks_domain::{LabelSet, WindowScores};
use serde::Serialize;

/// One class of one window. The fields are described in `docs/cli.md` and `docs/schema/classify.schema.json`.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    /// The video as it was named on the command line.
    video: &'a str,
    /// First frame of the window.
    start_frame: u32,
    /// The frame after the last one of the window.
    end_frame: u32,
    /// When the first frame is shown.
    start_secs: f64,
    /// When the last frame ends.
    end_secs: f64,
    /// 1 for the most probable class of the window.
    rank: u64,
    /// Index of the class in the checkpoint.
    class_index: usize,
    /// Name of the class.
    class: &'a str,
    /// Probability, 0 to 1.
    score: f32,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One array of objects.
    Json,
    /// RFC 4180 with a header.
    Csv,
}

/// Writes rows as they come.
pub(super) struct RowWriter<W: Write> {
    out: Out<W>,
    labels: LabelSet,
    top: usize,
}

enum Out<W: Write> {
    Text { out: W, video: String },
    Json { out: W, is_empty: bool },
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> RowWriter<W> {
    /// Writes what comes before the first row.
    pub(super) fn new(format: Format, mut out: W, labels: LabelSet, top: usize) -> anyhow::Result<Self> {
        let out = match format {
            Format::Text => Out::Text { out, video: String::new() },
            Format::Json => {
                write!(out, "[")?;
                Out::Json { out, is_empty: true }
            }
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
                let names = [
                    "video",
                    "start_frame",
                    "end_frame",
                    "start_secs",
                    "end_secs",
                    "rank",
                    "class_index",
                    "class",
                    "score",
                ];
                writer.write_record(names).map_err(io_error)?;
                Out::Csv(Box::new(writer))
            }
        };
        Ok(Self { out, labels, top })
    }

    /// Writes the rows of one window and flushes them.
    pub(super) fn window(&mut self, video: &Path, window: &WindowScores) -> anyhow::Result<()> {
        let video = video.to_string_lossy();
        for (rank, top) in (1..).zip(window.top_k(self.top)) {
            let row = Row {
                video: &video,
                start_frame: window.start_frame,
                end_frame: window.end_frame,
                start_secs: window.start.secs_f64(),
                end_secs: window.end.secs_f64(),
                rank,
                class_index: top.class,
                class: self.labels.name(top.class).unwrap_or_default(),
                score: top.score,
            };
            self.out.row(&row, window)?;
        }
        self.out.flush()
    }

    /// Writes what comes after the last row.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        if let Out::Json { out, is_empty } = &mut self.out {
            writeln!(out, "{}]", if *is_empty { "" } else { "\n" })?;
        }
        self.out.flush()
    }
}

impl<W: Write> Out<W> {
    fn row(&mut self, row: &Row<'_>, window: &WindowScores) -> anyhow::Result<()> {
        match self {
            Self::Text { out, video } => {
                if video != row.video {
                    row.video.clone_into(video);
                    writeln!(out, "{video}")?;
                }
                let place = format!("{} – {}", window.start, window.end);
                let place = if row.rank == 1 { place } else { " ".repeat(place.chars().count()) };
                writeln!(out, "  {place}  {:5.1} %  {}", row.score * 100.0, row.class)?;
            }
            Self::Json { out, is_empty } => {
                write!(out, "{}\n  ", if *is_empty { "" } else { "," })?;
                *is_empty = false;
                // In a buffer first, so that a broken pipe is an I/O error and not one of JSON.
                let object = serde_json::to_vec(row)?;
                out.write_all(&object)?;
            }
            Self::Csv(writer) => writer.serialize(row).map_err(io_error)?,
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Text { out, .. } | Self::Json { out, .. } => out.flush()?,
            Self::Csv(writer) => writer.flush()?,
        }
        Ok(())
    }
}

/// Finds the I/O error in a CSV error, so that a broken pipe is recognised.
fn io_error(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => anyhow::anyhow!("a row could not be written as CSV: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use ks_domain::MediaTime;

    use super::*;

    fn written(format: Format, windows: usize) -> String {
        let labels = LabelSet::parse("arm, \"wrestling\"\nbowling").unwrap();
        let mut out = Vec::new();
        let mut writer = RowWriter::new(format, &mut out, labels, 2).unwrap();
        let window = WindowScores {
            start_frame: 0,
            end_frame: 63,
            start: MediaTime::ZERO,
            end: MediaTime::from_secs_f64(2.25),
            scores: vec![0.75, 0.25],
        };
        for _ in 0..windows {
            writer.window(Path::new("a b.mp4"), &window).unwrap();
        }
        writer.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_one_array_also_when_nothing_was_found() {
        let rows: Vec<serde_json::Value> = serde_json::from_str(&written(Format::Json, 2)).unwrap();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[1]["class"], "bowling");
        assert_eq!(rows[1]["rank"], 2);
        assert_eq!(written(Format::Json, 0), "[]\n");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let text = written(Format::Csv, 1);
        let wanted = "video,start_frame,end_frame,start_secs,end_secs,rank,class_index,class,score\n\
                      a b.mp4,0,63,0.0,2.25,1,0,\"arm, \"\"wrestling\"\"\",0.75\n\
                      a b.mp4,0,63,0.0,2.25,2,1,bowling,0.25\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn text_names_the_video_once_and_the_window_once() {
        let text = written(Format::Text, 1);
        let wanted =
            "a b.mp4\n  0:00.000 – 0:02.250   75.0 %  arm, \"wrestling\"\n                        25.0 %  bowling\n";
        assert_eq!(text, wanted);
    }
}
