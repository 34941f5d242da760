//! The sample project: there after one click, with a timeline that is right.

use std::io::Write as _;
use std::time::Instant;

use ks_media::demo::mixture_spans;
use ks_ui::commands::Command;
use ks_ui::state::{Action, AnalysisPhase, Improve, Sample};

use super::super::sample::content::{FORMAT, Film, NINTH, films};
use super::{Seat, is_watching, lab};

/// When the ninth motion happens in a video of the sample, in seconds.
fn ninths(film: &Film) -> Vec<(f64, f64)> {
    let secs = |frame| FORMAT.time_of(frame).secs_f64();
    let spans = mixture_spans(&film.parts, film.seed, FORMAT).into_iter().filter(|span| span.motion == NINTH);
    spans.map(|span| (secs(span.frames.start), secs(span.frames.end))).collect()
}

fn open_sample(home: &std::path::Path) -> Seat {
    let mut seat = Seat::at(home);
    seat.click("Open sample");
    assert!(matches!(seat.state().sample, Sample::Making { .. }));
    seat.until("the sample", |state| is_watching(state) && state.videos.len() == 3);
    seat
}

/// How much of a stretch the network says to be of a class, 0 to 1.
fn covered(seat: &Seat, class: &str, (start, end): (f64, f64)) -> f64 {
    let Some(row) = seat.state().studio.rows.all().iter().find(|row| row.name == class) else { return 0.0 };
    let shared = row.predictions.iter().map(|it| it.end.secs_f64().min(end) - it.start.secs_f64().max(start));
    shared.map(|secs| secs.max(0.0)).sum::<f64>() / (end - start)
}

fn watch(seat: &mut Seat, place: usize) {
    let id = seat.state().videos[place].id;
    seat.window.state_mut().acts(Action::Select(id));
    seat.until("the video", |state| state.selected == Some(id) && is_watching(state));
}

#[test]
fn the_sample_opens_with_a_timeline_that_is_right_and_learns_a_ninth_motion() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = open_sample(home.path());
    let is_done = |video: &ks_ui::state::Video| video.analysis.phase == AnalysisPhase::Done;
    assert!(seat.state().videos.iter().all(is_done), "all of it is analysed");
    let labels = seat.labels();
    assert_eq!(labels.len(), 16);
    let shares: Vec<(&str, f64)> =
        labels.iter().map(|(name, start, end)| (name.as_str(), covered(&seat, name, (*start, *end)))).collect();
    let right = shares.iter().filter(|(_, share)| *share > 0.5).count();
    assert!(right >= 14, "{right} of 16: {shares:?}");
    assert_eq!(seat.banners(), Vec::<String>::new());
    teach_the_ninth(&mut seat);
    // A second time it is only opened.
    let video = seat.state().videos[0].path.clone();
    assert!(video.starts_with(home.path().join("data/sample")), "{}", video.display());
    let made = std::fs::metadata(&video).unwrap().modified().unwrap();
    drop(seat);
    let mut seat = Seat::at(home.path());
    seat.click("Open sample");
    seat.until("the sample again", |state| is_watching(state) && state.videos.len() == 3);
    assert_eq!(seat.state().videos[0].path, video);
    assert_eq!(std::fs::metadata(&video).unwrap().modified().unwrap(), made);
}

/// Six labels and “Improve”: then the ninth motion is found where nobody has labelled it.
fn teach_the_ninth(seat: &mut Seat) {
    let [_, lesson, exam] = films();
    watch(seat, 1);
    for (start, end) in ninths(&lesson) {
        lab::label(seat, NINTH.name(), start, end);
    }
    seat.window.run_steps(4);
    assert_eq!(seat.labels().len(), 6);
    let begin = Instant::now();
    seat.window.state_mut().acts(Action::Command(Command::Improve));
    seat.until("the improvement", |state| matches!(state.training.improve, Improve::Done { .. }));
    let learnt = begin.elapsed().as_secs_f64();
    watch(seat, 2);
    seat.window.state_mut().acts(Action::Command(Command::Analyse));
    seat.until("the analysis", |state| {
        let video = state.selected_video().unwrap();
        video.analysis.phase == AnalysisPhase::Done
            && video.analysis.model.as_ref().is_some_and(|it| it.class_names.len() > 8)
    });
    let found: Vec<f64> = ninths(&exam).into_iter().map(|span| covered(seat, NINTH.name(), span)).collect();
    let line = format!("a ninth motion from six labels: {learnt:.1} s; found in another video: {found:.2?}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    let best = |span: &(f64, f64)| {
        let analysis = &seat.state().selected_video().unwrap().analysis;
        let ninth = analysis.model.as_ref().unwrap().class_names.iter().position(|name| name == NINTH.name()).unwrap();
        let middle = |window: &ks_domain::WindowScores| (window.start.secs_f64() + window.end.secs_f64()) / 2.0;
        let inside: Vec<_> = analysis.windows.iter().filter(|it| (span.0..span.1).contains(&middle(it))).collect();
        let is_ninth = |scores: &[f32]| scores.iter().all(|score| *score <= scores[ninth]);
        (inside.iter().filter(|window| is_ninth(&window.scores)).count(), inside.len())
    };
    let (right, all) = ninths(&exam).iter().map(best).fold((0, 0), |sum, some| (sum.0 + some.0, sum.1 + some.1));
    assert!(all >= 12 && right * 3 > all * 2, "{right} of {all} windows; {found:?}");
}

#[test]
fn a_sample_that_nobody_waits_for_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    seat.click("Open sample");
    let data = home.path().join("data");
    let begin = std::time::Instant::now();
    while !data.join("sample.part").exists() {
        assert!(begin.elapsed() < super::HANGS, "it is never begun");
        seat.window.step();
    }
    seat.click("Cancel");
    assert_eq!(seat.state().sample, Sample::Idle);
    let is_left = || ["sample", "sample.part"].iter().any(|name| data.join(name).exists());
    while is_left() && begin.elapsed() < super::HANGS {
        seat.window.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(!is_left(), "the thread takes away what it began");
    assert!(seat.state().videos.is_empty() && seat.banners().is_empty());
}
