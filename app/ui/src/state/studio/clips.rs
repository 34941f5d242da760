//! What is made of a video outside of the project: snapshots and clips; and playing a part of it.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::{FrameTable, MediaTime, Progress, VideoInfo};

use crate::state::video::Failure;
use crate::state::{AppState, Effect, PlayerCommand, PlayerPhase, Severity, Video};
use crate::tr;

/// A clip that is to be cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipToCut {
    /// The name of its class, which becomes that of its folder.
    pub class: String,
    /// Its first frame.
    pub start: u32,
    /// The frame after its last one.
    pub end: u32,
}

/// What the window's shell shall make of a video.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEffect {
    /// Ask for a name and write one frame there as a picture; answer with [`MediaEvent::SnapshotWritten`].
    Snapshot {
        /// The video.
        path: PathBuf,
        /// What the file says about itself.
        info: Arc<VideoInfo>,
        /// Its frames.
        table: Arc<FrameTable>,
        /// Which frame.
        frame: u32,
    },
    /// Ask for a folder and cut clips into it; answer with [`MediaEvent::Cutting`] and [`MediaEvent::Cut`].
    CutClips {
        /// The video.
        path: PathBuf,
        /// What the file says about itself.
        info: Arc<VideoInfo>,
        /// Its frames.
        table: Arc<FrameTable>,
        /// The clips.
        clips: Vec<ClipToCut>,
    },
    /// Stop cutting.
    CancelClips,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum MediaEvent {
    /// A picture was written.
    SnapshotWritten(PathBuf),
    /// How far cutting is, in frames.
    Cutting(Progress),
    /// Cutting has ended.
    Cut {
        /// How many clips there are.
        clips: usize,
        /// Where.
        folder: PathBuf,
        /// What is not as in the video, in sentences.
        warnings: Vec<String>,
        /// Why the rest is not there, if so.
        failure: Option<Failure>,
    },
    /// It did not work.
    Failed(Failure),
}

impl AppState {
    pub(in crate::state) fn apply_media(&mut self, event: MediaEvent) -> Vec<Effect> {
        match event {
            MediaEvent::SnapshotWritten(path) => {
                let text = tr!("studio-snapshot-written", name = super::file_name(&path));
                self.announce(Severity::Info, text, path.display().to_string());
            }
            MediaEvent::Cutting(progress) => self.studio.cutting = Some(progress),
            MediaEvent::Cut { clips, folder, warnings, failure } => {
                self.studio.cutting = None;
                let mut details = vec![folder.display().to_string()];
                details.extend(warnings.iter().cloned());
                let text = tr!("studio-clips-cut", count = clips, folder = super::file_name(&folder));
                let severity = if warnings.is_empty() { Severity::Info } else { Severity::Warning };
                if clips > 0 {
                    self.announce(severity, text, details.join("\n"));
                }
                if let Some(failure) = failure {
                    self.announce(Severity::Error, failure.summary, failure.details);
                }
            }
            MediaEvent::Failed(failure) => {
                self.studio.cutting = None;
                self.announce(Severity::Error, failure.summary, failure.details);
            }
        }
        vec![]
    }

    /// Keeps the frame that is shown as a picture.
    pub(in crate::state) fn snapshot(&mut self) -> Vec<Effect> {
        let frame = self.player.frame;
        self.readable_video().map_or_else(Vec::new, |(path, info, table)| {
            vec![Effect::Media(MediaEffect::Snapshot { path, info, table, frame })]
        })
    }

    /// Cuts the selected segments out, or all labels of the watched video if none is selected.
    pub(in crate::state) fn export_clips(&mut self) -> Vec<Effect> {
        let Some((path, info, table)) = self.readable_video() else { return vec![] };
        let selection = &self.studio.selection;
        let mut clips = Vec::new();
        for row in self.studio.rows.all() {
            let meant = |id| selection.is_empty() || selection.contains(&id);
            for bar in row.labels.iter().filter(|bar| !bar.is_absent && meant(bar.id)) {
                let (start, end) = frames_of(&table, bar.start, bar.end);
                clips.push(ClipToCut { class: row.name.clone(), start, end });
            }
        }
        if clips.is_empty() {
            self.announce(Severity::Info, tr!("studio-no-clips"), String::new());
            return vec![];
        }
        vec![Effect::Media(MediaEffect::CutClips { path, info, table, clips })]
    }

    /// Plays the selected segments, or those under the playhead, with so much before and after them.
    pub(in crate::state) fn play_span(&mut self, around: MediaTime) -> Vec<Effect> {
        if self.player.phase != PlayerPhase::Ready {
            return vec![];
        }
        let Some((_, _, table)) = self.readable_video() else { return vec![] };
        let here = self.player.position;
        let Some((start, end)) = self.selection_span().or_else(|| self.span_here(here)) else { return vec![] };
        let (start, end) = frames_of(&table, start.saturating_sub(around), end.saturating_add(around));
        self.player.is_playing = true;
        let is_repeated = self.player.is_looping;
        vec![Effect::Player(PlayerCommand::PlayRange { start, end, is_repeated })]
    }

    /// From the first start to the last end of what lies under the playhead.
    fn span_here(&self, here: MediaTime) -> Option<(MediaTime, MediaTime)> {
        let rows = self.studio.rows.all().iter();
        let spans = rows.flat_map(|row| {
            let labels = row.labels.iter().map(|bar| (bar.start, bar.end));
            labels.chain(row.predictions.iter().map(|segment| (segment.start, segment.end)))
        });
        let spans: Vec<_> = spans.filter(|(start, end)| *start <= here && here < *end).collect();
        let start = spans.iter().map(|span| span.0).min()?;
        Some((start, spans.iter().map(|span| span.1).max()?))
    }

    fn readable_video(&self) -> Option<(PathBuf, Arc<VideoInfo>, Arc<FrameTable>)> {
        let video = self.selected_video()?;
        Some((video.path.clone(), Arc::clone(video.info()?), Arc::clone(Video::table(video)?)))
    }
}

/// The frames from the one at `start` to before the one at `end`, at least one.
fn frames_of(table: &FrameTable, start: MediaTime, end: MediaTime) -> (u32, u32) {
    let first = table.frame_at(start);
    let after = if end >= table.end() { table.len() } else { table.frame_at(end) };
    (first, after.max(first + 1))
}
