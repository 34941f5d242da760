//! What is done with packets when there is a hurry: those of pictures that nothing else refers to are left out, and key
//! frames come out without waiting for those that follow.
//!
//! H.264 says in every slice whether its picture is referred to. Dropping the others before the decoder changes no bit of
//! the pictures that are left, and saves up to half of the decoding. Which frames may be left out is said here as a
//! number; when that is allowed decides whoever seeks.
//!
//! A decoder keeps its first frames back, until it knows their order and as many as it has threads. For a glance it is
//! given the key frame alone and emptied, and then the key frame again, which costs decoding it twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExt as _, PadExtManual as _};
use ks_domain::FrameTable;

use crate::chain::{Linked, is_of_libav};
use crate::marks::{OwnTime, mark_glance, packet_time};
use crate::streams::FoundStream;

/// What whoever seeks wishes of the packets. Clones share the wishes.
#[derive(Clone, Default)]
pub(crate) struct Hurry(Arc<Wished>);

#[derive(Default)]
struct Wished {
    before: AtomicU32,
    glance: AtomicBool,
}

impl Hurry {
    /// Frames before this number need not come out.
    pub(crate) fn leave_out_before(&self, frame: u32) {
        self.0.before.store(frame, Ordering::Release);
    }

    /// Before this frame not all come out.
    pub(crate) fn left_out_before(&self) -> u32 {
        self.0.before.load(Ordering::Acquire)
    }

    /// Whether the next key frame is to come out at once, and then once more in its turn.
    pub(crate) fn glance(&self, is_wished: bool) {
        self.0.glance.store(is_wished, Ordering::Release);
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

/// Lets the decoder of this stream follow the wishes, if the stream is one in which packets can be judged. Otherwise the
/// wishes do nothing.
pub(crate) fn obey(linked: &Linked, stream: &FoundStream, table: &Arc<FrameTable>, hurry: &Hurry) {
    if linked.is_hardware || !is_of_libav(&linked.decoder) {
        return;
    }
    let (Some(framing), Some(entrance)) = (framing_of(&stream.caps), linked.decoder.static_pad("sink")) else { return };
    let (table, hurry) = (Arc::clone(table), hurry.clone());
    entrance.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        let before = hurry.left_out_before();
        let Some(gst::PadProbeData::Buffer(buffer)) = &info.data else { return gst::PadProbeReturn::Ok };
        let is_key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        if is_key && hurry.0.glance.swap(false, Ordering::AcqRel) {
            glance_at(pad, buffer);
        }
        if is_key || before == 0 {
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

/// Gives the decoder this packet alone and lets it hand out its frame; afterwards it knows nothing of it. If that fails,
/// it is because the pipeline is on its way elsewhere or ends.
fn glance_at(pad: &gst::Pad, packet: &gst::Buffer) {
    let mut alone = packet.copy();
    mark_glance(alone.make_mut());
    if pad.chain(alone).is_ok() {
        pad.send_event(gst::event::StreamGroupDone::new(gst::GroupId::next()));
    }
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
            let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
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
