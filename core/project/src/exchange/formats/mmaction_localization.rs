//! mmaction2's annotations for localisation: for each video its length, its frames, and segments in seconds.

use std::collections::BTreeMap;

use ks_domain::project::Verdict;
use serde::{Deserialize, Serialize};

use super::activitynet::extent;
use super::json::{import_documents, to_bytes};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::stem;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::head;

const NAME: &str = "mmaction2 localization";
/// Frames of one feature of the original's features; their count is a multiple of it.
const FEATURE_STEP: u32 = 16;

/// See the module.
#[derive(Debug)]
pub struct MmactionLocalization;

#[derive(Serialize, Deserialize)]
struct Video {
    duration_second: f64,
    #[serde(default)]
    duration_frame: f64,
    annotations: Vec<Annotation>,
    #[serde(default)]
    feature_frame: f64,
    #[serde(default)]
    fps: f64,
    #[serde(default)]
    rfps: f64,
}

#[derive(Serialize, Deserialize)]
struct Annotation {
    segment: [f64; 2],
    label: String,
}

impl Format for MmactionLocalization {
    fn id(&self) -> &'static str {
        "mmaction2-localization"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let head = head(file);
        head.contains("\"duration_second\"") || head.contains("\"duration_frame\"")
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        losses(labels, Holds::all(&[Holds::EMPTY_VIDEOS, Holds::EXACT_TIMES]))
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let mut document: BTreeMap<String, Video> = BTreeMap::new();
        for video in &labels.videos {
            let id = stem(&video.name).to_owned();
            if document.contains_key(&id) {
                let reason = format!("two videos are called “{id}”; export them one by one");
                return Err(ExchangeError::CannotHold { format: NAME, reason });
            }
            document.insert(id, video_out(video)?);
        }
        Ok(vec![OutputFile { name: "localization.json".to_owned(), bytes: to_bytes(&document, NAME)? }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        import_documents(files, NAME, |file, document: BTreeMap<String, Video>, imported| {
            for (name, video) in document {
                let place = format!("{}, {name}", file.name);
                let report = &mut imported.report;
                let segments = video.annotations.into_iter().filter_map(|annotation| {
                    Some(SegmentLabel::new(annotation.label, extent(annotation.segment, &place, report)?))
                });
                let segments = segments.collect();
                let clock = options.clock_of(&name);
                imported.labels.videos.push(VideoLabels { name, clock, segments, ..VideoLabels::default() });
            }
            Ok(())
        })
    }
}

fn video_out(video: &VideoLabels) -> Result<Video, ExchangeError> {
    let Some((duration, frames)) = video.clock.duration.zip(video.clock.frames()) else {
        let reason = format!("the length and the frames of {} are not known; open the video first", video.name);
        return Err(ExchangeError::CannotHold { format: NAME, reason });
    };
    let seconds = duration.secs_f64();
    let real_rate = if seconds > 0.0 { f64::from(frames) / seconds } else { 0.0 };
    let annotations = video.segments.iter().filter(|segment| segment.verdict == Verdict::Present);
    let annotations = annotations.filter_map(|segment| {
        let (start, end) = segment.extent.span(&video.clock)?;
        Some(Annotation { segment: [start.secs_f64(), end.secs_f64()], label: segment.class.clone() })
    });
    Ok(Video {
        duration_second: seconds,
        duration_frame: f64::from(frames),
        annotations: annotations.collect(),
        feature_frame: f64::from(frames / FEATURE_STEP * FEATURE_STEP),
        fps: video.clock.rate.unwrap_or(real_rate),
        rfps: real_rate,
    })
}
