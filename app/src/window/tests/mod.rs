//! The whole window, driven through accessible names: the real shell with its files, player and an engine in this
//! process. There is no display, and questions for files are answered by the tests.

mod exchange;
mod flow;
mod improve;
mod lab;
mod made;
mod projects;
mod sample;
mod training;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Modifiers, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_engine::{DeviceChoice, Engine, EngineConfig, EventReceiver, Places, Wake};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, IndexPhase, Page, PlayerPhase, ProjectAction};

use super::WindowOptions;
use super::dialogs::{Dialogs, Question};
use super::shell::{Outside, Shell};

/// How long something may take before it counts as hanging.
const HANGS: Duration = Duration::from_secs(60);

/// The name of the video in the tests; that of the example files of other programs.
const VIDEO: &str = "bees.mp4";

/// Answers to questions for files, by the title of the question.
type Answers = Arc<Mutex<BTreeMap<String, Vec<PathBuf>>>>;

/// The window with who sits before it.
struct Seat {
    window: Harness<'static, Shell>,
    answers: Answers,
}

/// A dropped file.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn engine_in_here(wake: Wake) -> anyhow::Result<(Engine, EventReceiver)> {
    Ok(Engine::in_process(EngineConfig { cache_dir: None, ..EngineConfig::default() }, wake)?)
}

/// The folder of shared fixtures and videos; without it, `None` and a line that says what is skipped.
fn shared(what: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("KS_SHARED").map_or_else(beside, PathBuf::from);
    if folder.join("fixtures").is_dir() && folder.join("videos").is_dir() {
        return Some(folder);
    }
    // Written past the test harness, which hides what a passing test prints.
    let line = format!("skipped: {what}: there is no folder of shared fixtures at {}\n", folder.display());
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

/// Puts the video of the tests into a folder.
fn video_in(folder: &Path, shared: &Path) -> PathBuf {
    let video = folder.join(VIDEO);
    std::fs::copy(shared.join("videos/arm_wrestling_340x256.mp4"), &video).unwrap();
    video
}

/// Files in a folder with this extension, by name.
fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    found.sort();
    found
}

impl Seat {
    /// Opens the window of somebody whose folders are in `home`, without a checkpoint.
    fn at(home: &Path) -> Self {
        Self::with(home, None, None)
    }

    /// The same with a checkpoint and its labels.
    fn with(home: &Path, checkpoint: Option<PathBuf>, labels: Option<PathBuf>) -> Self {
        let answers = Answers::default();
        let mine = Arc::clone(&answers);
        let dialogs = Dialogs::answered_by(move |question: &Question| {
            let mut answers = mine.lock().unwrap_or_else(PoisonError::into_inner);
            answers.remove(&question.title).unwrap_or_else(|| panic!("nobody answers “{}”", question.title))
        });
        let folder = |name: &str| home.join(name);
        let places = Places { config_dir: folder("config"), cache_dir: folder("cache"), data_dir: folder("data") };
        let device = Some(DeviceChoice::Cpu);
        let options = WindowOptions { videos: vec![], checkpoint, labels, device, config_dir: None };
        let outside = Outside { places, dialogs, start_engine: engine_in_here, drawn_by: String::new() };
        let window = Harness::builder()
            .with_size([1280.0, 1000.0])
            .with_max_steps(64)
            .build_eframe(|creation| Shell::start(&creation.egui_ctx, outside, options).unwrap());
        let mut seat = Self { window, answers };
        seat.state_mut().studio.person = "Ada".to_owned();
        seat
    }

    fn state(&self) -> &AppState {
        &self.window.state().state
    }

    fn state_mut(&mut self) -> &mut AppState {
        &mut self.window.state_mut().state
    }

    /// Goes on until something is so, then lets the window settle.
    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&AppState) -> bool) {
        let begin = Instant::now();
        while !is_so(self.state()) {
            self.window.step();
            let banners: Vec<&str> = self.state().banners.iter().map(|banner| banner.text.as_str()).collect();
            assert!(begin.elapsed() < HANGS, "{what}: it does not come; {banners:?}");
            std::thread::sleep(Duration::from_millis(3));
        }
        self.window.run_steps(4);
    }

    /// Clicks on what is called so.
    #[track_caller]
    fn click(&mut self, name: &str) {
        self.window.get_by_label(name).click();
        self.window.run_steps(4);
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.window.run_steps(4);
    }

    /// Says how the next question of this title is answered.
    fn answers(&self, title: &str, paths: &[&Path]) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(title.to_owned(), paths.iter().map(|path| path.to_path_buf()).collect());
    }

    /// Chooses a command from its menu.
    #[track_caller]
    fn menu(&mut self, menu: &str, command: Command) {
        self.click(menu);
        let name = command.text();
        // Buttons elsewhere may be called the same; those of a menu hang from the bar at the top.
        let items = self.window.query_all_by_label_contains(&name);
        let item = items.min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
        item.unwrap_or_else(|| panic!("“{name}” is not in the menu")).click();
        self.window.run_steps(4);
    }

    fn drop_files(&mut self, paths: &[&Path]) {
        let dropped = &mut self.window.input_mut().dropped_files;
        dropped.extend(paths.iter().map(|path| Arc::new(Dropped(path.to_path_buf())) as egui::DroppedFileHandle));
        self.window.step();
    }

    /// Drops the video and waits until every frame of it is known and shown.
    #[track_caller]
    fn watch(&mut self, video: &Path) {
        self.drop_files(&[video]);
        self.until("the video", is_watching);
    }

    fn page(&mut self, page: Page) {
        self.window.state_mut().acts(Action::Project(ProjectAction::ShowPage(page)));
        self.window.run_steps(3);
    }

    /// Where a moment is in the labels of a row of the timeline.
    #[track_caller]
    fn place(&self, row: &str, secs: f64) -> Pos2 {
        let times = self.window.get_by_label(&format!("Timeline of {VIDEO}")).rect();
        let name = self.window.get_by_label_contains(row).rect();
        let share = secs / self.state().range.total;
        pos2(times.left() + times.width() * share as f32, name.top() + 9.0)
    }

    /// Pulls from one moment to another in the labels of a row.
    #[track_caller]
    fn drag(&mut self, row: &str, from: f64, to: f64) {
        let (from, to) = (self.place(row, from), self.place(row, to));
        self.window.hover_at(from);
        self.window.run_steps(2);
        self.window.drag_at(from);
        self.window.run_steps(2);
        self.window.hover_at(from + (to - from) / 2.0);
        self.window.run_steps(2);
        self.window.hover_at(to);
        self.window.run_steps(2);
        self.window.drop_at(to);
        self.window.run_steps(4);
    }

    /// The labels of the watched video: class, start and end in seconds.
    fn labels(&self) -> Vec<(String, f64, f64)> {
        let rows = self.state().studio.rows.all().iter();
        let bars = rows.flat_map(|row| row.labels.iter().map(|bar| (row.name.clone(), bar)));
        bars.map(|(name, bar)| (name, bar.start.secs_f64(), bar.end.secs_f64())).collect()
    }

    /// Waits until all is on the disk.
    #[track_caller]
    fn until_kept(&mut self) {
        let begin = Instant::now();
        while self.window.state().unsaved() > 0 {
            self.window.step();
            assert!(begin.elapsed() < HANGS, "it is never kept");
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// What the window says above its panels.
    fn banners(&self) -> Vec<String> {
        self.state().banners.iter().map(|banner| format!("{}\n{}", banner.text, banner.details)).collect()
    }
}

impl Shell {
    /// Takes in an event as if the engine had said it.
    fn engine_says(&mut self, event: ks_engine::Event) {
        let said = self.engine.as_mut().unwrap().said(event).in_words(&mut self.training);
        said.into_iter().for_each(|event| self.happens(event));
    }

    /// The trainings that the engine works on.
    fn trainings(&self) -> Vec<ks_engine::JobId> {
        self.training.jobs()
    }
}

fn is_watching(state: &AppState) -> bool {
    let is_indexed = state.selected_video().is_some_and(|video| matches!(video.index, IndexPhase::Ready(_)));
    is_indexed && state.player.phase == PlayerPhase::Ready && state.player.picture.is_some()
}
