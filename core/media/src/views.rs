//! Reading the views of a sample, clips × crops, in one pass over a video or a folder of pictures.
//!
//! Views come in mmaction2's order: crops outermost, clips inside them (`view = crop · clips + clip`). Every frame that
//! a clip wants is decoded and resized once, in order, and kept as RGB bytes until no view to come needs it. So the
//! first views are out while the rest is still being decoded, and memory is bounded by the distinct frames of a sample
//! (10 clips of 32 frames of 16:9 video at a short side of 256: 112 MB at most), whatever the length of the video. With
//! one crop, frames go as soon as their last clip is out.
//!
//! Which frames are wanted is [`ks_domain::FrameSampling`]'s matter. A sliding window over a whole video is
//! [`crate::ClipReader`]'s.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ks_domain::{CancelToken, ColorRange, Cut, FrameTable, Framing, Rotation, VideoInfo, view_number};

use crate::frames::{NumberedFrames, with_planes};
use crate::raw_frames::RawFrames;
use crate::transform::pixels::{Converted, Pixels};
use crate::transform::view::{Region, View};
use crate::transform::yuv;
use crate::{MediaError, MediaWarning};

/// What the network sees of one clip and one crop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleView {
    /// Its number: `crop · clips + clip`.
    pub number: usize,
    /// Number of the clip, from 0.
    pub clip: usize,
    /// Number of the crop, from 0.
    pub crop: usize,
    /// Time, height, width, channels.
    pub shape: [usize; 4],
    /// RGB bytes in the order of `shape`.
    pub pixels: Vec<u8>,
}

/// Reads the views of one sample.
pub struct ViewReader {
    source: Source,
    /// The frames of the clips, clip after clip.
    frames: Vec<u32>,
    clip_len: usize,
    framing: Framing,
    /// For each frame, the last view that needs it.
    last_views: BTreeMap<u32, usize>,
    view: Option<Arc<View>>,
    kept: BTreeMap<u32, (Arc<View>, Region)>,
    next_view: usize,
    warnings: Vec<MediaWarning>,
    path: PathBuf,
}

/// Where pictures come from.
enum Source {
    Video { frames: Box<NumberedFrames>, table: FrameTable, rotation: Rotation, range: ColorRange, is_finished: bool },
    Folder { pictures: RawFrames, cancel: CancelToken, next: u32 },
}

impl ViewReader {
    /// Opens a video. Decoding begins at once, a few frames ahead.
    ///
    /// `frames` are the frames of the clips, clip after clip, `clip_len` each, numbered from 0 as in the table. The table
    /// holds what really decodes, so frames past its end are only asked for if something else counted them; they are
    /// taken modulo its length, as mmaction2's PyAV decoding does, and a warning says so. A frame that decoded when the
    /// table was made but does not now is replaced by a neighbour, with a warning.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open_video(
        (path, info, table): (&Path, &VideoInfo, &FrameTable),
        frames: &[u32],
        clip_len: u32,
        framing: Framing,
        cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        let source = Source::Video {
            frames: Box::new(NumberedFrames::open(path, info, table, cancel)?),
            table: table.clone(),
            rotation: info.video.rotation,
            range: yuv::network_range(&info.video),
            is_finished: false,
        };
        let past_end = frames.iter().filter(|frame| **frame >= table.len()).count();
        let wrapped = frames.iter().map(|frame| frame % table.len()).collect();
        let mut reader = Self::new(source, wrapped, clip_len, framing, path);
        if past_end > 0 {
            let message = format!(
                "{past_end} of {} frames lie past the end of the video, which has {}; it starts over for them",
                frames.len(),
                table.len()
            );
            reader.warnings.push(MediaWarning { time: None, message });
        }
        Ok(reader)
    }

    /// Opens a folder of pictures. `frames` are the numbers in the files' names, clip after clip, `clip_len` each.
    ///
    /// # Errors
    /// If any picture is missing, which the original would find out in the middle.
    pub fn open_folder(
        pictures: &RawFrames,
        frames: &[u32],
        clip_len: u32,
        framing: Framing,
        cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        let mut distinct = frames.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        pictures.check(&distinct)?;
        let source = Source::Folder { pictures: pictures.clone(), cancel: cancel.clone(), next: 0 };
        Ok(Self::new(source, frames.to_vec(), clip_len, framing, pictures.folder()))
    }

    fn new(source: Source, frames: Vec<u32>, clip_len: u32, framing: Framing, path: &Path) -> Self {
        let clip_len = (clip_len as usize).max(1);
        let clips = frames.len() / clip_len;
        let last_crop = framing.crops().saturating_sub(1);
        let mut last_views = BTreeMap::new();
        for (clip, wanted) in frames.chunks_exact(clip_len).enumerate() {
            let view = view_number(last_crop, clip, clips);
            last_views.extend(wanted.iter().map(|frame| (*frame, view)));
        }
        Self {
            source,
            frames,
            clip_len,
            framing,
            last_views,
            view: None,
            kept: BTreeMap::new(),
            next_view: 0,
            warnings: Vec::new(),
            path: path.to_owned(),
        }
    }

    /// Clips of the sample.
    pub fn clip_count(&self) -> usize {
        self.frames.len() / self.clip_len
    }

    /// Views of the sample.
    pub fn view_count(&self) -> usize {
        self.clip_count() * self.framing.crops()
    }

    /// What was odd so far.
    pub fn warnings(&self) -> &[MediaWarning] {
        &self.warnings
    }

    /// The next view; `None` after the last one.
    ///
    /// # Errors
    /// If the file changed since its table was made, a crop does not fit, a picture is damaged, or the work was
    /// cancelled.
    pub fn next_view(&mut self) -> Result<Option<SampleView>, MediaError> {
        let (number, clips) = (self.next_view, self.clip_count());
        if number >= self.view_count() {
            return Ok(None);
        }
        let (crop, clip) = (number / clips, number % clips);
        let first = clip * self.clip_len;
        let wanted = self.frames.get(first..first + self.clip_len).unwrap_or_default().to_vec();
        if crop == 0 {
            self.read_for(&wanted)?;
        }
        let mut pixels = Vec::new();
        let mut size = None;
        for frame in &wanted {
            let Some((view, region)) = self.kept.get(frame) else {
                return Err(self.changed(&format!("frame {frame} does not decode any more")));
            };
            if *size.get_or_insert(view.part_size()) != view.part_size() {
                return Err(self.changed("its pictures change their size"));
            }
            view.append_part(region, crop, &mut pixels);
        }
        let (width, height) = size.unwrap_or_default();
        self.next_view += 1;
        self.kept.retain(|frame, _| self.last_views.get(frame).is_some_and(|last| *last > number));
        Ok(Some(SampleView { number, clip, crop, shape: [wanted.len(), height, width, 3], pixels }))
    }

    /// Makes sure that the frames of a clip are kept.
    fn read_for(&mut self, wanted: &[u32]) -> Result<(), MediaError> {
        let Some(last) = wanted.iter().max() else { return Ok(()) };
        if matches!(self.source, Source::Video { .. }) {
            self.decode_until(*last)?;
            wanted.iter().try_for_each(|frame| self.replace_if_lost(*frame))
        } else {
            self.load_until(*last)
        }
    }

    fn decode_until(&mut self, last: u32) -> Result<(), MediaError> {
        let Self { source, last_views, framing, view, kept, path, .. } = self;
        let Source::Video { frames, rotation, range, is_finished, .. } = source else { return Ok(()) };
        while !*is_finished && frames.position() <= last {
            let Some((number, decoded)) = frames.next()? else {
                *is_finished = true;
                break;
            };
            if !last_views.contains_key(&number) {
                continue;
            }
            let region = with_planes(&decoded.sample, *range, |picture| {
                Some(region_of(&Converted::new(picture), framing, *rotation, view))
            });
            let region = region.ok_or_else(|| MediaError::Changed {
                reason: "its pictures have another format".to_owned(),
                path: path.clone(),
            })??;
            kept.insert(number, region);
        }
        Ok(())
    }

    fn load_until(&mut self, last: u32) -> Result<(), MediaError> {
        let Self { source, last_views, framing, view, kept, .. } = self;
        let Source::Folder { pictures, cancel, next } = source else { return Ok(()) };
        if last < *next {
            return Ok(());
        }
        for (number, _) in last_views.range(*next..=last) {
            if cancel.is_cancelled() {
                return Err(MediaError::Cancelled);
            }
            let region = region_of(&pictures.read(*number)?, framing, Rotation::None, view)?;
            kept.insert(*number, region);
        }
        *next = last.saturating_add(1);
        Ok(())
    }

    /// A frame that decoded when the table was made but not now: the one before it among those at hand stands in, else
    /// the one after it, and that is said.
    fn replace_if_lost(&mut self, frame: u32) -> Result<(), MediaError> {
        if self.kept.contains_key(&frame) {
            return Ok(());
        }
        let before = self.kept.range(..frame).next_back();
        let neighbour =
            before.or_else(|| self.kept.range(frame..).next()).map(|(number, kept)| (*number, kept.clone()));
        let (number, stand_in) =
            neighbour.ok_or_else(|| self.changed(&format!("frame {frame} does not decode any more")))?;
        let time = if let Source::Video { table, .. } = &self.source { Some(table.time_of(frame)) } else { None };
        let message = format!("Frame {frame} could not be decoded again; frame {number} stands in");
        self.warnings.push(MediaWarning { time, message });
        self.kept.insert(frame, stand_in);
        Ok(())
    }

    fn changed(&self, reason: &str) -> MediaError {
        MediaError::Changed { reason: reason.to_owned(), path: self.path.clone() }
    }
}

/// Resizes what is needed of one picture; makes a new view when the size of the pictures changes in mid-stream.
pub(crate) fn region_of(
    picture: &impl Pixels,
    framing: &Framing,
    rotation: Rotation,
    view: &mut Option<Arc<View>>,
) -> Result<(Arc<View>, Region), MediaError> {
    if let Some((view, region)) = view.as_ref().and_then(|view| Some((view, view.region(picture)?))) {
        return Ok((Arc::clone(view), region));
    }
    let crop = match framing.cut {
        Cut::Squares(_, side) => side,
        Cut::Box(part) => u32::try_from(part.width.max(part.height)).unwrap_or(u32::MAX),
        Cut::Whole => 1,
    };
    let too_large = |(width, height): (usize, usize)| MediaError::CropTooLarge {
        crop,
        width: u32::try_from(width).unwrap_or(u32::MAX),
        height: u32::try_from(height).unwrap_or(u32::MAX),
    };
    let made = Arc::new(View::new(picture.size(), rotation, framing).map_err(too_large)?);
    let region = made.region(picture).ok_or_else(|| too_large(picture.size()))?;
    *view = Some(Arc::clone(&made));
    Ok((made, region))
}
