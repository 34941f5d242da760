//! Decoders in hardware: which of them the system offers, and whether they start.
//!
//! Only watching uses them. Their frames are asked for in the main memory, as planes like those of any other decoder.

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, GstObjectExt as _, PluginFeatureExtManual as _};

use crate::streams::FoundStream;

/// What decodes a video that is watched. Analysis always decodes in software, whose pixels are the same on every
/// machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decoding {
    /// Hardware where the system offers some for the codec, else software; software, too, if the hardware fails.
    #[default]
    Auto,
    /// Software only.
    Software,
}

/// The best hardware decoder for a stream that starts; `None` if there is none.
pub(crate) fn decoder_for(stream: &FoundStream) -> Option<gst::Element> {
    let main_memory = gst::Caps::new_empty_simple("video/x-raw");
    let kind = gst::ElementFactoryType::DECODER;
    let mut all: Vec<_> = gst::ElementFactory::factories_with_type(kind, gst::Rank::MARGINAL)
        .into_iter()
        .filter(|factory| factory.metadata("klass").is_some_and(|klass| klass.contains("Hardware")))
        .filter(|factory| factory.can_sink_any_caps(&stream.caps) && factory.can_src_any_caps(&main_memory))
        .collect();
    all.sort_by_key(|factory| std::cmp::Reverse(factory.rank()));
    all.into_iter().find_map(|factory| started(&factory))
}

/// Drivers that are installed without their hardware fail here, before anything is linked.
fn started(factory: &gst::ElementFactory) -> Option<gst::Element> {
    let decoder = factory.create().build().ok()?;
    if decoder.set_state(gst::State::Ready).is_ok() {
        tracing::debug!("the hardware decoder {} is used", factory.name());
        return Some(decoder);
    }
    tracing::debug!("the hardware decoder {} does not start", factory.name());
    decoder.set_state(gst::State::Null).ok(); // It was never used.
    None
}
