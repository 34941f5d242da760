//! Frames for training are, pixel for pixel, what views of samples are, wherever in the video they lie.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use ks_domain::{CancelToken, CropMode, Framing};
use ks_media::{RgbPicture, ViewReader, cut_clip, index, probe, resized_frames};

#[test]
fn clips_cut_from_resized_frames_are_those_of_the_view_reader() {
    for name in ["arm_wrestling_340x256.mp4", "rotate_90.mov", "spatiotemporal.mp4"] {
        let Some(path) = common::shared(&format!("videos/{name}")) else { return };
        let cancel = CancelToken::new();
        let info = probe(&path).expect("should be a video");
        let found = index(&path, &info, None, &cancel, &mut |_| {}).expect("should be indexed");
        let last = found.table.last();
        let frames: Vec<u32> = (0..8).map(|number| last.saturating_sub(20) + number * 2).collect();
        let frames: Vec<u32> = frames.into_iter().map(|frame| frame.min(last)).collect();
        let framing = Framing::squares(64, CropMode::Three, 64);
        let parts = (path.as_path(), &info, &found.table);
        let mut reader = ViewReader::open_video(parts, &frames, 8, framing, &cancel).expect("should open");
        let mut expected = Vec::new();
        while let Some(view) = reader.next_view().expect("should be read") {
            expected.extend(view.pixels);
        }
        let mut distinct = frames.clone();
        distinct.dedup();
        let mut pictures: Vec<(u32, RgbPicture)> = Vec::new();
        let warnings = resized_frames(parts, &distinct, 64, &cancel, &mut |frame, picture| {
            pictures.push((frame, picture));
            Ok(())
        });
        assert_eq!(warnings.expect("should be read"), [], "{name}");
        let of = |frame: &u32| &pictures.iter().find(|(number, _)| number == frame).expect("should be there").1;
        let wanted: Vec<&RgbPicture> = frames.iter().map(of).collect();
        let (shape, pixels) = cut_clip(&wanted, &framing).expect("should fit");
        assert_eq!(shape, [3, 8, 64, 64, 3], "{name}");
        assert!(pixels == expected, "{name}: other pixels");
    }
}
