//! The states that are tested and looked at. Those of the studio are in `studio.rs`.

mod studio;
pub mod training;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::{
    ColorMatrix, ColorRange, FrameEntry, FrameTable, LabelSet, MediaTime, Picture, PixelLayout, Plane, Progress,
    Rotation, VideoInfo, VideoStreamInfo, WindowScores,
};
use ks_ui::commands::Command;
use ks_ui::keymap::Shortcut;
use ks_ui::state::{
    Action, AppState, DeviceEntry, EngineEvent, Event, Failure, LoadedModel, PaletteAction, PlayerEvent,
    SettingsAction, SettingsPage, VideoEvent, VideoId, ZooAction, ZooActivity, ZooEvent, ZooFile,
};

pub use self::studio::{draw, history, page, recent, results, review, studio, totals};

/// Class names, one of them long.
pub const LABELS: &str = "arm wrestling\nbowling\nplaying the saxophone in a very crowded underground station\n\
    clapping\nshaking hands\njuggling balls\nopening a bottle\nriding a bike";

/// Frames a second of the scenes' videos.
pub const RATE: u64 = 25;

/// The first screen, with a graphics card.
pub fn empty() -> AppState {
    let mut state = AppState::default();
    state.apply(Event::Engine(EngineEvent::Devices(vec![gpu(), cpu()])));
    state
}

/// The first screen of a computer without a graphics card.
pub fn empty_without_gpu() -> AppState {
    let mut state = AppState::default();
    state.apply(Event::Engine(EngineEvent::Devices(vec![cpu()])));
    state
}

/// Three videos; the first one open and paused at frame 50, the second one being indexed, the third one no video.
pub fn opened() -> AppState {
    let mut state = empty();
    let names = [
        "/videos/arm_wrestling_340x256.mp4",
        "/videos/2025-11-03 recording of the whole afternoon in the gym, camera 2 (final, really).mkv",
        "/videos/notes.txt",
    ];
    state.apply(Action::OpenPaths(names.iter().map(PathBuf::from).collect()).into());
    let ids = ids(&state);
    probe_and_index(&mut state, ids[0], 250);
    state.apply(Event::Video(ids[1], VideoEvent::Probed(info("Matroska", 5400.0))));
    let progress = Progress { done: 41_200, total: Some(135_000), rate: 900.0, elapsed_secs: 45.0 };
    state.apply(Event::Video(ids[1], VideoEvent::Indexing(progress)));
    let failure = Failure::new("notes.txt is not a video; choose a file with moving pictures");
    state.apply(Event::Video(ids[2], VideoEvent::ProbeFailed(failure)));
    state.apply(Event::Player(PlayerEvent::Ready));
    state.apply(Event::Player(PlayerEvent::Picture(picture(50))));
    state
}

/// The same with checkpoint and labels.
pub fn with_model() -> AppState {
    let mut state = opened();
    state
        .apply(Action::ChooseCheckpoint("/models/ircsn_ig65m-pretrained-r50_32x2x1-58e_kinetics400.pth".into()).into());
    state.apply(Action::ChooseLabels("/models/label_map.txt".into()).into());
    let labels = Arc::new(LabelSet::parse(LABELS).expect("should parse"));
    let model = LoadedModel { architecture: "ir-CSN-50".to_owned(), classes: labels.len() };
    let reason = "The fastest of two devices: an NVIDIA GPU with CUDA".to_owned();
    state.apply(Event::Engine(EngineEvent::ModelReady {
        model,
        device: gpu(),
        reason,
        labels: Vec::new(),
        settings: None,
    }));
    state.apply(Event::Labels { path: "/models/label_map.txt".into(), result: Ok(labels) });
    state
}

/// An analysis that has just begun.
pub fn analysing() -> AppState {
    let mut state = with_model();
    state.apply(Action::Command(Command::Analyse).into());
    let id = first(&state);
    stream(&mut state, id, 3);
    let progress = Progress { done: 3, total: Some(10), rate: 0.42, elapsed_secs: 7.0 };
    state.apply(Event::Engine(EngineEvent::Progress {
        video: id,
        activity: "Analysing windows".to_owned(),
        progress,
        bottleneck: "computing".to_owned(),
    }));
    state
}

/// A complete analysis.
pub fn analysed() -> AppState {
    let mut state = with_model();
    state.apply(Action::Command(Command::Analyse).into());
    let id = first(&state);
    stream(&mut state, id, 10);
    state.apply(Event::Engine(EngineEvent::Finished(id)));
    state
}

/// The engine died in the middle.
pub fn engine_died() -> AppState {
    let mut state = analysing();
    let log = "loading the checkpoint\nthread 'compute' has ended\nGPU memory exhausted".to_owned();
    state.apply(Event::Engine(EngineEvent::Died { status: "it was killed by signal 9".to_owned(), log }));
    state
}

/// Everything that can fail has failed.
pub fn failed() -> AppState {
    let mut state = opened();
    state.apply(Action::ChooseCheckpoint("/models/resnet50.pth".into()).into());
    let failure =
        Failure::new("This checkpoint holds another kind of network (ResNet); choose a CSN checkpoint of mmaction2");
    state.apply(Event::Engine(EngineEvent::ModelFailed(failure)));
    let id = ids(&state)[2];
    state.apply(Action::Select(id).into());
    let failure = Failure {
        summary: "The compute engine stopped three times in a row; restart the program, or choose the CPU as device"
            .to_owned(),
        details: "GPU memory exhausted: 6.1 GiB needed, 4.0 GiB available".to_owned(),
    };
    state.apply(Event::Engine(EngineEvent::Down(failure)));
    state
}

/// The model zoo: one file here, one on its way, one interrupted, one failed, the second of them selected.
pub fn zoo() -> AppState {
    let mut state = opened();
    state.apply(Action::Command(Command::ShowZoo).into());
    let mut files: BTreeMap<String, ZooFile> = ks_domain::zoo::entries()
        .iter()
        .map(|entry| (entry.name.clone(), ZooFile::Absent { partial_bytes: 0 }))
        .collect();
    let path = PathBuf::from(
        "/home/ada/.local/share/kinetoscope/zoo/vmz_ircsn_ig65m_pretrained_r50_32x2x1_58e_kinetics400_rgb_20210617-86d33018.pth",
    );
    files.insert("ircsn-r50-ig65m-vmz".to_owned(), ZooFile::Here { path, bytes: 52_900_000, is_published: Some(true) });
    files.insert("ircsn-r152-vmz".to_owned(), ZooFile::Absent { partial_bytes: 31_000_000 });
    state.apply(Event::Zoo(ZooEvent::Listed(files)));
    state.apply(Action::Zoo(ZooAction::Fetch("ircsn-r152-ig65m".to_owned())).into());
    let progress = Progress { done: 46_000_000, total: Some(119_400_000), rate: 3_100_000.0, elapsed_secs: 15.0 };
    let busy = ZooFile::Busy { activity: ZooActivity::Fetching, progress };
    state.apply(Event::Zoo(ZooEvent::File("ircsn-r152-ig65m".to_owned(), busy)));
    let failure =
        Failure::new("The server was not reached (its name is not known here); check the connection and the proxy");
    state.apply(Event::Zoo(ZooEvent::File("ipcsn-r152-vmz".to_owned(), ZooFile::Failed(failure))));
    select_in_zoo(&mut state, "ircsn-r152-ig65m");
    state
}

/// Looks at another entry of the model zoo.
pub fn select_in_zoo(state: &mut AppState, name: &str) {
    state.apply(Action::Zoo(ZooAction::Select(name.to_owned())).into());
}

/// The model zoo with a file that can be used.
pub fn zoo_here() -> AppState {
    let mut state = zoo();
    select_in_zoo(&mut state, "ircsn-r50-ig65m-vmz");
    state
}

/// The model zoo while working offline, at a file that could not be fetched.
pub fn zoo_offline() -> AppState {
    let mut state = zoo();
    state.apply(Action::Zoo(ZooAction::WorkOffline(true)).into());
    select_in_zoo(&mut state, "ipcsn-r152-vmz");
    state
}

/// The model zoo, and a search that finds nothing.
pub fn zoo_nothing() -> AppState {
    let mut state = zoo();
    state.apply(Action::Zoo(ZooAction::Search("slowfast".to_owned())).into());
    state
}

/// The key help over an analysed video.
pub fn keys() -> AppState {
    let mut state = analysed();
    state.apply(Action::Command(Command::ShowKeys).into());
    state
}

/// The palette over an analysed video, and a search.
pub fn palette() -> AppState {
    let mut state = analysed();
    state.apply(Action::Command(Command::ShowPalette).into());
    state.apply(Action::Palette(PaletteAction::Search("vid".to_owned())).into());
    state.apply(Action::Palette(PaletteAction::Select(2)).into());
    state
}

/// The palette over an empty window, where little can be done.
pub fn palette_empty() -> AppState {
    let mut state = empty();
    state.apply(Action::Command(Command::ShowPalette).into());
    state
}

/// The settings at their page of keys, one key changed.
pub fn settings_keys() -> AppState {
    let mut state = analysed();
    state.apply(Action::Command(Command::ShowSettings).into());
    press_for(&mut state, Command::OpenCheckpoint, "Ctrl+F5");
    state
}

/// The settings with a key that means something else already.
pub fn settings_clash() -> AppState {
    let mut state = settings_keys();
    press_for(&mut state, Command::OpenLabels, "Ctrl+O");
    state
}

/// The settings at their page of the look.
pub fn settings_look() -> AppState {
    let mut state = analysed();
    state.apply(Action::Command(Command::ShowSettings).into());
    state.apply(Action::Settings(SettingsAction::Page(SettingsPage::Look)).into());
    state
}

fn press_for(state: &mut AppState, command: Command, keys: &str) {
    state.apply(Action::Settings(SettingsAction::Record(command)).into());
    let shortcut = Shortcut::parse(keys).expect("should be a key");
    state.apply(Action::Settings(SettingsAction::Recorded(shortcut)).into());
}

/// An hour of video with 10 000 segments.
pub fn long() -> AppState {
    let mut state = with_model();
    let id = VideoId(ids(&state)[1].0);
    state.apply(Action::Select(id).into());
    let table = table(90_000);
    state.apply(Event::Video(
        id,
        VideoEvent::Indexed { table, warnings: vec!["Frames 4210 to 4280 are damaged and were left out".to_owned()] },
    ));
    state.apply(Event::Player(PlayerEvent::Ready));
    state.apply(Event::Player(PlayerEvent::Picture(picture(0))));
    state.apply(Action::Command(Command::Analyse).into());
    for window in 0..20_000 {
        let scores = (0..8).map(|class| if (window / (class + 1)) % 2 == 0 { 0.9 - 0.05 * class as f32 } else { 0.02 });
        let scores = window_scores(window as u64, 4, scores.collect());
        state.apply(Event::Engine(EngineEvent::Window { video: id, scores }));
    }
    state.apply(Event::Engine(EngineEvent::Finished(id)));
    state
}

/// The numbers of the scene's videos.
pub fn ids(state: &AppState) -> Vec<VideoId> {
    state.videos.iter().map(|video| video.id).collect()
}

/// The number of the first video.
pub fn first(state: &AppState) -> VideoId {
    state.videos.first().expect("should have a video").id
}

/// Sends the scores of the first `count` seconds.
pub fn stream(state: &mut AppState, video: VideoId, count: u64) {
    let curves: [[f32; 10]; 8] = [
        [0.02, 0.81, 0.93, 0.97, 0.88, 0.35, 0.04, 0.02, 0.42, 0.61],
        [0.0; 10],
        [0.9, 0.1, 0.0, 0.0, 0.02, 0.05, 0.02, 0.0, 0.01, 0.02],
        [0.01, 0.02, 0.02, 0.0, 0.05, 0.48, 0.72, 0.1, 0.33, 0.2],
        [0.02, 0.03, 0.02, 0.0, 0.03, 0.1, 0.2, 0.86, 0.2, 0.1],
        [0.0; 10],
        [0.01; 10],
        [0.03, 0.02, 0.01, 0.01, 0.0, 0.0, 0.0, 0.0, 0.02, 0.05],
    ];
    for second in 0..count {
        let scores = curves.iter().map(|curve| curve.get(second as usize).copied().unwrap_or(0.0)).collect();
        let scores = window_scores(second, RATE, scores);
        state.apply(Event::Engine(EngineEvent::Window { video, scores }));
    }
}

fn window_scores(number: u64, frames: u64, scores: Vec<f32>) -> WindowScores {
    let time = |frame: u64| MediaTime::from_nanos(frame * 1_000_000_000 / RATE);
    let (start, end) = (number * frames, number * frames + frames);
    WindowScores { start_frame: start as u32, end_frame: end as u32, start: time(start), end: time(end), scores }
}

fn probe_and_index(state: &mut AppState, video: VideoId, frames: u64) {
    state.apply(Event::Video(video, VideoEvent::Probed(info("MP4", frames as f64 / RATE as f64))));
    state.apply(Event::Video(video, VideoEvent::Indexed { table: table(frames), warnings: vec![] }));
}

/// So many frames, one after the other.
pub fn table(frames: u64) -> Arc<FrameTable> {
    let time = |frame: u64| MediaTime::from_nanos(frame * 1_000_000_000 / RATE);
    let entries = (0..frames).map(|frame| FrameEntry { time: time(frame), is_key: frame % 12 == 0 }).collect();
    Arc::new(FrameTable::new(entries, time(frames)).expect("should ascend"))
}

/// What a file says about itself.
pub fn info(container: &str, secs: f64) -> Arc<VideoInfo> {
    Arc::new(VideoInfo {
        container: container.to_owned(),
        duration: Some(MediaTime::from_secs_f64(secs)),
        streams: vec![],
        video: VideoStreamInfo {
            stream_index: 0,
            codec: "H.264 (Main Profile)".to_owned(),
            width: 340,
            height: 256,
            bit_depth: 8,
            rotation: Rotation::None,
            matrix: ColorMatrix::Bt601,
            range: ColorRange::Limited,
            stated_rate: Some(RATE as f64),
            pixel_aspect: 1.0,
        },
        audio: None,
        warnings: vec![],
    })
}

fn gpu() -> DeviceEntry {
    DeviceEntry {
        id: "cuda:0".to_owned(),
        name: "NVIDIA GeForce RTX 4070 Laptop GPU".to_owned(),
        details: "CUDA".to_owned(),
        is_gpu: true,
    }
}

fn cpu() -> DeviceEntry {
    DeviceEntry {
        id: "cpu".to_owned(),
        name: "AMD Ryzen 7 7840HS".to_owned(),
        details: "16 threads".to_owned(),
        is_gpu: false,
    }
}

/// A test card of 64 by 48 pixels: grey steps with a coloured lower half.
pub fn picture(frame: u32) -> Picture {
    let (width, height) = (64usize, 48usize);
    let luma = (0..width * height).map(|i| 16 + (i % width / 8 * 27) as u8).collect();
    let chroma = |low: u8, high: u8| {
        (0..width / 2 * height / 2)
            .map(|i| {
                if i / (width / 2) < 12 {
                    128
                } else if i % 32 < 16 {
                    low
                } else {
                    high
                }
            })
            .collect()
    };
    let plane = |bytes: Vec<u8>, stride| Plane { bytes, stride };
    Picture {
        frame,
        stands_for: None,
        time: MediaTime::from_nanos(u64::from(frame) * 1_000_000_000 / RATE),
        width: width as u32,
        height: height as u32,
        layout: PixelLayout::I420,
        matrix: ColorMatrix::Bt601,
        range: ColorRange::Limited,
        rotation: Rotation::None,
        pixel_aspect: 1.0,
        planes: vec![plane(luma, width), plane(chroma(90, 170), width / 2), plane(chroma(170, 90), width / 2)].into(),
    }
}
