//! Which commands do anything now.

use super::AppState;
use crate::commands::{Command, Group};

impl AppState {
    /// Whether a command does anything now.
    pub fn can(&self, command: Command) -> bool {
        let selected = self.selected_video().filter(|_| !self.zoo.is_open);
        if !command.is_offered() {
            return false;
        }
        match command.info().group {
            Group::File => match command {
                Command::RemoveVideo => selected.is_some(),
                Command::PreviousVideo | Command::NextVideo => self.videos.len() > 1,
                _ => true,
            },
            Group::Playback | Group::Timeline => selected.is_some_and(|video| video.info().is_some()),
            Group::Edit | Group::Label => selected.is_some(),
            Group::Analysis => match command {
                Command::CancelAnalysis => self.videos.iter().any(|video| video.analysis.phase.is_pending()),
                Command::Analyse => {
                    self.analyse_obstacle().is_none()
                        && selected.is_some_and(|video| !video.analysis.phase.is_pending())
                }
                _ => self.analyse_obstacle().is_none(),
            },
            Group::View | Group::Window => true,
        }
    }
}
