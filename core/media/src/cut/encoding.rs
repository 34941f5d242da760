//! The pipeline that encodes pictures and sound and writes the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::{
    Cast as _, ElementExt as _, ElementExtManual as _, GObjectExtManualGst as _, GstBinExtManual as _, ObjectExt as _,
    PadExtManual as _,
};
use gstreamer_app as gst_app;
use ks_domain::{CancelToken, FrameTable, MediaTime, Rotation, VideoInfo};

use super::encoders::{self, Container, VideoEncoder};
use super::sound::{Chunk, SoundReader};
use crate::MediaError;
use crate::init::make;
use crate::seek::Located;

/// How many pictures may wait for the encoder.
const WAITING: u64 = 6;
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A file that is being written.
pub(super) struct Encoding {
    pipeline: gst::Pipeline,
    pictures: gst_app::AppSrc,
    sound: Option<gst_app::AppSrc>,
    caps: gst::Caps,
    encoded: Arc<AtomicU64>,
    path: PathBuf,
}

impl Encoding {
    /// Starts to write a file with the format of the first picture, and with sound if there is an encoder for it.
    pub(super) fn start(
        (path, info, table): (&Path, &VideoInfo, &FrameTable),
        first: &Located,
        sound: Option<&SoundReader>,
        video: &VideoEncoder,
        to: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Self, MediaError> {
        let wrong = |reason: String| MediaError::Encoding { reason, path: path.to_owned() };
        let caps = first.sample.caps_owned().ok_or_else(|| wrong("its pictures have no known format".to_owned()))?;
        let pipeline = gst::Pipeline::new();
        let muxer = make(video.muxer())?;
        let sink = make("filesink")?;
        sink.set_property("location", to);
        let linked = pipeline.add_many([&muxer, &sink]).and_then(|()| muxer.link(&sink));
        linked.map_err(|error| wrong(error.to_string()))?;

        let pictures = source(&with_rate(&caps, info, table));
        let encoded = count_packets(&video.element);
        let line = picture_line(&pictures, info, video)?;
        add_line(&pipeline, &line, &muxer).map_err(|error| wrong(error.to_string()))?;
        let sound = match sound {
            Some(reader) => add_sound(&pipeline, reader, video.container, &muxer, warnings)?,
            None => None,
        };
        let encoding = Self { pipeline, pictures, sound, caps, encoded, path: path.to_owned() };
        encoding.pipeline.set_state(gst::State::Playing).ok(); // A failure also comes as a message, which says more.
        Ok(encoding)
    }

    pub(super) const fn has_sound(&self) -> bool {
        self.sound.is_some()
    }

    /// Hands over a picture with its time and duration, from the start of the clip on. Waits for the encoder.
    pub(super) fn give_picture(
        &self,
        sample: &gst::Sample,
        (time, duration): (MediaTime, MediaTime),
        cancel: &CancelToken,
    ) -> Result<(), MediaError> {
        if sample.caps() != Some(&*self.caps) {
            return Err(self.wrong("the video's pictures change their format in this part"));
        }
        while self.pictures.current_level_buffers() >= WAITING {
            self.check(cancel)?;
            std::thread::sleep(LOOK_EVERY);
        }
        self.check(cancel)?;
        let Some(mut buffer) = sample.buffer_owned() else { return Err(self.wrong("a picture is empty")) };
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(gst::ClockTime::from_nseconds(time.nanos()));
            buffer.set_dts(gst::ClockTime::NONE);
            buffer.set_duration(gst::ClockTime::from_nseconds(duration.nanos()));
        }
        self.push(&self.pictures, buffer)
    }

    /// Hands over a piece of sound.
    pub(super) fn give_sound(&self, chunk: Chunk) -> Result<(), MediaError> {
        let Some(source) = &self.sound else { return Ok(()) };
        let mut buffer = gst::Buffer::from_mut_slice(chunk.bytes);
        {
            let buffer = buffer.make_mut();
            buffer.set_pts(gst::ClockTime::from_nseconds(chunk.time.nanos()));
            buffer.set_duration(gst::ClockTime::from_nseconds(chunk.duration.nanos()));
        }
        self.push(source, buffer)
    }

    /// Ends the file, and makes sure that every picture is in it.
    pub(super) fn finish(&self, pictures: u64, cancel: &CancelToken) -> Result<(), MediaError> {
        for source in std::iter::once(&self.pictures).chain(&self.sound) {
            source.end_of_stream().map_err(|_stopped| self.wrong("it stopped before its end"))?;
        }
        while !self.check(cancel)? {
            std::thread::sleep(LOOK_EVERY);
        }
        let stopped = self.pipeline.set_state(gst::State::Null);
        stopped.map_err(|_still_open| self.wrong("the file does not close"))?;
        let encoded = self.encoded.load(Ordering::Acquire);
        if encoded != pictures {
            return Err(self.wrong(&format!("the encoder made {encoded} of {pictures} pictures")));
        }
        Ok(())
    }

    fn push(&self, source: &gst_app::AppSrc, buffer: gst::Buffer) -> Result<(), MediaError> {
        source.push_buffer(buffer).map(|_| ()).map_err(|_stopped| {
            // The message says why.
            self.check(&CancelToken::new()).err().unwrap_or_else(|| self.wrong("it stopped before its end"))
        })
    }

    /// Looks at the framework's messages. True at the end of the file.
    fn check(&self, cancel: &CancelToken) -> Result<bool, MediaError> {
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        let types = [gst::MessageType::Error, gst::MessageType::Eos];
        let message = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&types));
        match message.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => {
                let error = error.error();
                Err(self.wrong(error.message().trim_end_matches('.')))
            }
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    fn wrong(&self, reason: &str) -> MediaError {
        MediaError::Encoding { reason: reason.to_owned(), path: self.path.clone() }
    }
}

impl Drop for Encoding {
    fn drop(&mut self) {
        self.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

fn source(caps: &gst::Caps) -> gst_app::AppSrc {
    let source = gst_app::AppSrc::builder().caps(caps).format(gst::Format::Time).build();
    source.set_max_bytes(0); // What may wait is decided by those who push.
    source
}

/// Encoders plan by the rate that is stated; the times of the pictures stay what they are.
fn with_rate(caps: &gst::Caps, info: &VideoInfo, table: &FrameTable) -> gst::Caps {
    let mean = if table.mean_rate() > 0.0 { table.mean_rate() } else { 25.0 };
    let rate = info.video.stated_rate.filter(|rate| (1.0..1000.0).contains(rate)).unwrap_or(mean);
    let rate = gst::Fraction::approximate_f64(rate).unwrap_or_else(|| gst::Fraction::new(25, 1));
    let mut caps = caps.clone();
    if let Some(structure) = caps.make_mut().structure_mut(0) {
        structure.set("framerate", rate);
    }
    caps
}

/// From pictures to packets: converted, upright, even sides for H.264, encoded.
fn picture_line(
    pictures: &gst_app::AppSrc,
    info: &VideoInfo,
    video: &VideoEncoder,
) -> Result<Vec<gst::Element>, MediaError> {
    let mut line = vec![pictures.clone().upcast::<gst::Element>(), make("videoconvert")?];
    let direction = match info.video.rotation {
        Rotation::None => None,
        Rotation::Clockwise90 => Some("90r"),
        Rotation::Half => Some("180"),
        Rotation::Clockwise270 => Some("90l"),
    };
    if let Some(direction) = direction {
        let flip = make("videoflip")?;
        flip.set_property_from_str("video-direction", direction);
        line.push(flip);
    }
    let (width, height) = info.video.rotation.upright(info.video.width, info.video.height);
    let is_odd = width % 2 == 1 || height % 2 == 1;
    if is_odd && video.container == Container::Mp4 {
        let crop = make("videocrop")?;
        crop.set_property_from_str("right", &(width % 2).to_string());
        crop.set_property_from_str("bottom", &(height % 2).to_string());
        line.push(crop);
    }
    line.push(video.element.clone());
    if let Some(parser) = video.parser() {
        line.push(make(parser)?);
    }
    line.push(make("queue")?);
    Ok(line)
}

/// Counts what comes out of an encoder.
fn count_packets(encoder: &gst::Element) -> Arc<AtomicU64> {
    let count = Arc::new(AtomicU64::new(0));
    if let Some(pad) = encoder.static_pad("src") {
        let count = Arc::clone(&count);
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
            if let Some(gst::PadProbeData::Buffer(buffer)) = &info.data
                && !buffer.flags().contains(gst::BufferFlags::HEADER)
            {
                count.fetch_add(1, Ordering::AcqRel);
            }
            gst::PadProbeReturn::Ok
        });
    }
    count
}

/// Puts elements into the pipeline, one behind the other, and the last one before the muxer.
fn add_line(pipeline: &gst::Pipeline, line: &[gst::Element], muxer: &gst::Element) -> Result<(), gst::glib::BoolError> {
    pipeline.add_many(line)?;
    gst::Element::link_many(line)?;
    line.last().map_or(Ok(()), |last| last.link(muxer))
}

/// The way of the sound; `None` and a warning if there is no encoder for it.
fn add_sound(
    pipeline: &gst::Pipeline,
    reader: &SoundReader,
    container: Container,
    muxer: &gst::Element,
    warnings: &mut Vec<String>,
) -> Result<Option<gst_app::AppSrc>, MediaError> {
    let Some((encoder, parser)) = encoders::sound(container) else {
        let text = "The clip has no sound: nothing on this computer can encode it; install gstreamer1.0-libav";
        warnings.push(text.to_owned());
        return Ok(None);
    };
    let source = source(reader.caps());
    let mut line =
        vec![source.clone().upcast::<gst::Element>(), make("audioconvert")?, make("audioresample")?, encoder];
    line.extend(parser);
    line.push(make("queue")?);
    match add_line(pipeline, &line, muxer) {
        Ok(()) => Ok(Some(source)),
        Err(error) => Err(MediaError::Init { reason: error.to_string() }),
    }
}
