//! Leaving out packets on the way to a frame: those of pictures that nothing else refers to.
//!
//! H.264 says in every slice whether its picture is referred to. Dropping the others before the decoder changes no bit of
//! the pictures that are left, and saves up to half of the decoding. Which frames may be left out is said here as a
//! number; when that is allowed decides whoever seeks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExtManual as _};
use ks_domain::FrameTable;

use crate::chain::{Linked, is_of_libav};
use crate::marks::{OwnTime, packet_time};
use crate::streams::FoundStream;

/// Packets of frames before this number need not be decoded. Clones share the number.
#[derive(Clone, Default)]
pub(crate) struct Limit(Arc<AtomicU32>);

impl Limit {
    pub(crate) fn set(&self, frame: u32) {
        self.0.store(frame, Ordering::Release);
    }

    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

/// How the packets of a stream are cut into units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// A length of so many bytes stands before each unit.
    Lengths(usize),
    /// Each unit begins with a start code.
    StartCodes,
}

/// Lets the decoder of this stream do without pictures before the limit that nothing refers to, if the stream is one in
/// which they can be told. Otherwise the limit does nothing.
pub(crate) fn leave_out(linked: &Linked, stream: &FoundStream, table: &Arc<FrameTable>, limit: &Limit) {
    if linked.is_hardware || !is_of_libav(&linked.decoder) {
        return;
    }
    let (Some(framing), Some(entrance)) = (framing_of(&stream.caps), linked.decoder.static_pad("sink")) else { return };
    let (table, limit) = (Arc::clone(table), limit.clone());
    entrance.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        let before = limit.get();
        let Some(gst::PadProbeData::Buffer(buffer)) = &info.data else { return gst::PadProbeReturn::Ok };
        if before == 0 || !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            return gst::PadProbeReturn::Ok;
        }
        let segment = pad.sticky_event::<gst::event::Segment>(0);
        let number = segment
            .as_ref()
            .and_then(|event| event.segment().downcast_ref::<gst::ClockTime>())
            .and_then(|segment| packet_time(buffer, segment))
            .map(|time| OwnTime { time, is_exact: true }.number(&table));
        let is_early = number.is_some_and(|number| number < before);
        if is_early && buffer.map_readable().is_ok_and(|bytes| is_referred_to(&bytes, framing) == Some(false)) {
            // `Drop` would make the bindings of 0.25 release the buffer twice; `Handled` drops it, too.
            return gst::PadProbeReturn::Handled;
        }
        gst::PadProbeReturn::Ok
    });
}

/// `None` for streams whose packets cannot be judged one by one: other codecs, fields instead of frames.
fn framing_of(caps: &gst::Caps) -> Option<Framing> {
    let structure = caps.structure(0)?;
    let is_whole = structure.get::<&str>("alignment").is_ok_and(|alignment| alignment == "au");
    let has_frames = structure.get::<&str>("coded-picture-structure").is_ok_and(|kind| kind == "frame");
    let is_interlaced = structure.get::<&str>("interlace-mode").is_ok_and(|mode| mode != "progressive");
    if structure.name() != "video/x-h264" || !is_whole || !has_frames || is_interlaced {
        return None;
    }
    if structure.get::<&str>("stream-format").is_ok_and(|format| format == "byte-stream") {
        return Some(Framing::StartCodes);
    }
    // ISO/IEC 14496-15, 5.3.3.1: the fifth byte ends with the length's size less one.
    let data = structure.get::<gst::Buffer>("codec_data").ok()?;
    let data = data.map_readable().ok()?;
    data.get(4).map(|byte| Framing::Lengths(usize::from(byte & 3) + 1))
}

/// Whether the picture of a packet is referred to, told by its first slice: all slices of a picture agree (ITU-T H.264,
/// 7.4.1). `None` if the packet also carries parameters that others need, or has no slice.
fn is_referred_to(packet: &[u8], framing: Framing) -> Option<bool> {
    let mut rest = packet;
    loop {
        let (header, after) = next_unit(rest, framing)?;
        match header & 0x1f {
            1..=5 => return Some(header & 0x60 != 0),
            // Sequence and picture parameters, with their extensions.
            7 | 8 | 13 | 15 => return None,
            _ => rest = after,
        }
    }
}

/// The first byte of the next unit and what follows: after the unit, or inside it where only a search finds its end.
fn next_unit(bytes: &[u8], framing: Framing) -> Option<(u8, &[u8])> {
    match framing {
        Framing::Lengths(size) => {
            let (length, rest) = bytes.split_at_checked(size)?;
            let length = length.iter().fold(0_usize, |length, byte| (length << 8) | usize::from(*byte));
            let (unit, after) = rest.split_at_checked(length)?;
            Some((*unit.first()?, after))
        }
        Framing::StartCodes => {
            let at = bytes.windows(3).position(|code| code == [0, 0, 1])?;
            let unit = bytes.get(at + 3..)?;
            Some((*unit.first()?, unit))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEI: &[u8] = &[0x06, 0x05, 0x01, 0xff];
    const REFERRED: &[u8] = &[0x41, 0x9a];
    const NOT_REFERRED: &[u8] = &[0x01, 0x9e];
    const PARAMETERS: &[u8] = &[0x68, 0xce];

    fn packet(units: &[&[u8]], framing: Framing) -> Vec<u8> {
        let mut out = Vec::new();
        for unit in units {
            match framing {
                Framing::Lengths(size) => out.extend(&(unit.len() as u32).to_be_bytes()[4 - size..]),
                Framing::StartCodes => out.extend([0, 0, 0, 1]),
            }
            out.extend(*unit);
        }
        out
    }

    #[test]
    fn the_first_slice_says_whether_a_picture_is_referred_to() {
        for framing in [Framing::Lengths(4), Framing::Lengths(2), Framing::StartCodes] {
            let judged = |units: &[&[u8]]| is_referred_to(&packet(units, framing), framing);
            assert_eq!(judged(&[NOT_REFERRED]), Some(false));
            assert_eq!(judged(&[SEI, NOT_REFERRED, NOT_REFERRED]), Some(false));
            assert_eq!(judged(&[SEI, REFERRED]), Some(true));
            assert_eq!(judged(&[PARAMETERS, NOT_REFERRED]), None);
            assert_eq!(judged(&[SEI]), None);
            assert_eq!(judged(&[]), None);
        }
    }

    #[test]
    fn a_packet_that_was_cut_off_is_decoded() {
        let whole = packet(&[SEI, NOT_REFERRED], Framing::Lengths(4));
        assert_eq!(is_referred_to(&whole[..10], Framing::Lengths(4)), None);
    }
}
