//! The setup on a real Windows: installed silently, used, uninstalled. What the release workflow runs on a machine of its own.
//!
//! It installs for the user who runs it and takes the installation away again, so it refuses where one is there already. What the setup does under Wine is
//! looked at in more detail in [`super::windows`].

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::VERSION;
use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

const UNINSTALL_KEYS: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall";

/// How long an uninstaller may take: it goes on by itself after its first process has ended.
const PATIENCE: Duration = Duration::from_secs(120);

/// Installs the setup in `out`, uses the program, uninstalls it.
pub fn test(out: &Path) -> Outcome {
    let setup = out.join(format!("kinetoscope-{VERSION}-windows-x86_64-setup.exe"));
    let installed = folder_of("LOCALAPPDATA")?.join(r"Programs\Kinetoscope");
    require(!installed.exists(), "Kinetoscope is installed here already; the test would take it away")?;
    shell::run(Command::new(&setup).arg("/S"))?;
    let bin = installed.join("bin");
    for file in ["kinetoscope.exe", "kinetoscope.com"] {
        require(bin.join(file).is_file(), &format!("the setup should have installed {file}"))?;
    }
    ok("silent installation");
    require(registered(), "the installation should be in the list of installed programs")?;
    ok("the list of installed programs has it");
    let kept = use_it(&bin.join("kinetoscope.com"))?;
    uninstall(&installed)?;
    require(!registered(), "the list of installed programs should not have it any more")?;
    ok("uninstalled");
    for path in kept {
        require(path.exists(), &format!("{} should outlive the program", path.display()))?;
        fs::remove_file(&path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    }
    ok("project and settings are left alone");
    Ok(())
}

/// What a person would do; gives what has to outlive the program.
fn use_it(program: &Path) -> Outcome<Vec<PathBuf>> {
    let folder = cargo::private_dir("smoke").map_err(|error| Failure::failed(error.to_string()))?;
    fs::remove_dir_all(&folder).map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    let videos = cargo::private_dir("smoke").map_err(|error| Failure::failed(error.to_string()))?.join("videos");
    let run = |words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).current_dir(&folder);
        command
    };
    shell::run(&mut run(&["--self-test"]))?;
    ok("self-test");
    shell::run(run(&["demo", "make"]).arg(&videos).args(["--motions", "bounce,shake", "--clips-per-class", "1"]))?;
    let video = first_video(&videos)
        .ok_or_else(|| Failure::failed(format!("there should be a video somewhere in {}", videos.display())))?;
    shell::run(run(&["--self-test"]).arg(&video))?;
    ok("self-test with a video");
    let network = cargo::workspace_root().join("assets/demo/motions.safetensors");
    let mut classify = run(&["classify"]);
    classify.arg(&video).arg("--checkpoint").arg(&network).args(["--device", "cpu", "--csv"]);
    let rows = answer(&mut classify)?.lines().count();
    require(rows > 1, "classify should print a heading and at least one row")?;
    ok(&format!("classify on the processor: {} rows", rows - 1));
    let project = folder.join("smoke.kinetoscope");
    shell::run(run(&["new"]).arg(&project).arg(&video))?;
    ok("a project");
    let settings = folder_of("APPDATA")?.join(r"kinetoscope\config");
    fs::create_dir_all(&settings).map_err(|error| Failure::failed(format!("{}: {error}", settings.display())))?;
    let marker = settings.join("smoke-test.txt");
    fs::write(&marker, "left by the test")
        .map_err(|error| Failure::failed(format!("{}: {error}", marker.display())))?;
    Ok(vec![project, marker])
}

fn uninstall(installed: &Path) -> Outcome {
    let uninstaller = fs::read_dir(installed)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            name.starts_with("unins") && name.ends_with(".exe")
        })
        .ok_or_else(|| Failure::failed(format!("there should be an uninstaller in {}", installed.display())))?;
    shell::run(Command::new(uninstaller).arg("/S"))?;
    let start = Instant::now();
    while installed.exists() {
        require(start.elapsed() < PATIENCE, &format!("{} should be gone", installed.display()))?;
        sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Whether an entry of this version is in the list of installed programs.
fn registered() -> bool {
    shell::output_of("reg", &["query", UNINSTALL_KEYS, "/s", "/f", "Kinetoscope", "/d"])
        .is_some_and(|text| text.contains("Kinetoscope"))
}

fn first_video(folder: &Path) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let is_video = |path: &PathBuf| {
        let end = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        ["mp4", "mkv", "webm", "avi"].contains(&end.as_str())
    };
    entries
        .iter()
        .find(|path| is_video(path))
        .cloned()
        .or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| first_video(path)))
}

fn answer(command: &mut Command) -> Outcome<String> {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    require(output.status.success(), &format!("{line} failed ({})", output.status))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn folder_of(variable: &str) -> Outcome<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| Failure::failed(format!("{variable} is not set: this test is for Windows")))
}

fn require(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(Failure::failed(otherwise)) }
}

fn ok(what: &str) {
    println!("ok {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_is_found_at_any_depth() {
        let root = env::temp_dir().join(format!("xtask-smoke-{}", std::process::id()));
        fs::create_dir_all(root.join("train/bounce")).expect("should make folders");
        fs::write(root.join("train/list.txt"), "").expect("should write");
        assert_eq!(first_video(&root), None);
        let video = root.join("train/bounce/000.MKV");
        fs::write(&video, "").expect("should write");
        let found = first_video(&root);
        fs::remove_dir_all(&root).expect("should remove the folder");
        assert_eq!(found, Some(video));
    }

    #[test]
    fn what_does_not_hold_is_a_failure_that_says_so() {
        assert_eq!(require(false, "no").expect_err("should fail").text, "no");
    }
}
