//! Stepping, scrubbing and ranges: what the cache of frames saves, and that its pictures are the right ones.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::make;
use common::watched::Watched;
use ks_domain::Picture;
use ks_media::PlayerOptions;

/// 240 frames, 25 a second, with a key frame at every sixtieth.
fn numbered(folder: &Path) -> Option<PathBuf> {
    let path = folder.join("numbered.mp4");
    let times: Vec<u64> = (0..240).map(|n| n * 40).collect();
    make::numbered(&path, &make::H264, (320, 192), &times).then_some(path)
}

fn number_in(picture: &Picture) -> u32 {
    let plane = &picture.planes[0];
    make::number_in(&plane.bytes, plane.stride, picture.width as usize, picture.height as usize)
}

fn step_to(watched: &mut Watched, step: i32, frame: u32) {
    watched.player.step(step);
    assert_eq!(number_in(&watched.shown(frame)), frame);
}

#[test]
fn inside_the_cache_nothing_is_decoded_in_either_direction() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    let keys: Vec<u32> = (0..240).filter(|frame| watched.table.entries()[*frame as usize].is_key).collect();
    assert_eq!(keys, [0, 60, 120, 180]);
    watched.go(130);
    watched.rest();
    watched.go(170);
    let decoded = watched.rest();
    for frame in [165, 150, 131, 168, 129, 170] {
        assert_eq!(number_in(&watched.go(frame)), frame);
    }
    step_to(&mut watched, -1, 169);
    step_to(&mut watched, -4, 165);
    step_to(&mut watched, 5, 170);
    assert_eq!(watched.rest(), decoded, "all of this was decoded before");
}

#[test]
fn going_back_decodes_every_group_of_pictures_once() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    watched.go(121);
    let decoded = watched.rest();
    for frame in (0..121).rev() {
        step_to(&mut watched, -1, frame);
    }
    let more = watched.rest() - decoded;
    assert!((60..=150).contains(&more), "{more} frames were decoded for 120");
}

#[test]
fn a_small_cache_gives_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    // Room for five frames.
    let options = PlayerOptions { cache_bytes: 5 * 320 * 192 * 3 / 2, ..PlayerOptions::default() };
    let mut watched = Watched::open_with(&path, options);
    for frame in [100, 99, 98, 93, 94, 95, 180, 179, 0, 239, 1] {
        assert_eq!(number_in(&watched.go(frame)), frame);
    }
}

#[test]
fn steps_that_are_asked_for_faster_than_they_are_shown_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    watched.player.seek_frame(150);
    for _ in 0..40 {
        watched.player.step(-1);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(number_in(&watched.shown(110)), 110);
    for frame in 0..200 {
        watched.player.seek_frame(frame);
    }
    assert_eq!(number_in(&watched.shown(199)), 199);
}

#[test]
fn playing_goes_on_from_the_still_that_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    watched.go(100);
    watched.player.step(-1);
    watched.shown(99);
    watched.player.play();
    watched.wait("the next frames", |watched| {
        let frame = watched.last.as_ref().unwrap().frame;
        assert!((99..140).contains(&frame), "frame {frame}");
        assert_eq!(number_in(watched.last.as_ref().unwrap()), frame);
        frame > 104
    });
    watched.player.pause();
    watched.wait("the pause", |watched| !watched.player.state().is_playing);
    std::thread::sleep(Duration::from_millis(100));
    watched.wait("one look", |_| true);
    let frame = watched.player.state().frame.unwrap();
    step_to(&mut watched, -1, frame - 1);
}

#[test]
fn a_range_is_played_once_and_its_last_frame_stays() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    watched.player.play_range(70, 80, false);
    let mut seen = Vec::new();
    watched.wait("the end of the range", |watched| {
        let frame = watched.last.as_ref().unwrap().frame;
        if frame != 0 && seen.last() != Some(&frame) {
            seen.push(frame);
        }
        let state = watched.player.state();
        !seen.is_empty() && !state.is_playing && state.frame == Some(79)
    });
    assert!(seen.is_sorted() && seen.iter().all(|frame| (70..80).contains(frame)), "{seen:?}");
    assert!(seen.len() >= 5, "{seen:?}");
    let state = watched.player.state();
    assert_eq!((state.range, state.is_at_end), (None, false));
    watched.player.play();
    watched.wait("what follows", |watched| watched.last.as_ref().unwrap().frame > 85);
}

#[test]
fn a_range_is_repeated_until_something_else_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let mut watched = Watched::open(&path);
    watched.player.play_range(30, 36, true);
    watched.wait("the range", |watched| watched.last.as_ref().unwrap().frame == 30);
    let (mut rounds, mut before) = (0, 30);
    watched.wait("three rounds", |watched| {
        let frame = watched.last.as_ref().unwrap().frame;
        assert!((30..36).contains(&frame), "frame {frame}");
        rounds += u32::from(frame < before);
        before = frame;
        rounds == 3
    });
    assert!(watched.player.state().range.is_some_and(|range| range.is_repeated));
    watched.player.play();
    watched.wait("what follows", |watched| watched.last.as_ref().unwrap().frame > 45);
    assert_eq!(watched.player.state().range, None);
    watched.player.play_range(50, 50, true);
    assert_eq!(watched.player.state().range, None, "an empty range is not played");
}
