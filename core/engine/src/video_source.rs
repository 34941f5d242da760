//! The clips of one video file, from `ks-media`.

use std::path::PathBuf;

use ks_domain::CancelToken;
use ks_media::{ClipReader, MediaError};

use crate::kit::{ClipSource, SourceClip};
use crate::{AnalysisSpec, Failure, Subject};

/// A video file that is opened on its decode thread.
pub(crate) struct VideoSource {
    spec: AnalysisSpec,
    first_window: u64,
    cache_dir: Option<PathBuf>,
    cancel: CancelToken,
    reader: Option<ClipReader>,
}

impl VideoSource {
    pub(crate) fn new(spec: &AnalysisSpec, first_window: u64, cache_dir: Option<PathBuf>, cancel: CancelToken) -> Self {
        Self { spec: spec.clone(), first_window, cache_dir, cancel, reader: None }
    }
}

impl ClipSource for VideoSource {
    fn open(&mut self, _on_progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Option<u64>, Failure> {
        Err(failure(MediaError::Cancelled))
    }

    fn next(&mut self) -> Result<Option<SourceClip>, Failure> {
        Ok(None)
    }

    fn take_warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

fn failure(error: MediaError) -> Failure {
    Failure::new(Subject::Video, error.to_string())
}
