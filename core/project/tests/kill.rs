//! A project that is killed at any moment while somebody edits it: it opens again, is whole, and has lost at most the
//! edit that was being written.
//!
//! Kills 60 times; `KS_KILLS=1000` for more.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ks_domain::MediaTime;
use ks_domain::project::{
    Change, ChangeKind, ClassId, Entry, NewClass, NewSegment, Project, Scope, SegmentId, Stamp, VideoId, WorkState,
};
use ks_project::{Opened, ProjectFile, check};

/// Names the project to a child process.
const PROJECT: &str = "KS_KILL_PROJECT";
const SEED: &str = "KS_KILL_SEED";

/// A small generator of numbers that look random (splitmix64), so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let sides = u64::try_from(all.len()).expect("should be few").max(1);
        all.get(usize::try_from(self.roll(sides)).expect("should be few")).copied()
    }

    fn time(&mut self) -> MediaTime {
        MediaTime::from_nanos(self.roll(60_000) * 1_000_000)
    }
}

fn stamp() -> Stamp {
    Stamp { unix_millis: 0, person: "Ada".to_owned() }
}

#[test]
fn a_thousand_kills_lose_at_most_the_last_edit() {
    let kills: u64 = std::env::var("KS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(60);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.kinetoscope");
    ProjectFile::create(&path).unwrap();
    let mut dice = Dice(1);
    let mut lost = 0;
    let mut entries = 0;
    for kill in 0..kills {
        let told = edit_and_kill(&path, kill, Duration::from_millis(5 + dice.roll(40)));
        assert_eq!(check(&path).unwrap(), [], "after kill {kill}");
        let opened = ProjectFile::open(&path).unwrap();
        let kept = opened.project.history().entries().len() as u64;
        // What was told is there; what was being written when it was killed may be.
        assert!(kept >= told.max(entries), "kill {kill}: {kept} entries of {told} that were told");
        assert!(kept <= told.max(entries) + 1, "kill {kill}: {kept} entries, but only {told} were told");
        lost += u64::from(kept == told);
        entries = kept;
        // Long journals make later rounds slow without making them harder.
        if entries > 4_000 {
            drop(opened);
            std::fs::remove_file(&path).unwrap();
            ProjectFile::create(&path).unwrap();
            entries = 0;
        }
    }
    eprintln!("{kills} kills, {entries} edits in the last project, {lost} times nothing beyond what was told");
    assert!(entries > 0);
}

/// Lets a child edit the project, kills it, and returns the number of the last entry that it said was kept.
fn edit_and_kill(path: &Path, seed: u64, after: Duration) -> u64 {
    let mut child = Command::new(std::env::current_exe().expect("should know itself"))
        .args(["--exact", "child_that_edits_until_it_is_killed", "--ignored", "--nocapture", "--quiet"])
        .env(PROJECT, path)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("should start");
    let mut lines = BufReader::new(child.stdout.take().expect("should be piped")).lines().map_while(Result::ok);
    // The clock starts when it edits, not while it starts up.
    let first = lines.find_map(|line| line.trim().strip_prefix("kept ")?.parse().ok());
    std::thread::sleep(after);
    child.kill().expect("should be there to be killed");
    child.wait().expect("should end");
    let rest = lines.filter_map(|line| line.trim().strip_prefix("kept ")?.parse::<u64>().ok()).last();
    rest.or(first).expect("should have edited something before it was killed")
}

#[test]
#[ignore = "runs as the child of the test above"]
fn child_that_edits_until_it_is_killed() {
    use std::io::Write as _;
    let Some(path) = std::env::var_os(PROJECT) else { return };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let Opened { mut file, mut project, .. } = ProjectFile::open(Path::new(&path)).unwrap();
    let mut dice = Dice(seed << 32);
    loop {
        if let Some(entry) = random_edit(&mut project, &mut dice) {
            file.append(std::slice::from_ref(&entry)).unwrap();
            let mut out = std::io::stdout();
            writeln!(out, "kept {}", entry.number).unwrap();
            out.flush().unwrap();
        }
    }
}

fn random_edit(project: &mut Project, dice: &mut Dice) -> Option<Entry> {
    let videos: Vec<VideoId> = project.all_videos().map(|video| video.id).collect();
    let classes: Vec<ClassId> = project.all_classes().map(|class| class.id).collect();
    let set = project.sets().next().map(|set| set.id);
    let (Some(set), false) = (set, videos.is_empty() || classes.is_empty()) else {
        let change = prepare(project);
        return Some(project.commit(change, stamp()).expect("should fit"));
    };
    let video = dice.pick(&videos)?;
    let segments: Vec<SegmentId> =
        project.track(video).into_iter().flat_map(|track| track.segments()).map(|segment| segment.id).collect();
    let segment = dice.pick(&segments);
    let (from, to) = (dice.time(), dice.time());
    let change: Option<Change> = match dice.roll(12) {
        0..4 => {
            let drawn = NewSegment::by_person(dice.pick(&classes)?, from, to, "Ada");
            project.draw(video, ChangeKind::DrawSegment, vec![drawn])
        }
        4 => project.retime(video, segment?, (from, to), ChangeKind::MoveSegment),
        5 => project.split(video, segment?, from),
        6 => project.delete_segments(video, segments.get(..3.min(segments.len())).unwrap_or_default()),
        7 => project.add_classes(set, vec![NewClass::named(format!("class {}", project.next_number()))]).ok(),
        8 => project.merge_classes(dice.pick(&classes)?, dice.pick(&classes)?).ok(),
        9 => project.mark_fully_labelled(video, from, to),
        10 => project.set_work_state(video, dice.pick(&[WorkState::Open, WorkState::NeedsWork, WorkState::Done])?),
        _ => {
            let scope = dice.pick(&[Scope::Classes, Scope::Video(video)])?;
            let done = if dice.roll(2) == 0 { project.undo(scope, stamp()) } else { project.redo(scope, stamp()) };
            // Labels and classes may stand in each other's way; then nothing has changed.
            return done.and_then(Result::ok);
        }
    };
    change.map(|change| project.commit(change, stamp()).expect("should fit"))
}

/// What is missing before anything can be labelled.
fn prepare(project: &Project) -> Change {
    match project.sets().next() {
        None => project.add_set("Set", "").expect("should have a name"),
        Some(set) if project.all_classes().next().is_none() => {
            project.add_classes(set.id, ["a", "b", "c"].map(NewClass::named).to_vec()).expect("should be new")
        }
        Some(_) => project.add_videos(&["a.mp4".to_owned(), "b.mp4".to_owned()]).expect("should be new"),
    }
}
