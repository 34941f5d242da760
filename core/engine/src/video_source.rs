//! The clips of one video file, from `ks-media`.

use std::path::PathBuf;

use ks_domain::CancelToken;
use ks_media::{Clip, ClipReader, MediaError, MediaWarning};

use crate::kit::{ClipSource, Place, SourceClip};
use crate::{AnalysisSpec, Failure, Subject};

/// A video file that is opened on its decode thread.
pub(crate) struct VideoSource {
    spec: AnalysisSpec,
    first_window: u64,
    cache_dir: Option<PathBuf>,
    cancel: CancelToken,
    reader: Option<ClipReader>,
    /// Warnings of the frame table that were not taken yet.
    table_warnings: Vec<MediaWarning>,
    /// How many of the reader's warnings were taken.
    taken: usize,
}

impl VideoSource {
    /// A source of the clips from `first_window` on.
    pub(crate) fn new(spec: &AnalysisSpec, first_window: u64, cache_dir: Option<PathBuf>, cancel: CancelToken) -> Self {
        let (spec, table_warnings) = (spec.clone(), Vec::new());
        Self { spec, first_window, cache_dir, cancel, reader: None, table_warnings, taken: 0 }
    }

    fn open_reader(&mut self, on_progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<u64, MediaError> {
        let path = &self.spec.video;
        let info = ks_media::probe(path)?;
        let cache_dir = self.cache_dir.as_deref();
        let index = ks_media::index(path, &info, cache_dir, &self.cancel, &mut |progress| {
            on_progress(progress.done, progress.total);
        })?;
        if self.first_window == 0 {
            // A job that is taken up again has told them before.
            self.table_warnings = index.warnings;
        }
        let mut reader = ClipReader::open(path, &info, &index.table, &self.spec.settings, &self.cancel)?;
        reader.skip_to(u32::try_from(self.first_window).unwrap_or(u32::MAX));
        let windows = reader.window_count();
        self.reader = Some(reader);
        Ok(u64::from(windows))
    }

    /// Cancelled is not an error.
    fn settle<T>(&self, result: Result<Option<T>, MediaError>) -> Result<Option<T>, Failure> {
        match result {
            Ok(found) => Ok(found),
            Err(MediaError::Cancelled) if self.cancel.is_cancelled() => Ok(None),
            Err(error) => Err(Failure::new(Subject::Video, error.to_string())),
        }
    }
}

impl ClipSource for VideoSource {
    fn open(&mut self, on_progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Option<u64>, Failure> {
        let opened = self.open_reader(on_progress).map(Some);
        self.settle(opened)
    }

    fn next(&mut self) -> Result<Option<SourceClip>, Failure> {
        let reader = self.reader.as_mut().expect("the source should be opened before clips are asked for");
        let clip = reader.next_clip();
        Ok(self.settle(clip)?.map(|clip| source_clip(clip, self.spec.clips)))
    }

    fn take_warnings(&mut self) -> Vec<String> {
        let mut warnings = std::mem::take(&mut self.table_warnings);
        if let Some(reader) = &self.reader {
            warnings.extend_from_slice(reader.warnings().get(self.taken..).unwrap_or_default());
            self.taken = reader.warnings().len();
        }
        warnings.into_iter().map(|warning| warning.message).collect()
    }
}

/// Dividing a window's frames into clips that follow one another leaves every byte where it is.
fn source_clip(clip: Clip, clips: u32) -> SourceClip {
    let clips = usize::try_from(clips).unwrap_or(1).max(1);
    let [crops, time, height, width, channels] = clip.shape;
    let place = Place {
        window: u64::from(clip.window),
        start_frame: clip.start_frame,
        end_frame: clip.end_frame,
        start: clip.start,
        end: clip.end,
    };
    SourceClip { place, shape: [crops * clips, time / clips, height, width, channels], pixels: clip.pixels }
}
