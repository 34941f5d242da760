//! Decoded pixels of all real clips, and the clips of the sliding window, against those of the original. The fixtures'
//! own frames are run in `pipeline.rs`.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;

use ks_domain::{AnalysisSettings, CancelToken, CropMode, FrameTable, VideoInfo};
use ks_media::{Clip, ClipReader, FrameReader};

fn md5(bytes: &[u8]) -> String {
    format!("{:x}", md5::compute(bytes))
}

fn reader(path: &Path, info: &VideoInfo, table: &FrameTable, wanted: &[u32]) -> FrameReader {
    FrameReader::open(path, info, table, wanted, &CancelToken::new()).unwrap()
}

#[test]
fn rgb_equals_pyav_on_all_real_clips() {
    let Some(videos) = common::shared("videos") else { return };
    for (name, entry) in common::reference("pixels.json").as_object().unwrap() {
        let path = videos.join(name);
        let (info, index) = common::open(&path);
        assert_eq!(u64::from(info.video.rotation.degrees()), entry["turns"].as_u64().unwrap() * 90, "{name}");
        let frames = entry["md5"].as_object().unwrap();
        let wanted: Vec<u32> = frames.keys().map(|number| number.parse().unwrap()).collect();
        let mut reader = reader(&path, &info, &index.table, &wanted);
        for _ in &wanted {
            let found = reader.next_rgb().unwrap().unwrap();
            let expected = frames[&found.frame.to_string()].as_str().unwrap();
            assert_eq!(md5(&found.rgb), expected, "{name}: frame {} ({})", found.frame, entry["format"]);
        }
    }
}

/// The clips of the clip that the original pipelines were run on.
fn clips(video: &Path, settings: AnalysisSettings) -> Vec<Clip> {
    let (info, index) = common::open(video);
    let settings = settings.validate().unwrap();
    let mut reader = ClipReader::open(video, &info, &index.table, &settings, &CancelToken::new()).unwrap();
    let count = reader.window_count();
    let mut clips = Vec::new();
    while let Some(clip) = reader.next_clip().unwrap() {
        clips.push(clip);
    }
    assert_eq!(clips.len(), count as usize);
    clips
}

#[test]
fn a_clip_equals_that_of_the_original_validation_pipeline() {
    let (Some(video), Some(values)) =
        (common::shared("videos/arm_wrestling_340x256.mp4"), common::shared("fixtures/video/real_pipelines.json"))
    else {
        return;
    };
    let clips = clips(&video, AnalysisSettings { stride: 108, ..AnalysisSettings::default() });
    let clip = clips.iter().find(|clip| clip.start_frame == 108).unwrap();
    assert_eq!((clip.end_frame, clip.shape), (171, [1, 32, 224, 224, 3]));
    for decoder in ["pyav", "decord"] {
        let expected = &common::json(&values)[format!("demo.mp4/val/{decoder}")];
        for (channel, mean) in expected["clip_channel_mean"][0].as_array().unwrap().iter().enumerate() {
            let sum: u64 = clip.pixels.iter().skip(channel).step_by(3).map(|value| u64::from(*value)).sum();
            let ours = sum as f64 / (clip.pixels.len() / 3) as f64;
            assert!((ours - mean.as_f64().unwrap()).abs() < 1e-9, "{decoder} channel {channel}: {ours} {mean}");
        }
        let places = expected["u8"]["flat_index"].as_array().unwrap();
        for (place, value) in places.iter().zip(expected["u8"]["value"].as_array().unwrap()) {
            // Theirs is [1, channel, time, height, width], ours [crop, time, height, width, channel].
            let flat = usize::try_from(place.as_u64().unwrap()).unwrap();
            let (channel, pixel) = (flat / (32 * 224 * 224), flat % (32 * 224 * 224));
            assert_eq!(f64::from(clip.pixels[pixel * 3 + channel]), value.as_f64().unwrap(), "{decoder} {flat}");
        }
    }
}

#[test]
fn three_crops_equal_those_of_the_original_test_pipeline() {
    let (Some(video), Some(values)) =
        (common::shared("videos/arm_wrestling_340x256.mp4"), common::shared("fixtures/video/real_pipelines.json"))
    else {
        return;
    };
    let settings = AnalysisSettings {
        stride: 24,
        short_side: 256,
        crop_size: 256,
        crop: CropMode::Three,
        ..AnalysisSettings::default()
    };
    let clips = clips(&video, settings);
    let values = common::json(&values);
    let means = values["demo.mp4/test/pyav"]["clip_channel_mean"].as_array().unwrap();
    // Of the ten clips of the original, these begin at a multiple of our stride: 0, 24, 48, 72, 96.
    for number in 0..5 {
        let clip = &clips[number];
        assert_eq!((clip.start_frame as usize, clip.crops), (24 * number, 3));
        for (crop, pixels) in clip.pixels.chunks(clip.pixels.len() / 3).enumerate() {
            for (channel, theirs) in means[crop * 10 + number].as_array().unwrap().iter().enumerate() {
                let sum: u64 = pixels.iter().skip(channel).step_by(3).map(|value| u64::from(*value)).sum();
                let ours = sum as f64 / (pixels.len() / 3) as f64;
                // The original works its means out in single precision.
                let theirs = theirs.as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-3, "clip {number} crop {crop} channel {channel}: {ours} {theirs}");
            }
        }
    }
}

#[test]
fn a_video_shorter_than_a_window_starts_over() {
    let Some(video) = common::shared("videos/h265_video.mp4") else { return };
    let settings = AnalysisSettings { short_side: 128, crop_size: 112, ..AnalysisSettings::default() };
    let clips = clips(&video, settings);
    assert_eq!(clips.len(), 1);
    let clip = &clips[0];
    assert_eq!((clip.start_frame, clip.end_frame), (0, 10));
    let frame = 112 * 112 * 3;
    let at = |t: usize| &clip.pixels[t * frame..(t + 1) * frame];
    assert!(at(0) == at(5) && at(1) == at(6), "frames 0 and 10 mod 10 should be the same");
    assert!(at(0) != at(1));
}
