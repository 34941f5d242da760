//! `data` on tiny data sets made of real and made-up videos.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};

use ks_tests_e2e::{Run, Scratch, shared};
use serde_json::Value;

/// A folder of videos in a scratch place.
struct Videos {
    scratch: Scratch,
}

impl Videos {
    fn new() -> Self {
        let scratch = Scratch::new();
        std::fs::create_dir_all(scratch.path("videos")).unwrap();
        Self { scratch }
    }

    /// A made-up video of 90 frames, at a path under the folder.
    fn put(&self, name: &str) {
        self.put_long(name, 90);
    }

    fn put_long(&self, name: &str, frames: u8) {
        let video = self.scratch.tiny_video("made.y4m", frames);
        self.copy(&video, name);
    }

    fn copy(&self, from: &Path, name: &str) {
        let path = self.scratch.path("videos").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(from, path).unwrap();
    }

    fn run(&self, args: &[&str]) -> Run {
        let common = ["--videos", "videos", "--out", "out"];
        self.scratch.run(["data"].iter().chain(args).chain(&common))
    }

    fn out(&self, name: &str) -> PathBuf {
        self.scratch.path("out").join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.out(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[test]
fn a_small_kinetics_is_prepared_and_its_troubles_are_reported() {
    let Some(shared) = shared("data kinetics") else { return };
    let videos = Videos::new();
    let real = |name: &str| shared.join("videos").join(name);
    videos.copy(&real("arm_wrestling_340x256.mp4"), "train/arm_wrestling/aaa_000005_000015.mp4");
    videos.copy(&real("test.mp4"), "val/zumba/ccc_000000_000010.mp4");
    videos.copy(&real("rotate_0.mov"), "train/zumba/ddd_000001_000011.mov");
    videos.scratch.file("videos/train/zumba/eee_000001_000011.mp4", "no video at all");
    videos.scratch.file(
        "k.csv",
        "label,youtube_id,time_start,time_end,split\n\
         arm wrestling,aaa,5,15,train\narm wrestling,bbb,5,15,train\nzumba,ccc,0,10,val\nzumba,ddd,1,11,train\nzumba,eee,1,11,train\n",
    );
    let run = videos.run(&["kinetics", "--annotations", "k.csv", "--json", "--progress"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("checking videos"), "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    for (field, count) in [("classes", 2), ("missing", 1), ("unreadable", 1), ("short", 1)] {
        assert_eq!(report[field], count, "{field}: {report}");
    }
    assert_eq!(report["listed"], serde_json::json!({"train": 2, "val": 1}));
    assert_eq!(
        videos.text("train.txt"),
        "train/arm_wrestling/aaa_000005_000015.mp4 0\ntrain/zumba/ddd_000001_000011.mov 1\n"
    );
    assert_eq!(videos.text("val.txt"), "val/zumba/ccc_000000_000010.mp4 1\n");
    assert_eq!(videos.text("label_map.txt"), "arm wrestling\nzumba\n");
    let troubles = videos.text("report.csv");
    let rows: Vec<&str> = troubles.lines().collect();
    assert_eq!(rows[0], "problem,split,class,video,reason");
    assert!(rows[1].starts_with("missing,train,arm wrestling,bbb_000005_000015,"), "{troubles}");
    assert!(rows[2].starts_with("short,train,zumba,train/zumba/ddd_000001_000011.mov,\"about 3 frames"), "{troubles}");
    assert!(rows[3].starts_with("unreadable,train,zumba,train/zumba/eee_000001_000011.mp4,"), "{troubles}");
    assert_eq!(std::fs::read_dir(videos.out("")).unwrap().count(), 4, "nothing else is left behind");
}

#[test]
fn ucf101_and_hmdb51_are_prepared_from_their_official_splits() {
    let videos = Videos::new();
    for name in ["Archery/v_a.y4m", "Archery/v_b.y4m", "wave/w 1.y4m"] {
        videos.put(name);
    }
    std::fs::create_dir(videos.scratch.path("lists")).unwrap();
    videos.scratch.file("lists/classInd.txt", "1 Archery\n2 Biking\n");
    videos.scratch.file("lists/trainlist02.txt", "Archery/v_a.avi 1\n");
    videos.scratch.file("lists/testlist02.txt", "Archery/v_b.avi\nBiking/v_c.avi\n");
    videos.scratch.file("lists/wave_test_split2.txt", "w 1.avi 1\n");
    let run = videos.run(&["ucf101", "--annotations", "lists", "--split", "2"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stdout.contains("missing     1"), "{run:?}");
    assert_eq!(
        (videos.text("train.txt").as_str(), videos.text("val.txt").as_str()),
        ("Archery/v_a.y4m 0\n", "Archery/v_b.y4m 0\n")
    );
    let run = videos.run(&["hmdb51", "--annotations", "lists", "--split", "2"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(videos.text("train.txt"), "wave/w 1.y4m 0\n");
    let run = videos.run(&["hmdb51", "--annotations", "lists", "--split", "3"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("_test_split3.txt"), "{run:?}");
}

#[test]
fn folders_are_prepared_with_a_share_for_validation_and_given_numbers() {
    let videos = Videos::new();
    for name in ["clap/1.y4m", "clap/2.y4m", "wave/3.y4m"] {
        videos.put(name);
    }
    videos.put_long("wave/4.y4m", 9);
    videos.scratch.file("names.txt", "wave\nclap\nsit\n");
    let run = videos.run(&["folders", "--val-every", "2", "--labels", "names.txt", "--leave-out-short", "--jobs", "2"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(videos.text("val.txt"), "clap/1.y4m 1\nwave/3.y4m 0\n");
    assert_eq!(videos.text("label_map.txt"), "wave\nclap\nsit\n");
    let (train, report) = (videos.text("train.txt"), videos.text("report.csv"));
    // Whether an uncompressed stream states its length is the media framework's business; it must fit the report.
    let is_left_out = report.contains("short,train,wave,wave/4.y4m");
    let expected = if is_left_out { "clap/2.y4m 1\n" } else { "clap/2.y4m 1\nwave/4.y4m 0\n" };
    assert_eq!(train, expected, "{report}");
}

#[test]
fn what_makes_no_sense_is_said_in_one_sentence() {
    let videos = Videos::new();
    let run = videos.run(&["folders"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("no videos in subfolders"), "{run:?}");
    let run = videos.run(&["kinetics", "--annotations", "none.csv"]);
    assert!(run.code == Some(1) && run.sentence().contains("none.csv"), "{run:?}");
    videos.scratch.file("videos/x.mp4", "no video");
    videos.scratch.file("k.csv", "label,youtube_id,time_start,time_end,split\na,x,0,1,train\n");
    let run = videos.run(&["kinetics", "--annotations", "k.csv"]);
    assert!(run.code == Some(1) && run.sentence().contains("none of the videos can be used"), "{run:?}");
    assert!(videos.text("report.csv").contains("unreadable,train,a,x.mp4"));
    assert!(!videos.out("train.txt").exists());
    let run = videos.run(&["ucf101", "--annotations", ".", "--split", "4"]);
    assert_eq!(run.code, Some(2), "{run:?}");
}
