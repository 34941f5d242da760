//! The loop that everything serves: drop, analyse, correct, export.

use egui_kittest::kittest::Queryable as _;
use ks_domain::AnalysisSettings;
use ks_ui::commands::Command;
use ks_ui::state::{Action, AnalysisPhase};

use super::{Seat, files_in, shared, video_in};

/// A network of a few hundred kilobytes and its eight classes, and clips that it is done with in a moment.
fn analysed(home: &std::path::Path, shared: &std::path::Path) -> Seat {
    let file = |name: &str| Some(shared.join("fixtures/longvideo").join(name));
    let mut seat = Seat::with(home, file("ir8.pth"), file("labels.txt"));
    seat.state_mut().settings =
        AnalysisSettings { clip_len: 8, stride: 40, short_side: 64, crop_size: 64, ..AnalysisSettings::default() };
    let video = video_in(home, shared);
    seat.watch(&video);
    seat.click("Analyse");
    seat.until("the analysis", |state| {
        state.selected_video().is_some_and(|video| video.analysis.phase == AnalysisPhase::Done)
    });
    // It was never trained on anything, so nothing is probable; what is best in it shall count.
    let windows = &seat.state().selected_video().unwrap().analysis.windows;
    let best = windows.iter().flat_map(|window| &window.scores).fold(0.0_f32, |best, score| best.max(*score));
    seat.window.state_mut().acts(Action::SetThreshold(best * 0.999));
    seat.window.run_steps(4);
    seat
}

#[test]
fn a_dropped_video_is_analysed_corrected_and_exported_with_the_correction() {
    let Some(shared) = shared("the whole loop") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = analysed(home.path(), &shared);
    let row = seat.state().studio.rows.all().first().unwrap().clone();
    assert!(!row.predictions.is_empty());
    // The network's bar is taken over, then its end is pulled to four seconds.
    seat.window.state_mut().acts(Action::Seek(row.predictions[0].start));
    seat.menu("Label", Command::AcceptPrediction);
    let (name, start, end) = seat.labels().into_iter().next().unwrap();
    assert_eq!(name, row.name);
    let to = if end < 4.5 { 5.0 } else { end - 1.0 };
    seat.drag(&format!("{name}: 1 label"), end, to);
    let corrected = seat.labels()[0].clone();
    assert!(corrected.1 == start && (corrected.2 - to).abs() < 0.1, "{corrected:?} should end at {to}");
    // A second label that nobody predicted.
    seat.drag(&format!("{name}: 1 label"), to + 0.5, to + 1.5);
    assert_eq!(seat.labels().len(), 2);

    let out = home.path().join("out");
    std::fs::create_dir(&out).unwrap();
    seat.answers("Choose a folder for the labels", &[&out]);
    seat.menu("File", Command::Export);
    let csv = seat.state().studio.formats.iter().find(|format| format.id == "csv").unwrap().name.clone();
    seat.click("Format");
    seat.click(&csv);
    seat.click("Choose a folder…");
    seat.until("the export", |state| state.banners.iter().any(|banner| banner.text.contains("written")));
    let files = files_in(&out, "csv");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    // Video, path, class, start and end are the first columns.
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let written: Vec<(String, f64, f64)> =
        rows.map(|row| (row[2].to_owned(), row[3].parse().unwrap(), row[4].parse().unwrap())).collect();
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let labels = seat.labels();
    assert_eq!(written.len(), labels.len(), "{text}");
    for (one, other) in written.iter().zip(&labels) {
        assert!(one.0 == other.0 && near(one.1, other.1) && near(one.2, other.2), "{labels:?}: {text}");
    }
}

#[test]
fn the_analysis_of_a_session_is_there_in_the_next_one() {
    let Some(shared) = shared("an analysis across sessions") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = analysed(home.path(), &shared);
    let windows = seat.state().selected_video().unwrap().analysis.windows.clone();
    let name = home.path().join("again.kinetoscope");
    seat.answers("Save project as", &[&name]);
    seat.menu("File", Command::SaveProjectAs);
    seat.until("the file", |state| state.studio.file.path.as_deref() == Some(name.as_path()));
    seat.until_kept();
    drop(seat);
    let mut seat = Seat::at(home.path());
    seat.window.get_by_label_contains("again").click();
    seat.until("the project", |state| state.selected_video().is_some_and(|video| video.info().is_some()));
    let analysis = &seat.state().selected_video().unwrap().analysis;
    assert_eq!((analysis.phase.clone(), analysis.windows.len()), (AnalysisPhase::Done, windows.len()));
    assert_eq!(analysis.windows, windows);
}
