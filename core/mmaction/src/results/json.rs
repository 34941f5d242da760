//! JSON as Python's `json.dump` writes a list of lists of floats.

use super::{ResultError, malformed};
use crate::python_json::float;

/// `[[0.1, 0.2], [0.3, 0.4]]`, in one line without an end.
pub(super) fn write(scores: &[Vec<f32>]) -> String {
    let mut text = String::from("[");
    for (index, row) in scores.iter().enumerate() {
        text.push_str(if index > 0 { ", [" } else { "[" });
        for (index, score) in row.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(&float(f64::from(*score)));
        }
        text.push(']');
    }
    text.push(']');
    text
}

pub(super) fn read(text: &str) -> Result<Vec<Vec<f32>>, ResultError> {
    // Python writes words that JSON does not have.
    let scores = if text.contains("NaN") || text.contains("Infinity") {
        let plain = text.replace("-Infinity", "-1e999").replace("Infinity", "1e999").replace("NaN", "null");
        serde_json::from_str::<Vec<Vec<Option<Number>>>>(&plain).map(|rows| {
            let value = |score: Option<Number>| score.map_or(f32::NAN, |Number(score)| score);
            rows.into_iter().map(|row| row.into_iter().map(value).collect()).collect()
        })
    } else {
        serde_json::from_str::<Vec<Vec<Number>>>(text)
            .map(|rows| rows.into_iter().map(|row| row.into_iter().map(|Number(score)| score).collect()).collect())
    };
    scores.map_err(|error| malformed(format!("a list of lists of numbers was expected: {error}")))
}

/// A number that is read as 64 bits and kept as 32, so that scores come back as they were.
struct Number(f32);

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(f64::deserialize(deserializer)? as f32))
    }
}
