//! The form, the curves, the lists, and what counts as learnt; the screens are tested through the window.

use ks_domain::AnalysisSettings;
use ks_domain::training::{StepRecord, TrainConfig, TrainNews, ValidationRecord};

use super::*;

fn entry(number: u64, classes: &[&str]) -> CheckpointEntry {
    CheckpointEntry {
        path: format!("/runs/{number}").into(),
        name: format!("run {number}"),
        parent: None,
        architecture: "ir-CSN-50".to_owned(),
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        best: None,
        made_millis: number,
        utc_offset_secs: 0,
        bytes: 100 - number,
        tags: Vec::new(),
        note: String::new(),
        run: None,
        config: None,
        journal: Some(number * 10),
        trouble: None,
    }
}

#[test]
fn form_and_text_are_one_value() {
    let mut form = TrainForm::default();
    assert!(form.changed.is_empty() && form.issues.is_empty());
    form.set("schedule.epochs", FieldValue::Integer(7));
    assert!(form.text.contains("epochs = 7"));
    assert_eq!(form.changed.iter().copied().collect::<Vec<_>>(), ["schedule.epochs"]);
    form.type_text(form.text.replace("epochs = 7", "epochs = 9"));
    assert_eq!(form.config.schedule.epochs, 9);
    let kept = form.config.clone();
    form.type_text("epochs = nine".to_owned());
    assert!(form.text_error.is_some() && form.obstacle().is_some());
    assert_eq!((form.config.clone(), form.text.as_str()), (kept, "epochs = nine"));
    // A change in the form replaces the text that could not be read.
    form.reset("schedule.epochs");
    assert!(form.text_error.is_none() && form.changed.is_empty());
    assert_eq!(TrainConfig::parse(&form.text), Ok(form.config));
}

#[test]
fn what_a_setting_cannot_hold_is_said_in_its_place_and_not_taken() {
    let mut form = TrainForm::default();
    form.set("schedule.epochs", FieldValue::Integer(-1));
    assert_eq!(form.issue("schedule.epochs"), Some("must be 1 to 10000 epochs"));
    form.set("schedule.epochs", FieldValue::Integer(0));
    assert_eq!(form.config.schedule.epochs, 0);
    assert_eq!(form.issue("schedule.epochs"), Some("must be 1 to 10000 epochs"));
    form.set("schedule.milestones", FieldValue::List("32; x".to_owned()));
    assert!(form.issue("schedule.milestones").is_some_and(|issue| issue.contains("ascending")));
    form.set("schedule.milestones", FieldValue::List("[32, 48]".to_owned()));
    assert_eq!(form.config.schedule.milestones, [32, 48]);
    assert_eq!(form.issue("schedule.milestones"), None);
}

#[test]
fn a_preset_takes_the_clips_of_the_analysis() {
    let mut form = TrainForm::default();
    form.use_preset("balanced", &AnalysisSettings { clip_len: 16, ..AnalysisSettings::default() });
    assert_eq!((form.config.clip.clip_len, form.preset.as_str()), (16, "balanced"));
    form.use_preset("unheard of", &AnalysisSettings::default());
    assert_eq!(form.preset, "balanced");
}

#[test]
fn clips_follow_the_network_that_analyses_but_for_what_was_set_by_hand() {
    let mut form = TrainForm::default();
    form.set("clip.short_side", FieldValue::Integer(128));
    let small = AnalysisSettings { clip_len: 8, short_side: 80, crop_size: 72, ..AnalysisSettings::default() };
    form.follow(&small);
    let clip = &form.config.clip;
    assert_eq!((clip.clip_len, clip.short_side, clip.crop_size), (8, 128, 72));
    assert_eq!(form.changed.iter().copied().collect::<Vec<_>>(), ["clip.short_side"]);
    assert!(form.text.contains("clip_len = 8"), "{}", form.text);
    form.type_text("[clip]\nclip_len = 24\n".to_owned());
    form.follow(&small);
    assert_eq!(form.config.clip.clip_len, 24, "nothing new to follow");
}

#[test]
fn smoothing_begins_at_the_first_value_and_keeps_every_point_that_there_is_room_for() {
    let points: Vec<[f64; 2]> = (0..10).map(|x| [f64::from(x), if x == 0 { 8.0 } else { 0.0 }]).collect();
    assert_eq!(smoothed(&points, 0.0, 100), points);
    let smooth = smoothed(&points, 0.5, 100);
    assert_eq!(smooth[0][1], 8.0);
    assert!((smooth[1][1] - 8.0 / 3.0).abs() < 1e-9, "{smooth:?}");
    let few = smoothed(&points, 0.0, 5);
    assert_eq!((few.len(), few[0]), (5, [0.5, 4.0]));
}

fn step(epoch: u32, step: u64) -> StepRecord {
    StepRecord {
        epoch,
        step,
        steps_per_epoch: 10,
        learning_rate: 0.1,
        loss: f64::from(epoch),
        top1: 0.5,
        top5: 1.0,
        grad_norm: 1.0,
        time: 1.0,
        data_time: 0.1,
        clips_per_second: 3.0,
        eta: 1.0,
        memory_bytes: 0,
    }
}

#[test]
fn a_run_that_goes_on_has_not_made_what_came_after_its_step() {
    let mut record = RunRecord::default();
    for (epoch, number) in [(1, 5), (1, 10), (2, 5), (2, 10)] {
        record.tell(TrainNews::Steps(step(epoch, number)));
    }
    let validation = |epoch: u32| ValidationRecord {
        epoch,
        step: u64::from(epoch) * 10,
        evaluation: Default::default(),
        is_best: false,
    };
    record.tell(TrainNews::Validated(validation(1)));
    record.tell(TrainNews::Validated(validation(2)));
    record.tell(TrainNews::Resumed { step: 15 });
    assert_eq!((record.steps.len(), record.validations.len()), (3, 1));
    let series = record.series(CurveKind::Loss);
    assert_eq!(series.training, [[0.5, 1.0], [1.0, 1.0], [1.5, 2.0]]);
    assert_eq!(series.validation.len(), 1);
    record.tell(TrainNews::Steps(StepRecord { loss: f64::INFINITY, ..step(2, 6) }));
    assert_eq!(record.series(CurveKind::Loss).training.len(), 3);
}

#[test]
fn checkpoints_are_found_by_any_of_their_words_and_sorted_both_ways() {
    let mut checkpoints = Checkpoints::default();
    let mut tagged = entry(2, &["sit"]);
    tagged.tags = vec!["Gym".to_owned()];
    checkpoints.list(vec![entry(1, &["run"]), tagged, entry(3, &["fly"])]);
    let names = |checkpoints: &Checkpoints| -> Vec<String> {
        checkpoints.shown().iter().map(|entry| entry.name.clone()).collect()
    };
    assert_eq!(names(&checkpoints), ["run 3", "run 2", "run 1"]);
    checkpoints.sort_by(CheckpointColumn::Size);
    assert_eq!(names(&checkpoints), ["run 1", "run 2", "run 3"]);
    checkpoints.sort_by(CheckpointColumn::Size);
    assert_eq!(names(&checkpoints), ["run 3", "run 2", "run 1"]);
    checkpoints.search = "gym".to_owned();
    assert_eq!(names(&checkpoints), ["run 2"]);
    checkpoints.search = "FLY".to_owned();
    assert_eq!(names(&checkpoints), ["run 3"]);
    assert_eq!(checkpoints.learnt_until(), 30);
}

#[test]
fn a_checkpoint_says_which_labels_it_does_not_know() {
    let classes = ["run", "sit"].map(str::to_owned);
    assert_eq!(entry(1, &["sit", "run"]).mismatch(&classes), None);
    let mismatch = entry(1, &["run", "fly"]).mismatch(&classes).expect("should differ");
    assert_eq!((mismatch.unknown, mismatch.superfluous), (vec!["sit".to_owned()], vec!["fly".to_owned()]));
}

#[test]
fn a_list_of_runs_does_not_undo_what_is_newer() {
    let run = |id: &str, state: RunState| RunEntry {
        id: id.to_owned(),
        name: String::new(),
        began_millis: 1,
        utc_offset_secs: 0,
        preset: String::new(),
        state,
        best: None,
        is_improvement: false,
    };
    let mut runs = Runs::default();
    runs.list(vec![run("a", RunState::Running), run("b", RunState::Finished)]);
    runs.list(vec![run("a", RunState::Stopped), run("b", RunState::Stopped)]);
    assert_eq!(runs.busy().map(|run| run.id.as_str()), Some("a"));
    assert_eq!(runs.entry("b").map(|run| &run.state), Some(&RunState::Stopped));
    runs.list(vec![]);
    assert_eq!(runs.entries.iter().flatten().count(), 1);
}
