//! From a sample to what the network sees of it: which frames, from the store or the decoder, which part of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ks_domain::recipe::CropRecipe;
use ks_domain::training::{TrainConfig, TrainingSample};
use ks_domain::{Draws as _, Framing, RandomResizedCrop, ResizeRule, SeededDraws};
use ks_media::{MediaError, RgbPicture, cut_clip, resized_frames, resized_pictures};

use parking_lot::Mutex;

use super::sources::{Opened, Sources, unreadable};
use super::store::{ClipStore, Writing};
use crate::hash::sha256_of_text;
use crate::{Failure, Subject};

/// What is wanted of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// One varied clip. The variation follows from seed, epoch and sample.
    Varied {
        /// Its number in the data set.
        sample: u32,
        /// The epoch, or the number of the variation.
        epoch: u64,
    },
    /// All views that it is judged by.
    Judged {
        /// Its number in the data set.
        sample: u32,
    },
}

impl Request {
    /// The sample that it is about.
    pub(crate) const fn sample(self) -> u32 {
        match self {
            Self::Varied { sample, .. } | Self::Judged { sample } => sample,
        }
    }
}

/// What came of a request.
pub(crate) struct Cut {
    /// `[views, time, height, width, 3]`.
    pub(crate) shape: [usize; 5],
    /// RGB bytes in that order.
    pub(crate) pixels: Vec<u8>,
    /// What could not be used, in sentences.
    pub(crate) warnings: Vec<String>,
}

/// Cuts clips; shared by all decode threads.
pub(crate) struct Cutter {
    pub(crate) sources: Arc<Sources>,
    samples: Vec<TrainingSample>,
    config: TrainConfig,
    store: Option<ClipStore>,
    /// What samples are known by, once they were opened.
    known: Mutex<BTreeMap<u32, Known>>,
}

/// What a sample is known by, whatever its number in a data set.
#[derive(Clone)]
pub(crate) struct Known {
    /// Tells it from every other one, and from itself when its file has changed.
    pub(crate) identity: String,
    /// The same for the same part of a video of the same name, on every machine.
    seed: u64,
}

impl Cutter {
    /// Decoded clips are kept in `cache_dir`, as far as the configuration allows.
    pub(crate) fn new(
        sources: Arc<Sources>,
        samples: Vec<TrainingSample>,
        config: TrainConfig,
        cache_dir: Option<&Path>,
    ) -> Self {
        let limit = (config.data.cache_gb * 1e9) as u64;
        let store = cache_dir.and_then(|folder| ClipStore::open(&folder.join("clips"), limit));
        Self { sources, samples, config, store, known: Mutex::default() }
    }

    /// What a sample is known by; `None` if its video cannot be read.
    pub(crate) fn known(&self, number: u32) -> Option<Known> {
        if let Some(known) = self.known.lock().get(&number) {
            return Some(known.clone());
        }
        let sample = self.samples.get(number as usize)?;
        let (first, behind) = self.sources.open(sample.source).ok()?.range_of(sample);
        let name = self.sources.path(sample.source).file_name().unwrap_or_default().to_string_lossy();
        let digits = sha256_of_text(&format!("{name} {first} {behind}"));
        let seed = digits.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default();
        let known = Known { identity: format!("{} {first} {behind}", self.sources.identity(sample.source)), seed };
        self.known.lock().insert(number, known.clone());
        Some(known)
    }

    /// The views that a request wants.
    ///
    /// # Errors
    /// If the video cannot be read, or the picture is too small for the crop.
    pub(crate) fn cut(&self, request: Request) -> Result<Cut, Failure> {
        let sample = self.samples.get(request.sample() as usize).ok_or_else(|| {
            Failure::new(Subject::Engine, "a sample was asked for that there is not; please report this")
        })?;
        let opened = self.sources.open(sample.source)?;
        let (first, behind) = opened.range_of(sample);
        let mut draws = match request {
            Request::Varied { sample, epoch } => {
                let seed = self.known(sample).map_or(0, |known| known.seed);
                SeededDraws::for_sample(self.config.data.seed, epoch, seed)
            }
            Request::Judged { .. } => SeededDraws::new(0),
        };
        let recipe = match request {
            Request::Varied { .. } => self.config.train_clips(),
            Request::Judged { .. } => self.config.evaluation_clips(),
        };
        let sampling = recipe.frame_sampling();
        let places = match request {
            Request::Varied { .. } => sampling.train(behind - first, &mut draws),
            Request::Judged { .. } => sampling.test(recipe.sampling, behind - first),
        };
        let about = |sentence: String| {
            Failure::new(Subject::Video, format!("{sentence}: {}", self.sources.path(sample.source).display()))
        };
        let frames: Vec<u32> = places.map_err(|error| about(error.to_string()))?.iter().map(|f| first + f).collect();
        let mut distinct = frames.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let (pictures, warnings) =
            self.pictures(sample.source, &opened, (first, behind), &distinct, recipe.short_side)?;
        let of = |frame: &u32| distinct.binary_search(frame).ok().and_then(|place| pictures.get(place));
        let size = pictures.first().map_or((0, 0), |picture| (picture.width, picture.height));
        let framing = framing(&recipe.crop, recipe.short_side, recipe.flip, size, &mut draws);
        let (mut shape, mut pixels) = ([0; 5], Vec::new());
        for clip in frames.chunks(recipe.clip_len as usize) {
            let wanted: Vec<&RgbPicture> = clip.iter().filter_map(of).collect();
            let cut = cut_clip(&wanted, &framing).ok_or_else(|| {
                let (width, height) = size;
                about(format!(
                    "the picture is {width}×{height} after resizing, too small or too uneven for a crop of {}; make clip.short_side larger or clip.crop_size smaller",
                    recipe.crop.size()
                ))
            })?;
            let [crops, time, height, width, channels] = cut.0;
            shape = [shape[0] + crops, time, height, width, channels];
            pixels.extend(cut.1);
        }
        Ok(Cut { shape, pixels, warnings })
    }

    /// Resized pictures of the frames, ascending, from the store where they are, else from the decoder.
    fn pictures(
        &self,
        source: u32,
        opened: &Opened,
        (first, behind): (u32, u32),
        frames: &[u32],
        short_side: u32,
    ) -> Result<(Vec<RgbPicture>, Vec<String>), Failure> {
        let Some(store) = &self.store else { return self.decoded(opened, frames, short_side, None) };
        let key = sha256_of_text(&format!("{} {first} {behind} {short_side}", self.sources.identity(source)));
        if let Some(pictures) = store.read(&key, frames) {
            return Ok((pictures, Vec::new()));
        }
        match store.begin(&key, (first, behind - first), picture_bytes(opened, short_side)) {
            Some(writing) => self.decoded(opened, frames, short_side, Some((writing, first..behind))),
            None => self.decoded(opened, frames, short_side, None),
        }
    }

    /// Decodes; if there is a file to be written, all frames of the part.
    fn decoded(
        &self,
        opened: &Opened,
        frames: &[u32],
        short_side: u32,
        keeping: Option<(Writing<'_>, std::ops::Range<u32>)>,
    ) -> Result<(Vec<RgbPicture>, Vec<String>), Failure> {
        let (mut writing, all) = match keeping {
            Some((writing, part)) => (Some(writing), part.collect()),
            None => (None, frames.to_vec()),
        };
        let mut pictures = Vec::with_capacity(frames.len());
        let mut each = |frame: u32, picture: RgbPicture| {
            if let Some(mut open) = writing.take() {
                match open.add(&picture) {
                    Ok(()) => writing = Some(open),
                    Err(error) => {
                        tracing::warn!("a decoded clip is not kept: {error}");
                        open.give_up();
                    }
                }
            }
            if frames.binary_search(&frame).is_ok() {
                pictures.push(picture);
            }
            Ok::<(), MediaError>(())
        };
        let cancel = self.sources.cancel();
        let read = match opened {
            Opened::Video { path, info, table } => {
                resized_frames((path, info, table), &all, short_side, cancel, &mut each)
            }
            Opened::Folder { pictures, .. } => {
                resized_pictures(pictures, &all, short_side, cancel, &mut each).map(|()| Vec::new())
            }
        };
        let name = match opened {
            Opened::Video { path, .. } => path.display().to_string(),
            Opened::Folder { pictures, .. } => pictures.folder().display().to_string(),
        };
        match (read, writing) {
            (Ok(warnings), writing) => {
                if let Some(writing) = writing {
                    writing.finish();
                }
                let told = warnings.into_iter().map(|warning| format!("{}: {name}", warning.message)).collect();
                Ok((pictures, told))
            }
            (Err(error), writing) => {
                if let Some(writing) = writing {
                    writing.give_up();
                }
                Err(unreadable(&error))
            }
        }
    }
}

/// Bytes of a resized picture.
fn picture_bytes(opened: &Opened, short_side: u32) -> u64 {
    let size = match opened {
        // Turned pictures have as many pixels.
        Opened::Video { info, .. } => (info.video.width as usize, info.video.height as usize),
        Opened::Folder { pictures, first, .. } => pictures.size_of(*first).unwrap_or((1, 1)),
    };
    let (width, height) = ResizeRule::ShortSide(short_side).size_of(size);
    (width * height * 3) as u64
}

/// Which part of the resized pictures is seen. Draws the box, then the flip, as mmaction2 does.
fn framing(crop: &CropRecipe, short_side: u32, flip: f64, size: (usize, usize), draws: &mut SeededDraws) -> Framing {
    match *crop {
        CropRecipe::RandomResized { size: side, area, aspect } => {
            let rule = RandomResizedCrop { area: (area[0], area[1]), aspect: (aspect[0], aspect[1]) };
            Framing::drawn(size, short_side, &rule, side, flip, draws)
        }
        CropRecipe::Center { size: side } => {
            let still = Framing::squares(short_side, ks_domain::CropMode::Center, side);
            let is_flipped = flip > 0.0 && draws.uniform(0.0, 1.0) < flip;
            Framing { is_flipped, ..still }
        }
        CropRecipe::Three { size: side } => Framing::squares(short_side, ks_domain::CropMode::Three, side),
    }
}
