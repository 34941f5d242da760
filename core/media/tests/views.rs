//! Reading the views of a sample: order, one pass, and what happens when a file is not as promised.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use ks_domain::{
    Branch, CancelToken, CropMode, Cut, FrameSampling, Framing, OutOfBound, PixelBox, RandomResizedCrop, ResizeRule,
    SeededDraws, view_number,
};
use ks_media::transform::{resize, view};
use ks_media::{FrameReader, FrameTemplate, MediaError, RawFrames, RgbFrame, SampleView, ViewReader};

const SAMPLING: FrameSampling =
    FrameSampling { clip_len: 4, frame_interval: 3, num_clips: 3, out_of_bound: OutOfBound::Loop, start_index: 0 };

fn all(mut reader: ViewReader) -> Vec<SampleView> {
    let mut views = Vec::new();
    while let Some(view) = reader.next_view().unwrap() {
        views.push(view);
    }
    assert_eq!(views.len(), reader.view_count());
    views
}

/// Writes pictures of one colour each, named from 1: the red of picture `n` is `n`.
fn pictures(folder: &Path, count: u8, size: (u32, u32)) -> RawFrames {
    let pictures = RawFrames::new(folder, FrameTemplate::parse("f{:03}.png").unwrap());
    for number in 1..=count {
        let picture = RgbImage::from_pixel(size.0, size.1, Rgb([number, 2 * number, 3 * number]));
        picture.save(pictures.path_of(number.into())).unwrap();
    }
    pictures
}

/// One frame, step by step.
fn step_by_step(frame: &RgbFrame, framing: &Framing, crop: usize) -> Vec<u8> {
    let size = (frame.width, frame.height);
    let (resized, parts) = framing.boxes(size);
    let pixels = resize::resize_rgb(&frame.rgb, size, resized).unwrap();
    let part = parts.unwrap()[crop];
    let row = |row: usize| &pixels[(row * resized.0 + part.left) * 3..][..part.width * 3];
    let mut cut: Vec<u8> = (part.top..part.bottom()).flat_map(row).copied().collect();
    let mut width = part.width;
    if let Some((to_width, to_height)) = framing.then {
        width = to_width as usize;
        cut = resize::resize_rgb(&cut, (part.width, part.height), (width, to_height as usize)).unwrap();
    }
    if framing.is_flipped {
        view::mirror(&mut cut, width);
    }
    cut
}

#[test]
fn views_of_a_video_come_crop_after_crop_and_equal_single_frames() {
    let Some(video) = common::shared("videos/test.mp4") else { return };
    let (info, index) = common::open(&video);
    let frames = SAMPLING.test(Branch::V1, index.table.len()).unwrap();
    let cancel = CancelToken::new();
    let mut single = FrameReader::open(&video, &info, &index.table, &frames, &cancel).unwrap();
    let mut known = std::collections::BTreeMap::new();
    let mut distinct = frames.clone();
    distinct.sort_unstable();
    distinct.dedup();
    for _ in &distinct {
        let frame = single.next_rgb().unwrap().unwrap();
        known.insert(frame.frame, frame);
    }
    let size = known.values().next().map(|frame| (frame.width, frame.height)).unwrap();
    let mut draws = SeededDraws::for_sample(5, 0, 0);
    let trained =
        Framing { is_flipped: true, ..Framing::drawn(size, 128, &RandomResizedCrop::default(), 112, 0.5, &mut draws) };
    for framing in [Framing::squares(96, CropMode::Three, 96), trained] {
        let video = (video.as_path(), &info, &index.table);
        let views = all(ViewReader::open_video(video, &frames, 4, framing, &cancel).unwrap());
        assert_eq!(views.len(), 3 * framing.crops());
        for (number, view) in views.iter().enumerate() {
            assert_eq!((view.number, view_number(view.crop, view.clip, 3)), (number, number));
            let clip = &frames[view.clip * 4..][..4];
            let expected: Vec<u8> =
                clip.iter().flat_map(|frame| step_by_step(&known[frame], &framing, view.crop)).collect();
            assert!(view.pixels == expected, "view {number}");
            assert_eq!(view.shape.iter().product::<usize>(), view.pixels.len());
        }
    }
}

#[test]
fn a_folder_is_read_by_the_numbers_in_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path(), 12, (40, 30));
    assert_eq!((pictures.count_from(1), pictures.count_from(0)), (12, 0));
    let sampling = FrameSampling { start_index: 1, ..SAMPLING };
    let frames = sampling.test(Branch::V0, pictures.count_from(1)).unwrap();
    assert_eq!(frames, [1, 4, 7, 10, 1, 4, 7, 10, 1, 4, 7, 10]);
    // Clips that overlap and go back.
    let frames = [9, 11, 9, 11, 1, 9, 12, 12];
    let framing = Framing::squares(16, CropMode::Three, 16);
    let views = all(ViewReader::open_folder(&pictures, &frames, 4, framing, &CancelToken::new()).unwrap());
    assert_eq!(views.len(), 6);
    for view in &views {
        assert_eq!(view.shape, [4, 16, 16, 3]);
        for (pixels, frame) in view.pixels.chunks(16 * 16 * 3).zip(&frames[view.clip * 4..]) {
            let colour = [*frame as u8, 2 * *frame as u8, 3 * *frame as u8];
            assert!(pixels.chunks(3).all(|pixel| pixel == colour), "view {} frame {frame}", view.number);
        }
    }
}

#[test]
fn what_is_missing_from_a_folder_is_said_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path(), 3, (40, 30));
    let framing = Framing::squares(16, CropMode::Center, 16);
    let open = |pictures: &RawFrames, frames: &[u32]| {
        ViewReader::open_folder(pictures, frames, 2, framing, &CancelToken::new()).err()
    };
    let missing = MediaError::MissingPictures { count: 2, wanted: 4, first: folder.path().join("f004.png") };
    assert_eq!(open(&pictures, &[3, 5, 4, 1]), Some(missing));
    let nowhere = RawFrames::new(&folder.path().join("nowhere"), FrameTemplate::default());
    assert!(matches!(open(&nowhere, &[1, 2]), Some(MediaError::NoFolder { .. })));
    std::fs::write(folder.path().join("f002.png"), b"no picture").unwrap();
    let mut reader = ViewReader::open_folder(&pictures, &[1, 2], 2, framing, &CancelToken::new()).unwrap();
    let error = reader.next_view().unwrap_err();
    assert!(error.to_string().contains("f002.png"), "{error}");
}

#[test]
fn a_crop_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path(), 1, (40, 30));
    let outside = PixelBox { left: 30, top: 0, width: 11, height: 30 };
    let drawn = Framing { resize: ResizeRule::Exact(40, 30), cut: Cut::Box(outside), then: None, is_flipped: false };
    for framing in [Framing::squares(16, CropMode::Center, 17), drawn] {
        let mut reader = ViewReader::open_folder(&pictures, &[1], 1, framing, &CancelToken::new()).unwrap();
        assert!(matches!(reader.next_view(), Err(MediaError::CropTooLarge { .. })));
    }
}

#[test]
fn frames_past_the_end_of_a_video_start_over_with_a_warning() {
    let Some(video) = common::shared("videos/h265_video.mp4") else { return };
    let (info, index) = common::open(&video);
    let framing = Framing::squares(64, CropMode::Center, 56);
    let open = |frames: &[u32]| {
        let video = (video.as_path(), &info, &index.table);
        ViewReader::open_video(video, frames, 2, framing, &CancelToken::new()).unwrap()
    };
    let (past, inside) = (open(&[3, 13, 25, 9]), open(&[3, 3, 5, 9]));
    assert_eq!((past.warnings().len(), inside.warnings().len()), (1, 0));
    assert!(past.warnings()[0].message.contains("2 of 4"), "{:?}", past.warnings());
    assert_eq!(all(past), all(inside));
}

#[test]
fn a_frame_that_decodes_no_more_is_replaced_by_its_neighbour_with_a_warning() {
    let Some(video) = common::shared("videos/h265_video.mp4") else { return };
    let (info, index) = common::open(&video);
    // A table that promises two frames more than there are.
    let mut entries = index.table.entries().to_vec();
    let end = index.table.end();
    for more in 0..2 {
        let time = ks_domain::MediaTime::from_nanos(end.nanos() + more * 1_000_000);
        entries.push(ks_domain::FrameEntry { time, is_key: false });
    }
    let table = ks_domain::FrameTable::new(entries, end).unwrap();
    let framing = Framing::squares(64, CropMode::Center, 56);
    let mut reader =
        ViewReader::open_video((&video, &info, &table), &[7, 9, 10, 11], 4, framing, &CancelToken::new()).unwrap();
    let view = reader.next_view().unwrap().unwrap();
    let frame = |place: usize| &view.pixels[place * 56 * 56 * 3..][..56 * 56 * 3];
    assert!(frame(1) == frame(2) && frame(1) == frame(3) && frame(0) != frame(1));
    assert_eq!(reader.warnings().len(), 2);
}

#[test]
fn pictures_are_turned_upright_as_their_camera_says() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = RawFrames::new(folder.path(), FrameTemplate::default());
    let mut left_is_red = RgbImage::from_pixel(64, 32, Rgb([0, 0, 0]));
    (0..32).for_each(|row| (0..32).for_each(|column| left_is_red.put_pixel(column, row, Rgb([255, 0, 0]))));
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(left_is_red).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    // EXIF with one entry: orientation 6, to be turned clockwise.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut file = vec![0xFF, 0xD8, 0xFF, 0xE1];
    file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    file.extend_from_slice(exif);
    file.extend_from_slice(&bytes.into_inner()[2..]);
    std::fs::write(pictures.path_of(1), file).unwrap();
    assert_eq!(pictures.size_of(1), Ok((32, 64)));
    let picture = pictures.read(1).unwrap();
    assert_eq!((picture.width, picture.height), (32, 64));
    assert!(picture.rgb[0] > 200 && picture.rgb[(60 * 32) * 3] < 50, "what was left should be at the top");
}

#[test]
fn a_cancelled_reader_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path(), 2, (40, 30));
    let cancel = CancelToken::new();
    let framing = Framing::squares(16, CropMode::Center, 16);
    let mut reader = ViewReader::open_folder(&pictures, &[1, 2], 2, framing, &cancel).unwrap();
    cancel.cancel();
    assert_eq!(reader.next_view(), Err(MediaError::Cancelled));
}
