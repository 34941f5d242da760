//! A place to teach networks in: three made-up videos of two motions, labelled, and a network of a few thousand weights
//! that knows nothing yet.

use std::path::{Path, PathBuf};

use ks_domain::training::{SplitRule, TrainConfig, Trained};
use ks_domain::{AnalysisSettings, ArchSpec, BottleneckMode, CancelToken, MediaTime};
use ks_media::demo::{Format, Motion, write_mixture};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AnalysisPhase, LabelAction, Page, RunState, TrainingAction};

use super::{Seat, is_watching};

/// Its videos show each motion twice.
const MOTIONS: [(Motion, f64); 4] =
    [(Motion::PanLeft, 0.8), (Motion::PanRight, 0.8), (Motion::PanLeft, 0.8), (Motion::PanRight, 0.8)];

/// What the motions are called here.
pub(super) const NAMES: [&str; 2] = ["left", "right"];

/// Clips that are computed in a moment.
pub(super) fn settings() -> AnalysisSettings {
    AnalysisSettings { clip_len: 8, frame_interval: 1, stride: 8, short_side: 36, crop_size: 32, ..Default::default() }
}

fn network(home: &Path) -> PathBuf {
    let path = home.join("blank.safetensors");
    if !path.exists() {
        let arch =
            ArchSpec { stage_blocks: [1, 1, 1, 1], base_channels: 4, ..ArchSpec::new(BottleneckMode::Ir, NAMES.len()) };
        ks_engine::write_made_up(&arch, &path).unwrap();
    }
    path
}

/// The window of somebody who works here, with what the last session left.
pub(super) fn enter(home: &Path) -> Seat {
    let mut seat = Seat::with(home, Some(network(home)), None);
    seat.state_mut().settings = settings();
    seat
}

/// Videos in the queue, the first one watched; no labels yet.
pub(super) fn with_videos(home: &Path) -> Seat {
    let mut seat = enter(home);
    let format = Format { width: 64, height: 48, fps: 10 };
    let write = |seed| {
        let stem = home.join(format!("video{seed}"));
        write_mixture(&stem, &MOTIONS, (seed, format), &CancelToken::new(), &mut |_frame, _of| {}).unwrap().path
    };
    let videos: Vec<PathBuf> = (1..=3).map(write).collect();
    let paths: Vec<&Path> = videos.iter().map(PathBuf::as_path).collect();
    seat.drop_files(&paths);
    seat.until("the videos", |state| state.videos.len() == 3 && is_watching(state));
    seat
}

/// The same, with labels of both motions in all of them.
pub(super) fn with_labels(home: &Path) -> Seat {
    let mut seat = with_videos(home);
    let ids: Vec<_> = seat.state().videos.iter().map(|video| video.id).collect();
    for id in ids.iter().rev() {
        seat.window.state_mut().acts(Action::Select(*id));
        seat.until("the video", is_watching);
        // Only names differ between them; where exactly the shapes move does not matter to a network that knows nothing.
        label(&mut seat, NAMES[0], 0.4, 1.2);
        label(&mut seat, NAMES[1], 2.0, 2.8);
        label(&mut seat, NAMES[0], 3.4, 4.2);
        label(&mut seat, NAMES[1], 4.6, 5.4);
    }
    seat.page(Page::Labels);
    seat
}

pub(super) fn label(seat: &mut Seat, class: &str, start: f64, end: f64) {
    let (start, end) = (MediaTime::from_secs_f64(start), MediaTime::from_secs_f64(end));
    let class = class.to_owned();
    seat.window.state_mut().acts(Action::Label(LabelAction::DrawNamed { class, start, end }));
}

/// Opens the training screen with settings by which a run takes a moment, or so many epochs of the whole network.
pub(super) fn settle(seat: &mut Seat, epochs: u32, trained: Trained) {
    seat.window.state_mut().acts(Action::Command(Command::ShowTraining));
    let base = seat.state().training.form.config.clone();
    let mut config = TrainConfig { ..base };
    let AnalysisSettings { clip_len, frame_interval, short_side, crop_size, .. } = settings();
    (config.clip.clip_len, config.clip.frame_interval) = (clip_len, frame_interval);
    (config.clip.short_side, config.clip.crop_size) = (short_side, crop_size);
    (config.schedule.epochs, config.schedule.warmup_epochs) = (epochs, 0);
    (config.data.batch, config.data.split, config.data.validation_share) = (4, SplitRule::Video, 0.34);
    config.data.background = false;
    (config.run.log_every, config.run.feature_views) = (1, 1);
    config.network.trained = trained;
    seat.window.state_mut().acts(TrainingAction::TypeText(config.to_toml()).into());
    seat.window.run_steps(4);
}

/// Waits until the newest run is in a state.
#[track_caller]
pub(super) fn until_run(seat: &mut Seat, what: &str, is_so: impl Fn(&RunState) -> bool) {
    seat.until(what, |state| {
        let newest = state.training.runs.entries.iter().flatten().next();
        newest.is_some_and(|run| is_so(&run.state))
    });
}

/// Trains the classifier for two epochs and goes on with what came of it.
pub(super) fn taught(home: &Path) -> Seat {
    let mut seat = with_labels(home);
    settle(&mut seat, 2, Trained::Head);
    seat.click("Start training");
    until_run(&mut seat, "the run", |state| *state == RunState::Finished);
    seat.until("the checkpoints", |state| state.training.checkpoints.usable().count() > 0);
    seat.window.state_mut().acts(Action::Command(Command::ShowCheckpoints));
    seat.window.run_steps(4);
    seat
}

/// Analyses the watched video.
#[track_caller]
pub(super) fn analyse(seat: &mut Seat) {
    seat.click("Analyse");
    until_analysed(seat);
}

#[track_caller]
pub(super) fn until_analysed(seat: &mut Seat) {
    seat.until("the analysis", |state| {
        state.videos.iter().all(|video| !video.analysis.phase.is_pending())
            && state.selected_video().is_some_and(|video| video.analysis.phase == AnalysisPhase::Done)
    });
}
