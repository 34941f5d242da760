//! YAML as PyYAML writes a list of lists of floats, and no other YAML.

use super::{ResultError, malformed};
use crate::python_json::python_repr;

/// `- - 0.1` for the first score of a sample, `  - 0.2` for the others.
pub(super) fn write(scores: &[Vec<f32>]) -> String {
    if scores.is_empty() {
        return "[]\n".to_owned();
    }
    let mut text = String::new();
    for row in scores {
        if row.is_empty() {
            text.push_str("- []\n");
        }
        for (index, score) in row.iter().enumerate() {
            text.push_str(if index == 0 { "- - " } else { "  - " });
            text.push_str(&number(*score));
            text.push('\n');
        }
    }
    text
}

fn number(score: f32) -> String {
    match score {
        score if score.is_nan() => ".nan".to_owned(),
        f32::INFINITY => ".inf".to_owned(),
        f32::NEG_INFINITY => "-.inf".to_owned(),
        score => {
            let text = python_repr(f64::from(score));
            // YAML 1.1 takes `1e-05` for a text.
            if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
        }
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Vec<f32>>, ResultError> {
    if text.trim_start().starts_with('[') {
        // JSON is YAML, too.
        return super::json::read(text);
    }
    let mut scores: Vec<Vec<f32>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wrong = || malformed(format!("line {}: a list of lists of numbers was expected", index + 1));
        if line.trim().is_empty() {
            continue;
        }
        if line.trim_end() == "- []" {
            scores.push(Vec::new());
        } else if let Some(number) = line.strip_prefix("- - ") {
            scores.push(vec![parse(number).ok_or_else(wrong)?]);
        } else if let Some(number) = line.strip_prefix("  - ") {
            scores.last_mut().ok_or_else(wrong)?.push(parse(number).ok_or_else(wrong)?);
        } else {
            return Err(wrong());
        }
    }
    Ok(scores)
}

fn parse(number: &str) -> Option<f32> {
    match number.trim() {
        ".nan" => Some(f32::NAN),
        ".inf" => Some(f32::INFINITY),
        "-.inf" => Some(f32::NEG_INFINITY),
        text if text.bytes().all(|byte| b"0123456789+-.eE".contains(&byte)) => {
            text.parse().ok().map(|number: f64| number as f32)
        }
        _ => None,
    }
}
