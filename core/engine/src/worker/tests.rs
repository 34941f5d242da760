//! The worker with scripted videos and networks.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ks_domain::{
    AnalysisSettings, ArchSpec, AverageClips, BottleneckMode, Branch, CancelToken, CropMode, FrameSampling, Framing,
    MediaTime, Normalization,
};
use ks_model::{DeviceChoice, DeviceInfo, DeviceKind};

use super::{Order, Sink, Worker};
use crate::book::Book;
use crate::kit::{ClipSource, Kit, Network, Place, SourceClip, SourceView, VerifyNews, ViewSource};
use crate::outbox::{Closed, EventReceiver, Outbox, outbox};
use crate::{
    AnalysisSpec, BenchSpec, Bottleneck, EngineConfig, Event, Failure, JobId, ModelInfo, ModelSpec, SampleSource,
    Subject, Task, TestSpec, ViewSettings,
};

/// What the scripted world does. The name of the video says how many windows it has.
#[derive(Clone, Copy, Default)]
struct Script {
    crops: usize,
    decode_millis: u64,
    compute_millis: u64,
    panics_at: Option<u8>,
    fails_at: Option<u8>,
    decoder_panics: bool,
}

struct FakeKit(Script);

struct FakeNetwork(Script);

struct FakeSource {
    script: Script,
    next: u64,
    windows: u64,
    cancel: CancelToken,
}

impl Kit for FakeKit {
    fn cache_dir(&self) -> Option<std::path::PathBuf> {
        None
    }

    fn devices(&self) -> Vec<DeviceInfo> {
        vec![device()]
    }

    fn load(&self, spec: &ModelSpec) -> Result<(Box<dyn Network>, ModelInfo), Failure> {
        if spec.checkpoint == Path::new("broken") {
            return Err(Failure::new(Subject::Checkpoint, "broken"));
        }
        let info = ModelInfo {
            architecture: "fake".into(),
            classes: 2,
            device: device(),
            reason: "only one".into(),
            labels: Vec::new(),
            analysis: None,
        };
        Ok((Box::new(FakeNetwork(self.0)), info))
    }

    fn build(&self, _: &ArchSpec, _: &DeviceChoice) -> Result<(Box<dyn Network>, ModelInfo), Failure> {
        self.load(&model("made up"))
    }

    fn views(&self, spec: &TestSpec, cancel: &CancelToken) -> Box<dyn ViewSource> {
        Box::new(FakeSamples { spec: spec.clone(), at: 0, views: 0, cancel: cancel.clone() })
    }

    fn clips(&self, spec: &AnalysisSpec, first_window: u64, cancel: &CancelToken) -> Box<dyn ClipSource> {
        let windows = spec.video.to_str().and_then(|name| name.parse().ok()).unwrap_or(0);
        Box::new(FakeSource { script: self.0, next: first_window, windows, cancel: cancel.clone() })
    }

    fn verify(&self, _: &Path, _: &DeviceChoice, _: &mut dyn FnMut(VerifyNews<'_>)) -> Result<(), Failure> {
        Ok(())
    }
}

/// Samples whose names are their first bytes; a name that is no number cannot be read.
struct FakeSamples {
    spec: TestSpec,
    at: u8,
    views: u8,
    cancel: CancelToken,
}

impl ViewSource for FakeSamples {
    fn open(&mut self, sample: u64) -> Result<Option<usize>, Failure> {
        let SampleSource::Video(path) = &self.spec.samples[usize::try_from(sample).unwrap()] else { return Ok(None) };
        if self.cancel.is_cancelled() {
            return Ok(None);
        }
        self.at = path.to_str().unwrap().parse().map_err(|_number| Failure::new(Subject::Video, "no number"))?;
        self.views = 0;
        Ok(Some(3))
    }

    fn next(&mut self) -> Result<Option<SourceView>, Failure> {
        let pixels = vec![self.at + self.views; 3];
        self.views += 1;
        Ok(Some(SourceView { shape: [1, 1, 1, 3], pixels }))
    }

    fn take_warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

impl Network for FakeNetwork {
    /// Logits whose softmax gives the first class a probability of (the first byte of the clip + 1) / 300.
    fn logits(&mut self, pixels: &[u8], shape: [usize; 5], _: &Normalization) -> Result<Vec<Vec<f32>>, Failure> {
        std::thread::sleep(Duration::from_millis(self.0.compute_millis));
        assert_eq!(pixels.len(), shape.iter().product::<usize>());
        let clip_bytes = shape[1..].iter().product::<usize>();
        let firsts: Vec<u8> = pixels.chunks(clip_bytes).map(|clip| clip[0]).collect();
        assert!(!firsts.iter().any(|first| Some(*first) == self.0.panics_at), "the device is lost");
        if firsts.iter().any(|first| Some(*first) == self.0.fails_at) {
            return Err(Failure::new(Subject::Device, "out of memory"));
        }
        let logits = |first: u8| vec![(f32::from(first) + 1.0).ln(), (299.0 - f32::from(first)).ln()];
        Ok(firsts.into_iter().map(logits).collect())
    }
}

impl ClipSource for FakeSource {
    fn open(&mut self, on_progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Option<u64>, Failure> {
        assert!(!self.script.decoder_panics, "the decoder is lost");
        on_progress(1, Some(1));
        Ok(Some(self.windows))
    }

    fn next(&mut self) -> Result<Option<SourceClip>, Failure> {
        std::thread::sleep(Duration::from_millis(self.script.decode_millis));
        if self.next >= self.windows || self.cancel.is_cancelled() {
            return Ok(None);
        }
        let (window, time) = (self.next, MediaTime::ZERO);
        self.next += 1;
        let crops = self.script.crops.max(1);
        let first = u8::try_from(window % 200).unwrap_or(0);
        let pixels = (0..crops).flat_map(|crop| vec![first + u8::try_from(crop).unwrap_or(0); 3]).collect();
        let place = Place { window, start_frame: 0, end_frame: 1, start: time, end: time };
        Ok(Some(SourceClip { place, shape: [crops, 1, 1, 1, 3], pixels }))
    }

    fn take_warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

fn device() -> DeviceInfo {
    DeviceInfo { choice: DeviceChoice::Cpu, name: "fake".into(), backend: "none".into(), kind: DeviceKind::Cpu }
}

/// Passes events on and remembers whether the device was given up.
struct WatchedSink {
    outbox: Outbox,
    is_poisoned: Arc<AtomicBool>,
}

impl Sink for WatchedSink {
    fn event(&mut self, event: Event) -> Result<(), Closed> {
        self.outbox.send(event)
    }

    fn poisoned(&mut self) {
        self.is_poisoned.store(true, Ordering::Release);
    }
}

/// A worker, its book and its events.
struct Bench {
    is_poisoned: Arc<AtomicBool>,
    worker: Worker,
    book: Arc<Book>,
    events: EventReceiver,
}

impl Bench {
    fn new(script: Script, batch: usize) -> Self {
        let book = Arc::new(Book::default());
        let (outbox, events) = outbox(16, Arc::clone(&book), Box::new(|| {}));
        let config = EngineConfig { batch, ..EngineConfig::default() };
        let is_poisoned = Arc::new(AtomicBool::new(false));
        let sink = Box::new(WatchedSink { outbox, is_poisoned: Arc::clone(&is_poisoned) });
        let worker = Worker::start(config, Box::new(FakeKit(script)), sink).unwrap();
        Self { is_poisoned, worker, book, events }
    }

    fn submit(&self, task: Task) -> JobId {
        let job = self.book.open(task.clone(), 0);
        self.worker.order(Order::Submit { job, task: Box::new(task), first_part: 0 }).unwrap();
        job
    }

    fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(5)).expect("an event should come")
    }

    /// All events up to the end of `job`.
    fn until_end(&self, job: JobId) -> Vec<Event> {
        let mut events = vec![self.next()];
        while events.last().and_then(Event::ends) != Some(job) {
            events.push(self.next());
        }
        events
    }
}

fn analysis(windows: u64) -> Task {
    Task::Analyze(AnalysisSpec {
        video: windows.to_string().into(),
        model: model("good"),
        settings: AnalysisSettings::default().validate().unwrap(),
        clips: 1,
    })
}

fn model(name: &str) -> ModelSpec {
    ModelSpec::new(name, DeviceChoice::Cpu)
}

/// The mean first byte of the clips that led to this probability.
fn first_byte(probability: f32) -> f32 {
    (probability * 300.0 - 1.0).round()
}

fn windows(events: &[Event]) -> Vec<(u64, f32)> {
    let window = |event: &Event| match event {
        Event::Window { index, scores, .. } => Some((*index, first_byte(scores.scores[0]))),
        _ => None,
    };
    events.iter().filter_map(window).collect()
}

#[test]
fn every_window_comes_once_and_in_order_whatever_the_batch() {
    for batch in 1..=4 {
        let bench = Bench::new(Script::default(), batch);
        let events = bench.until_end(bench.submit(analysis(10)));
        let wanted: Vec<(u64, f32)> = (0..10).map(|window| (window, window as f32)).collect();
        assert_eq!(windows(&events), wanted);
        assert!(matches!(events.last(), Some(Event::Finished { .. })));
        let last_progress = events.iter().rev().find_map(|event| match event {
            Event::Progress { progress, .. } => Some((progress.done, progress.total)),
            _ => None,
        });
        assert_eq!(last_progress, Some((10, Some(10))));
    }
}

#[test]
fn the_probabilities_of_three_crops_are_averaged() {
    let bench = Bench::new(Script { crops: 3, ..Script::default() }, 4);
    let events = bench.until_end(bench.submit(analysis(3)));
    assert_eq!(windows(&events), [(0, 1.0), (1, 2.0), (2, 3.0)]);
}

#[test]
fn a_cancelled_analysis_is_not_an_error_and_the_next_one_runs() {
    let bench = Bench::new(Script { compute_millis: 5, ..Script::default() }, 1);
    let (long, short) = (bench.submit(analysis(100_000)), bench.submit(analysis(2)));
    while !matches!(bench.next(), Event::Window { .. }) {}
    let asked = Instant::now();
    bench.worker.cancel(long);
    let events = bench.until_end(long);
    assert!(matches!(events.last(), Some(Event::Cancelled { .. })));
    assert!(asked.elapsed() < Duration::from_millis(500));
    assert_eq!(windows(&bench.until_end(short)).len(), 2);
}

#[test]
fn a_panic_fails_its_job_alone() {
    let bench = Bench::new(Script { panics_at: Some(3), ..Script::default() }, 1);
    let (lost, fine) = (bench.submit(analysis(10)), bench.submit(analysis(3)));
    let events = bench.until_end(lost);
    assert_eq!(windows(&events).len(), 3);
    let Some(Event::Failed { failure, .. }) = events.last() else { panic!("{events:?}") };
    assert_eq!((failure.subject, failure.details.as_str()), (Subject::Engine, "the device is lost"));
    assert!(matches!(bench.until_end(fine).last(), Some(Event::Finished { .. })));
}

#[test]
fn only_a_device_that_gives_up_asks_for_a_new_process() {
    let out_of_memory = Bench::new(Script { fails_at: Some(2), ..Script::default() }, 1);
    let events = out_of_memory.until_end(out_of_memory.submit(analysis(10)));
    assert_eq!(windows(&events).len(), 2);
    assert!(matches!(events.last(), Some(Event::Failed { failure, .. }) if failure.subject == Subject::Device));
    // The notice follows the failure; the next job comes after both.
    out_of_memory.until_end(out_of_memory.submit(Task::ListDevices));
    assert!(out_of_memory.is_poisoned.load(Ordering::Acquire));

    let bad_checkpoint = Bench::new(Script::default(), 1);
    bad_checkpoint.until_end(bad_checkpoint.submit(Task::Inspect(model("broken"))));
    bad_checkpoint.until_end(bad_checkpoint.submit(Task::ListDevices));
    assert!(!bad_checkpoint.is_poisoned.load(Ordering::Acquire));
}

#[test]
fn a_panic_of_the_decoder_is_said_to_be_one() {
    let bench = Bench::new(Script { decoder_panics: true, ..Script::default() }, 1);
    let events = bench.until_end(bench.submit(analysis(10)));
    assert!(matches!(events.last(), Some(Event::Failed { failure, .. }) if failure.subject == Subject::Video));
}

#[test]
fn a_short_job_does_not_wait_for_a_long_one() {
    let bench = Bench::new(Script { compute_millis: 5, ..Script::default() }, 1);
    let long = bench.submit(analysis(100_000));
    while !matches!(bench.next(), Event::Window { .. }) {}
    let short = bench.submit(Task::ListDevices);
    let events = bench.until_end(short);
    assert!(events.iter().all(|event| event.ends() != Some(long)));
    assert!(events.iter().any(|event| matches!(event, Event::Devices { devices, .. } if devices.len() == 1)));
    assert!(windows(&events).len() < 50);
    bench.worker.cancel(long);
}

#[test]
fn a_broken_checkpoint_is_the_checkpoints_fault() {
    let bench = Bench::new(Script::default(), 1);
    let events = bench.until_end(bench.submit(Task::Inspect(model("broken"))));
    assert!(matches!(events.last(), Some(Event::Failed { failure, .. }) if failure.subject == Subject::Checkpoint));
}

#[test]
fn the_slower_of_decoding_and_computing_is_reported() {
    let bottleneck = |script| {
        let bench = Bench::new(script, 1);
        match bench.until_end(bench.submit(analysis(8))).pop() {
            Some(Event::Finished { timing, .. }) => timing.bottleneck,
            other => panic!("{other:?}"),
        }
    };
    let slow_decoder = Script { decode_millis: 20, ..Script::default() };
    let slow_network = Script { compute_millis: 20, ..Script::default() };
    assert_eq!(bottleneck(slow_decoder), Some(Bottleneck::Decode));
    assert_eq!(bottleneck(slow_network), Some(Bottleneck::Compute));
}

fn test_of(samples: &[&str], views_at_once: usize) -> Task {
    Task::Test(TestSpec {
        model: model("good"),
        samples: samples.iter().map(|name| SampleSource::Video(name.into())).collect(),
        views: ViewSettings {
            sampling: FrameSampling::csn(1),
            branch: Branch::V1,
            framing: Framing::squares(16, CropMode::Center, 16),
            normalization: Normalization::IMAGENET,
        },
        average: AverageClips::Prob,
        views_at_once,
    })
}

#[test]
fn every_sample_of_a_test_comes_once_and_in_order_and_unreadable_ones_are_said() {
    for views_at_once in 1..=4 {
        let bench = Bench::new(Script::default(), 1);
        let events = bench.until_end(bench.submit(test_of(&["10", "what", "30"], views_at_once)));
        let outcome = |event: &Event| match event {
            Event::Sample { index, scores, .. } => Some((*index, first_byte(scores[0][0]))),
            Event::SampleFailed { index, .. } => Some((*index, f32::NEG_INFINITY)),
            _ => None,
        };
        let outcomes: Vec<(u64, f32)> = events.iter().filter_map(outcome).collect();
        // Three views, one after the other brighter by one: their mean is the middle one.
        assert_eq!(outcomes, [(0, 11.0), (1, f32::NEG_INFINITY), (2, 31.0)]);
        assert!(matches!(events.last(), Some(Event::Finished { .. })));
    }
}

#[test]
fn a_benchmark_counts_the_passes_that_it_was_asked_for() {
    let bench = Bench::new(Script::default(), 1);
    let spec = BenchSpec {
        arch: ArchSpec::new(BottleneckMode::Ir, 2),
        device: DeviceChoice::Cpu,
        views: 5,
        batch: 2,
        frames: 1,
        size: 1,
        warm_up: 1,
        repeats: 3,
    };
    let events = bench.until_end(bench.submit(Task::Bench(spec)));
    let passes: Vec<bool> = events
        .iter()
        .filter_map(|event| if let Event::Timed { is_warm_up, .. } = event { Some(*is_warm_up) } else { None })
        .collect();
    assert_eq!(passes, [true, false, false, false]);
}
