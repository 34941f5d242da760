//! Closing the window: it waits until everything is on the disk, and says so where that cannot be.

use std::time::{Duration, Instant};

use eframe::egui;
use ks_project::KeeperState;
use ks_ui::state::{Event, Failure, FileWork, ProjectEvent};

use super::shell::Shell;

/// How long closing waits for the disk before it asks.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far closing is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Closing {
    /// Nobody wants to.
    No,
    /// It waits until everything is on the disk.
    Waits {
        /// Since when.
        since: Instant,
    },
    /// The user was told that closing now loses changes.
    Warned,
}

impl Shell {
    /// Holds the window open until everything is on the disk. Where that cannot be, says so, and lets go when it is
    /// closed once more.
    pub(super) fn guard_closing(&mut self) {
        let is_asked = self.ctx.input(|input| input.viewport().close_requested());
        let state = self.project.state();
        match self.closing {
            Closing::No if is_asked && state.unsaved > 0 => {
                self.ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.closing = Closing::Waits { since: Instant::now() };
                self.happens(Event::Project(ProjectEvent::Busy(Some(FileWork::Closing))));
                self.inbox.outlet().wake_soon();
            }
            Closing::No => {}
            Closing::Waits { since } => {
                if is_asked {
                    self.ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                }
                if state.unsaved == 0 {
                    self.closing = Closing::No;
                    self.ctx.send_viewport_cmd(egui::ViewportCommand::Close);
                } else if state.trouble.is_some() || since.elapsed() > PATIENCE {
                    self.closing = Closing::Warned;
                    self.happens(Event::Project(ProjectEvent::Busy(None)));
                    self.warn_of_loss(state);
                } else {
                    self.inbox.outlet().wake_soon();
                }
            }
            // What was in the way is gone: the next time is like the first one.
            Closing::Warned if state.unsaved == 0 => self.closing = Closing::No,
            Closing::Warned => {}
        }
    }

    fn warn_of_loss(&mut self, state: KeeperState) {
        let details = state.trouble.unwrap_or_else(|| "the disk does not answer".to_owned());
        self.happens(Event::Trouble(Failure {
            summary: format!(
                "{} changes are not saved yet; save the project under another name, or close again to lose them",
                state.unsaved
            ),
            details,
        }));
    }
}
