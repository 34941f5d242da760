//! The engine as a child process: it may die, hang, be replaced or never start, and the window goes on.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ks_domain::{AnalysisSettings, WindowScores};
use ks_engine::{
    AnalysisSpec, ChildCommand, DeviceChoice, Engine, EngineConfig, Event, EventReceiver, JobId, ModelSpec, Subject,
    Task,
};
use ks_tests_e2e::{Scratch, program, shared};

/// Windows of [`analysis`]: 280 frames, windows of 15 frames at every fourth frame, and one at the end.
const WINDOWS: usize = 68;

fn engine(scratch: &Scratch) -> (Engine, EventReceiver) {
    let command = ChildCommand { program: program(), args: vec!["engine".into()] };
    // The smallest queue, so that the engine cannot run far ahead of us.
    let config = EngineConfig { event_capacity: 1, cache_dir: Some(scratch.path("cache")), ..EngineConfig::default() };
    Engine::spawn_child(command, config, Box::new(|| {})).unwrap()
}

fn analysis(shared: &std::path::Path) -> Task {
    let settings =
        AnalysisSettings { clip_len: 8, stride: 4, short_side: 128, crop_size: 128, ..AnalysisSettings::default() };
    Task::Analyze(AnalysisSpec {
        video: shared.join("videos/arm_wrestling_340x256.mp4"),
        model: ModelSpec::new(shared.join("fixtures/longvideo/ir8.pth"), DeviceChoice::Cpu),
        settings: settings.validate().unwrap(),
        clips: 1,
    })
}

fn next(events: &EventReceiver) -> Event {
    events.recv_timeout(Duration::from_secs(9)).expect("the engine should say something")
}

/// Receives up to the end of a job, and every event that `is_last` says is enough.
fn until(events: &EventReceiver, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut seen = vec![next(events)];
    while !seen.last().is_some_and(&is_last) {
        seen.push(next(events));
    }
    seen
}

fn ends(job: JobId) -> impl Fn(&Event) -> bool {
    move |event| event.ends() == Some(job)
}

fn windows(seen: &[Event]) -> Vec<(u64, WindowScores)> {
    let window = |event: &Event| match event {
        Event::Window { index, scores, .. } => Some((*index, scores.clone())),
        _ => None,
    };
    seen.iter().filter_map(window).collect()
}

#[cfg(unix)]
fn kill(signal: &str, process: u32) {
    let killed = std::process::Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(killed.success());
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    std::process::Command::new("kill")
        .args(["-0", &process.to_string()])
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap()
        .success()
}

#[cfg(unix)]
#[test]
fn a_killed_engine_is_started_again_and_no_window_is_lost_or_comes_twice() {
    let Some(shared) = shared("a killed engine") else { return };
    let scratch = Scratch::new();
    let (engine, events) = engine(&scratch);
    let undisturbed = engine.submit(analysis(&shared)).unwrap();
    let wanted = windows(&until(&events, ends(undisturbed)));
    assert_eq!(wanted.len(), WINDOWS);

    let job = engine.submit(analysis(&shared)).unwrap();
    let mut seen = until(&events, |event| matches!(event, Event::Window { index: 4, .. }));
    let first_process = engine.process_id().unwrap();
    kill("-KILL", first_process);
    seen.extend(until(&events, ends(job)));
    assert_eq!(windows(&seen), wanted);
    assert!(matches!(seen.last(), Some(Event::Finished { .. })), "{:?}", seen.last());
    let died = seen.iter().find_map(|event| match event {
        Event::EngineDied { job, status, .. } => Some((*job, status.clone())),
        _ => None,
    });
    assert_eq!(died, Some((Some(job), "it was killed by signal 9".to_owned())));
    assert!(seen.iter().any(|event| matches!(event, Event::EngineRestarted { resumed } if *resumed == [job])));
    assert_ne!(engine.process_id(), Some(first_process));
}

#[test]
fn cancel_is_answered_in_half_a_second_and_the_engine_takes_the_next_job() {
    let Some(shared) = shared("cancel") else { return };
    let scratch = Scratch::new();
    let (engine, events) = engine(&scratch);
    let job = engine.submit(analysis(&shared)).unwrap();
    until(&events, |event| matches!(event, Event::Window { .. }));
    let asked = Instant::now();
    engine.cancel(job);
    let seen = until(&events, ends(job));
    let answered = asked.elapsed();
    assert!(answered < Duration::from_millis(500), "{answered:?}");
    assert!(matches!(seen.as_slice(), [Event::Cancelled { .. }]), "nothing else is heard of the job: {seen:?}");
    let listing = engine.submit(Task::ListDevices).unwrap();
    let seen = until(&events, ends(listing));
    assert!(asked.elapsed() < Duration::from_secs(3), "the engine let go after {:?}", asked.elapsed());
    assert!(seen.iter().all(|event| event.job() != Some(job)), "{seen:?}");
    assert!(seen.iter().any(|event| matches!(event, Event::Devices { devices, .. } if !devices.is_empty())));
}

#[cfg(unix)]
#[test]
fn the_engine_ends_with_its_window() {
    let scratch = Scratch::new();
    let (engine, events) = engine(&scratch);
    let job = engine.submit(Task::ListDevices).unwrap();
    until(&events, ends(job));
    let process = engine.process_id().unwrap();
    assert!(is_alive(process));
    drop(engine);
    let until = Instant::now() + Duration::from_secs(3);
    while is_alive(process) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!is_alive(process));
    assert!(events.recv_timeout(Duration::from_secs(1)).is_none());
}

#[test]
fn a_failed_job_says_what_it_is_about() {
    let scratch = Scratch::new();
    let (engine, events) = engine(&scratch);
    let checkpoint = scratch.file("words.pth", "These are words.");
    let job = engine.submit(Task::Inspect(ModelSpec::new(checkpoint, DeviceChoice::Cpu))).unwrap();
    let seen = until(&events, ends(job));
    let Some(Event::Failed { failure, .. }) = seen.last() else { panic!("{seen:?}") };
    assert_eq!(failure.subject, Subject::Checkpoint);
    assert!(failure.summary.contains("words.pth"), "{failure:?}");
}

/// What remains of an engine whose process never speaks.
fn given_up(program: PathBuf, args: &[&str]) -> (String, String) {
    let command = ChildCommand { program, args: args.iter().map(Into::into).collect() };
    let (engine, events) = Engine::spawn_child(command, EngineConfig::default(), Box::new(|| {})).unwrap();
    let job = engine.submit(Task::ListDevices).unwrap();
    let (mut failed, mut gave_up) = (None, None);
    while failed.is_none() || gave_up.is_none() {
        match next(&events) {
            Event::Failed { job: of, failure } if of == job => failed = Some(failure.summary),
            Event::EngineGaveUp { message, .. } => gave_up = Some(message),
            _ => {}
        }
    }
    (failed.unwrap(), gave_up.unwrap())
}

#[test]
fn an_engine_that_does_not_start_is_given_up_and_its_jobs_fail_with_a_sentence() {
    let (failed, gave_up) = given_up(Scratch::new().path("no-such-program"), &[]);
    assert_eq!(failed, gave_up);
    assert!(failed.contains("could not be started") && failed.contains("kinetoscope doctor"), "{failed}");
}

#[test]
fn a_program_that_prints_instead_of_speaking_is_given_up() {
    let (failed, _) = given_up(program(), &["--version"]);
    assert!(failed.contains("does not start"), "{failed}");
}
