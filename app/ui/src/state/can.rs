//! Which commands do anything now.

use super::{AppState, Screen};
use crate::commands::{Command, Group};

impl AppState {
    /// Whether a command does anything now.
    pub fn can(&self, command: Command) -> bool {
        let selected = self.selected_video().filter(|_| self.screen() == Screen::Analyse);
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
            Group::Edit => self.can_edit(command, selected.is_some()),
            Group::Label => match command {
                Command::AcceptPrediction | Command::RejectPrediction => {
                    let is_open = || {
                        let mut bars = self.studio.rows.all().iter().flat_map(|row| &row.labels);
                        bars.any(|bar| bar.is_unconfirmed)
                    };
                    selected.is_some_and(|video| video.analysis.lanes.segment_count() > 0 || is_open())
                }
                _ => selected.is_some(),
            },
            Group::Analysis => match command {
                Command::CancelAnalysis => self.videos.iter().any(|video| video.analysis.phase.is_pending()),
                Command::Analyse => {
                    self.analyse_obstacle().is_none()
                        && selected.is_some_and(|video| !video.analysis.phase.is_pending())
                }
                Command::Improve => self.improve_obstacle().is_none(),
                _ => self.analyse_obstacle().is_none(),
            },
            Group::View => match command {
                Command::ZoomPictureIn | Command::ZoomPictureOut => {
                    selected.is_some_and(|video| video.info().is_some())
                }
                Command::ResetPicture => selected.is_some_and(|video| !video.picture_view.is_whole()),
                _ => true,
            },
            Group::Window => true,
        }
    }

    fn can_edit(&self, command: Command, has_video: bool) -> bool {
        match command {
            Command::Undo => self.next_undo().is_some(),
            Command::Redo => self.next_redo().is_some(),
            Command::DeleteSegment
            | Command::NudgeStartBack
            | Command::NudgeStartForward
            | Command::NudgeEndBack
            | Command::NudgeEndForward => !self.studio.selection.is_empty(),
            Command::MergeSegments => self.studio.selection.len() > 1,
            _ => has_video,
        }
    }
}
