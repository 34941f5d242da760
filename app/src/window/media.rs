//! Pictures and clips of a video for the window: asked for by name, made on threads of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_domain::{CancelToken, FrameTable, Progress, VideoInfo};
use ks_ui::format::sentence;
use ks_ui::state::{ClipToCut, Event, Failure, MediaEffect, MediaEvent};

use super::dialogs::{Dialogs, Question, Wanted};
use super::inbox::Outlet;
use super::videos;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Makes pictures and clips.
pub(super) struct MediaLink {
    outlet: Outlet,
    dialogs: Dialogs,
    cutting: Option<CancelToken>,
}

struct Source {
    path: PathBuf,
    info: Arc<VideoInfo>,
    table: Arc<FrameTable>,
}

impl MediaLink {
    pub(super) const fn new(outlet: Outlet, dialogs: Dialogs) -> Self {
        Self { outlet, dialogs, cutting: None }
    }

    /// Does what the state asks for. Never waits.
    pub(super) fn carry_out(&mut self, effect: MediaEffect) {
        match effect {
            MediaEffect::Snapshot { path, info, table, frame } => {
                let (source, dialogs) = (Source { path, info, table }, self.dialogs.clone());
                self.on_thread("snapshot", move |outlet| snapshot(&source, frame, &dialogs, outlet));
            }
            MediaEffect::CutClips { path, info, table, clips } => {
                let cancel = CancelToken::new();
                // One cutting at a time: the one before stops, and what it has made stays.
                if let Some(before) = self.cutting.replace(cancel.clone()) {
                    before.cancel();
                }
                let (source, dialogs) = (Source { path, info, table }, self.dialogs.clone());
                self.on_thread("clips", move |outlet| cut_all(&source, &clips, &cancel, &dialogs, outlet));
            }
            MediaEffect::CancelClips => {
                if let Some(cancel) = self.cutting.take() {
                    cancel.cancel();
                }
            }
        }
    }

    fn on_thread(&self, name: &str, work: impl FnOnce(&Outlet) + Send + 'static) {
        let outlet = self.outlet.clone();
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&outlet));
        if let Err(error) = started {
            let failure = Failure::new(format!("There is no room for another thread ({error}); close other programs"));
            self.outlet.try_send(Event::Media(MediaEvent::Failed(failure)));
        }
    }
}

fn snapshot(source: &Source, frame: u32, dialogs: &Dialogs, outlet: &Outlet) {
    let stem = source.path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{}_{frame}.png", ks_media::safe_name(&stem));
    let question = Question::new("Save picture", Wanted::NewFile(name)).filter("Pictures", &["png"]);
    let Some(mut to) = dialogs.ask_for_one(&question.starting_in(folder_of(&source.path))) else { return };
    if to.extension().is_none() {
        to.set_extension("png");
    }
    let video = (source.path.as_path(), &*source.info, &*source.table);
    let event = match ks_media::snapshot(video, frame, &to, &CancelToken::new()) {
        Ok(()) => MediaEvent::SnapshotWritten(to),
        Err(error) => MediaEvent::Failed(videos::failure(&error)),
    };
    outlet.send(Event::Media(event));
}

fn cut_all(source: &Source, clips: &[ClipToCut], cancel: &CancelToken, dialogs: &Dialogs, outlet: &Outlet) {
    let question = Question::new("Choose a folder for the clips", Wanted::Folder);
    let Some(folder) = dialogs.ask_for_one(&question.starting_in(folder_of(&source.path))) else { return };
    let begin = Instant::now();
    let total: u64 = clips.iter().map(|clip| u64::from(clip.end - clip.start)).sum();
    let (mut before, mut made, mut warnings, mut failure) = (0, 0, Vec::new(), None);
    let mut told = None;
    for clip in clips {
        let frames = clip.start..clip.end;
        let stem = ks_media::clip_stem(&folder, &clip.class, &source.path, &frames);
        let mut tell = |progress: Progress| {
            if told.is_none_or(|told: Instant| told.elapsed() > TELL_EVERY) {
                told = Some(Instant::now());
                let (done, elapsed_secs) = (before + progress.done, begin.elapsed().as_secs_f64());
                let rate = if elapsed_secs > 0.0 { done as f64 / elapsed_secs } else { 0.0 };
                let whole = Progress { done, total: Some(total), rate, elapsed_secs };
                outlet.send(Event::Media(MediaEvent::Cutting(whole)));
            }
        };
        let video = (source.path.as_path(), &*source.info, &*source.table);
        match ks_media::cut(video, frames, &stem, cancel, &mut tell) {
            Ok(cut) => {
                made += 1;
                warnings.extend(cut.warnings.iter().map(|text| sentence(text)));
            }
            Err(_) if cancel.is_cancelled() => break,
            Err(error) => {
                failure = Some(videos::failure(&error));
                break;
            }
        }
        before += u64::from(clip.end - clip.start);
    }
    warnings.sort();
    warnings.dedup();
    outlet.send(Event::Media(MediaEvent::Cut { clips: made, folder, warnings, failure }));
}

fn folder_of(video: &Path) -> Option<PathBuf> {
    video.parent().map(Path::to_owned)
}
