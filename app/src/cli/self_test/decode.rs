//! From a file to its frames: the one that was named, or one that is made for the purpose.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ks_domain::{CancelToken, FrameTable, VideoInfo};
use ks_media::demo::{Format, Mixture, Motion, write_mixture};

/// As large as the clips of the network that comes along were, with some room.
const FORMAT: Format = Format { width: 160, height: 120, fps: 20 };

/// What moves in the made-up video.
pub(super) const MOTION: Motion = Motion::Bounce;

/// A video all of whose frames were decoded.
pub(super) struct Film {
    pub(super) path: PathBuf,
    pub(super) info: VideoInfo,
    pub(super) table: Arc<FrameTable>,
    secs: f64,
}

impl Film {
    /// Decodes a video from its first frame to its last.
    pub(super) fn open(path: &Path, cancel: &CancelToken) -> anyhow::Result<Self> {
        let began = Instant::now();
        let info = ks_media::probe(path)?;
        let table = ks_media::index(path, &info, None, cancel, &mut |_progress| {})?.table;
        Ok(Self { path: path.to_owned(), info, table: Arc::new(table), secs: began.elapsed().as_secs_f64() })
    }

    /// `holiday.mp4: 1280×720 H.264, 300 frames in 0.81 s`.
    pub(super) fn describe(&self) -> String {
        let video = &self.info.video;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let (width, height, codec, frames) = (video.width, video.height, &video.codec, self.table.len());
        format!("{name}: {width}×{height} {codec}, {frames} frames in {:.2} s", self.secs)
    }

    /// The number of a frame in the middle, where something is to be seen.
    pub(super) fn middle(&self) -> u32 {
        self.table.len() / 2
    }
}

/// Writes a video in which one known motion happens.
pub(super) fn made_up(folder: &Path, cancel: &CancelToken) -> anyhow::Result<Mixture> {
    Ok(write_mixture(&folder.join("made-up"), &[(MOTION, 2.0)], (7, FORMAT), cancel, &mut |_frame, _of| {})?)
}
