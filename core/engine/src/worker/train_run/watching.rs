//! The best network on the whole of the videos that were kept back, where everything that happens is labelled: with sliding
//! windows, as in an analysis.
//!
//! It comes when all was learnt and written, so that whatever fails here costs figures and nothing else.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Select, Sender};
use ks_domain::metrics::{JudgedVideo, OVERLAPS, WholeVideoFigures};
use ks_domain::training::{BACKGROUND, HeldOut, TrainNews, TrainPhase, WholeVideoRecord};
use ks_domain::{AnalysisSettings, MediaTime, SegmentRule, Valid, WindowScores};
use ks_media::{Clip, ClipReader};
use ks_model::weights::{Strictness, Weights, open_checkpoint};
use ks_model::{ClipBatch, Recognizer};

use super::judging::mean_scores;
use super::open::Open;
use super::{Doing, TrainRun, no_thread};
use crate::meter::ProgressMeter;
use crate::training::{Opened, Sources, unreadable};
use crate::worker::feed::{self, Feed, Stop};
use crate::worker::step::{Broken, Step};
use crate::{Event, Failure, Stage, Subject};

/// Windows that wait for the network at most.
const AHEAD: usize = 3;
/// Later than any moment of a video.
const END: MediaTime = MediaTime::from_nanos(u64::MAX);
/// The file of the best network.
const BEST: &str = "best.safetensors";

/// What the decode thread says.
enum Seen {
    /// The windows of a video follow, by its place among those that were kept back.
    Video(usize, Arc<Opened>),
    /// One of them.
    Window(Box<Clip>),
    /// The video cannot be read, or not to its end.
    Lost(Failure),
    /// There is no more.
    Done,
    /// The thread broke off.
    Failed(Failure),
}

/// A video of which windows were seen.
struct Current {
    place: usize,
    opened: Arc<Opened>,
    windows: Vec<WindowScores>,
}

/// Videos that are being watched.
pub(super) struct Watching {
    feed: Feed<Seen>,
    network: Recognizer,
    settings: Valid<AnalysisSettings>,
    /// For each class, from which score on it is believed; `None` for the background.
    thresholds: Vec<Option<f32>>,
    epoch: u32,
    held_out: Arc<[HeldOut]>,
    current: Option<Current>,
    judged: Vec<JudgedVideo>,
    meter: ProgressMeter,
}

impl Watching {
    /// Wakes the compute thread when there are windows.
    pub(super) fn wake<'a>(&'a self, select: &mut Select<'a>) {
        self.feed.wake(select);
    }

    /// A video is over: what was seen of it is put beside its labels.
    fn close(&mut self) {
        let Some(Current { place, opened, windows }) = self.current.take() else { return };
        let (Opened::Video { table, .. }, Some(video)) = (opened.as_ref(), self.held_out.get(place)) else { return };
        if windows.is_empty() {
            return;
        }
        let rule = |threshold: &Option<f32>| threshold.map(|threshold| SegmentRule { threshold, ..Default::default() });
        let rules: Vec<Option<SegmentRule>> = self.thresholds.iter().map(rule).collect();
        let labels: Vec<_> = video.labels.iter().map(|(class, span)| (*class as usize, *span)).collect();
        self.judged.push(JudgedVideo::new(table, &video.parts, &labels, &windows, &rules));
    }

    /// Seconds of held-out time up to a moment of the video at a place.
    fn seconds_until(&self, place: usize, time: MediaTime) -> u64 {
        let until = |video: &HeldOut, end: MediaTime| -> f64 {
            let part = |(from, to): &(MediaTime, MediaTime)| to.min(&end).saturating_sub(*from).secs_f64();
            video.parts.iter().map(part).sum()
        };
        let before: f64 = self.held_out.iter().take(place).map(|video| until(video, END)).sum();
        (before + self.held_out.get(place).map_or(0.0, |video| until(video, time))) as u64
    }
}

impl TrainRun {
    /// Begins to watch, if there is something and it is wanted.
    pub(super) fn begin_watching(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Option<Box<Watching>>, Failure> {
        let held_out: Arc<[HeldOut]> = self.spec.data.held_out.clone().into();
        let validates = self.spec.validates;
        let open = self.opened();
        if !validates || !open.config.evaluation.whole_videos || held_out.is_empty() {
            return Ok(None);
        }
        let Some(settings) = open.capsule.analysis().and_then(|settings| settings.validate().ok()) else {
            return Ok(None);
        };
        let (weights, thresholds, epoch) = open.best_network()?;
        let network = Recognizer::from_weights(&weights, &open.device);
        drop(weights);
        let feed =
            start(Arc::clone(&self.sources), Arc::clone(&held_out), settings).map_err(|error| no_thread(&error))?;
        let (current, judged, meter) = (None, Vec::new(), ProgressMeter::new(Instant::now(), 0));
        let mut watching =
            Box::new(Watching { feed, network, settings, thresholds, epoch, held_out, current, judged, meter });
        watching.meter.set_total(Some(watching.seconds_until(watching.held_out.len(), MediaTime::ZERO)));
        emit(self.news(TrainNews::Phase { phase: TrainPhase::Validating }));
        Ok(Some(watching))
    }

    /// Takes one message of the decode thread.
    pub(super) fn go_on_watching(
        &mut self,
        mut watching: Box<Watching>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Step, Broken> {
        let multi_label = self.opened().settings.loss.multi_label;
        let lost = match watching.feed.poll()? {
            None => {
                self.doing = Doing::Watching(watching);
                return Ok(Step::Waiting);
            }
            Some(Seen::Video(place, opened)) => {
                watching.close();
                watching.current = Some(Current { place, opened, windows: Vec::new() });
                None
            }
            Some(Seen::Window(clip)) => match watching.see(&clip, multi_label) {
                Ok(()) => {
                    self.report_watching(&mut watching, clip.start, emit);
                    None
                }
                Err(failure) => return self.end_watching(Err(failure), emit),
            },
            Some(Seen::Lost(failure)) => Some(failure),
            Some(Seen::Failed(failure)) => return self.end_watching(Err(failure), emit),
            Some(Seen::Done) => {
                watching.close();
                let figures = WholeVideoFigures::new(&watching.judged, &watching.thresholds, multi_label);
                return self.end_watching(Ok(WholeVideoRecord { epoch: watching.epoch, figures }), emit);
            }
        };
        if let Some(failure) = lost {
            // What was seen of it before is judged all the same only if it was all.
            watching.current = None;
            let mut told = Vec::new();
            let message = format!("a whole video is not judged, because it cannot be read: {}", failure.summary);
            let noted = self.opened().note(message, &mut told);
            told.into_iter().for_each(|news| emit(self.news(news)));
            noted?;
        }
        self.doing = Doing::Watching(watching);
        Ok(Step::Worked)
    }

    fn report_watching(&self, watching: &mut Watching, time: MediaTime, emit: &mut dyn FnMut(Event)) {
        let place = watching.current.as_ref().map_or(0, |current| current.place);
        let now = Instant::now();
        let done = watching.seconds_until(place, time);
        watching.meter.set_done(now, done);
        if let Some(progress) = watching.meter.report(now) {
            emit(Event::Progress { job: self.job, stage: Stage::Validating, progress, bottleneck: None });
        }
    }

    /// All was seen, or something went wrong that is worth a word; the run is done either way.
    fn end_watching(
        &mut self,
        found: Result<WholeVideoRecord, Failure>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Step, Broken> {
        let mut told = Vec::new();
        let open = self.opened();
        let kept = match found {
            Ok(record) if record.figures.frames > 0 => {
                let line = open.log.other("INFO", &in_words(&record));
                open.write_log(&line, None).and_then(|()| open.tell(TrainNews::WholeVideos(record), &mut told))
            }
            Ok(_) => Ok(()),
            Err(failure) => {
                let message = format!("the network could not be judged on whole videos: {}", failure.summary);
                open.note(message, &mut told)
            }
        };
        told.into_iter().for_each(|news| emit(self.news(news)));
        kept?;
        self.finish()
    }
}

impl Watching {
    /// Computes the scores of a window.
    fn see(&mut self, clip: &Clip, multi_label: bool) -> Result<(), Failure> {
        let batch = ClipBatch { pixels: &clip.pixels, shape: clip.shape };
        let logits = self.network.logits(batch, &self.settings.normalization);
        let logits = logits.map_err(|error| Failure::new(Subject::Device, error.to_string()))?;
        let Some(current) = &mut self.current else { return Ok(()) };
        current.windows.push(WindowScores {
            start_frame: clip.start_frame,
            end_frame: clip.end_frame,
            start: clip.start,
            end: clip.end,
            scores: mean_scores(&logits, multi_label),
        });
        Ok(())
    }
}

impl Open {
    /// The best network that is on the disk, or the one that there is: its weights, from which score on each of its classes
    /// is believed, and after which epoch it was made.
    fn best_network(&mut self) -> Result<(Weights, Vec<Option<f32>>, u32), Failure> {
        let path = self.run.path().join(BEST);
        let best = self.position.best.map(|(_, epoch)| epoch).filter(|epoch| *epoch > 0 && path.is_file());
        let (weights, thresholds, epoch) = match best {
            Some(epoch) => {
                let (weights, thresholds) = self.read_network(&path)?;
                (weights, thresholds, epoch)
            }
            None => {
                let weights = self.learner.weights();
                let weights = weights.map_err(|error| Failure::new(Subject::Device, error.to_string()))?;
                (weights, self.thresholds.clone(), self.epochs_done())
            }
        };
        let of = |name: &String| thresholds.get(name).copied().unwrap_or(SegmentRule::default().threshold);
        let believed = self.capsule.classes.iter().map(|class| (class.name != BACKGROUND).then(|| of(&class.name)));
        Ok((weights, believed.collect(), epoch))
    }

    fn read_network(&self, path: &Path) -> Result<(Weights, std::collections::BTreeMap<String, f32>), Failure> {
        let failed = |error| crate::convert::checkpoint_failure(path, &error);
        let file = open_checkpoint(path).map_err(failed)?;
        let thresholds = file.capsule.map(|capsule| capsule.thresholds.by_class).unwrap_or_default();
        let arch = Some(self.capsule.architecture.clone());
        let (weights, _gaps) = Weights::fitted(arch, file.tensors, Strictness::EXACT).map_err(failed)?;
        Ok((weights, thresholds))
    }
}

/// Starts the decode thread.
fn start(
    sources: Arc<Sources>,
    held_out: Arc<[HeldOut]>,
    settings: Valid<AnalysisSettings>,
) -> std::io::Result<Feed<Seen>> {
    feed::start(AHEAD, Seen::Failed, move |to| {
        for (place, video) in held_out.iter().enumerate() {
            read(&sources, place, video, &settings, to)?;
        }
        to.send(Seen::Done).map_err(|_closed| Stop::Closed)
    })
}

/// Reads the windows of a video that say something about its judged parts.
fn read(
    sources: &Sources,
    place: usize,
    video: &HeldOut,
    settings: &Valid<AnalysisSettings>,
    to: &Sender<Seen>,
) -> Result<(), Stop> {
    let send = |seen| to.send(seen).map_err(|_closed| Stop::Closed);
    let opened = match sources.open(video.source) {
        Ok(opened) => opened,
        Err(failure) => return send(Seen::Lost(failure)),
    };
    // Folders of pictures have no times, and a project has none of them.
    let Opened::Video { path, info, table } = opened.as_ref() else { return Ok(()) };
    let (Some((first, _)), Some((_, last))) = (video.parts.first(), video.parts.last()) else { return Ok(()) };
    send(Seen::Video(place, Arc::clone(&opened)))?;
    let mut reader = match ClipReader::open(path, info, table, settings, sources.cancel()) {
        Ok(reader) => reader,
        Err(error) => return send(Seen::Lost(unreadable(&error))),
    };
    reader.skip_to(first_window(table.first_from(*first), settings));
    loop {
        match reader.next_clip() {
            Ok(Some(clip)) => {
                let is_last = clip.start >= *last;
                send(Seen::Window(Box::new(clip)))?;
                if is_last {
                    return Ok(());
                }
            }
            Ok(None) => return Ok(()),
            Err(_) if sources.cancel().is_cancelled() => return Err(Stop::Closed),
            Err(error) => return send(Seen::Lost(unreadable(&error))),
        }
    }
}

/// The window before the one whose middle is next to a frame: a window speaks for the time around its middle.
fn first_window(frame: u32, settings: &AnalysisSettings) -> u32 {
    (frame.saturating_sub(settings.window_span() / 2) / settings.stride.max(1)).saturating_sub(1)
}

/// The figures as a line of the log.
fn in_words(record: &WholeVideoRecord) -> String {
    let figures = &record.figures;
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let f1: Vec<String> = OVERLAPS
        .iter()
        .zip(figures.f1())
        .map(|(overlap, f1)| format!("segment_f1@{:.0}: {}", overlap * 100.0, number(f1)))
        .collect();
    format!(
        "whole videos, network of epoch {}: {} videos, {} frames, {}, frame_map: {}, frame_acc: {}",
        record.epoch,
        figures.videos,
        figures.frames,
        f1.join(", "),
        number(figures.frame_map),
        number(figures.frame_accuracy)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_window_lies_before_the_one_that_speaks_for_a_frame() {
        let settings = AnalysisSettings { clip_len: 4, frame_interval: 2, stride: 4, ..AnalysisSettings::default() };
        // Windows of seven frames: their middles are at 3, 7, 11, …
        assert_eq!([0, 3, 8, 11, 100].map(|frame| first_window(frame, &settings)), [0, 0, 0, 1, 23]);
    }
}
