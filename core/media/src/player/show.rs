//! What happens to a frame when it comes out of the pipeline: held back, or led into the slot.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExtManual as _};
use gstreamer_app as gst_app;
use ks_domain::MediaTime;
use parking_lot::Mutex;

use super::Shared;
use super::picture::{own_time, picture_of};

/// The first frame that may be shown after a seek.
pub(super) type Gate = Arc<Mutex<Option<MediaTime>>>;

/// Leads every frame that comes to be shown into the slot.
pub(super) fn show_frames(sink: &gst_app::AppSink, shared: &Arc<Shared>, gate: &Gate) {
    hold_back_early_frames(sink, gate);
    let for_preroll = Arc::downgrade(shared);
    let for_samples = Arc::downgrade(shared);
    let callbacks = gst_app::AppSinkCallbacks::builder()
        .new_preroll(move |sink| {
            let sample = sink.pull_preroll().map_err(|_stopping| gst::FlowError::Flushing)?;
            if let Some(shared) = for_preroll.upgrade() {
                show(&sample, &shared);
            }
            Ok(gst::FlowSuccess::Ok)
        })
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_stopping| gst::FlowError::Flushing)?;
            if let Some(shared) = for_samples.upgrade() {
                show(&sample, &shared);
            }
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

fn show(sample: &gst::Sample, shared: &Shared) {
    let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>().cloned());
    let time = sample.buffer().zip(segment.as_ref()).and_then(|(buffer, segment)| own_time(buffer, segment));
    let table = shared.table.lock().clone();
    let Some(picture) = time.and_then(|time| picture_of(sample, time, table.as_deref(), &shared.info)) else { return };
    {
        let mut state = shared.state.lock();
        state.position = picture.time;
        state.frame = table.map(|_| picture.frame);
    }
    drop(shared.pictures.put(picture));
    (shared.on_wake)();
}
