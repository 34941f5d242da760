//! From made-up pictures to a video file, with the encoder that clips are cut with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::{Cast as _, ElementExt as _, GstBinExtManual as _, ObjectExt as _};
use gstreamer_app as gst_app;
use ks_domain::CancelToken;

use super::scene::Format;
use crate::MediaError;
use crate::cut::encoders;
use crate::init::make;
use crate::output::{persist_over, temporary};

/// How many pictures may wait for the encoder.
const WAITING: u64 = 8;
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Writes a video of `length` frames, whole or not at all, over one that may be there. The extension follows the encoder;
/// the name that was written is given back.
pub(super) fn write_video(
    stem: &Path,
    (format, length): (Format, u32),
    mut picture: impl FnMut(u32) -> Vec<u8>,
    cancel: &CancelToken,
) -> Result<PathBuf, MediaError> {
    let video = encoders::video()?;
    let mut name = stem.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(video.extension());
    let to = stem.with_file_name(name);
    let file = temporary(&to)?;
    let wrong = |reason: String| MediaError::Encoding { reason, path: to.clone() };

    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "RGB")
        .field("width", i32::try_from(format.width).unwrap_or(i32::MAX))
        .field("height", i32::try_from(format.height).unwrap_or(i32::MAX))
        .field("framerate", gst::Fraction::new(i32::try_from(format.fps).unwrap_or(25), 1))
        .build();
    let source = gst_app::AppSrc::builder().caps(&caps).format(gst::Format::Time).build();
    source.set_max_bytes(0); // What may wait is decided below.
    let sink = make("filesink")?;
    sink.set_property("location", file.path());
    let mut line = vec![source.clone().upcast::<gst::Element>(), make("videoconvert")?, video.element.clone()];
    if let Some(parser) = video.parser() {
        line.push(make(parser)?);
    }
    line.extend([make(video.muxer())?, sink]);
    let pipeline = Running(gst::Pipeline::new());
    let linked = pipeline.0.add_many(&line).and_then(|()| gst::Element::link_many(&line));
    linked.map_err(|error| wrong(error.to_string()))?;
    pipeline.0.set_state(gst::State::Playing).ok(); // A failure also comes as a message, which says more.

    for number in 0..length {
        while source.current_level_buffers() >= WAITING {
            pipeline.check(&to, cancel)?;
            std::thread::sleep(LOOK_EVERY);
        }
        pipeline.check(&to, cancel)?;
        let rows = padded(picture(number), format);
        let mut buffer = gst::Buffer::from_mut_slice(rows);
        if let Some(buffer) = buffer.get_mut() {
            let (start, end) = (format.time_of(number).nanos(), format.time_of(number + 1).nanos());
            buffer.set_pts(gst::ClockTime::from_nseconds(start));
            buffer.set_duration(gst::ClockTime::from_nseconds(end - start));
        }
        source.push_buffer(buffer).map_err(|stopped| wrong(stopped.to_string()))?;
    }
    source.end_of_stream().map_err(|stopped| wrong(stopped.to_string()))?;
    while !pipeline.check(&to, cancel)? {
        std::thread::sleep(LOOK_EVERY);
    }
    pipeline.0.set_state(gst::State::Null).map_err(|error| wrong(error.to_string()))?;
    persist_over(file, &to)?;
    Ok(to)
}

/// Rows begin at multiples of four bytes, as the framework lays them out.
fn padded(rgb: Vec<u8>, format: Format) -> Vec<u8> {
    let row = format.width as usize * 3;
    let stride = row.next_multiple_of(4);
    if stride == row {
        return rgb;
    }
    let mut out = Vec::with_capacity(stride * format.height as usize);
    for row in rgb.chunks(row) {
        out.extend_from_slice(row);
        out.resize(out.len().next_multiple_of(stride), 0);
    }
    out
}

struct Running(gst::Pipeline);

impl Running {
    /// Looks at the framework's messages. True at the end of the file.
    fn check(&self, path: &Path, cancel: &CancelToken) -> Result<bool, MediaError> {
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        let types = [gst::MessageType::Error, gst::MessageType::Eos];
        let message = self.0.bus().and_then(|bus| bus.pop_filtered(&types));
        match message.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => {
                let reason = error.error().message().trim_end_matches('.').to_owned();
                Err(MediaError::Encoding { reason, path: path.to_owned() })
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}
