//! What is shown until a frame that was asked for is decoded, and that the way there does no more than it must.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use common::make;
use common::watched::{Watched, luma};
use ks_domain::Picture;
use ks_media::{FrameReader, PictureSlot, Player, PlayerOptions};
use parking_lot::Mutex;

/// A player of which every picture is seen, also one that another replaces at once.
struct Seen {
    player: Player,
    pictures: Arc<Mutex<Vec<Picture>>>,
}

impl Seen {
    /// Without a cache, so that only decoding helps.
    fn open(path: &Path) -> Self {
        let (info, index) = common::open(path);
        let (slot, pictures) = (Arc::new(OnceLock::<PictureSlot>::new()), Arc::new(Mutex::new(Vec::new())));
        let (of_player, into) = (Arc::clone(&slot), Arc::clone(&pictures));
        let wake = Arc::new(move || {
            into.lock().extend(of_player.get().and_then(PictureSlot::take_latest));
        });
        let options = PlayerOptions { cache_bytes: 1, ..PlayerOptions::default() };
        let player = Player::open_with(path, &info, Some(Arc::new(index.table)), wake, options).unwrap();
        slot.set(player.pictures().clone()).unwrap();
        let seen = Self { player, pictures };
        seen.wait("the first picture", |seen| seen.player.state().frame == Some(0));
        seen.go(10);
        seen
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let patience = Instant::now();
        while !is_so(self) {
            assert!(patience.elapsed() < Duration::from_secs(8), "waited for {what}: {:?}", self.player.state());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Goes to a frame and gives all pictures on the way.
    fn go(&self, frame: u32) -> Vec<Picture> {
        self.pictures.lock().clear();
        self.player.seek_frame(frame);
        let is_meant = |picture: &Picture| picture.frame == frame && picture.stands_for.is_none();
        self.wait("the frame", |seen| seen.pictures.lock().iter().any(is_meant));
        self.pictures.lock().drain(..).collect()
    }
}

fn number_in(picture: &Picture) -> u32 {
    let plane = &picture.planes[0];
    make::number_in(&plane.bytes, plane.stride, picture.width as usize, picture.height as usize)
}

fn numbered(folder: &Path) -> Option<std::path::PathBuf> {
    let path = folder.join("numbered.mp4");
    let times: Vec<u64> = (0..240).map(|n| n * 40).collect();
    make::numbered(&path, &make::H264, (320, 192), &times).then_some(path)
}

#[test]
fn a_nearer_frame_stands_in_and_says_for_what() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let seen = Seen::open(&path);
    for goal in [239, 100, 20, 179] {
        let from = seen.player.state().frame.unwrap();
        let pictures = seen.go(goal);
        let (exact, before) = pictures.split_last().unwrap();
        assert_eq!((exact.frame, exact.stands_for, number_in(exact)), (goal, None, goal));
        assert!(!before.is_empty(), "nothing was shown on the way from {from} to {goal}");
        let mut distance = from.abs_diff(goal);
        for picture in before {
            assert_eq!((picture.stands_for, number_in(picture)), (Some(goal), picture.frame));
            assert!(picture.frame.abs_diff(goal) < distance, "{} after one {distance} away", picture.frame);
            distance = picture.frame.abs_diff(goal);
        }
        assert_eq!(seen.player.state().frame, Some(goal));
    }
}

#[test]
fn steps_count_from_the_frame_that_was_asked_for_and_not_from_what_stands_in() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let seen = Seen::open(&path);
    seen.player.seek_frame(230);
    seen.player.step(-2);
    seen.wait("two frames before", |seen| seen.player.state().frame == Some(228));
    // From far away, so that something stands in while the step is asked for.
    seen.player.seek_frame(50);
    seen.wait("something else", |seen| seen.pictures.lock().last().is_some_and(|picture| picture.frame != 228));
    seen.player.step(-3);
    seen.wait("three frames before", |seen| seen.player.state().frame == Some(47));
    assert_eq!(seen.pictures.lock().last().map(number_in), Some(47));
}

#[test]
fn dragging_shows_pictures_all_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = numbered(folder.path()) else { return };
    let seen = Seen::open(&path);
    seen.pictures.lock().clear();
    // Each wish is in another group of pictures than the one before.
    for wish in 0..80 {
        seen.player.seek_frame(wish * 67 % 240);
        std::thread::sleep(Duration::from_millis(8));
    }
    let shown = seen.pictures.lock().len();
    assert!(shown >= 5, "{shown} pictures for 80 wishes");
    let last = 79 * 67 % 240;
    seen.wait("the last wish", |seen| seen.player.state().frame == Some(last));
    assert_eq!(seen.pictures.lock().last().map(number_in), Some(last));
}

#[test]
fn pictures_that_nothing_refers_to_are_left_out_on_the_way_and_the_frame_is_the_same_to_the_bit() {
    let Some(path) = common::shared("videos/nasa_13013.mp4") else { return };
    let options = PlayerOptions { cache_bytes: 1, ..PlayerOptions::default() };
    let mut watched = Watched::open_with(&path, options);
    let (info, _) = common::open(&path);
    let table = Arc::clone(&watched.table);
    let wanted: Vec<u32> = (0..table.len()).filter(|frame| frame - table.key_frame_before(*frame) >= 40).collect();
    let wanted: Vec<u32> = wanted.iter().copied().step_by(wanted.len() / 8).collect();
    let mut reader = FrameReader::open(&path, &info, &table, &wanted, &Default::default()).unwrap();
    let mut expected = Vec::new();
    while let Some(planes) = reader.next_planes().unwrap() {
        let [luma, _, _] = planes.planes;
        expected.push((planes.frame, luma));
    }
    assert_eq!(expected.len(), wanted.len());
    // From the last to the first, so that every way begins at a key frame.
    for (frame, expected) in expected.iter().rev() {
        let before = watched.rest();
        assert!(luma(&watched.go(*frame)) == *expected, "frame {frame} is another picture");
        let decoded = watched.player.state().decoded_stills - before;
        let group = u64::from(frame - table.key_frame_before(*frame)) + 1;
        println!("frame {frame}: {decoded} of {group}");
        assert!(decoded < group, "{decoded} frames were decoded for a way of {group}");
    }
}
