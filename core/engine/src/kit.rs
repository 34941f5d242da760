//! What the worker needs from the rest of the house, as traits, so that its logic is tested without a video or a
//! network. [`crate::real_kit`] joins them to `ks-media` and `ks-model`.

use std::path::{Path, PathBuf};

use ks_domain::{ArchSpec, CancelToken, MediaTime, Normalization};
use ks_model::verify::Outcome;
use ks_model::{DeviceChoice, DeviceInfo};

use crate::{AnalysisSpec, Failure, ModelInfo, ModelSpec, TestSpec};

/// Makes networks and clip sources.
pub(crate) trait Kit: Send {
    /// Where frame tables, decoded clips and features are kept.
    fn cache_dir(&self) -> Option<PathBuf>;

    /// What can compute, best first.
    fn devices(&self) -> Vec<DeviceInfo>;

    /// Loads a checkpoint. Called on the compute thread alone.
    fn load(&self, spec: &ModelSpec) -> Result<(Box<dyn Network>, ModelInfo), Failure>;

    /// Makes a network with made-up weights. Called on the compute thread alone.
    fn build(&self, arch: &ArchSpec, device: &DeviceChoice) -> Result<(Box<dyn Network>, ModelInfo), Failure>;

    /// A source of the clips from `first_window` on. Cheap; the file is first touched by [`ClipSource::open`].
    fn clips(&self, spec: &AnalysisSpec, first_window: u64, cancel: &CancelToken) -> Box<dyn ClipSource>;

    /// The views of a test's samples. Cheap; files are first touched by [`ViewSource::open`].
    fn views(&self, spec: &TestSpec, cancel: &CancelToken) -> Box<dyn ViewSource>;

    /// Runs fixtures through a device. Called on the compute thread alone.
    fn verify(&self, dir: &Path, device: &DeviceChoice, on_news: &mut dyn FnMut(VerifyNews<'_>))
    -> Result<(), Failure>;
}

/// What happens while fixtures run.
pub(crate) enum VerifyNews<'a> {
    /// The device and why it was chosen.
    Device(&'a DeviceInfo, &'a str),
    /// A fixture was run.
    Outcome(&'a Outcome),
}

/// A loaded network. Lives and dies on the compute thread.
pub(crate) trait Network {
    /// Logits of every clip of `pixels`, RGB bytes `[clips, time, height, width, 3]`.
    fn logits(
        &mut self,
        pixels: &[u8],
        shape: [usize; 5],
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, Failure>;
}

/// The clips of one video. Lives on its decode thread.
pub(crate) trait ClipSource: Send {
    /// Makes the frame table, reporting milliseconds of video done and in all, and says how many windows there are.
    /// `Ok(None)` if cancelled.
    fn open(&mut self, on_progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<Option<u64>, Failure>;

    /// The next clip; `None` after the last one, or if cancelled.
    fn next(&mut self) -> Result<Option<SourceClip>, Failure>;

    /// What could not be used since the last call, in sentences.
    fn take_warnings(&mut self) -> Vec<String>;
}

/// The samples of a test, one after the other. Lives on its decode thread.
pub(crate) trait ViewSource: Send {
    /// Goes to a sample, by its place in the list of the test, and says how many views it has. `Ok(None)` if cancelled.
    fn open(&mut self, sample: u64) -> Result<Option<usize>, Failure>;

    /// The next view of the sample; `None` if cancelled.
    fn next(&mut self) -> Result<Option<SourceView>, Failure>;

    /// What could not be used since the last call, in sentences. To be asked after the last view of a sample.
    fn take_warnings(&mut self) -> Vec<String>;
}

/// The pixels of one view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SourceView {
    /// `[time, height, width, 3]`.
    pub(crate) shape: [usize; 4],
    /// RGB bytes in that order.
    pub(crate) pixels: Vec<u8>,
}

/// Where a window is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Number of the window, from 0.
    pub(crate) window: u64,
    /// First frame.
    pub(crate) start_frame: u32,
    /// The frame after the last one.
    pub(crate) end_frame: u32,
    /// When the first frame is shown.
    pub(crate) start: MediaTime,
    /// When the last frame ends.
    pub(crate) end: MediaTime,
}

/// The pixels of one window.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SourceClip {
    pub(crate) place: Place,
    /// `[crops, time, height, width, 3]`.
    pub(crate) shape: [usize; 5],
    /// RGB bytes in that order.
    pub(crate) pixels: Vec<u8>,
}
