//! Reading the clips of a whole video in one pass.
//!
//! Frames are decoded in order; only those that a window looks at are converted, once each, and kept until the last
//! window that needs them is out. So memory is bounded by the length of a window, whatever the length of the video.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ks_domain::{
    AnalysisSettings, CancelToken, ColorRange, FrameTable, Framing, MediaTime, Rotation, Valid, VideoInfo,
};

use crate::frames::{NumberedFrames, with_planes};
use crate::plan::WindowPlan;
use crate::transform::pixels::Converted;
use crate::transform::view::{Region, View};
use crate::transform::yuv;
use crate::views::region_of;
use crate::{MediaError, MediaWarning};

/// What the network sees of one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Number of the window, from 0.
    pub window: u32,
    /// First frame of the window.
    pub start_frame: u32,
    /// The frame after the last one of the window.
    pub end_frame: u32,
    /// When the first frame is shown.
    pub start: MediaTime,
    /// When the last frame ends.
    pub end: MediaTime,
    /// Squares per frame.
    pub crops: usize,
    /// Crops, time, height, width, channels.
    pub shape: [usize; 5],
    /// RGB bytes in the order of `shape`.
    pub pixels: Vec<u8>,
}

/// Cuts a video into clips.
pub struct ClipReader {
    frames: NumberedFrames,
    table: FrameTable,
    plan: WindowPlan,
    framing: Framing,
    rotation: Rotation,
    range: ColorRange,
    view: Option<Arc<View>>,
    kept: BTreeMap<u32, (Arc<View>, Region)>,
    next_window: u32,
    is_finished: bool,
    warnings: Vec<MediaWarning>,
    path: PathBuf,
}

impl ClipReader {
    /// Opens a file. Decoding begins at once, a few frames ahead.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(
        path: &Path,
        info: &VideoInfo,
        table: &FrameTable,
        settings: &Valid<AnalysisSettings>,
        cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        let frames = NumberedFrames::open(path, info, table, cancel)?;
        Ok(Self {
            frames,
            plan: WindowPlan::new(table.len(), settings),
            table: table.clone(),
            framing: Framing::squares(settings.short_side, settings.crop, settings.crop_size),
            rotation: info.video.rotation,
            range: yuv::network_range(&info.video),
            view: None,
            kept: BTreeMap::new(),
            next_window: 0,
            is_finished: false,
            warnings: Vec::new(),
            path: path.to_owned(),
        })
    }

    /// How many clips the video gives.
    pub fn window_count(&self) -> u32 {
        self.plan.len()
    }

    /// The windows.
    pub fn plan(&self) -> &WindowPlan {
        &self.plan
    }

    /// What was odd so far.
    pub fn warnings(&self) -> &[MediaWarning] {
        &self.warnings
    }

    /// Leaves out all windows before `window`, as when a job is taken up again. Going back is not possible.
    pub fn skip_to(&mut self, window: u32) {
        self.next_window = self.next_window.max(window);
    }

    /// The next clip; `None` after the last one.
    ///
    /// # Errors
    /// If the file changed since its table was made, a crop does not fit, or the work was cancelled.
    pub fn next_clip(&mut self) -> Result<Option<Clip>, MediaError> {
        let Some((start_frame, end_frame)) = self.plan.frames_of(self.next_window) else { return Ok(None) };
        self.read_until(end_frame)?;
        let indices = self.plan.indices(self.next_window);
        let clip = self.assemble(start_frame, end_frame, &indices)?;
        self.next_window += 1;
        match self.plan.frames_of(self.next_window) {
            Some((next_start, _)) => self.kept = self.kept.split_off(&next_start),
            None => self.kept.clear(),
        }
        Ok(Some(clip))
    }

    fn read_until(&mut self, end_frame: u32) -> Result<(), MediaError> {
        while !self.is_finished && self.frames.position() < end_frame {
            let Some((number, decoded)) = self.frames.next()? else {
                self.is_finished = true;
                break;
            };
            if !self.plan.needs(number, self.next_window) {
                continue;
            }
            let (framing, rotation, view) = (&self.framing, self.rotation, &mut self.view);
            let region = with_planes(&decoded.sample, self.range, |picture| {
                Some(region_of(&Converted::new(picture), framing, rotation, view))
            });
            let region = region.ok_or_else(|| self.changed("its pictures have another format"))??;
            self.kept.insert(number, region);
        }
        Ok(())
    }

    fn assemble(&mut self, start_frame: u32, end_frame: u32, indices: &[u32]) -> Result<Clip, MediaError> {
        let mut regions = Vec::with_capacity(indices.len());
        for frame in indices {
            // A frame that decoded when the table was made but not now: its neighbour stands in, and that is said.
            let region = self.kept.get(frame).or_else(|| self.kept.range(..frame).next_back().map(|(_, kept)| kept));
            if !self.kept.contains_key(frame) {
                let time = self.table.time_of(*frame);
                let message =
                    format!("Frame {frame} at {time} could not be decoded again; the one before it stands in");
                self.warnings.push(MediaWarning { time: Some(time), message });
            }
            regions.push(region.ok_or_else(|| self.changed(&format!("frame {frame} does not decode any more")))?);
        }
        let crops = regions.first().map_or(0, |(view, _)| view.crops());
        let (width, height) = regions.first().map_or((0, 0), |(view, _)| view.part_size());
        let shape = [crops, indices.len(), height, width, 3];
        let mut pixels = Vec::with_capacity(shape.iter().product());
        for crop in 0..crops {
            for (view, region) in &regions {
                view.append_part(region, crop, &mut pixels);
            }
        }
        Ok(Clip {
            window: self.next_window,
            start_frame,
            end_frame,
            start: self.table.time_of(start_frame),
            end: self.table.time_of(end_frame),
            crops,
            shape,
            pixels,
        })
    }

    fn changed(&self, reason: &str) -> MediaError {
        MediaError::Changed { reason: reason.to_owned(), path: self.path.clone() }
    }
}
