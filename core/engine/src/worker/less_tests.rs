//! Trainings on a device that has too little memory, as far as a test can make one: they go on with less at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use ks_domain::training::{NormPolicy, Part, TrainConfig, TrainNews, Trained, TrainingSample};
use ks_domain::{ArchSpec, BottleneckMode};
use ks_model::DeviceChoice;
use ks_model::weights::{StateDict, open_checkpoint};

use super::{Order, Sink, Worker};
use crate::outbox::Closed;
use crate::real_kit::RealKit;
use crate::training::{RunFolder, TrainSpec, TrainStart, TrainingSet, injected};
use crate::{EngineConfig, Event, JobId, SampleSource, Task};

/// Passes everything on. Another process takes over after a failure, or none does.
struct Listener {
    events: Sender<Event>,
    poisoned: Sender<()>,
    is_replaced: bool,
}

impl Sink for Listener {
    fn event(&mut self, event: Event) -> Result<(), Closed> {
        self.events.send(event).map_err(|_gone| Closed)
    }

    fn poisoned(&mut self) {
        let _ = self.poisoned.try_send(());
    }

    fn is_replaced(&self) -> bool {
        self.is_replaced
    }
}

struct Bench {
    worker: Worker,
    events: Receiver<Event>,
    poisoned: Receiver<()>,
}

impl Bench {
    fn start(cache: &Path, is_replaced: bool) -> Self {
        let ((events, received), (poisoned, told)) = (bounded(1000), bounded(10));
        let kit = Box::new(RealKit::new(Some(cache.to_owned())));
        let listener = Box::new(Listener { events, poisoned, is_replaced });
        let worker = Worker::start(EngineConfig::default(), kit, listener).expect("should start");
        Self { worker, events: received, poisoned: told }
    }

    fn submit(&self, spec: &TrainSpec) {
        let task = Box::new(Task::Train(Box::new(spec.clone())));
        self.worker.order(Order::Submit { job: JobId(1), task, first_part: 0 }).expect("should be taken");
    }

    fn until_end(&self) -> Vec<Event> {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|event: &Event| event.ends().is_none()) {
            seen.push(self.events.recv_timeout(Duration::from_secs(60)).expect("something should happen"));
        }
        seen
    }
}

/// Eight uncompressed videos (YUV4MPEG2) of two kinds of grey, and a network of a few thousand weights.
fn spec(folder: &Path, run: &str, micro_batch: u32) -> TrainSpec {
    let mut config = TrainConfig::default();
    config.network.trained = Trained::All;
    config.network.batch_norm = NormPolicy::Frozen;
    (config.clip.clip_len, config.clip.frame_interval, config.clip.short_side, config.clip.crop_size) = (4, 1, 36, 32);
    (config.data.batch, config.data.micro_batch, config.schedule.epochs) = (4, micro_batch, 2);
    let video = |number: u8| -> SampleSource {
        let path = folder.join(format!("{number}.y4m"));
        let mut video = b"YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420jpeg\n".to_vec();
        for frame in 0..8 {
            video.extend(b"FRAME\n");
            video.extend(vec![16 + frame + number * 20; 64 * 48]);
            video.extend(vec![128; 2 * 32 * 24]);
        }
        std::fs::write(&path, video).expect("should be written");
        SampleSource::Video(path)
    };
    let sample = |source: u32| TrainingSample { source, span: None, labels: vec![source % 2], part: Part::Train };
    TrainSpec {
        run: folder.join(run),
        config: config.validate().expect("should be in order"),
        data: TrainingSet {
            classes: vec!["dark".to_owned(), "light".to_owned()],
            sources: (0..8).map(video).collect(),
            samples: (0..8).map(sample).collect(),
            held_out: Vec::new(),
        },
        start: TrainStart::Scratch(ArchSpec {
            stage_blocks: [1, 1, 1, 1],
            base_channels: 4,
            ..ArchSpec::new(BottleneckMode::Ir, 2)
        }),
        device: DeviceChoice::Cpu,
        validates: false,
        skips_unreadable: false,
        memory_limit: Some(1 << 40),
    }
}

fn weights(spec: &TrainSpec) -> StateDict {
    let path: PathBuf = spec.run.join("last.safetensors");
    open_checkpoint(&path).expect("should be a checkpoint").tensors
}

fn notes(events: &[Event]) -> Vec<String> {
    let note = |event: &Event| match event {
        Event::Training { news, .. } => match news.as_ref() {
            TrainNews::Note { message } => Some(message.clone()),
            _ => None,
        },
        _ => None,
    };
    events.iter().filter_map(note).filter(|note| note.contains("at once")).collect()
}

#[test]
fn a_training_that_needs_too_much_memory_goes_on_with_less_in_the_same_process() {
    let folder = tempfile::tempdir().expect("should be made");
    let (small, large) = (spec(folder.path(), "small", 1), spec(folder.path(), "large", 4));
    let bench = Bench::start(&folder.path().join("cache"), false);
    bench.submit(&small);
    assert!(matches!(bench.until_end().last(), Some(Event::Finished { .. })));
    injected::allow(&large.run, 1);
    bench.submit(&large);
    let events = bench.until_end();
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
    let notes = notes(&events);
    assert_eq!(notes.len(), 2, "from four to two and to one: {notes:?}");
    assert!(notes[0].starts_with("4 clips at once were too many") && notes[1].contains("with 1 at once"), "{notes:?}");
    let told = std::fs::read_to_string(large.run.join("metrics.jsonl")).expect("should be there");
    assert!(told.contains("2 clips at once were too many"), "what was said stays: {told}");
    assert_eq!(weights(&large), weights(&small), "a step is the same step");
}

#[test]
fn a_process_that_takes_over_goes_on_with_less() {
    let folder = tempfile::tempdir().expect("should be made");
    let spec = spec(folder.path(), "run", 2);
    injected::allow(&spec.run, 1);
    let bench = Bench::start(&folder.path().join("cache"), true);
    bench.submit(&spec);
    bench.poisoned.recv_timeout(Duration::from_secs(60)).expect("the process should be given up");
    let seen: Vec<Event> = bench.events.try_iter().collect();
    assert!(seen.iter().all(|event| event.ends().is_none()), "the job has not ended: {seen:?}");
    drop(bench);
    let next = Bench::start(&folder.path().join("cache"), true);
    next.submit(&spec);
    let events = next.until_end();
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{events:?}");
    assert_eq!(notes(&events).len(), 1);
}

#[test]
fn where_one_clip_is_too_much_the_training_fails_and_can_go_on_later() {
    let folder = tempfile::tempdir().expect("should be made");
    let spec = spec(folder.path(), "run", 2);
    injected::allow(&spec.run, 0);
    let bench = Bench::start(&folder.path().join("cache"), false);
    bench.submit(&spec);
    let events = bench.until_end();
    assert!(matches!(events.last(), Some(Event::Failed { .. })), "{events:?}");
    assert!(RunFolder::can_resume(&spec.run));
    injected::allow(&spec.run, 1);
    bench.submit(&spec);
    assert!(matches!(bench.until_end().last(), Some(Event::Finished { .. })));
}
