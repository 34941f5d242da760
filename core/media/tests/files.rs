//! Files that are not what they should be, and files of uncommon shape.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;

use common::make;
use ks_domain::{AnalysisSettings, CancelToken, CropMode, MediaTime};
use ks_media::{ClipReader, FrameReader, MediaError, index, probe};

#[test]
fn what_is_not_a_video_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let path = folder.path().join("missing.mp4");
    assert_eq!(probe(&path), Err(MediaError::NotFound { path }));
    let path = folder.path().to_owned();
    assert_eq!(probe(&path), Err(MediaError::IsDirectory { path }));
    let path = write("empty.mp4", b"");
    assert_eq!(probe(&path), Err(MediaError::Empty { path }));
    let path = write("words.mp4", &b"these are only words. ".repeat(500));
    assert_eq!(probe(&path), Err(MediaError::NotAVideo { path }));
    let noise: Vec<u8> = (0_u64..9000).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let path = write("noise.bin", &noise);
    let error = probe(&path).unwrap_err();
    assert!(error.to_string().ends_with(&path.display().to_string()), "{error}");
}

#[test]
fn sound_without_picture_is_refused_and_says_what_is_there() {
    use gstreamer as gst;
    use gstreamer::prelude::*;
    gst::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.mka");
    let line = "audiotestsrc num-buffers=20 ! vorbisenc ! matroskamux ! filesink name=out";
    let Ok(pipeline) = gst::parse::launch(line) else {
        eprintln!("skipped: no encoder for sound is installed");
        return;
    };
    let pipeline = pipeline.downcast::<gst::Pipeline>().unwrap();
    pipeline.by_name("out").unwrap().set_property("location", &path);
    pipeline.set_state(gst::State::Playing).unwrap();
    let ends = [gst::MessageType::Eos, gst::MessageType::Error];
    pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(9), &ends).unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(probe(&path), Err(MediaError::NoVideoStream { streams: vec!["audio".to_owned()], path }));
}

#[test]
fn a_truncated_file_gives_its_beginning_and_says_where_it_ends() {
    let Some(videos) = common::shared("videos") else { return };
    let whole = std::fs::read(videos.join("pancake.mkv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("half.mkv");
    std::fs::write(&path, &whole[..200_000]).unwrap();
    let (_, found) = common::open(&path);
    assert_eq!(found.table.len(), 140, "PyAV decodes as many");
    let warning = found.warnings.first().unwrap();
    assert!(warning.message.contains("The pictures end at 0:04.666"), "{warning}");
}

#[test]
fn the_best_of_two_streams_is_taken_and_the_others_are_listed() {
    let Some(videos) = common::shared("videos") else { return };
    let info = probe(&videos.join("nasa_13013.mp4")).unwrap();
    let kinds: Vec<&str> = info.streams.iter().map(|stream| stream.kind.as_str()).collect();
    assert_eq!(kinds, ["video", "audio", "subtitle", "video", "audio", "subtitle"]);
    assert_eq!((info.video.stream_index, info.video.width, info.video.height), (3, 480, 270));
    assert_eq!(info.container, "MP4");
    assert!(info.video.codec.starts_with("H.264"), "{}", info.video.codec);
    assert!(info.audio.is_some());
}

#[test]
fn an_index_is_kept_by_content_and_made_again_if_damaged() {
    let Some(videos) = common::shared("videos") else { return };
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let path = folder.path().join("copy.mp4");
    std::fs::copy(videos.join("corrupted.mp4"), &path).unwrap();
    let info = probe(&path).unwrap();
    let cancel = CancelToken::new();
    let made = index(&path, &info, Some(&cache), &cancel, &mut |_| {}).unwrap();
    assert_eq!(made.warnings.len(), 1);
    let kept: Vec<_> = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");

    // The same content under another name is found: the kept file is not touched.
    let renamed = folder.path().join("renamed.mp4");
    std::fs::rename(&path, &renamed).unwrap();
    let before = std::fs::metadata(&kept[0]).unwrap().modified().unwrap();
    assert_eq!(index(&renamed, &info, Some(&cache), &cancel, &mut |_| {}).unwrap(), made);
    assert_eq!(std::fs::metadata(&kept[0]).unwrap().modified().unwrap(), before);

    // One changed byte anywhere, a cut, an empty file: the index is made again and kept anew.
    let good = std::fs::read(&kept[0]).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for bad in [&flipped[..], &good[..middle], b""] {
        std::fs::write(&kept[0], bad).unwrap();
        assert_eq!(index(&renamed, &info, Some(&cache), &cancel, &mut |_| {}).unwrap(), made);
        assert_eq!(std::fs::read(&kept[0]).unwrap(), good);
    }
}

#[test]
fn cancelling_ends_the_work_at_once() {
    let Some(videos) = common::shared("videos") else { return };
    let path = videos.join("test.mp4");
    let (info, found) = common::open(&path);
    let cancel = CancelToken::new();
    let settings = AnalysisSettings { stride: 1, ..AnalysisSettings::default() }.validate().unwrap();
    let mut reader = ClipReader::open(&path, &info, &found.table, &settings, &cancel).unwrap();
    assert!(reader.next_clip().unwrap().is_some());
    cancel.cancel();
    assert_eq!(reader.next_clip(), Err(MediaError::Cancelled));
    assert_eq!(index(&path, &info, None, &cancel, &mut |_| {}).unwrap_err(), MediaError::Cancelled);
}

/// Makes a video of an uncommon size and reads all its numbers back.
fn survives(recipe: &make::Recipe, size: make::Size, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let times: Vec<u64> = (0..20).map(|n| n * 40).collect();
    if !make::numbered(&path, recipe, size, &times) {
        return;
    }
    let (info, found) = common::open(&path);
    assert_eq!((info.video.width as usize, info.video.height as usize), size, "{name}");
    assert_eq!(found.table.len(), 20, "{name}");
    let all: Vec<u32> = (0..20).collect();
    let mut reader = FrameReader::open(&path, &info, &found.table, &all, &CancelToken::new()).unwrap();
    for number in all {
        let frame = reader.next_rgb().unwrap().unwrap();
        let grey: Vec<u8> = frame.rgb.chunks(3).map(|pixel| pixel[1]).collect();
        assert_eq!(make::number_in(&grey, size.0, size.0, size.1), number, "{name}");
    }
}

#[test]
fn odd_sizes_and_padded_rows_are_read_right() {
    survives(&make::MJPEG, (163, 121), "odd.mkv");
    survives(&make::VP8, (101, 77), "odd_vp8.mkv");
    survives(&make::MPEG4, (322, 178), "not_of_sixteen.avi");
    survives(&make::FFV1, (165, 90), "lossless.mkv");
}

#[test]
fn irregular_times_are_read_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("irregular.mkv");
    let times = [0, 5, 700, 741, 760, 2000, 2001, 2040];
    if make::numbered(&path, &make::MJPEG, (160, 120), &times) {
        let (_, found) = common::open(&path);
        let read: Vec<u64> = found.table.entries().iter().map(|entry| entry.time.nanos() / 1_000_000).collect();
        assert_eq!(read, times);
        assert_eq!(found.table.frame_at(MediaTime::from_secs_f64(1.9)), 4);
    }
}

fn crops_of(path: &Path, stride: u32, mode: CropMode) -> Vec<ks_media::Clip> {
    let (info, found) = common::open(path);
    let side = if mode == CropMode::Three { 64 } else { 56 };
    let settings = AnalysisSettings {
        clip_len: 8,
        frame_interval: 3,
        stride,
        short_side: 64,
        crop_size: side,
        crop: mode,
        ..AnalysisSettings::default()
    };
    let settings = settings.validate().unwrap();
    let mut reader = ClipReader::open(path, &info, &found.table, &settings, &CancelToken::new()).unwrap();
    std::iter::from_fn(|| reader.next_clip().unwrap()).collect()
}

#[test]
fn overlapping_windows_give_the_same_clips_as_separate_ones() {
    let Some(videos) = common::shared("videos") else { return };
    let path = videos.join("spatiotemporal.mp4");
    for mode in [CropMode::Center, CropMode::Three] {
        let dense = crops_of(&path, 1, mode);
        assert_eq!(dense.len(), 57 - 22 + 1);
        for sparse in crops_of(&path, 9, mode) {
            let same = dense.iter().find(|clip| clip.start_frame == sparse.start_frame).unwrap();
            assert!(same.pixels == sparse.pixels, "window at frame {}", sparse.start_frame);
        }
    }
}
