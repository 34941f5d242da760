//! Decoding in hardware and falling back to software, with a decoder that only says that it is hardware.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

use common::watched::{Watched, luma};
use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use ks_media::{Decoding, FrameReader, PlayerOptions};

/// After how many packets the decoder fails; never if negative, at its start if 0.
static FAILS_AFTER: AtomicI32 = AtomicI32::new(-1);
/// The tests share the decoder.
static ONE_AT_A_TIME: parking_lot::Mutex<()> = parking_lot::Mutex::new(());

mod fake {
    use std::sync::LazyLock;

    use gst::subclass::prelude::*;

    use super::*;

    #[derive(Default)]
    pub struct Fake;

    #[glib::object_subclass]
    impl ObjectSubclass for Fake {
        const NAME: &'static str = "KsFakeHardware";
        type Type = super::FakeHardware;
        type ParentType = gst::Bin;
    }

    impl ObjectImpl for Fake {
        fn constructed(&self) {
            self.parent_constructed();
            let bin = self.obj();
            let fails_after = FAILS_AFTER.load(Ordering::SeqCst);
            let failing = gst::ElementFactory::make("identity");
            let failing = failing.property("error-after", fails_after.max(-1)).build().unwrap();
            let decoder = gst::ElementFactory::make("avdec_h264").build().unwrap();
            bin.add_many([&failing, &decoder]).unwrap();
            failing.link(&decoder).unwrap();
            for (name, inner) in [("sink", failing.static_pad("sink")), ("src", decoder.static_pad("src"))] {
                let template = bin.pad_template(name).unwrap();
                let pad = gst::GhostPad::builder_from_template_with_target(&template, &inner.unwrap()).unwrap();
                bin.add_pad(&pad.name(name).build()).unwrap();
            }
        }
    }

    impl GstObjectImpl for Fake {}
    impl BinImpl for Fake {}

    impl ElementImpl for Fake {
        fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
            static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
                gst::subclass::ElementMetadata::new("Fake", "Codec/Decoder/Video/Hardware", "For tests", "Kinetoscope")
            });
            Some(&METADATA)
        }

        fn pad_templates() -> &'static [gst::PadTemplate] {
            static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
                let template = |name, direction, caps: &str| {
                    let caps = gst::Caps::new_empty_simple(caps);
                    gst::PadTemplate::new(name, direction, gst::PadPresence::Always, &caps).unwrap()
                };
                vec![
                    template("sink", gst::PadDirection::Sink, "video/x-h264"),
                    template("src", gst::PadDirection::Src, "video/x-raw"),
                ]
            });
            &TEMPLATES
        }

        fn change_state(&self, transition: gst::StateChange) -> Result<gst::StateChangeSuccess, gst::StateChangeError> {
            if transition == gst::StateChange::NullToReady && FAILS_AFTER.load(Ordering::SeqCst) == 0 {
                return Err(gst::StateChangeError);
            }
            self.parent_change_state(transition)
        }
    }
}

glib::wrapper! {
    pub struct FakeHardware(ObjectSubclass<fake::Fake>) @extends gst::Bin, gst::Element, gst::Object;
}

/// Makes the fake decoder the best one. It fails after so many packets.
fn with_hardware(fails_after: i32) -> parking_lot::MutexGuard<'static, ()> {
    let guard = ONE_AT_A_TIME.lock();
    ks_media::init().unwrap();
    FAILS_AFTER.store(fails_after, Ordering::SeqCst);
    gst::Element::register(None, "ksfakehardware", gst::Rank::PRIMARY + 100, FakeHardware::static_type()).unwrap();
    guard
}

/// What reading from the start gives.
fn expected(path: &Path, watched: &Watched, frame: u32) -> Vec<u8> {
    let (info, _) = common::open(path);
    let mut reader = FrameReader::open(path, &info, &watched.table, &[frame], &Default::default()).unwrap();
    let [luma, _, _] = reader.next_planes().unwrap().unwrap().planes;
    luma
}

fn is_exact(path: &Path, watched: &mut Watched, frames: &[u32]) {
    for &frame in frames {
        let picture = watched.go(frame);
        assert!(luma(&picture) == expected(path, watched, frame), "frame {frame} is another picture");
    }
}

fn about_hardware(watched: &Watched) -> Vec<&String> {
    watched.warnings.iter().filter(|text| text.contains("graphics hardware")).collect()
}

#[test]
fn hardware_is_taken_where_it_is_offered_unless_software_is_asked_for() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let _guard = with_hardware(-1);
    let mut watched = Watched::open(&path);
    // The picture may be there before the state says what made it.
    watched.wait("hardware", |watched| watched.player.state().is_hardware);
    is_exact(&path, &mut watched, &[100, 40, 299]);
    assert_eq!(about_hardware(&watched), Vec::<&String>::new());
    let options = PlayerOptions { decoding: Decoding::Software, ..PlayerOptions::default() };
    let watched = Watched::open_with(&path, options);
    assert!(!watched.player.state().is_hardware);
}

#[test]
fn hardware_that_does_not_start_is_passed_over() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let _guard = with_hardware(0);
    let mut watched = Watched::open(&path);
    assert!(!watched.player.state().is_hardware);
    is_exact(&path, &mut watched, &[50]);
}

#[test]
fn hardware_that_fails_at_the_first_picture_is_left_with_one_warning() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let _guard = with_hardware(1);
    let mut watched = Watched::open(&path);
    is_exact(&path, &mut watched, &[120, 10]);
    assert!(!watched.player.state().is_hardware);
    assert_eq!(about_hardware(&watched).len(), 1, "{:?}", watched.warnings);
}

#[test]
fn hardware_that_fails_while_scrubbing_is_left_with_one_warning() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let _guard = with_hardware(40);
    let mut watched = Watched::open(&path);
    is_exact(&path, &mut watched, &[200, 150, 290, 3]);
    assert_eq!(about_hardware(&watched).len(), 1, "{:?}", watched.warnings);
}

#[test]
fn hardware_that_fails_while_playing_is_left_at_the_same_frame() {
    let Some(path) = common::shared("videos/test.mp4") else { return };
    let _guard = with_hardware(70);
    let mut watched = Watched::open(&path);
    watched.player.set_rate(4.0);
    watched.player.play();
    let mut seen = vec![0];
    watched.wait("the frames after the failure", |watched| {
        let frame = watched.last.as_ref().unwrap().frame;
        if seen.last() != Some(&frame) {
            seen.push(frame);
        }
        frame > 150
    });
    assert!(seen.is_sorted(), "{seen:?}");
    let largest = seen.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(largest < Some(25), "frames are left out: {seen:?}");
    assert!(watched.player.state().is_playing && !watched.player.state().is_hardware);
    assert_eq!(about_hardware(&watched).len(), 1, "{:?}", watched.warnings);
}
