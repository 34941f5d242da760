//! The bounded way of events from other threads to the window.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use eframe::egui;
use ks_domain::CancelToken;
use ks_ui::state::Event;

/// Events that may wait; a thread that has more to say waits for the window.
const CAPACITY: usize = 512;

/// The window's end.
pub(super) struct Inbox {
    events: Receiver<Letter>,
    outlet: Outlet,
}

/// An event, and who may say meanwhile that nobody wants it any more.
type Letter = (Option<CancelToken>, Event);

/// A thread's end. Clones lead to the same window.
#[derive(Clone)]
pub(super) struct Outlet {
    events: SyncSender<Letter>,
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
        let is_wanted = |letter: &Letter| !letter.0.as_ref().is_some_and(CancelToken::is_cancelled);
        self.events.try_iter().find(is_wanted).map(|(_cancel, event)| event)
    }
}

impl Outlet {
    /// Sends an event and wakes the window. Waits while too many events wait; never called by the window's thread.
    pub(super) fn send(&self, event: impl Into<Event>) {
        self.post((None, event.into()));
    }

    /// The same for an event about something that may be gone when it arrives: another project numbers its videos
    /// anew, and must not hear of the videos of the one before.
    pub(super) fn send_unless(&self, cancel: &CancelToken, event: impl Into<Event>) {
        self.post((Some(cancel.clone()), event.into()));
    }

    fn post(&self, letter: Letter) {
        // The window is gone only when the program ends, and then nobody needs the event.
        if self.events.send(letter).is_ok() {
            self.ctx.request_repaint();
        }
    }

    /// Wakes the window.
    pub(super) fn wake(&self) {
        self.ctx.request_repaint();
    }

    /// Wakes the window in a moment: for what it has to look after again and again.
    pub(super) fn wake_soon(&self) {
        self.ctx.request_repaint_after(Duration::from_millis(20));
    }

    /// Sends an event from the window's own thread, which must not wait; too many waiting events swallow it.
    pub(super) fn try_send(&self, event: Event) {
        if self.events.try_send((None, event)).is_ok() {
            self.ctx.request_repaint();
        } else {
            tracing::warn!("an event was lost because too many wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use ks_ui::state::Failure;

    use super::*;

    #[test]
    fn what_nobody_wants_any_more_never_arrives() {
        let inbox = Inbox::new(&egui::Context::default());
        let (wanted, unwanted) = (CancelToken::new(), CancelToken::new());
        let trouble = |text: &str| Event::Trouble(Failure::new(text));
        inbox.outlet().send_unless(&unwanted, trouble("old"));
        inbox.outlet().send_unless(&wanted, trouble("new"));
        inbox.outlet().send(trouble("always"));
        // It was on its way already.
        unwanted.cancel();
        let arrived: Vec<String> = std::iter::from_fn(|| inbox.try_next())
            .map(|event| if let Event::Trouble(failure) = event { failure.summary } else { String::new() })
            .collect();
        assert_eq!(arrived, ["new", "always"]);
    }
}
