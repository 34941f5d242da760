//! The player, watched through its slot.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::make;
use common::watched::{Watched, luma};
use ks_domain::{MediaTime, PixelLayout};
use ks_media::{FrameReader, LoopMode, Player, PlayerEvent};

/// Seeks all over a file, back and forth, and compares every picture with what reading from the start gives.
fn seeks_are_exact(path: &Path) {
    let mut watched = Watched::open(path);
    let (info, _) = common::open(path);
    let last = watched.table.last();
    let wanted: Vec<u32> = [last / 2, 1, last, last / 3, last / 3 + 1, 0, last - 1, 2 * last / 3].to_vec();
    let mut reader = FrameReader::open(path, &info, &watched.table, &wanted, &Default::default()).unwrap();
    let mut expected = std::collections::BTreeMap::new();
    while let Some(planes) = reader.next_planes().unwrap() {
        let [luma, _, _] = planes.planes;
        expected.insert(planes.frame, luma);
    }
    for frame in wanted {
        let picture = watched.go(frame);
        assert!(luma(&picture) == expected[&frame], "{}: frame {frame} is another picture", path.display());
    }
}

#[test]
fn seeking_h264_with_b_frames_is_frame_exact() {
    let Some(path) = common::shared("videos/nasa_13013.mp4") else { return };
    seeks_are_exact(&path);
}

#[test]
fn seeking_h265_is_frame_exact() {
    let Some(path) = common::shared("videos/h265_video.mp4") else { return };
    seeks_are_exact(&path);
}

#[test]
fn seeking_av1_is_frame_exact() {
    let Some(path) = common::shared("videos/av1_video.mkv") else { return };
    seeks_are_exact(&path);
}

#[test]
fn seeking_avi_without_times_is_frame_exact() {
    let Some(path) = common::shared("videos/test.avi") else { return };
    seeks_are_exact(&path);
}

#[test]
fn seeking_matroska_with_times_of_whole_milliseconds_is_frame_exact() {
    let Some(path) = common::shared("videos/pancake.mkv") else { return };
    seeks_are_exact(&path);
}

/// Seeks all over a made file; the pictures show their number.
fn numbers_are_right(path: &Path, times: &[u64]) {
    let mut watched = Watched::open(path);
    let expected: Vec<u64> = watched.table.entries().iter().map(|entry| entry.time.nanos() / 1_000_000).collect();
    assert_eq!(expected, times);
    let last = watched.table.last();
    for frame in [last / 2, last, 0, 7, 6, 8, last / 3, 1] {
        let picture = watched.go(frame);
        let (width, height) = (picture.width as usize, picture.height as usize);
        assert_eq!(make::number_in(&picture.planes[0].bytes, picture.planes[0].stride, width, height), frame);
    }
}

#[test]
fn seeking_vp9_is_frame_exact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vp9.webm");
    let times: Vec<u64> = (0..50).map(|n| n * 40).collect();
    if make::numbered(&path, &make::VP9, (320, 180), &times) {
        numbers_are_right(&path, &times);
    }
}

/// Distances from 5 ms to 700 ms.
fn irregular() -> Vec<u64> {
    let mut time = 0;
    let mut times = Vec::new();
    for n in 0_u64..60 {
        times.push(time);
        time += match n % 7 {
            0 => 5,
            1 => 700,
            2 => 41,
            _ => 17 + n % 5,
        };
    }
    times
}

#[test]
fn seeking_variable_frame_rate_is_frame_exact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("variable.mkv");
    if make::numbered(&path, &make::VP8, (320, 180), &irregular()) {
        numbers_are_right(&path, &irregular());
    }
}

#[test]
fn stepping_goes_one_frame_both_ways_and_stops_at_the_ends() {
    let Some(path) = common::shared("videos/nasa_13013.mp4") else { return };
    let mut watched = Watched::open(&path);
    watched.go(100);
    for (step, frame) in [(1, 101), (1, 102), (-1, 101), (-3, 98), (5, 103)] {
        watched.player.step(step);
        watched.shown(frame);
    }
    watched.player.step(-1000);
    watched.shown(0);
    watched.player.step(100_000);
    let last = watched.table.last();
    watched.shown(last);
}

#[test]
fn playing_shows_frames_in_order_until_the_end_and_starts_again() {
    let Some(path) = common::shared("videos/bt709_full_range.mp4") else { return };
    let mut watched = Watched::open(&path);
    let mut seen = Vec::new();
    watched.player.play();
    watched.wait("the end", |watched| {
        let frame = watched.last.as_ref().map(|picture| picture.frame);
        if frame.is_some() && seen.last() != frame.as_ref() {
            seen.extend(frame);
        }
        watched.player.state().is_at_end
    });
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.len() > 5, "{seen:?}");
    assert!(!watched.player.state().is_playing);
    watched.player.play();
    watched.wait("the start", |watched| watched.last.as_ref().is_some_and(|picture| picture.frame < 5));
}

#[test]
fn a_range_is_repeated_and_nothing_outside_it_is_shown() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let mut watched = Watched::open(&path);
    let (from, to) = (watched.table.time_of(60), watched.table.time_of(66));
    watched.player.set_loop(LoopMode::Range { from, to });
    watched.go(60);
    watched.player.play();
    let mut previous = 60;
    let mut rounds = 0;
    watched.wait("three rounds", |watched| {
        let Some(frame) = watched.last.as_ref().map(|picture| picture.frame) else { return false };
        assert!((60..66).contains(&frame), "frame {frame}");
        rounds += u32::from(frame < previous);
        previous = frame;
        rounds == 3
    });
}

#[test]
fn the_speed_can_be_changed_while_playing() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let mut watched = Watched::open(&path);
    watched.player.set_rate(4.0);
    watched.player.play();
    let start = Instant::now();
    watched.wait("two seconds of video", |watched| watched.player.state().position > MediaTime::from_secs_f64(2.0));
    let took = start.elapsed();
    assert!(took < Duration::from_millis(1700), "two seconds at fourfold speed took {took:?}");
    watched.player.set_rate(100.0);
    watched.wait("the fastest speed", |watched| watched.player.state().rate == 8.0);
}

#[test]
fn pausing_holds_the_picture() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let mut watched = Watched::open(&path);
    watched.player.play();
    watched.wait("some frames", |watched| watched.last.as_ref().is_some_and(|picture| picture.frame > 3));
    watched.player.pause();
    watched.wait("the pause", |watched| !watched.player.state().is_playing);
    std::thread::sleep(Duration::from_millis(150));
    watched.wait("one look", |_| true);
    let frame = watched.player.state().frame;
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(watched.player.state().frame, frame);
}

#[test]
fn ten_bits_are_shown_as_p010_and_full_range_is_known() {
    let (Some(ten), Some(full)) =
        (common::shared("videos/h264_10bits.mp4"), common::shared("videos/bt709_full_range.mp4"))
    else {
        return;
    };
    let picture = Watched::open(&ten).last.unwrap();
    assert_eq!(picture.layout, PixelLayout::P010);
    let picture = Watched::open(&full).last.unwrap();
    assert_eq!((picture.matrix, picture.range), (ks_domain::ColorMatrix::Bt709, ks_domain::ColorRange::Full));
}

#[test]
fn before_the_table_is_known_seeking_goes_by_time() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let (info, index) = common::open(&path);
    let player = Player::open(&path, &info, None, Arc::new(|| {})).unwrap();
    let mut watched = Watched { player, table: Arc::new(index.table), last: None, warnings: Vec::new() };
    watched.wait("the first picture", |watched| watched.last.is_some());
    watched.player.seek_time(MediaTime::from_secs_f64(3.001));
    watched.wait("the time", |watched| watched.player.state().position == watched.table.time_of(90));
    assert_eq!(watched.player.state().frame, None);
    watched.player.set_table(Arc::clone(&watched.table));
    watched.wait("the number", |watched| watched.player.state().frame == Some(90));
}

#[test]
fn a_file_that_vanishes_or_is_no_video_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let (info, _) = common::open(&path);
    let missing = folder.path().join("gone.mp4");
    assert!(Player::open(&missing, &info, None, Arc::new(|| {})).is_err());
    let text = folder.path().join("text.mp4");
    std::fs::write(&text, "no video at all, just words".repeat(50)).unwrap();
    let player = Player::open(&text, &info, None, Arc::new(|| {})).unwrap();
    let patience = Instant::now();
    loop {
        if let Some(PlayerEvent::Failed(reason)) = player.take_events().first() {
            assert!(reason.contains("not a video"), "{reason}");
            return;
        }
        assert!(patience.elapsed() < Duration::from_secs(8), "nothing was said");
        std::thread::sleep(Duration::from_millis(5));
    }
}
