//! Knowing when a decoded frame is shown, also after a seek, and which number it has.

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExtManual as _};
use ks_domain::{FrameTable, MediaTime};

/// Names the mark that carries a packet's own time through the decoder.
const MARK: &str = "timestamp/x-kinetoscope";

/// After an exact seek the decoder moves the time of the first frames to the place that was asked for. So that their
/// own time is not lost, every packet carries it as a mark, which decoders hand on to the frame.
pub(crate) fn mark_times(decoder: &gst::Element) {
    let Some(entrance) = decoder.static_pad("sink") else { return };
    let reference = gst::Caps::new_empty_simple(MARK);
    entrance.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &mut info.data
            && let Some(pts) = buffer.pts()
        {
            gst::ReferenceTimestampMeta::add(buffer.make_mut(), &reference, pts, gst::ClockTime::NONE);
        }
        gst::PadProbeReturn::Ok
    });
}

/// The time of a frame's packet on the file's clock, or else what the decoder says.
pub(crate) fn own_time(buffer: &gst::BufferRef, segment: &gst::FormattedSegment<gst::ClockTime>) -> Option<OwnTime> {
    let mut marks = buffer.iter_meta::<gst::ReferenceTimestampMeta>();
    let mark = marks.find(|meta| meta.reference().structure(0).is_some_and(|structure| structure.name() == MARK));
    let is_exact = mark.is_some();
    let pts = mark.map(|meta| meta.timestamp()).or_else(|| buffer.pts())?;
    Some(OwnTime { time: on_the_files_clock(pts, segment)?, is_exact })
}

/// When the frame of a packet is shown, on the file's clock.
pub(crate) fn packet_time(
    packet: &gst::BufferRef,
    segment: &gst::FormattedSegment<gst::ClockTime>,
) -> Option<MediaTime> {
    on_the_files_clock(packet.pts()?, segment)
}

/// The frame may begin before the segment that a seek made, where `to_stream_time` would refuse.
fn on_the_files_clock(pts: gst::ClockTime, segment: &gst::FormattedSegment<gst::ClockTime>) -> Option<MediaTime> {
    let position = match segment.to_stream_time_full(pts)? {
        gst::Signed::Positive(time) => time,
        gst::Signed::Negative(_) => gst::ClockTime::ZERO,
    };
    Some(MediaTime::from_nanos(position.nseconds()))
}

/// The same of a sample.
pub(crate) fn own_time_of(sample: &gst::Sample) -> Option<OwnTime> {
    own_time(sample.buffer()?, sample.segment()?.downcast_ref::<gst::ClockTime>()?)
}

/// When a frame is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnTime {
    pub time: MediaTime,
    /// False if the decoder worked it out, which may be off by a rounding.
    pub is_exact: bool,
}

impl OwnTime {
    /// The frame's number.
    pub(crate) fn number(self, table: &FrameTable) -> u32 {
        // Half a millisecond is far more than the rounding and far less than a frame.
        let slack = MediaTime::from_nanos(if self.is_exact { 1 } else { 500_000 });
        table.frame_at(self.time.saturating_add(slack))
    }
}

/// A time a little inside a frame, because times are rounded on their way through the framework; not far, because a
/// decoder that is not told how long a frame lasts takes it for 40 ms.
pub(crate) fn inside(table: &FrameTable, frame: u32) -> MediaTime {
    let time = table.time_of(frame);
    let half = table.end_of(frame).saturating_sub(time).nanos() / 2;
    time.saturating_add(MediaTime::from_nanos(half.min(10_000_000)))
}
