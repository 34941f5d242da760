//! The views of a test's samples, from `ks-media`.

use std::path::{Path, PathBuf};

use ks_domain::CancelToken;
use ks_media::{FrameTemplate, MediaError, RawFrames, ViewReader};

use crate::kit::{SourceView, ViewSource};
use crate::{Failure, SampleSource, Subject, TestSpec};

/// Samples that are opened one after the other on a decode thread.
pub(crate) struct SampleFiles {
    spec: TestSpec,
    cache_dir: Option<PathBuf>,
    cancel: CancelToken,
    reader: Option<ViewReader>,
    /// The video or folder of the sample that was opened last.
    path: PathBuf,
    warnings: Vec<String>,
}

impl SampleFiles {
    pub(crate) fn new(spec: &TestSpec, cache_dir: Option<PathBuf>, cancel: CancelToken) -> Self {
        Self { spec: spec.clone(), cache_dir, cancel, reader: None, path: PathBuf::new(), warnings: Vec::new() }
    }

    fn open_reader(&mut self, sample: &SampleSource) -> Result<ViewReader, Failure> {
        match sample {
            SampleSource::Video(path) => self.open_video(path),
            SampleSource::RawFrames { folder, total_frames, offset, template } => {
                let views = &self.spec.views;
                let template = FrameTemplate::parse(template).map_err(|error| unreadable(&error))?;
                let frames = views.sampling.test(views.branch, *total_frames);
                let frames = frames.map_err(|error| about(&error.to_string(), folder))?;
                let frames: Vec<u32> = frames.iter().map(|frame| frame.saturating_add(*offset)).collect();
                let pictures = RawFrames::new(folder, template);
                ViewReader::open_folder(&pictures, &frames, views.sampling.clip_len, views.framing, &self.cancel)
                    .map_err(|error| unreadable(&error))
            }
        }
    }

    fn open_video(&mut self, path: &Path) -> Result<ViewReader, Failure> {
        let views = &self.spec.views;
        let open = || {
            let info = ks_media::probe(path)?;
            let index = ks_media::index(path, &info, self.cache_dir.as_deref(), &self.cancel, &mut |_| {})?;
            Ok((info, index))
        };
        let (info, index) = open().map_err(|error: MediaError| unreadable(&error))?;
        let told = index.warnings.into_iter().map(|warning| format!("{}: {}", warning.message, path.display()));
        self.warnings.extend(told);
        let frames = views.sampling.test(views.branch, index.table.len());
        let frames = frames.map_err(|error| about(&error.to_string(), path))?;
        let clip_len = views.sampling.clip_len;
        ViewReader::open_video((path, &info, &index.table), &frames, clip_len, views.framing, &self.cancel)
            .map_err(|error| unreadable(&error))
    }
}

impl ViewSource for SampleFiles {
    fn open(&mut self, sample: u64) -> Result<Option<usize>, Failure> {
        let sample = usize::try_from(sample).ok().and_then(|sample| self.spec.samples.get(sample)).cloned();
        let sample = sample.expect("a test should not be asked for more samples than its list has");
        self.path = match &sample {
            SampleSource::Video(path) | SampleSource::RawFrames { folder: path, .. } => path.clone(),
        };
        match self.open_reader(&sample) {
            _ if self.cancel.is_cancelled() => Ok(None),
            Err(failure) => Err(failure),
            Ok(reader) => {
                let views = reader.view_count();
                self.reader = Some(reader);
                Ok(Some(views))
            }
        }
    }

    fn next(&mut self) -> Result<Option<SourceView>, Failure> {
        let reader = self.reader.as_mut().expect("a sample should be opened before its views are asked for");
        match reader.next_view() {
            Ok(view) => Ok(view.map(|view| SourceView { shape: view.shape, pixels: view.pixels })),
            Err(MediaError::Cancelled) if self.cancel.is_cancelled() => Ok(None),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn take_warnings(&mut self) -> Vec<String> {
        let mut warnings = std::mem::take(&mut self.warnings);
        if let Some(reader) = self.reader.take() {
            let told = |message: &str| format!("{message}: {}", self.path.display());
            warnings.extend(reader.warnings().iter().map(|warning| told(&warning.message)));
        }
        warnings
    }
}

fn unreadable(error: &MediaError) -> Failure {
    Failure::new(Subject::Video, error.to_string())
}

fn about(sentence: &str, path: &Path) -> Failure {
    Failure::new(Subject::Video, format!("{sentence}: {}", path.display()))
}
