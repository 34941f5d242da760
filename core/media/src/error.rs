//! What can go wrong with a video, in sentences that say what to do.

use std::path::{Path, PathBuf};

use ks_domain::MediaTime;
use thiserror::Error;

/// Why a video cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MediaError {
    /// The media framework does not start.
    #[error("the media framework GStreamer does not start ({reason}); run `kinetoscope doctor` to see what is missing")]
    Init {
        /// What the framework said.
        reason: String,
    },
    /// A part of the media framework is not installed.
    #[error("the GStreamer element `{element}` is not installed; install the package {package}")]
    MissingElement {
        /// Name of the element.
        element: String,
        /// Where it comes from.
        package: String,
    },
    /// There is no such file.
    #[error("there is no such file; check the name: {}", .path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A directory was named.
    #[error("this is a folder, not a video; name the video files inside it: {}", .path.display())]
    IsDirectory {
        /// The folder.
        path: PathBuf,
    },
    /// The file has no content.
    #[error("the file is empty; copy or download it again: {}", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The system does not let us read the file.
    #[error("the file cannot be read ({reason}); check its permissions and the disk: {}", .path.display())]
    Unreadable {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The content is no known media container.
    #[error("the file is not a video that can be recognised; choose a video file such as MP4, MOV, MKV, WebM or AVI: {}", .path.display())]
    NotAVideo {
        /// The file.
        path: PathBuf,
    },
    /// The file has streams, but none is video.
    #[error("the file has no video stream{}; choose a file with a picture: {}", found(.streams), .path.display())]
    NoVideoStream {
        /// The streams that it has, for example `audio`.
        streams: Vec<String>,
        /// The file.
        path: PathBuf,
    },
    /// No decoder for the codec, or no reader for the container, is installed.
    #[error("nothing on this computer can read {format}; install {package}, then open the file again: {}", .path.display())]
    MissingPlugin {
        /// Codec or container, as a person knows it.
        format: String,
        /// The package, or packages, to install.
        package: String,
        /// The file.
        path: PathBuf,
    },
    /// The container is recognised but broken before any frame.
    #[error("the file is damaged or incomplete ({reason}); copy or download it again, or repair it with its recorder: {}", .path.display())]
    Damaged {
        /// What the reader said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The stream is there but no frame of it decodes.
    #[error("no frame of the video can be decoded ({reason}); the file is damaged, copy or download it again: {}", .path.display())]
    NothingDecodes {
        /// What the decoder said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is not what the given description or frame table was made from.
    #[error("the file changed since it was opened ({reason}); open it again: {}", .path.display())]
    Changed {
        /// What does not fit.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The pictures are smaller than the square to be cut out.
    #[error(
        "the crop of {crop} pixels is larger than the resized picture of {width}×{height}; choose a smaller crop size"
    )]
    CropTooLarge {
        /// Side of the square.
        crop: u32,
        /// Width of the resized picture.
        width: u32,
        /// Height of the resized picture.
        height: u32,
    },
    /// A folder of pictures that is not there.
    #[error("there is no such folder of pictures; check the list of videos and its prefix: {}", .path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Some of the pictures that a sample needs are not there.
    #[error(
        "{count} of {wanted} pictures are missing; check the frame count in the list and the names of the files, the first is {}",
        .first.display()
    )]
    MissingPictures {
        /// How many.
        count: usize,
        /// Of how many.
        wanted: usize,
        /// The first one.
        first: PathBuf,
    },
    /// A picture cannot be decoded.
    #[error("the picture cannot be read ({reason}); make it again from its video: {}", .path.display())]
    Picture {
        /// What the decoder said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A template that makes no file names.
    #[error("the template “{template}” needs exactly one place for the frame number, such as `img_{{:05}}.jpg`")]
    FrameTemplate {
        /// The template.
        template: String,
    },
    /// The container has no way to go to a place.
    #[error("this file cannot be searched; convert it to MP4 or Matroska: {}", .path.display())]
    NotSearchable {
        /// The file.
        path: PathBuf,
    },
    /// A range of frames that is empty or lies outside the video.
    #[error("there are no frames from {start} to before {end} in a video of {frames}; choose a part of the video")]
    EmptyRange {
        /// The first frame.
        start: u32,
        /// The frame after the last one.
        end: u32,
        /// Frames of the video.
        frames: u32,
    },
    /// A video would be replaced by what is made from it.
    #[error("this is the video itself, which is never written over; choose another name: {}", .path.display())]
    IsOriginal {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("the file cannot be written ({reason}); check the folder's permissions and the space on the disk: {}", .path.display())]
    NotWritable {
        /// What the system said.
        reason: String,
        /// The file, or its folder.
        path: PathBuf,
    },
    /// Nothing can encode video.
    #[error(
        "no video encoder is installed; install gstreamer1.0-plugins-ugly (x264) or gstreamer1.0-plugins-bad (OpenH264) \
         for MP4, or gstreamer1.0-plugins-good (VP8) for WebM, then try again"
    )]
    NoEncoder,
    /// A clip cannot be encoded.
    #[error("the clip cannot be made ({reason}); check the space on the disk, or choose another part of the video: {}", .path.display())]
    Encoding {
        /// What the encoder said.
        reason: String,
        /// The video that it is cut from.
        path: PathBuf,
    },
    /// A named thread cannot be started.
    #[error("the system cannot start another thread ({reason}); close other programs and try again")]
    Thread {
        /// What the system said.
        reason: String,
    },
    /// Somebody cancelled the work. Not a failure.
    #[error("cancelled")]
    Cancelled,
}

fn found(streams: &[String]) -> String {
    if streams.is_empty() { String::new() } else { format!(" (only {})", streams.join(", ")) }
}

/// Something odd that did not stop the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaWarning {
    /// Where in the video, if it has a place.
    pub time: Option<MediaTime>,
    /// A sentence for the user; it repeats the place.
    pub message: String,
}

impl std::fmt::Display for MediaWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Refuses what is plainly no video before the media framework sees it.
pub(crate) fn check_file(path: &Path) -> Result<(), MediaError> {
    let unreadable =
        |error: &std::io::Error| MediaError::Unreadable { reason: error.to_string(), path: path.to_owned() };
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(MediaError::NotFound { path: path.to_owned() });
        }
        Err(error) => return Err(unreadable(&error)),
    };
    if metadata.is_dir() {
        return Err(MediaError::IsDirectory { path: path.to_owned() });
    }
    if metadata.is_file() && metadata.len() == 0 {
        return Err(MediaError::Empty { path: path.to_owned() });
    }
    std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    Ok(())
}
