//! The sample project: there after one click, with a timeline that is right.

use ks_ui::state::{AnalysisPhase, Sample};

use super::{Seat, is_watching};

#[test]
fn the_sample_opens_with_a_timeline_that_is_right() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    seat.click("Open sample");
    assert!(matches!(seat.state().sample, Sample::Making { .. }));
    seat.until("the sample", |state| is_watching(state) && state.videos.len() == 3);
    let is_done = |video: &ks_ui::state::Video| video.analysis.phase == AnalysisPhase::Done;
    assert!(seat.state().videos.iter().all(is_done), "all of it is analysed");
    let labels = seat.labels();
    assert_eq!(labels.len(), 16);
    let covered = |(name, start, end): &(String, f64, f64)| {
        let row = seat.state().studio.rows.all().iter().find(|row| row.name == *name).unwrap();
        let shared =
            row.predictions.iter().map(|found| found.end.secs_f64().min(*end) - found.start.secs_f64().max(*start));
        shared.map(|secs| secs.max(0.0)).sum::<f64>() / (end - start)
    };
    let right = labels.iter().filter(|label| covered(label) > 0.5).count();
    assert!(right >= 14, "{right} of 16: {:?}", labels.iter().map(|it| (&it.0, covered(it))).collect::<Vec<_>>());
    assert_eq!(seat.banners(), Vec::<String>::new());
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
