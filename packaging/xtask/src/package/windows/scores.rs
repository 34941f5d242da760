//! Scores of one video from two builds of the program, and how far they lie apart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::printed;
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// The network that comes with the program.
pub const NETWORK: &str = "assets/demo/motions.safetensors";

/// Every class of every window, computed on the processor.
pub const OPTIONS: &[&str] = &["--device", "cpu", "--csv", "--top", "8", "--stride", "16"];

/// Farther apart they are not the same.
const TOLERANCE: f64 = 1e-4;

/// Score by first frame and class.
pub type Scores = BTreeMap<(u64, u64), f64>;

/// Reads what `classify --csv` prints.
pub fn read(csv: &str) -> Outcome<Scores> {
    let mut lines = csv.lines();
    let header: Vec<_> = lines.next().unwrap_or_default().trim().split(',').collect();
    let column = |name: &str| {
        let found = header.iter().rposition(|column| *column == name);
        // From the end: the first column is a path, which may have commas.
        found
            .map(|at| header.len() - 1 - at)
            .ok_or_else(|| Failure::failed(format!("the scores have no column {name}")))
    };
    let (frame, class, score) = (column("start_frame")?, column("class_index")?, column("score")?);
    let mut scores = Scores::new();
    for line in lines {
        let cells: Vec<_> = line.trim().rsplit(',').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let row = || Some(((cell(frame).parse().ok()?, cell(class).parse().ok()?), cell(score).parse().ok()?));
        let (key, score) = row().ok_or_else(|| Failure::failed(format!("not understood among the scores: {line}")))?;
        scores.insert(key, score);
    }
    if scores.is_empty() { Err(Failure::failed("there are no scores")) } else { Ok(scores) }
}

/// The largest difference; a failure when it is too large, or when they are not about the same windows and classes.
pub fn farthest(here: &Scores, there: &Scores) -> Outcome<f64> {
    if !here.keys().eq(there.keys()) {
        return Err(Failure::failed(format!(
            "{} scores here, {} there, of different windows",
            here.len(),
            there.len()
        )));
    }
    let apart: Vec<_> = here.values().zip(there.values()).map(|(here, there)| (here - there).abs()).collect();
    // What is no number is near nothing.
    match apart.iter().find(|apart| apart.is_nan() || **apart > TOLERANCE) {
        Some(far) => Err(Failure::failed(format!("scores lie {far} apart"))),
        None => Ok(apart.iter().copied().fold(0.0, f64::max)),
    }
}

/// The scores of the program that is built for this system; `None` where there is none.
pub fn of_this_system(video: &Path) -> Outcome<Option<Scores>> {
    let built = ["dist", "release"].map(|profile| cargo::target_dir().join(profile).join("kinetoscope"));
    let Some(program) = built.iter().find(|path| path.is_file()) else { return Ok(None) };
    let mut command = Command::new(program);
    command.arg("classify").arg(video).arg("--checkpoint").arg(cargo::workspace_root().join(NETWORK));
    read(&printed(command.args(OPTIONS))?).map(Some)
}

/// A film of real people, which is not in the repository; found as the tests find it.
pub fn shared_video() -> Option<PathBuf> {
    let named = std::env::var_os("KS_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| cargo::workspace_root().join("../shared"));
    Some(folder.join("videos/arm_wrestling_340x256.mp4")).filter(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "video,start_frame,end_frame,start_secs,end_secs,rank,class_index,class,score\n";

    fn scores(rows: &str) -> Scores {
        read(&format!("{HEADER}{rows}")).expect("should be read")
    }

    #[test]
    fn rows_are_read_whatever_the_video_is_called() {
        let read = scores("\"a,b.mp4\",16,31,0.5,1.0,1,5,shake,0.75\r\nc.mp4,16,31,0.5,1.0,2,4,pan_left,6.1e-8\n");
        assert_eq!(read, Scores::from([((16, 5), 0.75), ((16, 4), 6.1e-8)]));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in ["", "nonsense", HEADER, &format!("{HEADER}a,b\n")] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn scores_agree_to_the_tolerance_and_about_the_same_windows() {
        let here = scores("v,0,15,0,1,1,5,shake,0.75\n");
        let near = farthest(&here, &scores("v,0,15,0,1,1,5,shake,0.75005\n")).expect("should be near");
        assert!((near - 5e-5).abs() < 1e-9);
        assert!(farthest(&here, &scores("v,0,15,0,1,1,5,shake,0.7502\n")).is_err());
        assert!(farthest(&here, &scores("v,16,31,0,1,1,5,shake,0.75\n")).is_err());
        assert!(farthest(&here, &scores("v,0,15,0,1,1,5,shake,NaN\n")).is_err());
    }
}
