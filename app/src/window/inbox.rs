//! The bounded way of events from other threads to the window.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui;
use ks_ui::state::Event;

/// Events that may wait; a thread that has more to say waits for the window.
const CAPACITY: usize = 512;

/// The window's end.
pub(super) struct Inbox {
    events: Receiver<Event>,
    outlet: Outlet,
}

/// A thread's end. Clones lead to the same window.
#[derive(Clone)]
pub(super) struct Outlet {
    events: SyncSender<Event>,
    ctx: egui::Context,
}

impl Inbox {
    pub(super) fn new(ctx: &egui::Context) -> Self {
        let (sender, events) = sync_channel(CAPACITY);
        Self { events, outlet: Outlet { events: sender, ctx: ctx.clone() } }
    }

    pub(super) fn outlet(&self) -> Outlet {
        self.outlet.clone()
    }

    pub(super) fn try_next(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

impl Outlet {
    /// Sends an event and wakes the window. Waits while too many events wait; never called by the window's thread.
    pub(super) fn send(&self, event: impl Into<Event>) {
        // The window is gone only when the program ends, and then nobody needs the event.
        if self.events.send(event.into()).is_ok() {
            self.ctx.request_repaint();
        }
    }

    /// Wakes the window.
    pub(super) fn wake(&self) {
        self.ctx.request_repaint();
    }

    /// Sends an event from the window's own thread, which must not wait; too many waiting events swallow it.
    pub(super) fn try_send(&self, event: Event) {
        if self.events.try_send(event).is_ok() {
            self.ctx.request_repaint();
        } else {
            tracing::warn!("an event was lost because too many wait");
        }
    }
}
