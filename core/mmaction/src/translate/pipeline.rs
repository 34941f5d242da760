//! The steps of a pipeline: which frames, which part of the picture.

use ks_domain::Branch;
use ks_domain::Normalization;
use ks_domain::recipe::{ClipRecipe, CropRecipe, OutOfBound};

use super::Report;
use super::model::take_normalization;
use super::taker::{Taker, count};
use crate::config::{Dict, Value};

/// Steps that only say who decodes.
const PLAIN: &[&str] = &[
    "DecordDecode",
    "DecordInit",
    "OpenCVDecode",
    "OpenCVInit",
    "PIMSDecode",
    "PIMSInit",
    "PyAVDecode",
    "PyAVInit",
    "RawFrameDecode",
];

/// What a pipeline says.
pub(super) struct Pipeline {
    /// `None` if a problem was named.
    pub(super) clips: Option<ClipRecipe>,
    pub(super) normalization: Option<Normalization>,
}

/// What was met so far.
#[derive(Default)]
struct Steps {
    sample: Option<(u32, u32, u32, OutOfBound)>,
    short_side: Option<u32>,
    crop: Option<CropRecipe>,
    /// A random part whose final size comes with the next resize.
    random: Option<([f64; 2], [f64; 2])>,
    flip: f64,
    normalization: Option<Normalization>,
}

/// Reads the steps; `path` is the dotted name of the list.
pub(super) fn take(steps: &[Value], path: &str, sampling: Branch, report: &mut Report) -> Pipeline {
    let before = report.problems.len();
    let mut met = Steps::default();
    for (index, step) in steps.iter().enumerate() {
        let path = format!("{path}.{index}");
        match step {
            Value::Dict(step) => met.step(step, &path, report),
            other => report.problem(format!("{path} should be a dictionary, but is {other}")),
        }
    }
    if met.random.is_some() && met.crop.is_none() {
        report.problem(format!("{path}: after RandomResizedCrop, a Resize(scale=(S, S), keep_ratio=False) is missing"));
    }
    let mut missing = |what: &str| report.problem(format!("{path}: {what} is missing"));
    if met.sample.is_none() {
        missing("SampleFrames");
    }
    if met.short_side.is_none() {
        missing("Resize(scale=(-1, S))");
    }
    if met.crop.is_none() && met.random.is_none() {
        missing("a crop (CenterCrop, ThreeCrop or RandomResizedCrop)");
    }
    let is_good = report.problems.len() == before;
    let clips = met.sample.zip(met.short_side).zip(met.crop).filter(|_| is_good);
    Pipeline {
        clips: clips.map(|(((clip_len, frame_interval, num_clips, out_of_bound), short_side), crop)| ClipRecipe {
            sampling,
            clip_len,
            frame_interval,
            num_clips,
            out_of_bound,
            short_side,
            crop,
            flip: met.flip,
        }),
        normalization: met.normalization,
    }
}

impl Steps {
    fn step(&mut self, step: &Dict, path: &str, report: &mut Report) {
        let mut taker = Taker::new(step.clone(), path, true);
        let kind = taker.kind(report);
        match kind.as_str() {
            // Packing is the same for all, so there is nothing in it that could be lost.
            "Collect" | "PackActionInputs" | "ToTensor" => return,
            kind if PLAIN.contains(&kind) => return taker.finish_as_runtime(report),
            "SampleFrames" => self.sample(&mut taker, report),
            "Resize" => self.resize(&mut taker, report),
            "RandomResizedCrop" => {
                let plain = CropRecipe::random_resized(1);
                let CropRecipe::RandomResized { area, aspect, .. } = plain else { return };
                let area = taker.numbers("area_range", report).unwrap_or(area);
                let aspect = taker.numbers("aspect_ratio_range", report).unwrap_or(aspect);
                self.random = Some((area, aspect));
            }
            "CenterCrop" | "ThreeCrop" => {
                let value = taker.take("crop_size");
                let Some(size) = value.as_ref().and_then(square) else {
                    report.problem(format!("{path}.crop_size should be one number of pixels"));
                    return;
                };
                self.crop =
                    Some(if kind == "CenterCrop" { CropRecipe::Center { size } } else { CropRecipe::Three { size } });
            }
            "Flip" => {
                self.flip = taker.number("flip_ratio", report).unwrap_or(0.5);
                taker.only("direction", &Value::Str("horizontal".to_owned()), report);
            }
            "Normalize" => {
                self.normalization = take_normalization(&mut taker, report);
                taker.only("adjust_magnitude", &Value::Bool(false), report);
            }
            "FormatShape" => {
                taker.only("input_format", &Value::Str("NCTHW".to_owned()), report);
                taker.only("collapse", &Value::Bool(false), report);
            }
            other => {
                // Another way to pick frames or to cut pictures would give other results without a word.
                let is_shaping = ["Sample", "Crop", "Resize", "Decode", "Init"].iter().any(|part| other.contains(part));
                if is_shaping {
                    report.problem(format!("{path}.type is '{other}', which has no counterpart here"));
                } else {
                    report.leftover(format!("{path}.type"), &Value::Str(other.to_owned()), true);
                }
                return;
            }
        }
        taker.finish(report);
    }

    fn sample(&mut self, taker: &mut Taker, report: &mut Report) {
        let Some(clip_len) = taker.count("clip_len", report) else {
            let path = taker.path_of("clip_len");
            report.problem(format!("{path} is missing"));
            return;
        };
        let frame_interval = taker.count("frame_interval", report).unwrap_or(1);
        let num_clips = taker.count("num_clips", report).unwrap_or(1);
        let out_of_bound = match taker.text("out_of_bound_opt", report).as_deref() {
            None | Some("loop") => OutOfBound::Loop,
            Some("repeat_last") => OutOfBound::RepeatLast,
            Some(other) => {
                let path = taker.path_of("out_of_bound_opt");
                report.problem(format!("{path} is '{other}', but should be 'loop' or 'repeat_last'"));
                OutOfBound::Loop
            }
        };
        taker.only("temporal_jitter", &Value::Bool(false), report);
        taker.only("twice_sample", &Value::Bool(false), report);
        taker.only("keep_tail_frames", &Value::Bool(false), report);
        taker.only("target_fps", &Value::None, report);
        // Which of the rules is used follows from what the pipeline is for.
        let _ = taker.take_written("test_mode");
        self.sample = Some((clip_len, frame_interval, num_clips, out_of_bound));
    }

    fn resize(&mut self, taker: &mut Taker, report: &mut Report) {
        let keeps_ratio = taker.flag("keep_ratio", report).unwrap_or(true);
        taker.only("interpolation", &Value::Str("bilinear".to_owned()), report);
        taker.only("lazy", &Value::Bool(false), report);
        let path = taker.path_of("scale");
        let scale = taker.take("scale");
        let short_side = scale.as_ref().and_then(Value::items).and_then(|items| match items {
            [Value::Int(-1), side] | [side, Value::Int(-1)] => count(side),
            _ => None,
        });
        match (keeps_ratio, short_side, self.random.take()) {
            (true, Some(side), None) if self.short_side.is_none() => self.short_side = Some(side),
            (false, None, Some((area, aspect))) => match scale.as_ref().and_then(square) {
                Some(size) => self.crop = Some(CropRecipe::RandomResized { size, area, aspect }),
                None => report.problem(format!("{path} should be a square such as (224, 224)")),
            },
            _ => report.problem(format!(
                "{path}: the first Resize must set the short side, (-1, S), and only one after RandomResizedCrop may follow, (S, S) with keep_ratio=False"
            )),
        }
    }
}

/// One number, or two that are the same.
fn square(value: &Value) -> Option<u32> {
    match value.items() {
        Some([first, second]) => count(first).filter(|side| Some(*side) == count(second)),
        Some(_) => None,
        None => count(value),
    }
}
