//! `spatial/*`, as far as no picture is touched: sizes, boxes, decisions, normalised values and the order of views.

use std::path::Path;

use ks_domain::{
    CropMode, Normalization, PixelBox, RandomResizedCrop, ResizeRule, center_crop, draw_flip, three_crops, view_number,
};
use safetensors::SafeTensors;
use serde_json::Value;

use super::{Replay, Row, Tally, json, list, real, whole};

pub fn rows(fixtures: &Path) -> Vec<Row> {
    vec![
        sizes(fixtures),
        crops(fixtures),
        random_resized_crop(fixtures),
        normalized(fixtures, "spatial/normalize_v0.safetensors", "v0"),
        normalized(fixtures, "spatial/normalize_v1.safetensors", "v1"),
        format_shape(fixtures),
    ]
}

/// A box that is given as left, top, right, bottom.
pub fn ltrb(value: &Value) -> PixelBox {
    let [left, top, right, bottom] = [0, 1, 2, 3].map(|place| whole::<usize>(&value[place]));
    PixelBox { left, top, width: right - left, height: bottom - top }
}

fn size(case: &Value) -> (usize, usize) {
    (whole(&case["w"]), whole(&case["h"]))
}

fn sizes(fixtures: &Path) -> Row {
    let file = "spatial/resize_sizes.json";
    let mut tally = Tally::new(file, "sizes of resized pictures, aspect kept");
    for case in list(&json(fixtures, file)) {
        tally.case();
        let [a, b] = [0, 1].map(|place| whole::<i64>(&case["scale"][place]));
        let limit = |value: i64| u32::try_from(value).expect("should be a length");
        let rule = if a == -1 { ResizeRule::ShortSide(limit(b)) } else { ResizeRule::Within(limit(a), limit(b)) };
        let theirs = (whole(&case["new_wh"][0]), whole(&case["new_wh"][1]));
        tally.equal(&case.to_string(), &rule.size_of(size(case)), &theirs);
    }
    tally.row()
}

fn crops(fixtures: &Path) -> Row {
    let file = "spatial/crops.json";
    let mut tally = Tally::new(file, "boxes of CenterCrop and ThreeCrop, in order");
    let cases = json(fixtures, file);
    for case in list(&cases["center"]) {
        tally.case();
        let side = whole(&case["crop"]);
        let ours = center_crop(size(case), side);
        tally.equal(&case.to_string(), &ours, &Some(ltrb(&case["bbox_ltrb"])));
        tally.equal("mode", &CropMode::Center.boxes(size(case), side), &ours.map(|square| vec![square]));
        let cut = ours.map(|square| vec![square.height, square.width]);
        tally.equal("size", &cut, &Some(list(&case["out_hw"]).iter().map(whole).collect()));
    }
    for case in list(&cases["three"]) {
        tally.case();
        let theirs: Vec<PixelBox> = list(&case["bboxes_ltrb"]).iter().map(ltrb).collect();
        let side = whole(&case["crop"]);
        tally.equal(&case.to_string(), &three_crops(size(case), side).map(Vec::from), &Some(theirs.clone()));
        tally.equal("mode", &CropMode::Three.boxes(size(case), side), &Some(theirs));
    }
    tally.row()
}

fn random_resized_crop(fixtures: &Path) -> Row {
    let file = "spatial/random_resized_crop.json";
    let mut tally = Tally::new(file, "boxes of RandomResizedCrop, from recorded draws");
    for case in list(&json(fixtures, file)) {
        tally.case();
        let pair = |name: &str| (real(&case[name][0]), real(&case[name][1]));
        let crop = RandomResizedCrop { area: pair("area_range"), aspect: pair("aspect_ratio_range") };
        let mut draws = Replay::new(&case["draws"]);
        let ours = crop.pick((whole(&case["img_w"]), whole(&case["img_h"])), &mut draws);
        tally.equal(&case["seed"].to_string(), &ours, &ltrb(&case["bbox_ltrb"]));
        tally.equal(&case["seed"].to_string(), &draws.problems(), &Vec::new());
    }
    tally.row()
}

/// Whether a case of `spatial/flip.json` is mirrored; its pictures are for `ks-media`.
pub fn flips(case: &Value, ratio: f64) -> (bool, Vec<String>) {
    let mut draws = Replay::new(&case["draws"]);
    (draw_flip(ratio, &mut draws), draws.problems())
}

fn normalized(fixtures: &Path, file: &str, branch: &str) -> Row {
    let mut tally = Tally::new(file, "all 256 bytes of each channel normalised");
    let bytes = std::fs::read(fixtures.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let tensors = SafeTensors::deserialize(&bytes).expect("should be safetensors");
    for (name, set) in [("imagenet", Normalization::IMAGENET), ("sports1m", Normalization::KINETICS)] {
        let name = format!("{branch}_{name}");
        let tensor = tensors.tensor(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (words, _) = tensor.data().as_chunks::<4>();
        for (channel, theirs) in words.chunks(256).enumerate() {
            tally.case();
            let theirs: Vec<f64> = theirs.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect();
            let ours: Vec<f64> = (0..=255).map(|byte| f64::from(set.value(channel, byte))).collect();
            tally.numbers(&format!("{name}, channel {channel}"), &ours, &theirs);
        }
    }
    tally.row()
}

/// The numbers of views, and our views `[time, height, width, channel]` against theirs `[channel, time, height, width]`.
fn format_shape(fixtures: &Path) -> Row {
    let file = "spatial/format_shape.safetensors";
    let mut tally = Tally::new(file, "the order of views and of their frames");
    let bytes = std::fs::read(fixtures.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let tensors = SafeTensors::deserialize(&bytes).expect("should be safetensors");
    let tensor = |name: &str| tensors.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (frames, theirs) = (tensor("frames_in"), tensor("nctHW_out"));
    let (crops, clips, length) = (3, 2, 3);
    let (frame, pixels) = (frames.data().len() / (crops * clips * length), theirs.shape()[3] * theirs.shape()[4]);
    for crop in 0..crops {
        for clip in 0..clips {
            tally.case();
            let view = view_number(crop, clip, clips);
            // Theirs come crop after crop, clip after clip, frame after frame.
            let first = (crop * clips + clip) * length;
            let ours = &frames.data()[first * frame..(first + length) * frame];
            let theirs = &theirs.data()[view * length * frame..(view + 1) * length * frame];
            tally.bytes(&format!("view {view}"), &channels_first(ours, length * pixels), theirs);
        }
    }
    tally.row()
}

/// RGB pixel after pixel as one plane per channel.
pub fn channels_first(rgb: &[u8], pixels: usize) -> Vec<u8> {
    (0..3).flat_map(|channel| (0..pixels).map(move |pixel| rgb[pixel * 3 + channel])).collect()
}
