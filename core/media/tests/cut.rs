//! Clips: the frames that were asked for, their times and their sound, in files that replace nothing.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::ops::Range;
use std::path::{Path, PathBuf};

use common::make;
use gstreamer as gst;
use gstreamer::prelude::*;
use ks_domain::{CancelToken, FrameTable, Rotation, VideoInfo};
use ks_media::{CutClip, FrameIndex, FrameReader, MediaError, clip_stem, cut};

/// Cuts a file; `None`, with a line that says so, where there is no encoder.
fn clip(path: &Path, (info, index): &(VideoInfo, FrameIndex), frames: Range<u32>, to: &Path) -> Option<CutClip> {
    let stem = clip_stem(to, "arm wrestling", path, &frames);
    let mut told = Vec::new();
    let mut tell = |progress: ks_domain::Progress| told.push(progress.done);
    match cut((path, info, &index.table), frames.clone(), &stem, &CancelToken::new(), &mut tell) {
        Err(MediaError::NoEncoder) => {
            eprintln!("skipped: no encoder is installed");
            None
        }
        result => {
            let made = result.unwrap();
            assert_eq!(told.last(), Some(&u64::from(frames.end - frames.start)));
            assert!(made.path.starts_with(to.join("arm wrestling")), "{}", made.path.display());
            Some(made)
        }
    }
}

fn rgb(path: &Path, info: &VideoInfo, table: &FrameTable, frames: Range<u32>) -> Vec<Vec<u8>> {
    let wanted: Vec<u32> = frames.collect();
    let mut reader = FrameReader::open(path, info, table, &wanted, &CancelToken::new()).unwrap();
    std::iter::from_fn(|| reader.next_rgb().unwrap()).map(|frame| frame.rgb).collect()
}

/// Peak signal to noise in decibels.
fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let squares = one.iter().zip(other).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    let mean = squares.sum::<f64>() / one.len() as f64;
    10.0 * (255.0_f64.powi(2) / mean.max(1e-9)).log10()
}

/// Every frame of the clip must be the one of the video, and no neighbour of it.
fn is_that_part(path: &Path, frames: Range<u32>, to: &Path) -> Option<(CutClip, VideoInfo, FrameIndex)> {
    let opened = common::open(path);
    let made = clip(path, &opened, frames.clone(), to)?;
    let (info, index) = common::open(&made.path);
    assert_eq!((index.table.len(), made.frames), (frames.end - frames.start, frames.end - frames.start));
    assert_eq!(info.video.rotation, Rotation::None);
    let table = &opened.1.table;
    for (frame, number) in frames.clone().zip(0..) {
        let theirs = table.time_of(frame).saturating_sub(table.time_of(frames.start)).secs_f64();
        let ours = index.table.time_of(number).saturating_sub(index.table.time_of(0)).secs_f64();
        assert!((ours - theirs).abs() < 0.002, "{}: frame {frame} at {ours}, not {theirs}", path.display());
    }
    let theirs = rgb(path, &opened.0, table, frames.clone());
    let ours = rgb(&made.path, &info, &index.table, 0..index.table.len());
    for ((frame, theirs), ours) in frames.zip(&theirs).zip(&ours) {
        let quality = psnr(theirs, ours);
        assert!(quality > 26.0, "{}: frame {frame} has {quality:.1} dB", path.display());
    }
    Some((made, info, index))
}

#[test]
fn a_clip_has_the_frames_of_its_part_and_their_sound() {
    let Some(path) = common::shared("videos/nasa_13013.mp4") else { return };
    let out = tempfile::tempdir().unwrap();
    let Some((made, info, index)) = is_that_part(&path, 101..163, out.path()) else { return };
    assert_eq!(made.warnings, Vec::<String>::new());
    assert!(info.audio.is_some());
    let (_, sound) = sound_of(&made.path).unwrap();
    let pictures = index.table.end().secs_f64();
    // A packet of AAC is 128 ms long at this file's eight kilohertz.
    assert!((sound - pictures).abs() < 0.14, "{sound} s of sound to {pictures} s of pictures");
}

#[test]
fn a_clip_of_a_turned_video_is_upright() {
    let Some(path) = common::shared("videos/rotate_90.mov") else { return };
    let out = tempfile::tempdir().unwrap();
    let Some((_, info, _)) = is_that_part(&path, 1..3, out.path()) else { return };
    assert_eq!((info.video.width, info.video.height), (320, 568));
}

#[test]
fn a_clip_of_ten_bits_or_of_odd_sizes_is_made() {
    let out = tempfile::tempdir().unwrap();
    if let Some(path) = common::shared("videos/h264_10bits.mp4") {
        is_that_part(&path, 3..20, out.path());
    }
    let path = out.path().join("odd.mkv");
    let times: Vec<u64> = (0..30).map(|n| n * 40).collect();
    if !make::numbered(&path, &make::MJPEG, (321, 181), &times) {
        return;
    }
    let opened = common::open(&path);
    let Some(made) = clip(&path, &opened, 5..12, out.path()) else { return };
    let (info, index) = common::open(&made.path);
    assert_eq!(index.table.len(), 7);
    assert!((320..=321).contains(&info.video.width) && (180..=181).contains(&info.video.height));
}

#[test]
fn a_clip_keeps_irregular_times() {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("variable.mkv");
    let times: Vec<u64> =
        (0_u64..50).scan(0, |time, n| Some(std::mem::replace(time, *time + 17 + n * 7 % 60))).collect();
    if make::numbered(&path, &make::VP8, (320, 192), &times) {
        is_that_part(&path, 13..37, out.path());
    }
}

/// When the sound of a file begins to be loud and when it ends, in seconds.
fn sound_of(path: &Path) -> Option<(f64, f64)> {
    let line = "filesrc name=in ! decodebin name=d d. ! audio/x-raw ! audioconvert ! audio/x-raw,format=F32LE,channels=1 \
                ! appsink name=out sync=false";
    let pipeline = gst::parse::launch(line).unwrap().downcast::<gst::Pipeline>().unwrap();
    pipeline.by_name("in").unwrap().set_property("location", path);
    let sink = pipeline.by_name("out").unwrap().downcast::<gstreamer_app::AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let (mut loud, mut end) = (None, 0.0);
    while let Ok(sample) = sink.pull_sample() {
        let (buffer, segment) = (sample.buffer().unwrap(), sample.segment().unwrap());
        let segment = segment.downcast_ref::<gst::ClockTime>().unwrap();
        let rate = sample.caps().unwrap().structure(0).unwrap().get::<i32>("rate").unwrap();
        let start = segment.to_stream_time(buffer.pts().unwrap()).unwrap().nseconds() as f64 / 1e9;
        let map = buffer.map_readable().unwrap();
        let values = map.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
        for (value, number) in values.zip(0..) {
            end = start + f64::from(number + 1) / f64::from(rate);
            if loud.is_none() && value.abs() > 0.2 {
                loud = Some(end);
            }
        }
    }
    pipeline.set_state(gst::State::Null).unwrap();
    Some((loud?, end))
}

/// Four seconds of noise in the picture; the sound is silent for two seconds and loud from then on.
fn loud_after_two_seconds(path: &Path) -> bool {
    let needs = ["vp8enc", "opusenc", "webmmux", "audiotestsrc"];
    gst::init().unwrap();
    if let Some(missing) = needs.iter().find(|name| gst::ElementFactory::find(name).is_none()) {
        eprintln!("skipped: the element {missing} is not installed");
        return false;
    }
    let line = "videotestsrc num-buffers=100 ! video/x-raw,width=160,height=96,framerate=25/1 ! vp8enc deadline=1 \
                ! queue ! webmmux name=m ! filesink name=out \
                audiotestsrc wave=silence num-buffers=100 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! c. \
                audiotestsrc wave=square volume=0.8 num-buffers=100 samplesperbuffer=960 \
                ! audio/x-raw,rate=48000,channels=2 ! c. \
                concat name=c ! audioconvert ! opusenc ! queue ! m.";
    let pipeline = gst::parse::launch(line).unwrap().downcast::<gst::Pipeline>().unwrap();
    pipeline.by_name("out").unwrap().set_property("location", path);
    pipeline.set_state(gst::State::Playing).unwrap();
    let types = [gst::MessageType::Eos, gst::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(20), &types).unwrap();
    assert_eq!(message.type_(), gst::MessageType::Eos, "{message:?}");
    pipeline.set_state(gst::State::Null).unwrap();
    true
}

#[test]
fn the_sound_of_a_clip_is_where_it_was() {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("loud.webm");
    if !loud_after_two_seconds(&path) {
        return;
    }
    let opened = common::open(&path);
    // From 1.2 s to 3.2 s: silent for 0.8 s.
    let Some(made) = clip(&path, &opened, 30..80, out.path()) else { return };
    assert_eq!(made.warnings, Vec::<String>::new());
    let (loud, end) = sound_of(&made.path).unwrap();
    assert!((loud - 0.8).abs() < 0.05, "loud from {loud} s on");
    assert!((end - 2.0).abs() < 0.08, "{end} s of sound");
}

#[test]
fn a_name_that_is_taken_gets_a_number_and_wrong_parts_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("short.mkv");
    let times: Vec<u64> = (0..20).map(|n| n * 40).collect();
    if !make::numbered(&path, &make::VP8, (160, 96), &times) {
        return;
    }
    let opened = common::open(&path);
    let Some(first) = clip(&path, &opened, 2..5, out.path()) else { return };
    let second = clip(&path, &opened, 2..5, out.path()).unwrap();
    assert_ne!(first.path, second.path);
    assert!(second.path.to_string_lossy().contains("short_2_5 (2)."), "{}", second.path.display());
    let video = (path.as_path(), &opened.0, &opened.1.table);
    let stem = out.path().join("cancelled").join("clip");
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    for wrong in [5..5, 7..3, 10..21] {
        let error = cut(video, wrong, &stem, &CancelToken::new(), &mut |_| {}).unwrap_err();
        assert!(matches!(error, MediaError::EmptyRange { frames: 20, .. }), "{error}");
    }
    let cancel = CancelToken::new();
    let error = cut(video, 0..20, &stem, &cancel, &mut |_| cancel.cancel()).unwrap_err();
    assert_eq!(error, MediaError::Cancelled);
    let left: Vec<PathBuf> = std::fs::read_dir(stem.parent().unwrap()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(left, Vec::<PathBuf>::new(), "nothing is left behind");
}
