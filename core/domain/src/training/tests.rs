//! The configuration, its table, presets and learning rates, and samples from a project.

use super::*;
use crate::project::{
    Author, Change, ChangeKind, ClassId, NewClass, NewSegment, Project, SetId, Stamp, Verdict, VideoFacts, VideoId,
};
use crate::recipe::presets;
use crate::{MediaTime, Valid};
use toml::Value;

fn checked(config: TrainConfig) -> Valid<TrainConfig> {
    config.validate().expect("should be valid")
}

#[test]
fn the_table_names_every_setting_and_no_other() {
    fn names(prefix: &str, table: &toml::Table, out: &mut Vec<String>) {
        for (name, value) in table {
            let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                Value::Table(table) => names(&name, table, out),
                _ => out.push(name),
            }
        }
    }
    let mut written = Vec::new();
    let table: toml::Table = toml::from_str(&TrainConfig::default().to_toml()).expect("should be TOML");
    names("", &table, &mut written);
    let mut listed: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
    written.sort_unstable();
    listed.sort_unstable();
    assert_eq!(written, listed);
    assert!(FIELDS.iter().all(|field| !field.help.is_empty()));
}

#[test]
fn every_word_of_a_choice_is_understood_and_no_other() {
    let config = TrainConfig::default();
    for field in FIELDS {
        let FieldKind::Choice(words) = field.kind else { continue };
        for word in words {
            let changed = config.with_value(field.key, Value::from(*word)).expect("should be a word of the setting");
            assert_eq!(changed.value(field.key), Some(Value::from(*word)));
        }
        assert!(config.with_value(field.key, Value::from("nonsense")).is_err(), "{}", field.key);
    }
}

#[test]
fn a_configuration_is_read_as_it_was_written() {
    for preset in TRAIN_PRESETS {
        let config = TrainConfig::preset(preset.name, &ClipConfig::default()).expect("should be a preset");
        assert_eq!(TrainConfig::from_toml(&config.to_toml()), Ok(checked(config)));
    }
}

#[test]
fn all_published_recipes_can_be_trained_with() {
    for preset in presets() {
        let config = TrainConfig::preset(preset.name, &ClipConfig::default()).expect("should say how to train");
        let config = checked(config).into_inner();
        assert_eq!((config.clip.clip_len, config.clip.crop_size), (32, 224), "{}", preset.name);
        assert_eq!(config.network.trained, Trained::All);
    }
    assert_eq!(TrainConfig::preset("unheard of", &ClipConfig::default()), None);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "[clip]\ncrop_size = 400\n[schedule]\nepochs = 0\nwarmup_epochs = 9\n[loss]\nmulti_label = true\nlabel_smoothing = 0.1";
    let Err(TrainConfigError::Invalid { issues }) = TrainConfig::from_toml(text) else { panic!("should be refused") };
    let fields: Vec<&str> = issues.iter().map(|issue| issue.field.as_str()).collect();
    assert_eq!(fields, ["schedule.epochs", "clip.crop_size", "schedule.warmup_epochs", "loss.label_smoothing"]);
    assert!(matches!(TrainConfig::parse("[clip]\ncrop = 3"), Err(TrainConfigError::Text(_))));
}

#[test]
fn assignments_change_one_setting_and_say_what_they_do_not_understand() {
    let config = TrainConfig::default();
    let changed = config.with_assignment("optimizer.learning_rate=1").expect("should be understood");
    assert_eq!(changed.optimizer.learning_rate, 1.0);
    let changed = changed.with_assignment("optimizer.kind = adamw").expect("should be understood");
    let changed = changed.with_assignment("schedule.milestones=[32, 48]").expect("should be understood");
    let names: Vec<&str> = config.differences(&changed).iter().map(|(field, ..)| field.key).collect();
    assert_eq!(names, ["optimizer.kind", "optimizer.learning_rate", "schedule.milestones"]);
    let message = |assignment: &str| config.with_assignment(assignment).expect_err("should be refused").to_string();
    assert_eq!(message("lr=1").split(';').next(), Some("there is no setting lr"));
    assert!(message("train.learning_rate=1").contains("optimizer.learning_rate"));
    assert!(message("schedule.epochs=many").contains("must be 1 to 10000 epochs"));
    assert!(message("nothing").contains("section.setting=value"));
}

#[test]
fn rates_are_those_of_both_branches() {
    let published = |name: &str| TrainConfig::preset(name, &ClipConfig::default()).expect("should be published");
    // 0.x warms up at every step: iteration 0 gets a tenth, full at 16 epochs, then falls at 32 and 48.
    let old = published("ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb");
    let (rates, base) = (Rates::new(&old), old.optimizer.learning_rate);
    assert!((rates.rate(0, 100) - base * 0.1).abs() < 1e-15);
    assert_eq!([rates.rate(1600, 100), rates.rate(3200, 100)], [base, base * 0.1]);
    // 1.x changes between epochs only and is full in the sixteenth.
    let new = published("ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb");
    let (rates, base) = (Rates::new(&new), new.optimizer.learning_rate);
    assert_eq!(rates.rate(0, 100), rates.rate(99, 100));
    assert!(rates.rate(99, 100) < rates.rate(100, 100));
    assert!((rates.rate(1500, 100) - base).abs() < 1e-12);
    let mut cosine = TrainConfig::default();
    cosine.schedule.changes = RateStep::Epoch;
    cosine.schedule.warmup_epochs = 2;
    let rates = Rates::new(&cosine);
    assert!(rates.rate(0, 10) < rates.rate(10, 10) && rates.rate(190, 10) < rates.rate(100, 10));
}

#[test]
fn the_rate_follows_the_batch_where_that_is_wanted() {
    let mut config = TrainConfig::default();
    config.optimizer.base_batch = 64;
    assert_eq!(Rates::new(&config).rate(0, 1), 0.01 / 4.0);
}

/// A project with one video of 100 s at 25 frames a second, so that a clip of 32 frames at an interval of 2 takes 2.56 s.
struct Bench {
    project: Project,
    video: VideoId,
    set: SetId,
    classes: Vec<ClassId>,
}

fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

impl Bench {
    fn new() -> Self {
        let mut project = Project::default();
        let change = project.add_videos(&["a.mp4".to_owned()]).expect("should be new");
        let commit = |project: &mut Project, change| {
            project.commit(change, Stamp { unix_millis: 1, person: String::new() }).expect("should apply");
        };
        commit(&mut project, change);
        let video = project.queue()[0].id;
        project.learn(video, VideoFacts { frames: 2500, duration: secs(100.0), ..VideoFacts::default() });
        let change = project.add_set("set", "").expect("should be new");
        commit(&mut project, change);
        let set = project.sets().next().expect("should be there").id;
        let change = project.add_classes(set, ["run", "sit", "fly"].map(NewClass::named).to_vec()).expect("new");
        commit(&mut project, change);
        let classes = project.classes_of(set).iter().map(|class| class.id).collect();
        Self { project, video, set, classes }
    }

    fn commit(&mut self, change: Option<Change>) {
        let stamp = Stamp { unix_millis: 1, person: String::new() };
        self.project.commit(change.expect("should change something"), stamp).expect("should apply");
    }

    fn draw(&mut self, class: usize, start: f64, end: f64, edit: impl FnOnce(&mut NewSegment)) {
        let mut segment = NewSegment::by_person(self.classes[class], secs(start), secs(end), "Ada");
        edit(&mut segment);
        let change = self.project.draw(self.video, ChangeKind::DrawSegment, vec![segment]);
        self.commit(change);
    }

    fn data(&self, edit: impl FnOnce(&mut TrainConfig)) -> ProjectData {
        let mut config = TrainConfig::default();
        config.data.validation_share = 0.0;
        edit(&mut config);
        self.project.training_data(self.set, &config)
    }
}

fn spans(data: &ProjectData, label: u32) -> Vec<(f64, f64)> {
    let of_label = data.samples.iter().filter(|sample| sample.labels == [label]);
    of_label
        .filter_map(|sample| sample.span)
        .map(|(start, end)| ((start.secs_f64() * 100.0).round() / 100.0, (end.secs_f64() * 100.0).round() / 100.0))
        .collect()
}

#[test]
fn short_labels_are_widened_and_long_ones_divided() {
    let mut bench = Bench::new();
    bench.draw(0, 10.0, 11.0, |_| {});
    bench.draw(0, 0.0, 0.5, |_| {});
    bench.draw(1, 20.0, 30.0, |_| {});
    let data = bench.data(|_| {});
    assert_eq!(data.classes, ["run", "sit"]);
    assert_eq!(spans(&data, 0), [(9.22, 11.78), (0.0, 2.56)]);
    assert_eq!(spans(&data, 1), [(20.0, 25.0), (25.0, 30.0)]);
    assert!(data.problems.iter().any(|problem| problem.message.starts_with("no label of fly")));
}

#[test]
fn what_nobody_accepted_is_no_label() {
    let mut bench = Bench::new();
    let model =
        |accepted_by: Option<String>| Author::Model { checkpoint: "a".into(), hash: String::new(), accepted_by };
    bench.draw(0, 10.0, 14.0, |segment| segment.author = model(None));
    bench.draw(1, 20.0, 24.0, |segment| segment.author = model(Some("Ada".to_owned())));
    let data = bench.data(|_| {});
    assert_eq!((data.classes.len(), data.samples.len()), (1, 1));
    assert_eq!(spans(&data, 0), [(20.0, 24.0)]);
}

#[test]
fn background_is_what_somebody_looked_at_and_left_empty() {
    let mut bench = Bench::new();
    bench.draw(0, 12.0, 15.0, |_| {});
    bench.draw(0, 52.0, 55.0, |_| {});
    bench.draw(1, 70.0, 74.0, |segment| segment.verdict = Verdict::Absent);
    let change = bench.project.mark_fully_labelled(bench.video, secs(11.0), secs(20.0));
    bench.commit(change);
    let data = bench.data(|_| {});
    assert_eq!(data.classes, ["run", BACKGROUND]);
    // From 11 to 12 is too short; from 74 on nobody looked.
    assert_eq!(spans(&data, 1), [(15.0, 20.0), (70.0, 74.0)]);
    assert!(bench.data(|config| config.data.background = false).samples.iter().all(|sample| sample.labels == [0]));
}

#[test]
fn classes_that_overlap_are_both_there_where_that_is_allowed() {
    let mut bench = Bench::new();
    bench.draw(0, 10.0, 14.0, |_| {});
    bench.draw(1, 10.5, 20.0, |_| {});
    let single = bench.data(|_| {});
    assert!(single.problems.iter().any(|problem| problem.time == Some(secs(10.5))));
    let several = bench.data(|config| config.loss.multi_label = true);
    assert!(several.samples.iter().any(|sample| sample.labels == [0, 1]));
    assert!(several.problems.iter().all(|problem| problem.time.is_none()));
}

#[test]
fn a_video_that_was_never_read_is_left_out_with_a_word() {
    let mut bench = Bench::new();
    bench.draw(0, 10.0, 14.0, |_| {});
    bench.project.learn(bench.video, VideoFacts::default());
    let data = bench.data(|_| {});
    assert!(data.samples.is_empty());
    assert!(data.problems.iter().any(|problem| problem.source == Some(0)));
}

#[test]
fn what_is_fully_labelled_and_not_learnt_from_is_held_out() {
    let mut bench = Bench::new();
    for start in [5.0, 15.0, 25.0, 35.0, 45.0, 80.0, 90.0] {
        bench.draw(0, start, start + 4.0, |_| {});
    }
    let change = bench.project.mark_fully_labelled(bench.video, secs(0.0), secs(50.0));
    bench.commit(change);
    let change = bench.project.mark_fully_labelled(bench.video, secs(70.0), secs(95.0));
    bench.commit(change);
    // One video is divided by time: its end is held out, from the first validation sample on.
    let data = bench.data(|config| config.data.validation_share = 0.2);
    let first =
        data.samples.iter().filter(|sample| sample.part == Part::Validation).filter_map(|sample| sample.span).min();
    let (from, _) = first.expect("should be divided");
    let [held_out] = data.held_out.as_slice() else { panic!("{:?}", data.held_out) };
    assert_eq!((held_out.source, held_out.parts.as_slice()), (0, [(from.max(secs(70.0)), secs(95.0))].as_slice()));
    assert_eq!(held_out.labels.len(), 7);
    // Where all is learnt from, nothing is held out.
    assert!(bench.data(|_| {}).held_out.is_empty());
    // Without fully labelled time nobody knows what does not happen.
    let mut bench = Bench::new();
    bench.draw(0, 5.0, 9.0, |_| {});
    bench.draw(0, 80.0, 90.0, |_| {});
    assert!(bench.data(|config| config.data.validation_share = 0.5).held_out.is_empty());
}
