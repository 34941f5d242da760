//! `kinetoscope classify --like-mmaction2`: one video as `long_video_demo` of mmaction2 does it, and its JSON.
//!
//! Its window is `clip_len · num_clips` consecutive frames of the test pipeline, whatever the frame interval; the window
//! is divided into clips whose probabilities are averaged. Without `--input-step` other than 1 that is all determined,
//! and so is the JSON, to the character.

use std::fmt::Write as _;

use ks_domain::recipe::ClipRecipe;
use ks_domain::{AnalysisSettings, LabelSet, Normalization, WindowScores};

/// How many classes a window names at most.
const RANKS: usize = 5;

/// What stands for frames before the first prediction, and after one that passed no class.
const PREPARING: &str = "\"Preparing action recognition ...\"";

/// The settings of the analysis, and into how many clips a window is divided. `stride` is a share of the window.
pub(super) fn settings(
    clips: &ClipRecipe,
    normalization: Normalization,
    stride: f64,
) -> Result<(AnalysisSettings, u32), String> {
    let window = clips.clip_len.saturating_mul(clips.num_clips);
    if !(0.0..=1.0).contains(&stride) {
        return Err(format!("a window of {window} frames can drop a share of 0 to 1 of them, not {stride}"));
    }
    let crop = match clips.framing().map(|framing| framing.cut) {
        Some(ks_domain::Cut::Squares(mode, _)) => mode,
        _ => return Err("the configuration draws its test crops at random; use the centre or three".to_owned()),
    };
    let dropped = (f64::from(window) * stride) as u32;
    let settings = AnalysisSettings {
        clip_len: window,
        frame_interval: 1,
        // Without any frame dropped, the oldest one falls out when the next one comes.
        stride: dropped.max(1),
        short_side: clips.short_side,
        crop_size: clips.crop.size(),
        crop,
        normalization,
    };
    Ok((settings, clips.num_clips))
}

/// The JSON of a video of `frames` frames.
pub(super) fn json(
    frames: u32,
    settings: &AnalysisSettings,
    windows: &[WindowScores],
    labels: &LabelSet,
    threshold: f32,
) -> String {
    // A last window that ends with the video, off the stride, is ours alone; and so is one of a video that is too short.
    let is_theirs = |window: &&WindowScores| {
        window.start_frame.is_multiple_of(settings.stride) && window.end_frame - window.start_frame == settings.clip_len
    };
    let mut predictions = windows.iter().filter(is_theirs).peekable();
    let mut shown = PREPARING.to_owned();
    let mut text = String::from("{");
    for frame in 1..=frames {
        let predicted = predictions.next_if(|window| window.end_frame == frame);
        let entry = predicted.map(|window| ranks(window, labels, threshold));
        let separator = if frame == 1 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}\"{frame}\": {}", entry.as_deref().unwrap_or(&shown));
        if let Some(entry) = entry {
            // A prediction that passes no class is shown at its own frame alone.
            shown = if entry == "{}" { PREPARING.to_owned() } else { entry };
        }
    }
    text.push('}');
    text
}

/// `{"1": "abseiling: 0.57", "2": …}`, up to the first class below the threshold.
fn ranks(window: &WindowScores, labels: &LabelSet, threshold: f32) -> String {
    let mut text = String::from("{");
    let passing = window.top_k(RANKS).into_iter().take_while(|class| class.score >= threshold);
    for (rank, class) in (1..).zip(passing) {
        let name = labels.name(class.class).unwrap_or_default();
        let separator = if rank == 1 { "" } else { ", " };
        let said = serde_json::Value::from(format!("{name}: {}", two_decimals(class.score)));
        let _ = write!(text, "{separator}\"{rank}\": {}", ascii(&said.to_string()));
    }
    text.push('}');
    text
}

/// As Python prints `round(score, 2)`: `0.5`, `0.57`, `1.0`.
fn two_decimals(score: f32) -> String {
    let rounded: f64 = format!("{score:.2}").parse().unwrap_or_default();
    format!("{rounded:?}")
}

/// Python's JSON writes everything beyond ASCII as `\uXXXX`.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use ks_domain::MediaTime;

    use super::*;

    fn window(start: u32, scores: &[f32]) -> WindowScores {
        let time = MediaTime::ZERO;
        WindowScores { start_frame: start, end_frame: start + 2, start: time, end: time, scores: scores.to_vec() }
    }

    #[test]
    fn a_prediction_stands_until_the_next_one_unless_it_is_empty() {
        let labels = LabelSet::parse("a\nß").unwrap();
        let settings = AnalysisSettings { clip_len: 2, stride: 2, ..AnalysisSettings::default() };
        let windows = [window(0, &[0.25, 0.75]), window(2, &[0.1, 0.1]), window(3, &[1.0, 0.0])];
        let wanted = concat!(
            r#"{"1": "Preparing action recognition ...", "2": {"1": "\u00df: 0.75", "2": "a: 0.25"}, "#,
            r#""3": {"1": "\u00df: 0.75", "2": "a: 0.25"}, "4": {}, "5": "Preparing action recognition ..."}"#
        );
        assert_eq!(json(5, &settings, &windows, &labels, 0.2), wanted);
    }

    #[test]
    fn scores_are_printed_as_python_prints_them() {
        for (score, text) in [(0.5, "0.5"), (1.0, "1.0"), (0.004, "0.0"), (0.567, "0.57"), (0.2, "0.2")] {
            assert_eq!(two_decimals(score), text);
        }
    }
}
