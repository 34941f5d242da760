//! Networks judged on whole videos: at the end of a training from a project's labels, and from the analyses that a project
//! keeps.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ks_domain::project::{
    AnalysisId, AnalysisRecord, ChangeKind, ClassId, NewClass, NewSegment, Project, Stamp, UsedModel, VideoFacts,
};
use ks_domain::training::TrainNews;
use ks_domain::{AnalysisSettings, MediaTime, WindowScores};
use ks_engine::training::read_news;
use ks_project::ProjectFile;
use ks_tests_e2e::Scratch;
use serde_json::Value;

/// A network of a few thousand weights, clips of four small frames.
const CONFIG: &str = "
[network]
trained = 'head'
[clip]
clip_len = 4
frame_interval = 2
short_side = 36
crop_size = 32
[schedule]
epochs = 2
[data]
batch = 4
validation_share = 0.4
background = false
";

fn at(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

/// A project and its file.
struct Bench {
    file: ProjectFile,
    project: Project,
    classes: Vec<ClassId>,
}

impl Bench {
    fn new(scratch: &Scratch, name: &str, classes: &[&str]) -> Self {
        let (file, project) = (ProjectFile::create(&scratch.path(name)).unwrap(), Project::default());
        let mut bench = Self { file, project, classes: Vec::new() };
        bench.commit(|project| project.add_set("set", "").unwrap());
        let set = bench.project.sets().next().unwrap().id;
        let new: Vec<NewClass> = classes.iter().map(|name| NewClass::named(*name)).collect();
        bench.commit(|project| project.add_classes(set, new.clone()).unwrap());
        bench.classes = bench.project.classes_of(set).iter().map(|class| class.id).collect();
        bench
    }

    fn commit(&mut self, change: impl Fn(&Project) -> ks_domain::project::Change) {
        let stamp = Stamp { unix_millis: 0, person: "Ada".to_owned() };
        let change = change(&self.project);
        let entry = self.project.commit(change, stamp).unwrap();
        self.file.append(&[entry]).unwrap();
    }

    /// Adds a fully labelled video of ten frames a second; `labels` are classes by place, with seconds.
    fn add(&mut self, path: &str, secs: u32, labels: &[(usize, f64, f64)]) -> ks_domain::project::VideoId {
        self.commit(|project| project.add_videos(&[path.to_owned()]).unwrap());
        let video = self.project.queue().last().unwrap().id;
        let facts = VideoFacts { frames: secs * 10, duration: at(f64::from(secs)), ..VideoFacts::default() };
        self.file.learn(video, &facts).unwrap();
        self.project.learn(video, facts);
        let classes = self.classes.clone();
        let bars = |(class, start, end): &(usize, f64, f64)| {
            NewSegment::by_person(classes[*class], at(*start), at(*end), "Ada")
        };
        self.commit(|project| project.draw(video, ChangeKind::DrawSegment, labels.iter().map(bars).collect()).unwrap());
        self.commit(|project| project.mark_fully_labelled(video, at(0.0), at(f64::from(secs))).unwrap());
        video
    }
}

/// Writes a video in which motions of two seconds follow each other, and gives its labels.
fn mixture(scratch: &Scratch, name: &str, motions: &str, seed: u32) -> (String, Vec<(usize, f64, f64)>) {
    let all = format!("demo mix {name} --motions {motions} --seconds 2 --width 64 --height 48 --fps 10 --seed {seed}");
    let made = scratch.run(all.split(' '));
    assert_eq!(made.code, Some(0), "{made:?}");
    let mut lines = made.stdout.lines();
    let path = scratch.path(lines.next().unwrap()).display().to_string();
    let label = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let class = usize::from(columns[2] == "pan_right");
        (class, columns[0].parse().unwrap(), columns[1].parse().unwrap())
    };
    (path, lines.map(label).collect())
}

#[test]
fn a_training_ends_with_a_look_at_the_whole_videos_that_were_kept_back() {
    let scratch = Scratch::new();
    scratch.file("config.toml", CONFIG);
    let made = scratch.run(
        "demo make start --motions pan_left,pan_right --clips-per-class 1 --width 64 --height 48 --fps 10 --seconds 1"
            .split(' '),
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let mut bench = Bench::new(&scratch, "p.kinetoscope", &["pan_left", "pan_right"]);
    for (number, motions) in ["pan_left,pan_right", "pan_right,pan_left", "pan_left,pan_right"].iter().enumerate() {
        let (path, labels) = mixture(&scratch, &format!("v{number}"), motions, number as u32);
        bench.add(&path, 7, &labels);
    }
    drop(bench);
    let demo = ks_tests_e2e::root().join("assets/demo/motions.safetensors");
    let train = |run: &str, more: &[&str]| {
        let args =
            ["train", "config.toml", "--data", "p.kinetoscope", "--device", "cpu", "--validate", "--work-dir", run];
        let load = ["--load-from".as_ref(), demo.as_os_str()];
        scratch.run(
            args.iter()
                .map(std::convert::AsRef::as_ref)
                .chain(load)
                .chain(more.iter().map(std::convert::AsRef::as_ref)),
        )
    };
    let run = train("run", &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("whole videos, network of epoch") && run.stdout.contains("F1@50"), "{run:?}");
    let news = read_news(&scratch.path("run")).unwrap();
    let found =
        news.iter().find_map(|news| if let TrainNews::WholeVideos(record) = news { Some(record) } else { None });
    let figures = &found.unwrap().figures;
    assert_eq!((figures.videos, figures.frames, figures.classes.len()), (1, 70, 2), "one video is kept back");
    assert_eq!(figures.classes.iter().map(|class| class.frames).sum::<u64>(), 40);
    assert!(figures.frame_accuracy.is_some() && figures.frame_map.is_some(), "{figures:?}");
    let log = std::fs::read_to_string(scratch.path("run/train.log")).unwrap();
    assert!(log.contains("segment_f1@50"), "{log}");
    assert!(ks_engine::training::RunFolder::is_done(&scratch.path("run")));
    let run = train("other", &["--set", "evaluation.whole_videos=false"]);
    assert!(run.code == Some(0) && !run.stdout.contains("whole videos"), "{run:?}");
}

// Scores of the classes of `analysis`.
const RUN: [f32; 3] = [0.8, 0.1, 0.1];
const SIT: [f32; 3] = [0.1, 0.8, 0.1];
const ELSE: [f32; 3] = [0.1, 0.1, 0.8];

/// Windows of two seconds, one after the other.
fn analysis(video: ks_domain::project::VideoId, rows: &[[f32; 3]]) -> AnalysisRecord {
    let window = |(number, scores): (u32, &[f32; 3])| WindowScores {
        start_frame: number * 20,
        end_frame: number * 20 + 20,
        start: at(f64::from(number) * 2.0),
        end: at(f64::from(number) * 2.0 + 2.0),
        scores: scores.to_vec(),
    };
    AnalysisRecord {
        id: AnalysisId(video.0),
        video,
        model: UsedModel {
            checkpoint: "net.safetensors".to_owned(),
            hash: "abc".to_owned(),
            class_names: ["run", "sit", "something else"].map(str::to_owned).to_vec(),
        },
        settings: AnalysisSettings::default(),
        unix_millis: 0,
        is_complete: true,
        windows: (0..).zip(rows).map(window).collect(),
    }
}

#[test]
fn stored_analyses_are_judged_by_what_people_labelled() {
    let scratch = Scratch::new();
    let mut bench = Bench::new(&scratch, "p.kinetoscope", &["run", "sit", "fly"]);
    let first = bench.add("/nowhere/a.mp4", 10, &[(0, 2.0, 6.0), (1, 8.0, 10.0)]);
    let second = bench.add("/nowhere/b.mp4", 10, &[(2, 0.0, 4.0), (0, 6.0, 8.0)]);
    let args = ["evaluate", "p.kinetoscope", "--no-frames"];
    let run = scratch.run(args);
    assert!(run.code == Some(1) && run.stderr.contains("analyse them in the window first"), "{run:?}");
    bench.file.begin_analysis(&analysis(first, &[ELSE, RUN, RUN, ELSE, SIT])).unwrap();
    bench.file.begin_analysis(&analysis(second, &[ELSE, ELSE, SIT, RUN, ELSE])).unwrap();
    drop(bench);
    let run = scratch.run(args);
    assert_eq!(run.code, Some(0), "{run:?}");
    for part in ["net.safetensors: 2 videos, 200 fully labelled frames", "not known to the network\tfly"] {
        assert!(run.stdout.contains(part), "{part}: {run:?}");
    }
    let run = scratch.run(args.iter().copied().chain(["--json"]));
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let network = &found["networks"][0];
    // Found rightly: run, sit and run; wrongly: sit; not at all: fly.
    assert_eq!(network["segment_f1"]["50"], Value::from(6.0 / 8.0), "{found}");
    assert_eq!(network["classes"][0]["segment_f1"]["50"], 1.0);
    assert_eq!(
        (&network["classes"][0]["average_precision"], &network["classes"][2]["average_precision"]),
        (&Value::from(1.0), &Value::Null)
    );
    // Four seconds of flying and two of sitting that was none, of twenty, are wrong.
    assert_eq!(network["frame_accuracy"], 0.7);
    let run = scratch.run(["evaluate", "p.kinetoscope", "--no-frames", "--video", "a.mp4", "--json"]);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["networks"][0]["segment_f1"]["50"], 1.0, "{found}");
}
