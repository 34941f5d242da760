//! The reducer, without a window.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::{
    ColorMatrix, ColorRange, FrameEntry, FrameTable, LabelSet, MediaTime, Progress, Rotation, VideoInfo,
    VideoStreamInfo, WindowScores,
};

use super::*;
use crate::commands::Command;

fn table(frames: u64) -> Arc<FrameTable> {
    let entries =
        (0..frames).map(|i| FrameEntry { time: MediaTime::from_nanos(i * 40_000_000), is_key: i == 0 }).collect();
    Arc::new(FrameTable::new(entries, MediaTime::from_nanos(frames * 40_000_000)).unwrap())
}

fn info() -> Arc<VideoInfo> {
    Arc::new(VideoInfo {
        container: "MP4".to_owned(),
        duration: Some(MediaTime::from_secs_f64(10.0)),
        streams: vec![],
        video: VideoStreamInfo {
            stream_index: 0,
            codec: "H.264".to_owned(),
            width: 340,
            height: 256,
            bit_depth: 8,
            rotation: Rotation::None,
            matrix: ColorMatrix::Bt601,
            range: ColorRange::Limited,
            stated_rate: Some(25.0),
            pixel_aspect: 1.0,
        },
        audio: None,
        warnings: vec![],
    })
}

fn window(second: u32, scores: &[f32]) -> WindowScores {
    WindowScores {
        start_frame: second * 25,
        end_frame: second * 25 + 25,
        start: MediaTime::from_secs_f64(f64::from(second)),
        end: MediaTime::from_secs_f64(f64::from(second) + 1.0),
        scores: scores.to_vec(),
    }
}

/// A state with open, indexed videos, a chosen checkpoint, and the player ready.
fn opened(names: &[&str]) -> (AppState, Vec<VideoId>) {
    let mut state = AppState::default();
    state.apply(Action::OpenPaths(names.iter().map(PathBuf::from).collect()).into());
    let ids: Vec<VideoId> = state.videos.iter().map(|video| video.id).collect();
    for id in &ids {
        state.apply(Event::Video(*id, VideoEvent::Probed(info())));
        state.apply(Event::Video(*id, VideoEvent::Indexed { table: table(250), warnings: vec![] }));
    }
    state.apply(Event::Player(PlayerEvent::Ready));
    state.apply(Action::ChooseCheckpoint("csn.pth".into()).into());
    (state, ids)
}

/// What a command does besides what is kept in the project.
fn command(state: &mut AppState, command: Command) -> Vec<Effect> {
    outside(state.apply(Action::Command(command).into()))
}

fn outside(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().filter(|effect| !matches!(effect, Effect::Project(_))).collect()
}

fn player_commands(effects: &[Effect]) -> Vec<PlayerCommand> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Player(command) = effect { Some(*command) } else { None })
        .collect()
}

#[test]
fn opened_videos_are_examined_and_the_first_is_shown_even_before_all_its_frames_are_known() {
    let mut state = AppState::default();
    let effects = state.apply(Action::OpenPaths(vec!["a.mp4".into(), "b.mp4".into()]).into());
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Examine { .. })).count(), 2);
    let first = state.selected.unwrap();
    assert_eq!(state.player.phase, PlayerPhase::Loading);
    let effects = state.apply(Event::Video(first, VideoEvent::Probed(info())));
    assert!(matches!(effects.as_slice(), [Effect::LoadPlayer { video, table: None, .. }] if *video == first));
    let effects = state.apply(Event::Video(first, VideoEvent::Indexed { table: table(250), warnings: vec![] }));
    let effects = outside(effects);
    assert!(matches!(
        effects.as_slice(),
        [
            Effect::GivePlayerTable(_),
            Effect::MakePictures { is_strip: false, .. },
            Effect::MakePictures { is_strip: true, .. }
        ]
    ));
    assert!((state.range.total - 10.0).abs() < 1e-9);
    // The same file again is only selected.
    let effects = state.apply(Action::OpenPaths(vec!["b.mp4".into()]).into());
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Examine { .. })));
    assert_eq!((state.videos.len(), state.selected == Some(first)), (2, false));
}

#[test]
fn keys_move_by_frames_and_seconds_and_never_leave_the_video() {
    let (mut state, _) = opened(&["a.mp4"]);
    assert_eq!(player_commands(&command(&mut state, Command::SecondForward)), [PlayerCommand::SeekFrame(25)]);
    assert_eq!(player_commands(&command(&mut state, Command::MinuteForward)), [PlayerCommand::SeekFrame(249)]);
    assert_eq!(player_commands(&command(&mut state, Command::Start)), [PlayerCommand::SeekFrame(0)]);
    assert_eq!(player_commands(&command(&mut state, Command::FiveSecondsBack)), [PlayerCommand::SeekFrame(0)]);
    assert_eq!(player_commands(&command(&mut state, Command::FrameForward)), [PlayerCommand::Step(1)]);
    assert_eq!(player_commands(&command(&mut state, Command::PlayPause)), [PlayerCommand::Play]);
    assert_eq!(player_commands(&command(&mut state, Command::PlayPause)), [PlayerCommand::Pause]);
    assert_eq!(player_commands(&command(&mut state, Command::Slower)), [PlayerCommand::SetRate(0.75)]);
    assert_eq!(player_commands(&command(&mut state, Command::NormalRate)), [PlayerCommand::SetRate(1.0)]);
    assert_eq!(player_commands(&command(&mut state, Command::ToggleLoop)), [PlayerCommand::SetLooping(true)]);
}

#[test]
fn a_typed_time_or_frame_is_gone_to_and_nonsense_is_explained() {
    let (mut state, _) = opened(&["a.mp4"]);
    command(&mut state, Command::GoTo);
    state.apply(Action::TypeGoTo("nonsense".to_owned()).into());
    assert!(state.apply(Action::SubmitGoTo.into()).is_empty());
    assert!(matches!(&state.dialog, Some(Dialog::GoTo { error: Some(_), .. })));
    state.apply(Action::TypeGoTo("0:02".to_owned()).into());
    assert_eq!(player_commands(&state.apply(Action::SubmitGoTo.into())), [PlayerCommand::SeekFrame(50)]);
    assert_eq!(state.dialog, None);
    command(&mut state, Command::GoTo);
    state.apply(Action::TypeGoTo("f120".to_owned()).into());
    assert_eq!(player_commands(&state.apply(Action::SubmitGoTo.into())), [PlayerCommand::SeekFrame(120)]);
}

#[test]
fn analyses_run_one_after_the_other() {
    let (mut state, ids) = opened(&["a.mp4", "b.mp4"]);
    let effects = command(&mut state, Command::AnalyseAll);
    assert!(matches!(effects.as_slice(), [Effect::Analyse { video, .. }] if *video == ids[0]));
    assert_eq!(state.video(ids[1]).unwrap().analysis.phase, AnalysisPhase::Queued);
    state.apply(Event::Engine(EngineEvent::Window { video: ids[0], scores: window(0, &[0.9, 0.1]) }));
    state.refresh();
    assert_eq!(state.video(ids[0]).unwrap().analysis.lanes.segment_count(), 1);
    let effects = outside(state.apply(Event::Engine(EngineEvent::Finished(ids[0]))));
    assert!(matches!(effects.as_slice(), [Effect::Analyse { video, .. }] if *video == ids[1]));
    assert_eq!(command(&mut state, Command::CancelAnalysis), [Effect::Cancel { video: ids[1] }]);
    state.apply(Event::Engine(EngineEvent::Cancelled(ids[1])));
    assert_eq!(state.video(ids[1]).unwrap().analysis.phase, AnalysisPhase::Cancelled);
    assert!(state.running_video().is_none());
}

#[test]
fn a_threshold_redraws_without_the_engine() {
    let (mut state, ids) = opened(&["a.mp4"]);
    command(&mut state, Command::Analyse);
    for (second, score) in [(0, 0.9), (1, 0.2), (2, 0.5)] {
        let scores = window(second, &[score, 1.0 - score]);
        state.apply(Event::Engine(EngineEvent::Window { video: ids[0], scores }));
    }
    let mut count = |threshold| {
        let effects = state.apply(Action::SetThreshold(threshold).into());
        assert!(outside(effects).is_empty());
        state.refresh();
        state.video(ids[0]).unwrap().analysis.lanes.segment_count()
    };
    assert_eq!([count(0.45), count(0.6), count(0.95)], [3, 2, 0]);
}

#[test]
fn nothing_is_analysed_without_a_checkpoint_or_with_labels_that_do_not_fit() {
    let mut state = AppState::default();
    state.apply(Action::OpenPaths(vec!["a.mp4".into()]).into());
    assert!(command(&mut state, Command::Analyse).is_empty());
    assert_eq!(state.analyse_obstacle().as_deref(), Some("Choose a checkpoint first"));
    let (mut state, _) = opened(&["a.mp4"]);
    let device = DeviceEntry { id: "cpu".to_owned(), name: "CPU".to_owned(), details: String::new(), is_gpu: false };
    let model = LoadedModel { architecture: "ir-CSN-50".to_owned(), classes: 400 };
    state.apply(Event::Engine(EngineEvent::ModelReady {
        model,
        device,
        reason: "No GPU was found".to_owned(),
        labels: Vec::new(),
        settings: None,
    }));
    state.apply(Action::ChooseLabels("labels.txt".into()).into());
    let result = Ok(Arc::new(LabelSet::numbered(3)));
    state.apply(Event::Labels { path: "labels.txt".into(), result });
    assert!(command(&mut state, Command::Analyse).is_empty());
    assert!(state.analyse_obstacle().unwrap().contains("400 classes"));
}

#[test]
fn an_engine_that_dies_takes_nothing_with_it() {
    let (mut state, ids) = opened(&["a.mp4"]);
    command(&mut state, Command::PlayPause);
    command(&mut state, Command::Analyse);
    let progress = Progress { done: 3, total: Some(10), rate: 1.0, elapsed_secs: 3.0 };
    state.apply(Event::Engine(EngineEvent::Progress {
        video: ids[0],
        activity: "Analysing".to_owned(),
        progress,
        bottleneck: String::new(),
    }));
    state.apply(Event::Engine(EngineEvent::Window { video: ids[0], scores: window(0, &[0.9, 0.1]) }));
    state.apply(Event::Engine(EngineEvent::Died { status: "killed by signal 9".to_owned(), log: "tail".to_owned() }));
    assert_eq!(state.video(ids[0]).unwrap().analysis.phase, AnalysisPhase::Resuming { progress });
    assert!(state.player.is_playing);
    assert_eq!(state.banners.iter().filter(|banner| banner.severity == Severity::Warning).count(), 1);
    state.apply(Event::Engine(EngineEvent::Restarted(ids.clone())));
    assert!(state.banners.iter().all(|banner| banner.severity == Severity::Info));
    state.apply(Event::Engine(EngineEvent::Window { video: ids[0], scores: window(1, &[0.9, 0.1]) }));
    assert_eq!(state.video(ids[0]).unwrap().analysis.windows.len(), 2);
}

#[test]
fn a_file_that_is_no_video_fails_alone() {
    let (mut state, ids) = opened(&["a.mp4", "b.mp4"]);
    state.apply(Action::Select(ids[1]).into());
    state.apply(Event::Video(ids[1], VideoEvent::ProbeFailed(Failure::new("b.mp4 is not a video"))));
    assert!(matches!(state.player.phase, PlayerPhase::Failed(_)));
    assert!(command(&mut state, Command::Analyse).is_empty());
    state.apply(Action::Select(ids[0]).into());
    assert_eq!(state.player.phase, PlayerPhase::Loading);
    assert!(state.analyse_obstacle().is_none());
}

#[test]
fn removing_the_watched_video_shows_its_neighbour() {
    let (mut state, ids) = opened(&["a.mp4", "b.mp4", "c.mp4"]);
    command(&mut state, Command::NextVideo);
    command(&mut state, Command::Analyse);
    let effects = command(&mut state, Command::RemoveVideo);
    assert!(effects.contains(&Effect::Cancel { video: ids[1] }) && effects.contains(&Effect::Forget { video: ids[1] }));
    assert_eq!(state.selected, Some(ids[2]));
    command(&mut state, Command::RemoveVideo);
    command(&mut state, Command::RemoveVideo);
    assert_eq!((state.selected, state.videos.len()), (None, 0));
    assert_eq!(state.player.phase, PlayerPhase::Empty);
}

#[test]
fn segments_are_stepped_through_in_order_of_time() {
    let (mut state, ids) = opened(&["a.mp4"]);
    command(&mut state, Command::Analyse);
    for (second, scores) in [[0.9, 0.1], [0.1, 0.2], [0.1, 0.9], [0.2, 0.2], [0.8, 0.1]].iter().enumerate() {
        let scores = window(u32::try_from(second).unwrap(), scores);
        state.apply(Event::Engine(EngineEvent::Window { video: ids[0], scores }));
    }
    state.refresh();
    assert_eq!(player_commands(&command(&mut state, Command::NextSegment)), [PlayerCommand::SeekFrame(50)]);
    assert_eq!(player_commands(&command(&mut state, Command::NextSegment)), [PlayerCommand::SeekFrame(100)]);
    assert!(command(&mut state, Command::NextSegment).is_empty());
    assert_eq!(player_commands(&command(&mut state, Command::PreviousSegment)), [PlayerCommand::SeekFrame(50)]);
}

#[test]
fn before_all_frames_are_known_seeking_goes_by_time() {
    let mut state = AppState::default();
    state.apply(Action::OpenPaths(vec!["a.mp4".into()]).into());
    let id = state.selected.unwrap();
    state.apply(Event::Video(id, VideoEvent::Probed(info())));
    state.apply(Event::Player(PlayerEvent::Ready));
    let end = MediaTime::from_secs_f64(10.0);
    assert_eq!(player_commands(&command(&mut state, Command::End)), [PlayerCommand::SeekTime(end)]);
}
