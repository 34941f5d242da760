//! What is made of a video by clicks: a picture of a frame, and clips of labels.

use eframe::egui::{Key, Modifiers};
use ks_domain::project::NewClass;
use ks_ui::commands::Command;
use ks_ui::state::{Action, LabelAction};

use super::{Seat, files_in, shared, video_in};

#[test]
fn a_frame_is_kept_as_a_picture() {
    let Some(shared) = shared("a snapshot") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    let to = home.path().join("frame");
    seat.answers("Save picture", &[&to]);
    seat.press(Modifiers::NONE, Key::C);
    seat.until("the picture", |state| state.banners.iter().any(|banner| banner.text.contains("frame.png")));
    let bytes = std::fs::read(to.with_extension("png")).unwrap();
    assert_eq!(bytes.get(..8), Some(b"\x89PNG\r\n\x1a\n".as_slice()));
    // Width and height stand in the header.
    assert_eq!((bytes.get(16..20), bytes.get(20..24)), (Some([0, 0, 1, 84].as_slice()), Some([0, 0, 1, 0].as_slice())));
}

#[test]
fn labels_are_cut_out_as_clips_in_folders_of_their_classes() {
    let Some(shared) = shared("clips") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    seat.window.state_mut().acts(Action::Label(LabelAction::AddClass(NewClass::named("walk"))));
    seat.window.run_steps(4);
    seat.drag("walk: 0 labels", 1.0, 2.0);
    let (_, start, end) = seat.labels()[0].clone();
    let out = home.path().join("clips");
    std::fs::create_dir(&out).unwrap();
    seat.answers("Choose a folder for the clips", &[&out]);
    seat.menu("File", Command::ExportClips);
    seat.until("the clip", |state| state.banners.iter().any(|banner| banner.text.contains("One clip was cut")));
    let folder = out.join("walk");
    let clips: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(clips.len(), 1, "{clips:?}");
    let info = ks_media::probe(&clips[0]).unwrap();
    let length = info.duration.unwrap().secs_f64();
    assert!((length - (end - start)).abs() < 0.1, "{length} s instead of {} s", end - start);
    assert_eq!(files_in(&out, "mp4"), Vec::<std::path::PathBuf>::new());
}
