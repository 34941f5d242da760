//! The real window on a virtual display, worked by keys: what was done is looked for in the project's file afterwards.
//!
//! Needs Xvfb and xdotool, and a graphics driver in software; without them every test says that it was skipped.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use ks_project::{Opened, ProjectFile};
use ks_tests_e2e::{Scratch, shared};

/// How long something may take before it counts as hanging.
const HANGS: Duration = Duration::from_secs(60);

/// A display that nobody sees.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// `None` and a line where there can be none.
    fn open(what: &str) -> Option<Self> {
        let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !has("xdotool") || !has("Xvfb") {
            let line = format!("skipped: {what}: Xvfb or xdotool is not there\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        }
        // It chooses a number that is free and says which. Without `-noreset` it starts anew whenever its last client leaves,
        // which xdotool does all the time, and refuses a window that comes at that moment.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "3840x2160x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { server, name: format!(":{}", number.trim()) })
    }

    /// What xdotool says.
    fn tool(&self, words: &[&str]) -> String {
        let output = Command::new("xdotool").args(words).env("DISPLAY", &self.name).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// The program in its window.
struct Window<'a> {
    display: &'a Display,
    program: Child,
    id: String,
    projects: PathBuf,
    /// What the program says, for when it ends too early.
    log: PathBuf,
}

impl<'a> Window<'a> {
    /// Starts the program and waits until its window is there and has the keyboard.
    fn open(display: &'a Display, scratch: &Scratch, arguments: &[&Path]) -> Self {
        let (data, log) = (scratch.path("data"), scratch.path("window.log"));
        let program = scratch
            .command(arguments)
            .env("DISPLAY", &display.name)
            .env("XDG_DATA_HOME", &data)
            .env("WINIT_UNIX_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let projects = data.join("kinetoscope/projects");
        let mut window = Self { display, program, id: String::new(), projects, log };
        window.until("the window", |window| {
            window.id = window.display.tool(&["search", "--onlyvisible", "--name", "^Kinetoscope$"]);
            !window.id.is_empty()
        });
        display.tool(&["windowfocus", "--sync", &window.id]);
        window
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            assert!(begin.elapsed() < HANGS, "{what} does not come");
            if let Some(status) = self.program.try_wait().unwrap() {
                let said = std::fs::read_to_string(&self.log).unwrap();
                panic!("{what}: the program has ended ({status}) and said:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn key(&self, key: &str) {
        self.display.tool(&["key", "--clearmodifiers", key]);
    }

    /// The project without a name, as it is on the disk; `None` until there is one.
    fn project(&self) -> Option<Opened> {
        let entries = std::fs::read_dir(&self.projects).ok()?;
        let paths = entries.map(|entry| entry.unwrap().path());
        let path = paths.into_iter().find(|path| path.extension().is_some_and(|it| it == ks_project::EXTENSION))?;
        ProjectFile::open_for_reading(&path).ok()
    }

    /// How many markers there are.
    fn markers(&self) -> usize {
        let Some(Opened { project, .. }) = self.project() else { return 0 };
        let videos = project.queue();
        videos.iter().filter_map(|video| project.track(video.id)).map(|track| track.markers().count()).sum()
    }

    /// Presses a key again and again until it has done something: a window that has just come may miss the first ones.
    #[track_caller]
    fn press_until(&mut self, key: &str, what: &str, is_so: impl Fn(&Self) -> bool) {
        let mut pressed: Option<Instant> = None;
        self.until(what, |window| {
            if pressed.is_none_or(|at| at.elapsed() > Duration::from_secs(2)) {
                window.key(key);
                pressed = Some(Instant::now());
            }
            is_so(window)
        });
    }

    #[track_caller]
    fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < HANGS, "the program does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        _ = self.program.kill();
        _ = self.program.wait();
    }
}

fn kept(projects: &Path) -> PathBuf {
    let entry = std::fs::read_dir(projects).unwrap().map(|entry| entry.unwrap().path());
    entry.into_iter().find(|path| path.extension().is_some_and(|it| it == ks_project::EXTENSION)).unwrap()
}

#[test]
fn keys_label_undo_and_close_the_window_at_every_size() {
    let Some(display) = Display::open("the window by keys") else { return };
    let scratch = Scratch::new();
    let video = scratch.tiny_video("grey.y4m", 30);
    let mut window = Window::open(&display, &scratch, &[&video]);
    window.press_until("m", "a marker", |window| window.markers() > 0);
    // From the smallest size to the largest and back, and it goes on taking keys.
    for (width, height) in [("800", "600"), ("3840", "2160"), ("640", "400"), ("1280", "800")] {
        display.tool(&["windowsize", "--sync", &window.id, width, height]);
        let wanted = [format!("WIDTH={width}"), format!("HEIGHT={height}")];
        window.until("the new size", |window| {
            let shown = window.display.tool(&["getwindowgeometry", "--shell", &window.id]);
            wanted.iter().all(|side| shown.lines().any(|line| line == side))
        });
        window.key("Right");
        let before = window.markers();
        window.press_until("m", "another marker", |window| window.markers() > before);
    }
    window.press_until("ctrl+z", "an undo", |window| {
        window.project().is_some_and(|opened| {
            let entries = opened.project.history().entries();
            entries.iter().any(|entry| matches!(entry.role, ks_domain::project::Role::Undo(_)))
        })
    });
    window.key("ctrl+q");
    assert!(window.ended().success());
    assert_eq!(ks_project::check(&kept(&window.projects)).unwrap(), []);
}

#[test]
fn a_window_that_is_closed_while_it_analyses_ends_well_and_goes_on_next_time() {
    let Some(display) = Display::open("closing while analysing") else { return };
    let Some(shared) = shared("closing while analysing") else { return };
    let scratch = Scratch::new();
    let video = shared.join("videos/arm_wrestling_340x256.mp4");
    let checkpoint = shared.join("fixtures/longvideo/ir8.pth");
    let labels = shared.join("fixtures/longvideo/labels.txt");
    let (with, named) = (Path::new("--checkpoint"), Path::new("--labels"));
    let arguments = [with, &checkpoint, named, &labels, Path::new("--device"), Path::new("cpu"), &video];
    let mut window = Window::open(&display, &scratch, &arguments);
    window.press_until("ctrl+Return", "an analysis", |window| {
        window.project().is_some_and(|opened| opened.file.analyses().is_ok_and(|found| !found.is_empty()))
    });
    window.key("ctrl+q");
    assert!(window.ended().success());
    let project = kept(&window.projects);
    assert_eq!(ks_project::check(&project).unwrap(), []);
    let Opened { file, project, .. } = ProjectFile::open(&project).unwrap();
    assert_eq!(file.analyses().unwrap().len(), 1);
    assert_eq!(project.queue().len(), 1);
}
