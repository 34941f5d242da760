//! How the window stands a large project: an hour of video, 10 000 labels, 400 classes, and an analysis of all of it.
//! `cargo run --release --workspace --example load` prints how long opening, undoing and drawing take, and the memory.
//!
//! Opening is all that the window does between the click and the first frame, but for the video itself: reading the
//! file, taking it in, deriving segments and rows. Undoing is what follows Ctrl+Z until the next frame is drawn; that
//! frame is counted apart. The disk is that of the temporary folder. Times are those of the clock, and in brackets, where
//! the system tells it, the mean of what this thread had of a processor: on a busy machine, that is what counts.

#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use ks_domain::project::{
    AnalysisId, AnalysisRecord, ChangeKind, NewClass, NewSegment, Project, Stamp, UsedModel, VideoFacts, VideoId,
};
use ks_domain::{AnalysisSettings, MediaTime, WindowScores};
use ks_project::{EXTENSION, Keep, Keeper, Opened, ProjectFile};
use ks_tests_ui::{Look, Window, label_scenes, open, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{
    Action, AppState, Effect, Event, Page, PlayerEvent, ProjectAction, ProjectEffect, ProjectEvent, VideoEvent,
};
use ks_ui::tr;

const CLASSES: usize = 400;
const LABELS: usize = 10_000;
/// An hour at 25 frames a second.
const FRAMES: u64 = 90_000;

fn main() {
    let folder = tempfile::tempdir().expect("should be possible");
    let path = folder.path().join("large").with_extension(EXTENSION);
    make(&path);
    let bytes = std::fs::metadata(&path).expect("should be there").len();
    println!("project file: {:.1} MiB", bytes as f64 / 1_048_576.0);
    println!("memory before: {}", memory());
    let (state, keeper) = open_project(&path);
    println!("memory with the project open: {}", memory());
    let mut window = open(state, Look { size: [1280.0, 800.0], ..Look::default() });
    window.run_steps(4);
    undo_and_redo(&mut window, &keeper);
    draw("timeline of the project", &mut window);
    println!("memory after drawing: {}", memory());
    drop(window);
    let mut results = scenes::long();
    results.apply(Action::Project(ProjectAction::ShowPage(Page::Results)).into());
    let begin = Instant::now();
    results.refresh();
    println!("table of {} results made in {:.1} ms", results.studio.pages.results.len(), millis(begin.elapsed()));
    draw("table of results", &mut open(results, Look { size: [1280.0, 1500.0], ..Look::default() }));
    draw("timeline, 27 180 predictions", &mut open(scenes::long(), Look::default()));
    draw("timeline, 10 000 labels", &mut open(label_scenes::heavy(), Look::default()));
    let begin = Instant::now();
    for _ in 0..100 {
        for number in 0..100_u64 {
            std::hint::black_box(tr!("count-actions", count = number));
            std::hint::black_box(tr!("command-open"));
        }
    }
    println!("200 texts: {:.3} ms", millis(begin.elapsed()) / 100.0);
}

fn stamp() -> Stamp {
    Stamp { unix_millis: 1, person: "Ada".to_owned() }
}

/// A project as people leave one: every label is a change of its own.
fn make(path: &Path) {
    let mut project = Project::default();
    let mut entries = Vec::new();
    let mut commit = |project: &mut Project, change| {
        entries.push(project.commit(change, stamp()).expect("should fit"));
    };
    let videos = project.add_videos(&["/videos/hour.mkv".to_owned()]).expect("should be a change");
    commit(&mut project, videos);
    let set = project.add_set("Kinetics", "").expect("should be a change");
    commit(&mut project, set);
    let set = project.sets().next().expect("should be there").id;
    let names = (0..CLASSES).map(|number| NewClass::named(format!("class {number}"))).collect();
    let classes = project.add_classes(set, names).expect("should be a change");
    commit(&mut project, classes);
    let video = project.queue()[0].id;
    let classes: Vec<_> = project.classes_of(set).iter().map(|class| class.id).collect();
    for number in 0..LABELS {
        let start = number as f64 * 0.36;
        let class = classes[number * 7 % CLASSES];
        let time = MediaTime::from_secs_f64;
        let bar = NewSegment::by_person(class, time(start), time(start + 1.2), "Ada");
        let change = project.draw(video, ChangeKind::DrawSegment, vec![bar]).expect("should have length");
        commit(&mut project, change);
    }
    let mut file = ProjectFile::create(path).expect("should be possible");
    file.append(&entries).expect("should be kept");
    let end = MediaTime::from_nanos(FRAMES * 40_000_000);
    let facts = VideoFacts { hash: "0".repeat(64), bytes: 1, frames: FRAMES as u32, duration: end };
    file.learn(video, &facts).expect("should be kept");
    let id = AnalysisId(project.next_number());
    file.begin_analysis(&analysis(id, video)).expect("should be kept");
    file.finish_analysis(id).expect("should be kept");
}

/// Scores at every window of the usual settings; some classes come and go.
fn analysis(id: AnalysisId, video: VideoId) -> AnalysisRecord {
    let settings = AnalysisSettings::default();
    let (span, stride) = (u64::from(settings.window_span()), u64::from(settings.stride));
    let windows = (0..).map(|number| number * stride).take_while(|start| start + span <= FRAMES);
    let windows = windows.enumerate().map(|(number, start)| {
        let scores = (0..CLASSES).map(|class| match (number / (class % 40 + 1)) % (class + 2) {
            0 => 0.9,
            _ => 0.1 / CLASSES as f32,
        });
        let time = |frame: u64| MediaTime::from_nanos(frame * 40_000_000);
        let (start_frame, end_frame) = (start as u32, (start + span) as u32);
        let (start, end) = (time(start), time(start + span));
        WindowScores { start_frame, end_frame, start, end, scores: scores.collect() }
    });
    let class_names = (0..CLASSES).map(|number| format!("class {number}")).collect();
    let model = UsedModel { checkpoint: "csn.pth".to_owned(), hash: String::new(), class_names };
    AnalysisRecord { id, video, model, settings, unix_millis: 1, is_complete: true, windows: windows.collect() }
}

fn open_project(path: &Path) -> (AppState, Keeper) {
    let (begin, cpu) = (Instant::now(), cpu_millis());
    let Opened { file, project, rules, backup } = ProjectFile::open(path).expect("should be a project");
    let read = begin.elapsed();
    let mut records = Vec::new();
    for summary in file.analyses().expect("should be readable") {
        records.extend(file.latest_analysis(summary.video).expect("should be readable"));
    }
    let scores = begin.elapsed();
    let mut state = AppState::default();
    let project = Box::new(project);
    let opened = ProjectEvent::Opened { path: path.to_owned(), read_only: None, project, rules, backup };
    state.apply(Event::Project(opened));
    for record in records {
        state.apply(Event::Project(ProjectEvent::Analysis(Box::new(record))));
    }
    let taken = begin.elapsed();
    state.refresh();
    let whole = begin.elapsed();
    let found = state.selected_video().map_or(0, |video| video.analysis.lanes.segment_count());
    let windows = state.selected_video().map_or(0, |video| video.analysis.windows.len());
    println!(
        "opening: {:.0} ms, of a processor {:.0} (records and journal {:.0}, scores {:.0}, taking in {:.0}, segments and rows {:.0})",
        millis(whole),
        cpu_millis() - cpu,
        millis(read),
        millis(scores - read),
        millis(taken - scores),
        millis(whole - taken)
    );
    println!("{windows} windows of {CLASSES} classes, {found} predicted segments, {LABELS} labels");
    // The video itself, whose frames come from the cache of tables.
    let id = state.selected.expect("should be watched");
    state.apply(Event::Video(id, VideoEvent::Probed(scenes::info("Matroska", FRAMES as f64 / 25.0))));
    let table = scenes::table(FRAMES);
    state.apply(Event::Video(id, VideoEvent::Indexed { table, warnings: vec![] }));
    state.apply(Event::Player(PlayerEvent::Ready));
    state.apply(Event::Player(PlayerEvent::Picture(scenes::picture(0))));
    state.refresh();
    (state, Keeper::start(file, || {}).expect("should start"))
}

/// Takes back the last changes and makes them again, one a frame.
fn undo_and_redo(window: &mut Harness<'_, Window>, keeper: &Keeper) {
    for command in [Command::Undo, Command::Redo] {
        let (mut reduced, mut drawn) = (Vec::new(), Vec::new());
        let (mut cpu_reduced, mut cpu_drawn) = (0.0, 0.0);
        for _ in 0..200 {
            let (begin, cpu) = (Instant::now(), cpu_millis());
            let effects = window.state_mut().state.apply(Action::Command(command).into());
            assert!(!effects.is_empty(), "there should be something to undo");
            for effect in effects {
                if let Effect::Project(ProjectEffect::KeepEntry(entry)) = effect {
                    keeper.keep(Keep::Entry(*entry));
                }
            }
            window.state_mut().state.refresh();
            reduced.push(millis(begin.elapsed()));
            cpu_reduced += cpu_millis() - cpu;
            let (begin, cpu) = (Instant::now(), cpu_millis());
            window.step();
            drawn.push(millis(begin.elapsed()));
            cpu_drawn += cpu_millis() - cpu;
        }
        println!(
            "{command:?}: {} ({:.2} ms); the frame after it: {} ({:.2} ms)",
            spread(reduced),
            cpu_reduced / 200.0,
            spread(drawn),
            cpu_drawn / 200.0
        );
    }
    assert_eq!(keeper.flush(Duration::from_secs(60)).unsaved, 0, "all of it should be kept");
}

fn draw(what: &str, window: &mut Harness<'_, Window>) {
    let (mut times, cpu) = (Vec::new(), cpu_millis());
    for frame in 0..100 {
        let range = window.state().state.range;
        let zoomed = range.zoomed(1.05, f64::from(frame) * 30.0);
        window.state_mut().happens(Action::SetRange(zoomed).into());
        let begin = Instant::now();
        window.step();
        times.push(millis(begin.elapsed()));
    }
    println!("{what}, a frame: {} ({:.2} ms)", spread(times), (cpu_millis() - cpu) / 100.0);
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What this thread has had of a processor so far; 0 where the system does not tell.
fn cpu_millis() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn spread(mut millis: Vec<f64>) -> String {
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share).round() as usize];
    format!("median {:.2} ms, p99 {:.2} ms, slowest {:.2} ms", at(0.5), at(0.99), at(1.0))
}

/// What the system says that this process holds.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    match (kibibytes("VmRSS:"), kibibytes("VmHWM:")) {
        (Some(now), Some(most)) => format!("{:.0} MiB, at most {:.0} MiB so far", now / 1024.0, most / 1024.0),
        _ => "not known on this system".to_owned(),
    }
}
