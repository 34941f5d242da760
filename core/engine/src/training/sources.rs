//! The videos of a training, opened once each and shared by all decode threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use ks_domain::training::TrainingSample;
use ks_domain::{CancelToken, FrameTable, VideoInfo};
use ks_media::{FrameTemplate, MediaError, RawFrames};
use parking_lot::Mutex;

use crate::hash::sha256_of_text;
use crate::{Failure, SampleSource, Subject};

/// A video or folder that is ready to be read.
pub(crate) enum Opened {
    /// A video.
    Video {
        /// Its file.
        path: PathBuf,
        /// What it is.
        info: VideoInfo,
        /// Its frames.
        table: FrameTable,
    },
    /// Pictures: the first one's number, and how many there are.
    Folder {
        /// Where.
        pictures: RawFrames,
        /// Number of the first one.
        first: u32,
        /// How many.
        count: u32,
    },
}

impl Opened {
    /// The frames that a sample may use, from the first to behind the last.
    pub(crate) fn range_of(&self, sample: &TrainingSample) -> (u32, u32) {
        match (self, sample.span) {
            (Self::Video { table, .. }, Some((start, end))) => {
                let first = table.frame_at(start);
                // The frame on screen when the part ends began inside of it, unless the part ends with its beginning.
                let last = table.frame_at(end);
                let behind = if table.time_of(last) < end { last.saturating_add(1) } else { last };
                (first, behind.max(first.saturating_add(1)).min(table.len()))
            }
            (Self::Video { table, .. }, None) => (0, table.len()),
            (Self::Folder { first, count, .. }, _) => (*first, first.saturating_add(*count)),
        }
    }
}

/// All videos of a training.
pub(crate) struct Sources {
    list: Vec<SampleSource>,
    cache_dir: Option<PathBuf>,
    cancel: CancelToken,
    opened: Mutex<BTreeMap<u32, Arc<Opened>>>,
}

impl Sources {
    /// Nothing is touched yet.
    pub(crate) fn new(list: Vec<SampleSource>, cache_dir: Option<PathBuf>, cancel: CancelToken) -> Self {
        Self { list, cache_dir, cancel, opened: Mutex::default() }
    }

    /// Stops whatever is being read.
    pub(crate) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// The file or folder.
    pub(crate) fn path(&self, source: u32) -> &Path {
        match self.list.get(source as usize) {
            Some(SampleSource::Video(path) | SampleSource::RawFrames { folder: path, .. }) => path,
            None => Path::new(""),
        }
    }

    /// Opens a video, or gives it as it was opened before.
    pub(crate) fn open(&self, source: u32) -> Result<Arc<Opened>, Failure> {
        if let Some(opened) = self.opened.lock().get(&source) {
            return Ok(Arc::clone(opened));
        }
        let found = self.list.get(source as usize).ok_or_else(|| {
            Failure::new(Subject::Video, format!("a sample is of video {source}, but there is no such video"))
        })?;
        let opened = Arc::new(self.open_anew(found).map_err(|error| unreadable(&error))?);
        self.opened.lock().insert(source, Arc::clone(&opened));
        Ok(opened)
    }

    fn open_anew(&self, source: &SampleSource) -> Result<Opened, MediaError> {
        match source {
            SampleSource::Video(path) => {
                let info = ks_media::probe(path)?;
                let index = ks_media::index(path, &info, self.cache_dir.as_deref(), &self.cancel, &mut |_| {})?;
                Ok(Opened::Video { path: path.clone(), info, table: index.table })
            }
            SampleSource::RawFrames { folder, total_frames, offset, template } => {
                let pictures = RawFrames::new(folder, FrameTemplate::parse(template)?);
                // Folders of pictures are numbered from 1 (mmaction2 `RawframeDataset`, `start_index=1`).
                Ok(Opened::Folder { pictures, first: offset.saturating_add(1), count: *total_frames })
            }
        }
    }

    /// What tells the file from another one and from itself after a change, without reading all of it: place, length and
    /// time of the last change.
    pub(crate) fn identity(&self, source: u32) -> String {
        let path = self.path(source);
        let about = std::fs::metadata(path).ok();
        let bytes = about.as_ref().map_or(0, std::fs::Metadata::len);
        let changed = about.and_then(|about| about.modified().ok());
        let nanos = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |time| time.as_nanos());
        let template = match self.list.get(source as usize) {
            Some(SampleSource::RawFrames { template, offset, total_frames, .. }) => {
                format!("{template} {offset} {total_frames}")
            }
            _ => String::new(),
        };
        sha256_of_text(&format!("{path:?} {bytes} {nanos} {template}"))
    }
}

/// A failure of a video in the user's words.
pub(crate) fn unreadable(error: &MediaError) -> Failure {
    Failure::new(Subject::Video, error.to_string())
}
