//! The packages as somebody meets them who has nothing but Windows: unpacked, installed, used, upgraded, removed.
//!
//! Every check is a line “ok …”, or the failure that ends the trial.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::place::{Place, comes_true, files_below, output, printed};
use super::{TARGET, about, cross, empty, pe, scores, sdk};
use crate::failure::{Failure, Outcome};
use crate::package::VERSION;
use crate::{cargo, shell};

const CLASSES: &str = r"Software\Classes";
const UNINSTALL: &str = r"Software\Microsoft\Windows\CurrentVersion\Uninstall";
const APP_PATHS: &str = r"Software\Microsoft\Windows\CurrentVersion\App Paths";

/// What a video opens with that is not ours; it has to survive.
const OTHER_PLAYER: &str = "Other.Player";

/// A trial that goes on.
struct Trial {
    place: Place,
    setup: PathBuf,
    archive: PathBuf,
    /// Where the setup installs.
    installed: PathBuf,
    /// For what the trial makes.
    work: PathBuf,
    /// Pictures are kept.
    pictures: PathBuf,
}

/// Tries what lies in `out`.
pub fn run(out: &Path) -> Outcome {
    let package = |end: &str| {
        let path = out.join(format!("kinetoscope-{VERSION}-windows-x86_64-{end}"));
        let missing = Failure::failed(format!("{} is not there: cargo xtask package windows", path.display()));
        if path.is_file() { Ok(path) } else { Err(missing) }
    };
    let (setup, archive) = (package("setup.exe")?, package("portable.zip")?);
    let work = cargo::private_dir("windows-trial")
        .map_err(|error| Failure::failed(format!("no folder to work in: {error}")))?;
    empty(&work)?;
    let pictures = out.join("screenshots");
    fs::create_dir_all(&pictures).map_err(about(&pictures, "cannot be made"))?;
    let place = Place::ready()?;
    println!("on {}", place.name());
    let installed = place.local.join("Programs").join("Kinetoscope");
    let trial = Trial { place, setup, archive, installed, work, pictures };
    trial.leave_nothing_behind_when_portable()?;
    trial.install()?;
    trial.is_known_to_windows()?;
    trial.tests_itself()?;
    trial.analyses()?;
    trial.shows_a_window()?;
    trial.upgrades()?;
    trial.uninstalls()?;
    trial.unit_tests()
}

fn ok(what: impl std::fmt::Display) {
    println!("ok {what}");
}

fn failed<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Failure::failed(what))
}

impl Trial {
    /// Settings and projects, as the user made them.
    fn belongings(&self) -> [PathBuf; 2] {
        let ours = self.place.roaming.join("kinetoscope");
        [ours.join("config/settings-of-the-trial.txt"), ours.join("data/trial.kinetoscope")]
    }

    fn leave_nothing_behind_when_portable(&self) -> Outcome {
        let folder = self.work.join("carried in a pocket");
        unpack(&self.archive, &folder)?;
        let bin = folder.join("Kinetoscope").join("bin");
        let kept = bin.join("portable");
        let before = files_below(&kept)?;
        let elsewhere = [self.place.roaming.join("kinetoscope"), self.place.local.join("kinetoscope")];
        if let Some(there) = elsewhere.iter().find(|folder| folder.exists()) {
            return failed(format!(
                "{} is there already: this trial wants a user who never had Kinetoscope",
                there.display()
            ));
        }
        let videos = self.work.join("videos");
        let mut make = self.place.command(bin.join("kinetoscope.com"));
        make.args(["demo", "make", "--clips-per-class", "1", "--motions", "pan_left,shake", "--seconds", "4"]);
        printed(make.arg(self.place.path(&videos)))?;
        let video = first_video(&videos)?;
        self.classify(&bin.join("kinetoscope.com"), &video)?;
        if files_below(&kept)? == before {
            return failed("nothing was kept in the portable folder");
        }
        if let Some(written) = elsewhere.iter().find(|folder| folder.exists()) {
            return failed(format!("the portable program wrote to {}", written.display()));
        }
        ok(
            "portable: in a folder with spaces in its name it keeps everything beside itself, and leaves nothing with the user",
        );
        fs::remove_dir_all(&folder).map_err(about(&folder, "cannot be removed"))
    }

    fn install(&self) -> Outcome {
        // What was there before we came.
        self.place.set(&format!(r"{CLASSES}\.mp4"), "", OTHER_PLAYER)?;
        self.place.set(&format!(r"{CLASSES}\.avi\OpenWithProgids"), OTHER_PLAYER, "")?;
        for path in self.belongings() {
            let folder = path.parent().expect("should lie in a folder");
            fs::create_dir_all(folder).map_err(about(folder, "cannot be made"))?;
            fs::write(&path, "precious").map_err(about(&path, "cannot be written"))?;
        }
        let start = Instant::now();
        printed(self.place.command(&self.setup).arg("/S"))?;
        let files = files_below(&self.installed)?;
        let mut size = 0;
        for file in &files {
            let path = self.installed.join(file);
            size += path.metadata().map_err(about(&path, "cannot be looked at"))?.len();
        }
        let needed = [
            "bin/kinetoscope.exe",
            "bin/kinetoscope.com",
            "bin/gstreamer-1.0-0.dll",
            "uninstall.exe",
            "licences/LIBRARIES.txt",
        ];
        if let Some(missing) = needed.iter().find(|name| !files.iter().any(|file| file == *name)) {
            return failed(format!("the setup left no {missing} in {}", self.installed.display()));
        }
        let megabytes = size / 1_000_000;
        ok(format!("silent setup: {} files, {megabytes} MB, in {:.0} s", files.len(), start.elapsed().as_secs_f32()));
        for (name, subsystem) in
            [("kinetoscope.exe", pe::Subsystem::Window), ("kinetoscope.com", pe::Subsystem::Console)]
        {
            let path = self.installed.join("bin").join(name);
            let bytes = fs::read(&path).map_err(about(&path, "cannot be read"))?;
            if pe::subsystem(&bytes) != Some(subsystem) {
                return failed(format!("{name} is not started as it should be"));
            }
        }
        ok("kinetoscope.exe is started without a console, kinetoscope.com in the terminal's");
        Ok(())
    }

    fn is_known_to_windows(&self) -> Outcome {
        let entry = format!(r"{UNINSTALL}\Kinetoscope");
        self.has(&entry, "DisplayVersion", VERSION)?;
        let size = self.place.value(&entry, "EstimatedSize").unwrap_or_default();
        let kilobytes = u64::from_str_radix(size.trim_start_matches("0x"), 16).unwrap_or_default();
        if kilobytes < 10_000 {
            return failed(format!("the list of programs is told a size of {size:?}"));
        }
        ok(format!("listed among the programs: version {VERSION}, {} MB", kilobytes / 1000));
        let program = self.installed.join("bin").join("kinetoscope.exe");
        let program = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.has(&format!(r"{CLASSES}\.kinetoscope"), "", "Kinetoscope.Project")?;
        self.has(&format!(r"{CLASSES}\Kinetoscope.Project\shell\open\command"), "", &format!("{program}\" \"%1\""))?;
        ok("projects open in it");
        self.has(&format!(r"{CLASSES}\.mp4"), "", OTHER_PLAYER)?;
        if self.place.value(&format!(r"{CLASSES}\.mp4\OpenWithProgids"), "Kinetoscope.Video").is_none() {
            return failed("videos are not offered to it");
        }
        ok("videos are offered to it, and still open in what they opened in before");
        self.has(&format!(r"{APP_PATHS}\kinetoscope.exe"), "", &program)?;
        let menu = self.menu();
        if !menu.join("Kinetoscope.lnk").is_file() {
            return failed(format!("there is no entry in {}", menu.display()));
        }
        ok("found in the start menu and by its name");
        Ok(())
    }

    fn menu(&self) -> PathBuf {
        self.place.roaming.join("Microsoft/Windows/Start Menu/Programs/Kinetoscope")
    }

    fn has(&self, key: &str, value: &str, end: &str) -> Outcome {
        match self.place.value(key, value) {
            Some(text) if text.ends_with(end) => Ok(()),
            other => failed(format!("{key} {value}: {other:?} instead of …{end}")),
        }
    }

    fn tests_itself(&self) -> Outcome {
        let program = self.terminal();
        let version = printed(self.place.command(&program).arg("--version"))?;
        if !version.contains(VERSION) {
            return failed(format!("the program says of itself: {version}"));
        }
        let said = printed(self.place.command(&program).arg("--self-test"))?;
        print!("{said}");
        ok("--self-test");
        let video = first_video(&self.work.join("videos"))?;
        printed(self.place.command(&program).arg("--self-test").arg(self.place.path(&video)))?;
        ok("--self-test with a file");
        Ok(())
    }

    fn terminal(&self) -> PathBuf {
        self.installed.join("bin").join("kinetoscope.com")
    }

    /// The scores of all classes in every window, computed on the processor by the network that comes along.
    fn classify(&self, program: &Path, video: &Path) -> Outcome<String> {
        let network = cargo::workspace_root().join(scores::NETWORK);
        let mut command = self.place.command(program);
        command.arg("classify").arg(self.place.path(video)).arg("--checkpoint").arg(self.place.path(&network));
        printed(command.args(scores::OPTIONS))
    }

    fn analyses(&self) -> Outcome {
        let mut videos = vec![first_video(&self.work.join("videos"))?];
        videos.extend(scores::shared_video());
        for video in videos {
            let here = scores::read(&self.classify(&self.terminal(), &video)?)?;
            let name = video.file_name().unwrap_or_default().display().to_string();
            ok(format!("{name} is analysed on the processor: {} scores", here.len()));
            match scores::of_this_system(&video)? {
                Some(there) => {
                    ok(format!("{name}: equal to this system's own, to {:.1e}", scores::farthest(&here, &there)?));
                }
                None => println!("not compared: no program of this system is built (cargo build --release)"),
            }
        }
        Ok(())
    }

    fn shows_a_window(&self) -> Outcome {
        let video = first_video(&self.work.join("videos"))?;
        let mut command = self.place.command(self.installed.join("bin").join("kinetoscope.exe"));
        command.arg(self.place.path(&video)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let mut running =
            command.spawn().map_err(|error| Failure::failed(format!("the window did not start: {error}")))?;
        let seen = self.watch_window(start, &mut running);
        if seen.is_err() {
            // What is left of it goes with Wine; on Windows it is the runner's.
            _ = running.kill();
        }
        seen
    }

    fn watch_window(&self, start: Instant, running: &mut Child) -> Outcome {
        if !comes_true(Duration::from_secs(120), || self.place.has_window("Kinetoscope")) {
            return failed("no window within two minutes");
        }
        ok(format!("a window after {:.1} s", start.elapsed().as_secs_f32()));
        let refused = output(self.place.command(&self.setup).arg("/S"))?;
        if refused.status.code() != Some(3) {
            return failed(format!("while the program runs, the setup ends with {}", refused.status));
        }
        ok("the setup refuses while the program runs");
        // The first frame of the video, and the engine behind it.
        std::thread::sleep(Duration::from_secs(20));
        let picture = self.pictures.join("windows.png");
        match self.place.photograph(&picture)? {
            Some(colours) if colours < 200 => return failed(format!("{} shows {colours} colours", picture.display())),
            Some(colours) => ok(format!("{} shows {colours} colours", picture.display())),
            None => println!("not photographed: there is no screen of ours"),
        }
        // The engine of the same name has no window that could be closed, which is said with a status that is no failure here.
        output(self.place.command("taskkill").args(["/IM", "kinetoscope.exe"]))?;
        if !comes_true(Duration::from_secs(60), || running.try_wait().is_ok_and(|ended| ended.is_some())) {
            return failed("the window does not close");
        }
        ok("the window closes when it is asked to");
        Ok(())
    }

    fn upgrades(&self) -> Outcome {
        let stray = self.installed.join("bin").join("somebody-elses.txt");
        fs::write(&stray, "not ours").map_err(about(&stray, "cannot be written"))?;
        let before = files_below(&self.installed)?;
        printed(self.place.command(&self.setup).arg("/S"))?;
        let after = files_below(&self.installed)?;
        if before != after {
            return failed(format!("an upgrade makes {} files of {}", after.len(), before.len()));
        }
        self.has(&format!(r"{UNINSTALL}\Kinetoscope"), "DisplayVersion", VERSION)?;
        fs::remove_file(&stray).map_err(about(&stray, "is gone"))?;
        ok("installed over itself; a file of somebody else in its folder stays");
        Ok(())
    }

    fn uninstalls(&self) -> Outcome {
        printed(self.place.command(self.installed.join("uninstall.exe")).arg("/S"))?;
        // It goes on in a copy of itself.
        let is_gone = || {
            let listed = self.place.keys(UNINSTALL).is_ok_and(|keys| keys.iter().any(|key| key == "Kinetoscope"));
            !self.installed.exists() && !listed
        };
        if !comes_true(Duration::from_secs(60), is_gone) {
            return failed(format!("left: {:?} and {:?}", files_below(&self.installed)?, self.place.keys(UNINSTALL)));
        }
        if self.menu().exists() {
            return failed("its entry is still in the start menu");
        }
        ok("uninstalled: its folder, its menu and its entry are gone");
        let classes = self.place.keys(CLASSES)?;
        let ours = |key: &&String| key.to_lowercase().contains("kinetoscope");
        if let Some(left) = classes.iter().find(ours) {
            return failed(format!("{left} is still registered"));
        }
        self.has(&format!(r"{CLASSES}\.mp4"), "", OTHER_PLAYER)?;
        if self.place.value(&format!(r"{CLASSES}\.avi\OpenWithProgids"), OTHER_PLAYER).is_none() {
            return failed("what videos were offered to before is gone");
        }
        ok("kinds of files are as they were before");
        for path in self.belongings() {
            if fs::read_to_string(&path).map_err(about(&path, "is gone"))? != "precious" {
                return failed(format!("{} was changed", path.display()));
            }
        }
        ok("settings and projects are still there");
        Ok(())
    }

    /// The crates that need neither a GPU nor GStreamer.
    fn unit_tests(&self) -> Outcome {
        if cfg!(windows) {
            println!("not here: the unit tests are part of `cargo xtask test`");
            return Ok(());
        }
        let mut tests = cargo::cargo_in_root(&["test", "--locked", "--quiet", "--target", TARGET, "--lib"]);
        for package in ["ks-domain", "ks-project", "ks-mmaction"] {
            tests.args(["--package", package]);
        }
        cross::environment(&mut tests, &sdk::ready()?)?;
        self.place.run_tests_here(&mut tests);
        shell::run(&mut tests)?;
        ok("unit tests of ks-domain, ks-project and ks-mmaction");
        Ok(())
    }
}

/// `tar` of Windows reads ZIP archives; that of Linux does not.
fn unpack(archive: &Path, to: &Path) -> Outcome {
    empty(to)?;
    let mut command =
        if cfg!(windows) { std::process::Command::new("tar") } else { std::process::Command::new("python3") };
    if cfg!(windows) {
        command.arg("-xf").arg(archive).arg("-C").arg(to);
    } else {
        command.args(["-m", "zipfile", "--extract"]).arg(archive).arg(to);
    }
    shell::run(&mut command)
}

/// A video that the program made itself.
fn first_video(folder: &Path) -> Outcome<PathBuf> {
    let is_video = |file: &&String| file.ends_with(".mp4") || file.ends_with(".webm");
    match files_below(folder)?.iter().find(is_video) {
        Some(file) => Ok(folder.join(file)),
        None => failed(format!("no video was made in {}", folder.display())),
    }
}
