//! What happens to a frame when it comes to be shown: held back, kept, or led into the slot.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExtManual as _};
use gstreamer_app as gst_app;
use ks_domain::{MediaTime, Picture};
use parking_lot::Mutex;

use super::Shared;
use super::cache::Kept;
use super::picture::picture_of;
use super::pipeline::Playback;
use crate::marks::{own_time, own_time_of};
use crate::seek::keepable;

/// The first frame that may be shown after a seek.
pub(super) type Gate = Arc<Mutex<Option<MediaTime>>>;

/// Leads every frame that comes to be shown while playing into the slot.
pub(super) fn show_frames(playback: &Playback, shared: &Arc<Shared>, gate: &Gate) {
    let sink = &playback.sink;
    hold_back_early_frames(sink, gate);
    let show_to = |wiring: &Arc<Mutex<super::pipeline::Wiring>>| {
        let (shared, wiring) = (Arc::downgrade(shared), Arc::clone(wiring));
        move |sample: gst::Sample| {
            if let Some(shared) = shared.upgrade() {
                let may_keep = wiring.lock().may_keep;
                show(&sample, &shared, may_keep);
            }
        }
    };
    let (preroll, running) = (show_to(&playback.wiring), show_to(&playback.wiring));
    let callbacks = gst_app::AppSinkCallbacks::builder()
        .new_preroll(move |sink| {
            preroll(sink.pull_preroll().map_err(|_stopping| gst::FlowError::Flushing)?);
            Ok(gst::FlowSuccess::Ok)
        })
        .new_sample(move |sink| {
            running(sink.pull_sample().map_err(|_stopping| gst::FlowError::Flushing)?);
            Ok(gst::FlowSuccess::Ok)
        })
        .build();
    sink.set_callbacks(callbacks);
}

/// Frames before the one that was asked for never reach the sink.
fn hold_back_early_frames(sink: &gst_app::AppSink, gate: &Gate) {
    let Some(pad) = sink.static_pad("sink") else { return };
    let gate = Arc::clone(gate);
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        let first = *gate.lock();
        let (Some(first), Some(gst::PadProbeData::Buffer(buffer))) = (first, &info.data) else {
            return gst::PadProbeReturn::Ok;
        };
        let segment = pad.sticky_event::<gst::event::Segment>(0);
        let time = segment
            .as_ref()
            .and_then(|event| event.segment().downcast_ref::<gst::ClockTime>())
            .and_then(|segment| own_time(buffer, segment));
        if time.is_some_and(|time| time.is_exact && time.time.saturating_add(MediaTime::from_nanos(1)) < first) {
            // `Drop` would make the bindings of 0.25 release the buffer twice; `Handled` drops it, too.
            return gst::PadProbeReturn::Handled;
        }
        *gate.lock() = None;
        gst::PadProbeReturn::Ok
    });
}

fn show(sample: &gst::Sample, shared: &Shared, may_keep: bool) {
    let table = shared.table.lock().clone();
    let Some(time) = own_time_of(sample) else { return };
    let Some(picture) = picture_of(sample, time, table.as_deref(), &shared.info) else { return };
    if table.is_some() {
        let kept = Kept { sample: keepable(sample, may_keep), time };
        let mut cache = shared.cache.lock();
        if !shared.is_still.load(Ordering::Acquire) {
            cache.look_at(picture.frame);
        }
        cache.insert(picture.frame, kept);
    }
    lead(picture, table.is_some(), shared, false);
}

/// Puts a picture into the slot. One that was played is too late once stills are shown.
pub(super) fn lead(picture: Picture, is_numbered: bool, shared: &Shared, is_still: bool) {
    let mut state = shared.state.lock();
    if !is_still && shared.is_still.load(Ordering::Acquire) {
        return;
    }
    state.position = picture.time;
    state.frame = is_numbered.then_some(picture.frame);
    if is_still {
        state.is_buffering = false;
    }
    // Under the lock, so that no picture from before overtakes it.
    let before = shared.pictures.put(picture);
    drop(state);
    drop(before);
    (shared.on_wake)();
}
