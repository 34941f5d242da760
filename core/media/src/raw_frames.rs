//! Folders of single pictures, one for each frame of a video: mmaction2's raw frames.
//!
//! JPEG and PNG, turned upright as their EXIF data say, as OpenCV does it. PNG is exact. The JPEG format leaves rounding to
//! the decoder, and ours rounds otherwise than OpenCV's libjpeg-turbo: `docs/decoders.md` says by how much.

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult};

use crate::MediaError;
use crate::transform::pixels::RgbPicture;

/// How the names of pictures are made from their numbers: mmaction2's `filename_tmpl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTemplate {
    before: String,
    digits: usize,
    is_zero_padded: bool,
    after: String,
}

impl Default for FrameTemplate {
    /// `img_00001.jpg`.
    fn default() -> Self {
        Self { before: "img_".to_owned(), digits: 5, is_zero_padded: true, after: ".jpg".to_owned() }
    }
}

impl FrameTemplate {
    /// Reads a template as Python's `format` has it, with one place for the number: `img_{:05}.jpg`, `{:d}.png`, `{}`.
    ///
    /// # Errors
    /// If there is not exactly one such place.
    pub fn parse(template: &str) -> Result<Self, MediaError> {
        let wrong = || MediaError::FrameTemplate { template: template.to_owned() };
        let (before, rest) = template.split_once('{').ok_or_else(wrong)?;
        let (place, after) = rest.split_once('}').ok_or_else(wrong)?;
        if [before, after].iter().any(|part| part.contains(['{', '}'])) {
            return Err(wrong());
        }
        let width = place.strip_prefix(':').unwrap_or(place);
        let width = width.strip_suffix('d').unwrap_or(width);
        let digits: usize = if width.is_empty() { 0 } else { width.parse().map_err(|_not_a_number| wrong())? };
        let is_named = !place.is_empty() && !place.starts_with(':');
        if is_named || digits > 100 || width.starts_with('+') {
            return Err(wrong());
        }
        let is_zero_padded = width.starts_with('0');
        Ok(Self { before: before.to_owned(), digits, is_zero_padded, after: after.to_owned() })
    }

    /// The name of a picture.
    pub fn name(&self, frame: u32) -> String {
        let Self { before, digits, is_zero_padded, after } = self;
        if *is_zero_padded {
            format!("{before}{frame:0digits$}{after}")
        } else {
            format!("{before}{frame:digits$}{after}")
        }
    }
}

/// The pictures of one video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFrames {
    folder: PathBuf,
    template: FrameTemplate,
}

impl RawFrames {
    /// Names a folder. Nothing is touched yet.
    pub fn new(folder: &Path, template: FrameTemplate) -> Self {
        Self { folder: folder.to_owned(), template }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a frame.
    pub fn path_of(&self, frame: u32) -> PathBuf {
        self.folder.join(self.template.name(frame))
    }

    /// Looks whether the files of all these frames are there.
    ///
    /// # Errors
    /// If any is missing: how many, and the first of them.
    pub fn check(&self, frames: &[u32]) -> Result<(), MediaError> {
        if !self.folder.is_dir() {
            return Err(MediaError::NoFolder { path: self.folder.clone() });
        }
        let missing: Vec<u32> = frames.iter().copied().filter(|frame| !self.path_of(*frame).is_file()).collect();
        let Some(first) = missing.first() else { return Ok(()) };
        Err(MediaError::MissingPictures { count: missing.len(), wanted: frames.len(), first: self.path_of(*first) })
    }

    /// How many pictures there are from frame `first` on without a gap.
    pub fn count_from(&self, first: u32) -> u32 {
        let is_there = |frame: &u32| self.path_of(*frame).is_file();
        u32::try_from((first..u32::MAX).take_while(is_there).count()).unwrap_or(u32::MAX)
    }

    /// Width and height of a frame's upright picture, from the head of its file.
    ///
    /// # Errors
    /// If the file is missing or no picture.
    pub fn size_of(&self, frame: u32) -> Result<(usize, usize), MediaError> {
        self.open(frame, |mut decoder| {
            let (width, height) = decoder.dimensions();
            // Orientations 5 to 8 of EXIF stand on a side.
            let is_on_side = decoder.orientation()?.to_exif() > 4;
            let size = if is_on_side { (height, width) } else { (width, height) };
            Ok((size.0 as usize, size.1 as usize))
        })
    }

    /// Reads the picture of a frame, upright.
    ///
    /// # Errors
    /// If the file is missing or no picture.
    pub fn read(&self, frame: u32) -> Result<RgbPicture, MediaError> {
        self.open(frame, |mut decoder| {
            let orientation = decoder.orientation()?;
            let mut picture = DynamicImage::from_decoder(decoder)?;
            picture.apply_orientation(orientation);
            let rgb = picture.into_rgb8();
            let (width, height) = (rgb.width() as usize, rgb.height() as usize);
            Ok(RgbPicture { width, height, rgb: rgb.into_raw() })
        })
    }

    fn open<T>(
        &self,
        frame: u32,
        body: impl FnOnce(Box<dyn ImageDecoder + '_>) -> ImageResult<T>,
    ) -> Result<T, MediaError> {
        let path = self.path_of(frame);
        let wrong =
            |error: &dyn std::fmt::Display| MediaError::Picture { reason: error.to_string(), path: path.clone() };
        let reader = match ImageReader::open(&path) {
            Ok(reader) => reader,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(MediaError::MissingPictures { count: 1, wanted: 1, first: path });
            }
            Err(error) => return Err(wrong(&error)),
        };
        let reader = reader.with_guessed_format().map_err(|error| wrong(&error))?;
        let decoder = reader.into_decoder().map_err(|error| wrong(&error))?;
        body(Box::new(decoder)).map_err(|error| wrong(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_make_the_names_that_python_makes() {
        let name = |template: &str, frame| FrameTemplate::parse(template).map(|template| template.name(frame)).ok();
        assert_eq!(name("img_{:05}.jpg", 7).as_deref(), Some("img_00007.jpg"));
        assert_eq!(name("img_{:05}.jpg", 123_456).as_deref(), Some("img_123456.jpg"));
        assert_eq!(name("{:d}.png", 7).as_deref(), Some("7.png"));
        assert_eq!(name("f{:3d}", 7).as_deref(), Some("f  7"));
        assert_eq!(name("{}", 7).as_deref(), Some("7"));
        assert_eq!(FrameTemplate::default().name(1), "img_00001.jpg");
        for wrong in ["img.jpg", "{", "{:x}", "{frame}", "{}{}", "{:+5}", "{:05.2}", "a}{}", "{:99999999999}"] {
            assert_eq!(name(wrong, 1), None, "{wrong}");
        }
    }
}
