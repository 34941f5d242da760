//! Videos made on the spot with whatever encoders are installed.

use std::path::Path;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

/// How a made video is encoded and packed.
pub struct Recipe {
    /// Elements from raw frames to the container, for `gst_parse`.
    pub chain: &'static str,
    /// What must be installed for it.
    pub needs: &'static [&'static str],
}

/// VP9 in WebM.
pub const VP9: Recipe =
    Recipe { chain: "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=12 ! webmmux", needs: &["vp9enc", "webmmux"] };
/// Motion JPEG in Matroska, for odd sizes and irregular times.
pub const MJPEG: Recipe = Recipe { chain: "jpegenc quality=95 ! matroskamux", needs: &["jpegenc", "matroskamux"] };
/// VP8 in Matroska.
pub const VP8: Recipe = Recipe {
    chain: "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=10 ! matroskamux",
    needs: &["vp8enc", "matroskamux"],
};
/// MPEG-4 with B-frames in AVI.
pub const MPEG4: Recipe =
    Recipe { chain: "avenc_mpeg4 max-bframes=2 gop-size=12 ! avimux", needs: &["avenc_mpeg4", "avimux"] };
/// H.264 in MP4 with a key frame at every sixtieth.
pub const H264: Recipe = Recipe {
    chain: "openh264enc gop-size=60 rate-control=off qp-min=18 qp-max=26 scene-change-detection=false \
            ! h264parse ! mp4mux",
    needs: &["openh264enc", "h264parse", "mp4mux", "avdec_h264"],
};
/// Lossless, and exact.
pub const FFV1: Recipe = Recipe { chain: "avenc_ffv1 ! matroskamux", needs: &["avenc_ffv1", "matroskamux"] };

/// Width and height.
pub type Size = (usize, usize);

/// Writes a video whose frames carry their number as sixteen black or white bars, at the given times in milliseconds.
///
/// False, and a line that says so, if an encoder is missing.
pub fn numbered(path: &Path, recipe: &Recipe, (width, height): Size, times: &[u64]) -> bool {
    gst::init().unwrap();
    if let Some(missing) = recipe.needs.iter().find(|name| gst::ElementFactory::find(name).is_none()) {
        eprintln!("skipped: the encoder element {missing} is not installed");
        return false;
    }
    let line = format!(
        "appsrc name=in format=time caps=video/x-raw,format=I420,width={width},height={height},framerate=0/1 ! {} \
         ! filesink name=out",
        recipe.chain
    );
    let line = if is_regular(times) { line.replace("framerate=0/1", &rate(times)) } else { line };
    let pipeline = gst::parse::launch(&line).unwrap().downcast::<gst::Pipeline>().unwrap();
    pipeline.by_name("out").unwrap().set_property("location", path);
    let source = pipeline.by_name("in").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    for (number, time) in times.iter().enumerate() {
        let mut buffer = gst::Buffer::from_mut_slice(bars(number, width, height));
        let next = times.get(number + 1).copied().unwrap_or(time + 40);
        let writable = buffer.get_mut().unwrap();
        writable.set_pts(gst::ClockTime::from_mseconds(*time));
        writable.set_duration(gst::ClockTime::from_mseconds(next - time));
        source.push_buffer(buffer).unwrap();
    }
    source.end_of_stream().unwrap();
    let bus = pipeline.bus().unwrap();
    let types = [gst::MessageType::Eos, gst::MessageType::Error];
    let message = bus.timed_pop_filtered(gst::ClockTime::from_seconds(20), &types).expect("should end");
    if let gst::MessageView::Error(error) = message.view() {
        panic!("{line}: {error:?}");
    }
    pipeline.set_state(gst::State::Null).unwrap();
    true
}

fn is_regular(times: &[u64]) -> bool {
    times.windows(3).all(|w| w[1] - w[0] == w[2] - w[1])
}

fn rate(times: &[u64]) -> String {
    format!("framerate=1000/{}", times[1] - times[0])
}

/// A grey frame with sixteen vertical bars, the first is the lowest bit of the number.
fn bars(number: usize, width: usize, height: usize) -> Vec<u8> {
    // Rows of a plane begin at multiples of four bytes, as the framework lays them out.
    let stride = |length: usize| length.div_ceil(4) * 4;
    let chroma = (stride(width.div_ceil(2)), height.div_ceil(2));
    let mut bytes = Vec::new();
    for _ in 0..height.next_multiple_of(2) {
        let row = (0..stride(width)).map(|x| if number >> (x.min(width - 1) * 16 / width) & 1 == 1 { 235 } else { 16 });
        bytes.extend(row);
    }
    bytes.resize(bytes.len() + 2 * chroma.0 * chroma.1, 128);
    bytes
}

/// The number that the bars of a luma plane show.
pub fn number_in(luma: &[u8], stride: usize, width: usize, height: usize) -> u32 {
    let row = &luma[(height / 2) * stride..];
    (0..16_u32).filter(|bit| row[(2 * *bit as usize + 1) * width / 32] > 125).map(|bit| 1 << bit).sum()
}
