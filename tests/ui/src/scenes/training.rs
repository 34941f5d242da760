//! Training, its runs and its checkpoints, with long names and thirty classes.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::MediaTime;
use ks_domain::training::{
    BestBy, ClipConfig, Estimate, Evaluation, SampleVerdict, StepRecord, TrainConfig, TrainNews, TrainPhase,
    ValidationRecord,
};
use ks_ui::commands::Command;
use ks_ui::state::{
    Action, AppState, CheckpointEntry, CheckpointFigure, ClipPlace, Event, Failure, Improvement, LabelAction,
    PreviewClip, RunEntry, RunState, SmallPicture, SmallPictures, TrainPart, TrainingAction, TrainingEvent,
};

use super::{draw, ids, studio};

/// 9 March 2026, in the morning.
const NOW: u64 = 1_773_043_200_000;

/// Sends an action of training.
pub fn train(state: &mut AppState, action: TrainingAction) {
    state.apply(Action::Training(action).into());
    state.refresh();
}

/// Sends an event of training.
pub fn happens(state: &mut AppState, event: TrainingEvent) {
    state.apply(Event::Training(event));
    state.refresh();
}

/// Labels of three classes in some videos, and one that overlaps another.
pub fn labelled() -> AppState {
    let mut state = studio();
    let all = ids(&state);
    for video in &all[3..9] {
        state.apply(Action::Select(*video).into());
        draw(&mut state, "arm wrestling", 0.5, 3.5);
        draw(&mut state, "juggling balls", 4.0, 7.0);
        draw(&mut state, "shaking hands", 7.5, 9.5);
    }
    state.apply(Action::Select(all[0]).into());
    state
}

/// The training screen before the first run.
pub fn train_first() -> AppState {
    let mut state = labelled();
    state.apply(Action::Command(Command::ShowTraining).into());
    happens(&mut state, TrainingEvent::Runs(vec![]));
    happens(&mut state, TrainingEvent::Checkpoints(vec![]));
    happens(
        &mut state,
        TrainingEvent::Estimated(Estimate {
            memory_bytes: 2_140_000_000,
            disk_bytes: 640_000_000,
            steps_per_epoch: 1,
            seconds: Some(252.0),
        }),
    );
    state
}

/// The training screen without any label.
pub fn train_empty() -> AppState {
    let mut state = super::opened();
    state.apply(Action::Command(Command::ShowTraining).into());
    happens(&mut state, TrainingEvent::Runs(vec![]));
    state
}

/// The training screen without any video.
pub fn train_nothing() -> AppState {
    let mut state = super::empty();
    state.apply(Action::Command(Command::ShowTraining).into());
    happens(&mut state, TrainingEvent::Runs(vec![]));
    state
}

/// Thirty classes, some with long names, and a run of them under way.
pub fn train_running() -> AppState {
    let mut state = labelled();
    for class in 0..27 {
        let name = class_name(class);
        for place in 0..=class % 4 {
            let start = f64::from(place) * 2.0;
            draw(&mut state, &name, start, start + 1.5);
        }
    }
    let (start, end) = (MediaTime::ZERO, MediaTime::from_secs_f64(4.0));
    state.apply(Action::Label(LabelAction::SetFullyLabelled { start, end, is: true }).into());
    state.apply(Action::Command(Command::ShowTraining).into());
    let mut others = vec![
        entry("run-0002", "a second try with a name that goes on and on, until nobody reads it", "balanced", 0.62),
        entry("run-0001", "", "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb", 0.31),
    ];
    others[0].state = RunState::Stopped;
    others[1].state =
        RunState::Failed(Failure::new("The disk is full; make room and resume the run: its last checkpoint is there"));
    happens(&mut state, TrainingEvent::Runs(others));
    let mut run = entry("run-0003", "everything again", "quick-head", 0.0);
    run.state = RunState::Running;
    run.best = None;
    run.began_millis = NOW;
    happens(&mut state, TrainingEvent::Started { entry: run, is_improvement: false });
    tell(&mut state, "run-0003", 20);
    happens(&mut state, news("run-0003", TrainNews::Phase { phase: TrainPhase::Training }));
    state.apply(Action::Training(TrainingAction::ShowPart(TrainPart::Runs)).into());
    state
}

fn class_name(class: u32) -> String {
    if class % 5 == 2 {
        format!("class {class:02} with a name that goes on and on, until nobody reads it")
    } else {
        format!("class {class:02}")
    }
}

/// One run of the list.
pub fn entry(id: &str, name: &str, preset: &str, best: f64) -> RunEntry {
    let number: u64 = id.bytes().last().map_or(0, u64::from);
    RunEntry {
        id: id.to_owned(),
        name: name.to_owned(),
        began_millis: NOW - 86_400_000 * 40 + number * 86_400_000,
        utc_offset_secs: 3_600,
        preset: preset.to_owned(),
        state: RunState::Finished,
        best: Some(best),
        is_improvement: false,
    }
}

/// Something that a run tells.
pub fn news(run: &str, news: TrainNews) -> TrainingEvent {
    TrainingEvent::News { run: run.to_owned(), news }
}

/// A run tells of some epochs, ten records each, and of a validation after each.
pub fn tell(state: &mut AppState, run: &str, epochs: u32) {
    let overview = state.training.data.overview.clone();
    let classes = overview.classes.len() as u32;
    happens(state, news(run, TrainNews::Data(overview)));
    for epoch in 1..=epochs {
        for tenth in 1..=10_u64 {
            happens(state, news(run, TrainNews::Steps(step(epoch, tenth, epochs))));
        }
        let record = validation(epoch, epochs, classes, &state.training.data.data.samples.len());
        happens(state, news(run, TrainNews::Validated(record)));
    }
}

/// One record of steps.
pub fn step(epoch: u32, tenth: u64, epochs: u32) -> StepRecord {
    let time = f64::from(epoch - 1) + tenth as f64 / 10.0;
    let noise = ((time * 37.0).sin() + (time * 91.0).cos()) * 0.09;
    StepRecord {
        epoch,
        step: tenth * 4,
        steps_per_epoch: 40,
        learning_rate: 2e-3 * (0.5 + 0.5 * (std::f64::consts::PI * time / f64::from(epochs * 3)).cos()),
        loss: (2.9 * (-time / 7.0).exp() + 0.35 + noise).max(0.01),
        top1: (1.0 - 0.9 * (-time / 6.0).exp() + noise).clamp(0.0, 1.0),
        top5: 0.98,
        grad_norm: 3.0,
        time: 0.42,
        data_time: 0.05,
        clips_per_second: 74.0 + noise * 40.0,
        eta: f64::from(epochs * 3 - epoch) * 17.0,
        memory_bytes: 2_310_000_000,
    }
}

fn validation(epoch: u32, epochs: u32, classes: u32, samples: &usize) -> ValidationRecord {
    let share = f64::from(epoch) / f64::from(epochs);
    let mut confusion = vec![vec![0_u32; classes as usize]; classes as usize];
    let mut verdicts = Vec::new();
    for class in 0..classes {
        for number in 0..6_u32 {
            // The first classes are told apart well, the last ones are taken for their neighbours.
            let wrong = number < (class % 4) + u32::from(share < 0.5);
            let predicted = if wrong { (class + 1 + number * 7) % classes } else { class };
            confusion[class as usize][predicted as usize] += 1;
            let sample = (class * 6 + number) % (*samples).max(1) as u32;
            verdicts.push(SampleVerdict { sample, labels: vec![class], predicted, score: 0.95 - 0.1 * number as f32 });
        }
    }
    let top1 = 0.25 + 0.55 * share;
    let evaluation = Evaluation {
        top1,
        top5: 0.97,
        mean_class_accuracy: Some(top1 - 0.02),
        map: Some(top1),
        loss: 2.4 - 1.7 * share,
        confusion,
        samples: verdicts,
        ..Evaluation::default()
    };
    ValidationRecord { epoch, step: u64::from(epoch) * 40, evaluation, is_best: true }
}

/// A cell of the matrix chosen, its clips listed.
pub fn train_cell() -> AppState {
    let mut state = train_running();
    train(&mut state, TrainingAction::ChooseCell(Some((1, 2))));
    state
}

/// Three runs compared.
pub fn train_compared() -> AppState {
    let mut state = train_running();
    let clip = ClipConfig::default();
    for (run, preset, epochs) in [("run-0002", "balanced", 14), ("run-0001", "accurate", 9)] {
        train(&mut state, TrainingAction::Compare(run.to_owned(), true));
        let mut told = vec![TrainNews::Data(state.training.data.overview.clone())];
        for epoch in 1..=epochs {
            told.extend((1..=10).map(|tenth| {
                let mut step = step(epoch, tenth, epochs);
                step.loss += 0.4;
                TrainNews::Steps(step)
            }));
            told.push(TrainNews::Validated(validation(epoch, epochs + 6, 30, &100)));
        }
        let config = TrainConfig::preset(preset, &clip).expect("should be a preset");
        let (run, config_toml) = (run.to_owned(), config.to_toml());
        happens(&mut state, TrainingEvent::Records { run, news: told, config_toml, clips: Arc::default() });
    }
    train(&mut state, TrainingAction::Compare("run-0003".to_owned(), true));
    state
}

/// A form with values that differ, one that is wrong, and clips.
pub fn train_form() -> AppState {
    use ks_ui::state::FieldValue;
    let mut state = train_first();
    train(&mut state, TrainingAction::SetField("schedule.epochs", FieldValue::Integer(0)));
    train(&mut state, TrainingAction::SetField("optimizer.learning_rate", FieldValue::Real(5e-4)));
    train(&mut state, TrainingAction::SetField("schedule.milestones", FieldValue::List("32, x".to_owned())));
    train(&mut state, TrainingAction::ShowPart(TrainPart::Settings));
    state
}

/// The form as text, and a text that is none.
pub fn train_text() -> AppState {
    use ks_ui::state::FormTab;
    let mut state = train_first();
    train(&mut state, TrainingAction::ShowTab(FormTab::Text));
    let text = state.training.form.text.replace("dropout = 0.5", "dropout = a lot");
    train(&mut state, TrainingAction::TypeText(text));
    train(&mut state, TrainingAction::ShowPart(TrainPart::Settings));
    state
}

/// Clips as the network would see them.
pub fn train_previews() -> AppState {
    let mut state = train_first();
    train(&mut state, TrainingAction::Preview);
    let clips = state.training.data.data.samples.iter().take(6).enumerate();
    let clips = clips.map(|(number, sample)| {
        let shade = |frame: u32| {
            let rgb = (0..48 * 48).flat_map(|i: u32| [(i % 48 * 5) as u8, (number * 40) as u8, (frame * 60) as u8]);
            SmallPicture { frame, rgb: rgb.collect() }
        };
        let (start, end) = sample.span.unwrap_or_default();
        let video = state.training.data.data.videos.get(sample.source as usize).copied();
        PreviewClip {
            label: "arm wrestling".to_owned(),
            place: ClipPlace { video, file: "recording 01.mp4".to_owned(), start, end },
            pictures: Arc::new(SmallPictures { width: 48, height: 48, pictures: (0..4).map(shade).collect() }),
        }
    });
    let clips: Vec<PreviewClip> = clips.collect();
    happens(&mut state, TrainingEvent::Preview(Ok(clips)));
    state
}

/// A checkpoint of the list.
pub fn checkpoint(number: u64, name: &str, classes: &[&str]) -> CheckpointEntry {
    CheckpointEntry {
        path: PathBuf::from(format!("/home/ada/.local/share/kinetoscope/runs/run-{number:04}/best.safetensors")),
        name: name.to_owned(),
        parent: Some("ircsn-r50-ig65m-vmz".to_owned()),
        architecture: "ir-CSN-50".to_owned(),
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        best: Some(CheckpointFigure {
            by: if number.is_multiple_of(2) { BestBy::Top1 } else { BestBy::MeanClassAccuracy },
            value: 0.6 + number as f64 * 0.07,
            protocol: "1 clip, centre crop, 24 held-out samples".to_owned(),
        }),
        made_millis: NOW - 86_400_000 * number,
        utc_offset_secs: 3_600,
        bytes: 52_900_000 + number * 900_000_000,
        tags: if number == 1 { vec!["gym".to_owned(), "camera 2".to_owned()] } else { vec![] },
        note: if number == 1 { "the one with the corrected afternoon".to_owned() } else { String::new() },
        run: Some(format!("run-{number:04}")),
        config: TrainConfig::preset(if number == 1 { "balanced" } else { "quick-head" }, &ClipConfig::default())
            .map(Box::new),
        journal: None,
        trouble: None,
    }
}

/// Three checkpoints: of the labels of the project, of fewer, and of others.
pub fn checkpoints() -> AppState {
    let mut state = train_first();
    state.apply(Action::Command(Command::ShowCheckpoints).into());
    let known: Vec<String> = state.training.data.overview.classes.iter().map(|class| class.name.clone()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    happens(
        &mut state,
        TrainingEvent::Checkpoints(vec![
            checkpoint(1, "afternoon in the gym", &known),
            checkpoint(2, "a second try with a name that goes on and on, until nobody reads it", &known[..2]),
            checkpoint(3, "bees", &["bee dancing", "bee fanning"]),
        ]),
    );
    state
}

/// A checkpoint of other classes, and what training on from it would mean.
pub fn checkpoints_mismatch() -> AppState {
    let mut state = checkpoints();
    let path = checkpoint(3, "", &[]).path;
    train(&mut state, TrainingAction::SelectCheckpoint(path.clone()));
    train(&mut state, TrainingAction::ContinueFrom(path));
    state
}

/// Two checkpoints compared, a third in the trash.
pub fn checkpoints_compared() -> AppState {
    let mut state = checkpoints();
    for number in [1, 2] {
        train(&mut state, TrainingAction::CompareCheckpoint(checkpoint(number, "", &[]).path, true));
    }
    train(&mut state, TrainingAction::Trash(checkpoint(3, "", &[]).path));
    state
}

/// No checkpoint at all.
pub fn checkpoints_none() -> AppState {
    let mut state = labelled();
    state.apply(Action::Command(Command::ShowCheckpoints).into());
    happens(&mut state, TrainingEvent::Checkpoints(vec![]));
    state
}

/// “Improve” under way.
pub fn improving() -> AppState {
    let mut state = labelled();
    train(&mut state, TrainingAction::Improve);
    let mut run = entry("run-0009", "Improve", "quick-head", 0.0);
    run.state = RunState::Running;
    happens(&mut state, TrainingEvent::Started { entry: run, is_improvement: true });
    happens(&mut state, news("run-0009", TrainNews::Phase { phase: TrainPhase::Training }));
    happens(&mut state, news("run-0009", TrainNews::Steps(step(7, 5, 20))));
    state
}

/// “Improve” is done.
pub fn improved() -> AppState {
    let mut state = improving();
    happens(&mut state, TrainingEvent::Changed { run: "run-0009".to_owned(), state: RunState::Finished });
    happens(&mut state, TrainingEvent::Improved(improvement()));
    state
}

/// What “Improve” has gained.
pub fn improvement() -> Improvement {
    Improvement {
        run: "run-0009".to_owned(),
        checkpoint: "/home/ada/.local/share/kinetoscope/runs/run-0009/best.safetensors".into(),
        classes: ["arm wrestling", "juggling balls", "shaking hands"].map(str::to_owned).to_vec(),
        before: Some(0.58),
        after: Some(0.83),
        held_out: 12,
    }
}
