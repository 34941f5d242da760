//! What the media framework says about the pipeline that plays, and how the player goes on after trouble.

use std::sync::atomic::Ordering;

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, GstObjectExt as _};

use ks_domain::MediaTime;

use super::state::PlayerEvent;
use super::thread::{PlayerThread, SEEK_PATIENCE};
use crate::MediaError;
use crate::decode::failure;
use crate::hardware::Decoding;

impl PlayerThread {
    /// Deals with the framework's messages. An error means that playing is over.
    pub(super) fn listen(&mut self) -> Result<(), MediaError> {
        let Some(bus) = self.playback.pipeline.bus() else { return Ok(()) };
        while let Some(message) = bus.pop() {
            match message.view() {
                gst::MessageView::AsyncDone(_) => self.picture_is_there(),
                gst::MessageView::Eos(_) => self.end_is_reached(),
                gst::MessageView::Element(_) => {
                    if let Ok(plugin) = gstreamer_pbutils::MissingPluginMessage::parse(&message) {
                        self.missing = Some(plugin.description().to_string());
                    }
                }
                gst::MessageView::Warning(warning) => {
                    tracing::debug!("while playing: {}", warning.error());
                }
                gst::MessageView::Error(error) => {
                    let is_sound = message.src().is_some_and(belongs_to_sound);
                    return self.trouble(&error.error(), is_sound);
                }
                _ => {}
            }
        }
        let failure = self.playback.wiring.lock().failure.clone();
        if let Some(error) = failure {
            return Err(error);
        }
        let is_stuck = !self.is_set_up && self.busy_since.is_some_and(|since| since.elapsed() > SEEK_PATIENCE);
        if is_stuck && self.is_hardware() {
            return self.try_leave_hardware("it gives no picture");
        }
        Ok(())
    }

    fn is_hardware(&self) -> bool {
        self.playback.wiring.lock().is_hardware
    }

    /// Without its sound card the video goes on silently, and after hardware failed in software; any other error ends
    /// it.
    fn trouble(&mut self, error: &gst::glib::Error, is_sound: bool) -> Result<(), MediaError> {
        if is_sound {
            self.shared.tell(PlayerEvent::Warning(format!("No sound: the sound output failed ({error})")));
            self.with_sound = false;
            return self.go_on_with_another();
        }
        if self.is_hardware() {
            return self.try_leave_hardware(error.message());
        }
        // A stream that was not linked for a reason also fails as “not linked”; the reason says more.
        let reason = self.playback.wiring.lock().failure.clone();
        Err(reason.unwrap_or_else(|| failure(error, self.missing.take(), &self.path)))
    }

    /// Goes on in software from the same frame on, and says so, once.
    fn try_leave_hardware(&mut self, reason: &str) -> Result<(), MediaError> {
        if self.decoding == Decoding::Auto {
            self.decoding = Decoding::Software;
            let reason = reason.trim_end_matches('.').to_lowercase();
            self.shared.tell(PlayerEvent::Warning(format!(
                "The graphics hardware could not decode this video ({reason}); it is decoded in software from here on"
            )));
        }
        self.stills.restart();
        if self.is_hardware() { self.go_on_with_another() } else { Ok(()) }
    }

    /// The same, when single frames were asked for.
    pub(super) fn leave_hardware(&mut self, reason: &str) {
        if let Err(error) = self.try_leave_hardware(reason) {
            self.shared.tell(PlayerEvent::Failed(error.to_string()));
        }
    }

    /// Opens the file again. The picture stays, and playing goes on from it.
    fn go_on_with_another(&mut self) -> Result<(), MediaError> {
        let here = self.here();
        let (has_picture, is_playing) = {
            let state = self.shared.state.lock();
            let has_picture = state.frame.is_some() || state.position != MediaTime::ZERO;
            // The first picture of the new pipeline is not the one that was shown.
            self.shared.is_still.store(has_picture, Ordering::Release);
            (has_picture, state.is_playing)
        };
        self.reopen()?;
        self.is_away = has_picture;
        if has_picture && is_playing {
            self.shared.wishes.ask(|wishes| wishes.seek = wishes.seek.or(Some(here)));
        }
        Ok(())
    }
}

fn belongs_to_sound(source: &gst::Object) -> bool {
    let mut object = Some(source.clone());
    while let Some(current) = object {
        if current.name().starts_with("autoaudiosink") {
            return true;
        }
        object = current.parent();
    }
    false
}
