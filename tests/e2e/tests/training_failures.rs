//! Trainings whose disk, folder or videos fail them: they say what happened, keep what was learnt, and go on to the weights
//! of an undisturbed one.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ks_domain::training::TrainNews;
use ks_engine::training::RunFolder;
use ks_engine::{ChildCommand, Engine, EngineConfig, Event, Task};
use ks_tests_e2e::{Run, Scratch, program, tiny_training};

/// Six videos of each motion, and enough epochs to be disturbed in.
fn setting() -> Scratch {
    tiny_training(6, 12)
}

fn arguments(scratch: &Scratch, run: &str, more: &str) -> Vec<String> {
    // With the whole path, so that another process finds the videos too.
    let data = scratch.path("motions").display().to_string();
    let before = ["train".to_owned(), "tiny.toml".to_owned(), "--data".to_owned(), data];
    let after = format!("--work-dir {run} --device cpu --validate --deterministic {more}");
    before.into_iter().chain(after.split_whitespace().map(str::to_owned)).collect()
}

fn train(scratch: &Scratch, run: &str, more: &str) -> Run {
    scratch.run(arguments(scratch, run, more))
}

/// The weights of a training that nobody disturbed.
fn undisturbed(scratch: &Scratch) -> Vec<u8> {
    let whole = train(scratch, "whole", "");
    assert_eq!(whole.code, Some(0), "{whole:?}");
    last(&scratch.path("whole"))
}

fn last(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("last.safetensors")).unwrap()
}

fn skipped(what: &str, why: &str) {
    // Written past the test harness, which hides what a passing test prints.
    let _ = writeln!(std::io::stderr(), "skipped: {what}: {why}");
}

/// A disk of its own, if this system lets a test have one.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: PathBuf, kibibytes: u32) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let size = format!("size={kibibytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(path))
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status().unwrap();
        assert!(done.success());
    }

    /// Takes all the room that there is.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Starts a training and waits until it can go on from a state after its first step.
fn begun(scratch: &Scratch, run: &str) -> Child {
    let mut command = scratch.command(arguments(scratch, run, ""));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !scratch.path(run).join("last.safetensors").is_file() {
        assert!(child.try_wait().unwrap().is_none(), "{:?}", child.wait_with_output());
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// No half of a file lies in a folder: what is there under its name is whole, and nothing else is there.
#[track_caller]
fn assert_tidy(run: &Path) {
    for entry in std::fs::read_dir(run).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with(".kinetoscope-") && !name.ends_with(".part"), "{name}");
    }
    assert!(RunFolder::can_resume(run));
}

#[test]
fn a_disk_that_fills_up_in_the_middle_costs_nothing_but_time() {
    let scratch = setting();
    let expected = undisturbed(&scratch);
    let Some(disk) = Disk::mount(scratch.path("disk"), 4096) else {
        return skipped("a disk that fills up", "this system mounts no disk for a test");
    };
    let child = begun(&scratch, "disk/run");
    disk.fill();
    let ended: Run = child.wait_with_output().unwrap().into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    // What happened, how much is missing and where, and what to do.
    for part in ["there is no room", "find none", "disk/run", "go on with --resume"] {
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
    }
    assert_tidy(&scratch.path("disk/run"));
    let network = scratch.path("disk/run/last.safetensors");
    assert!(ks_engine::checkpoint_about(&network).is_ok_and(|about| about.capsule.is_some()), "the last one is whole");
    let run = train(&scratch, "disk/run", "--resume");
    assert!(run.code == Some(1) && run.stderr.contains("there is no room"), "it is full as before: {run:?}");
    assert_tidy(&scratch.path("disk/run"));
    std::fs::remove_file(scratch.path("disk/filler")).unwrap();
    let run = train(&scratch, "disk/run", "--resume");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(last(&scratch.path("disk/run")) == expected, "it ended otherwise");
}

#[test]
fn a_state_that_finds_no_room_leaves_the_one_before() {
    let scratch = setting();
    let expected = undisturbed(&scratch);
    // The largest file is the state, which holds the weights and what the optimizer remembers of each.
    let limit = std::fs::metadata(scratch.path("whole/last.safetensors")).unwrap().len() * 3 / 2;
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", limit.div_ceil(1024));
    let mut shell = scratch.command(Vec::<String>::new());
    let mut limited = Command::new("bash");
    for (name, value) in shell.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(shell.get_current_dir().unwrap()).args(["-c", &script, "bash"]).arg(program());
    shell.env_clear();
    let Ok(output) = limited.args(arguments(&scratch, "run", "")).output() else {
        return skipped("files that may not grow", "there is no bash");
    };
    let ended: Run = output.into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("the training's state cannot be written (there is no room"), "{ended:?}");
    assert_tidy(&scratch.path("run"));
    let run = train(&scratch, "run", "--resume");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(last(&scratch.path("run")) == expected, "it ended otherwise");
}

#[test]
fn a_folder_that_may_not_be_written_to_is_named_and_keeps_what_is_in_it() {
    let scratch = setting();
    let expected = undisturbed(&scratch);
    let Some(disk) = Disk::mount(scratch.path("disk"), 8192) else {
        return skipped("a read-only folder", "this system mounts no disk for a test");
    };
    disk.remount("ro");
    let run = train(&scratch, "disk/run", "");
    assert!(run.code == Some(1) && run.stderr.contains("the run's folder cannot be used (Read-only"), "{run:?}");
    disk.remount("rw");
    let mut child = begun(&scratch, "disk/run");
    child.kill().unwrap();
    child.wait().unwrap();
    disk.remount("ro");
    let run = train(&scratch, "disk/run", "--resume");
    assert!(run.code == Some(1) && run.stderr.contains("Read-only file system"), "{run:?}");
    assert!(run.stderr.contains("go on with --resume"), "{run:?}");
    disk.remount("rw");
    let run = train(&scratch, "disk/run", "--resume");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(last(&scratch.path("disk/run")) == expected, "it ended otherwise");
}

#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = setting();
    let folder = scratch.path("closed");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(folder.join("probe"), "").is_ok() {
        return skipped("a folder without permission", "this user may write everywhere");
    }
    let run = train(&scratch, "closed/run", "");
    assert!(run.code == Some(1) && run.stderr.contains("check its permissions"), "{run:?}");
}

#[test]
fn a_video_that_is_damaged_in_the_middle_of_a_training_is_named_and_the_others_are_learnt() {
    let scratch = setting();
    let mut command =
        scratch.command(arguments(&scratch, "run", "--set data.cache_gb=0 schedule.epochs=40 run.log_every=1"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !scratch.path("run/last.safetensors").is_file() {
        assert!(child.try_wait().unwrap().is_none(), "{:?}", child.wait_with_output());
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut videos: Vec<PathBuf> =
        std::fs::read_dir(scratch.path("motions/pan_left")).unwrap().map(|entry| entry.unwrap().path()).collect();
    videos.sort();
    let length = std::fs::metadata(&videos[0]).unwrap().len();
    std::fs::write(&videos[0], vec![0; usize::try_from(length).unwrap()]).unwrap();
    let ended: Run = child.wait_with_output().unwrap().into();
    assert_eq!(ended.code, Some(0), "one of twelve is little: {ended:?}");
    let told = std::fs::read_to_string(scratch.path("run/metrics.jsonl")).unwrap();
    let name = videos[0].file_name().unwrap().to_string_lossy().into_owned();
    assert!(told.lines().any(|line| line.contains("left out") && line.contains(&name)), "{told}");
}

#[test]
fn a_training_goes_on_when_the_process_of_the_engine_is_killed() {
    let scratch = setting();
    let expected = undisturbed(&scratch);
    let mut begun = begun(&scratch, "run");
    begun.kill().unwrap();
    begun.wait().unwrap();
    let spec = RunFolder::spec_of(&scratch.path("run")).unwrap();
    let command = ChildCommand { program: program(), args: vec!["engine".into()] };
    let config = EngineConfig { cache_dir: Some(scratch.path("cache")), ..EngineConfig::default() };
    let (engine, events) = Engine::spawn_child(command, config, Box::new(|| {})).unwrap();
    let job = engine.submit(Task::Train(Box::new(spec))).unwrap();
    let (mut killed, mut restarts) = (None, 0);
    let last_event = loop {
        let event = events.recv_timeout(Duration::from_secs(60)).expect("something should happen");
        match &event {
            Event::Training { news, .. } if killed.is_none() && matches!(**news, TrainNews::Saved(_)) => {
                let process = engine.process_id().unwrap();
                assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
                killed = Some(process);
            }
            Event::EngineRestarted { resumed } => {
                assert_eq!(resumed.as_slice(), [job]);
                restarts += 1;
            }
            _ => {}
        }
        if event.ends() == Some(job) {
            break event;
        }
    };
    assert!(matches!(last_event, Event::Finished { .. }), "{last_event:?}");
    assert!(killed.is_some() && restarts == 1, "{restarts}");
    assert!(last(&scratch.path("run")) == expected, "it ended otherwise");
}
