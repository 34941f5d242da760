//! `test` and `merge`: scores of a list, metrics, going on, many machines.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use ks_tests_e2e::{Run, Scratch, shared};

/// A list of two videos, six samples, beside mmaction2's configuration of a small network.
struct Setting {
    scratch: Scratch,
    args: Vec<String>,
}

impl Setting {
    fn new(shared: &Path) -> Self {
        let scratch = Scratch::new();
        let fixture = |name: &str| shared.join("fixtures").join(name).display().to_string();
        let videos = [("demo.mp4", "arm_wrestling_340x256.mp4"), ("a test.mp4", "test.mp4")];
        std::fs::create_dir(scratch.path("videos")).unwrap();
        for (name, source) in videos {
            std::fs::copy(shared.join("videos").join(source), scratch.path("videos").join(name)).unwrap();
        }
        let rows = ["demo.mp4 1", "a test.mp4 0", "demo.mp4 3", "a test.mp4 2", "demo.mp4 6", "a test.mp4 1"];
        scratch.file("list.txt", rows.join("\n"));
        let (config, checkpoint) = (fixture("cli/v0/tiny0.py"), fixture("checkpoints/ir8_train0x.pth"));
        let args = ["test", &config, &checkpoint, "--data", "list.txt", "--data-prefix", "videos", "--device", "cpu"];
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self { scratch, args }
    }

    fn run(&self, more: &[&str]) -> Run {
        self.scratch.run(self.args.iter().map(String::as_str).chain(more.iter().copied()))
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.scratch.path(name)).unwrap()
    }
}

fn rows(json: &str) -> Vec<Vec<f64>> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_list_is_scored_in_its_order_and_measured() {
    let Some(shared) = shared("test of a list") else { return };
    let setting = Setting::new(&shared);
    let run = setting.run(&["--out", "all.json", "--eval", "top_k_accuracy", "mean_class_accuracy"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let scores = rows(&setting.read("all.json"));
    assert_eq!((scores.len(), scores[0].len()), (6, 7));
    // Equal videos have equal scores, and each row is a distribution.
    assert!(scores[0] == scores[2] && scores[1] == scores[5] && scores[0] != scores[1]);
    assert!(scores.iter().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-5));
    let labels = [1, 0, 3, 2, 6, 1];
    let best = |row: &Vec<f64>| (0..7).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
    let hits = scores.iter().zip(labels).filter(|(row, label)| best(row) == *label).count();
    assert!(run.stdout.contains(&format!("top1_acc: {:.4}\n", hits as f64 / 6.0)), "{run:?}");
    assert!(!setting.scratch.path("all.json.partial").exists());
}

#[test]
fn views_may_go_together_and_stay_apart() {
    let Some(shared) = shared("views of a sample") else { return };
    let setting = Setting::new(&shared);
    setting.scratch.file("list.txt", "demo.mp4 1");
    let run = |name: &str, more: &[&str]| {
        let run = setting.run(&["--out", name].iter().chain(more).copied().collect::<Vec<_>>());
        assert_eq!(run.code, Some(0), "{run:?}");
        rows(&setting.read(name))
    };
    let (one, seven) = (run("one.json", &[]), run("seven.json", &["--views-at-once", "7"]));
    let differences = one.iter().flatten().zip(seven.iter().flatten()).map(|(a, b)| (a - b).abs());
    assert!(differences.fold(0.0, f64::max) < 1e-6);
    let views = run("views.json", &["--average-clips", "none"]);
    assert_eq!(views.len(), 30);
    // The mean of the logits is what “score” means.
    let score = run("score.json", &["--average-clips", "score"]);
    let mean = views.iter().map(|row| row[0]).sum::<f64>() / 30.0;
    assert!((mean - score[0][0]).abs() < 1e-4 * mean.abs().max(1.0));
    let measured = setting.run(&["--out", "again.json", "--average-clips", "none", "--eval", "top_k_accuracy"]);
    assert_eq!(measured.code, Some(1), "{measured:?}");
    assert!(measured.stderr.contains("metrics need averaged views"), "{measured:?}");
    setting.scratch.file("list.txt", "demo.mp4\ndemo.mp4 1\n");
    let unlabelled = setting.run(&["--eval", "top_k_accuracy"]);
    assert_eq!(unlabelled.code, Some(1), "{unlabelled:?}");
    assert!(unlabelled.stderr.contains("sample 1 of the list has 0"), "{unlabelled:?}");
}

#[test]
fn shards_joined_give_what_one_machine_gives() {
    let Some(shared) = shared("shards of a test") else { return };
    let setting = Setting::new(&shared);
    let whole = setting.run(&["--out", "whole.json", "--eval", "top_k_accuracy", "confusion_matrix"]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    for shard in ["0/2", "1/2"] {
        let name = format!("shard{}.jsonl", &shard[..1]);
        let run = setting.run(&["--out", &name, "--shard", shard]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let half = setting.scratch.run(["merge", "shard0.jsonl", "--out", "half.json"]);
    assert_eq!(half.code, Some(1), "{half:?}");
    assert!(half.stderr.contains("3 of 6 samples are in none of these files, number 2 for one"), "{half:?}");
    let joined = ["merge", "shard1.jsonl", "shard0.jsonl", "--out", "joined.json"];
    let run = setting.scratch.run(joined.iter().chain(&["--eval", "top_k_accuracy", "confusion_matrix"]));
    assert_eq!((run.code, &run.stdout), (Some(0), &whole.stdout), "{run:?}");
    assert_eq!(setting.read("joined.json"), setting.read("whole.json"));
}

#[test]
fn a_run_that_was_stopped_goes_on_where_it_was() {
    let Some(shared) = shared("going on with a test") else { return };
    let setting = Setting::new(&shared);
    // A sample that cannot be read stops the results, not the work.
    std::fs::rename(setting.scratch.path("videos/a test.mp4"), setting.scratch.path("elsewhere.mp4")).unwrap();
    let run = setting.run(&["--out", "all.json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("3 samples could not be read") && run.stderr.contains("--resume"), "{run:?}");
    assert!(!setting.scratch.path("all.json").exists());
    let kept = setting.read("all.json.partial");
    assert_eq!(kept.lines().count(), 1 + 3);

    let refused = setting.run(&["--out", "all.json"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("go on with --resume"), "{refused:?}");
    assert_eq!(setting.read("all.json.partial"), kept);
    let other = setting.run(&["--out", "all.json", "--resume", "--average-clips", "score"]);
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.stderr.contains("another checkpoint, configuration, list or shard"), "{other:?}");

    std::fs::rename(setting.scratch.path("elsewhere.mp4"), setting.scratch.path("videos/a test.mp4")).unwrap();
    let run = setting.run(&["--out", "all.json", "--resume"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let fresh = setting.run(&["--out", "fresh.json"]);
    assert_eq!(fresh.code, Some(0), "{fresh:?}");
    assert_eq!(setting.read("all.json"), setting.read("fresh.json"));
    assert!(!setting.scratch.path("all.json.partial").exists());
}

#[test]
fn a_warning_names_the_video_that_it_is_about() {
    let Some(shared) = shared("warnings of a test") else { return };
    let setting = Setting::new(&shared);
    std::fs::copy(shared.join("videos/corrupted.mp4"), setting.scratch.path("videos/damaged.mp4")).unwrap();
    setting.scratch.file("list.txt", "demo.mp4 1\ndamaged.mp4 2\ndemo.mp4 3\n");
    let run = setting.run(&["--out", "all.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let warnings: Vec<&str> = run.stderr.lines().filter(|line| line.contains("warning: ")).collect();
    assert!(!warnings.is_empty(), "{run:?}");
    assert!(warnings.iter().all(|line| line.ends_with(": videos/damaged.mp4")), "{warnings:?}");
}

#[test]
fn wrong_usage_is_said_before_anything_is_computed() {
    let Some(shared) = shared("usage of test") else { return };
    let setting = Setting::new(&shared);
    for (more, code, says) in [
        ([].as_slice(), 2, "nothing would come of it"),
        (&["--out", "x.txt"], 2, "must end in .json"),
        (&["--shard", "0/2", "--eval", "top_k_accuracy"], 2, "--shard needs --out"),
        (&["--shard", "2/2", "--out", "x"], 2, "is not a shard"),
        (&["--eval", "accuracy"], 2, "is not a metric; there are top_k_accuracy"),
        (&["--resume", "--eval", "top_k_accuracy"], 2, "--resume needs --out"),
    ] {
        let run = setting.run(more);
        assert_eq!(run.code, Some(code), "{more:?}: {run:?}");
        assert!(run.stderr.contains(says), "{more:?}: {run:?}");
    }
    let mut args = setting.args.clone();
    args[4] = "missing.txt".to_owned();
    let run = setting.scratch.run(args.iter().map(String::as_str).chain(["--out", "x.json"]));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("missing.txt"), "{run:?}");
    // A checkpoint of another network than the configuration describes.
    let mut args = setting.args.clone();
    args[2] = shared.join("fixtures/model/tiny_ip.pth").display().to_string();
    let run = setting.scratch.run(args.iter().map(String::as_str).chain(["--out", "x.json"]));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("ir-CSN-50"), "{run:?}");
}

#[test]
fn folders_of_pictures_are_samples_too() {
    let Some(shared) = shared("raw frames") else { return };
    let setting = Setting::new(&shared);
    let folder = shared.join("fixtures/pipeline").display().to_string();
    setting.scratch.file("frames.txt", "frames 40 3\n");
    let more = ["--data", "frames.txt", "--data-prefix", &folder, "--raw-frames", "img_{:05}.png"];
    let mut args = setting.args[..3].to_vec();
    args.extend(more.iter().map(|arg| (*arg).to_owned()));
    let rest = ["--device", "cpu", "--out", "frames.json", "--eval", "top_k_accuracy"];
    let run = setting.scratch.run(args.iter().map(String::as_str).chain(rest));
    // The fixture's pictures are 86 × 64; three squares of 40 fit after the resize to 40.
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(rows(&setting.read("frames.json")).len(), 1);
}
