//! What is known of the installation: what is missing on this computer, what draws and plays, and whether there is a newer
//! version.

use super::{AppState, Dialog, Effect};
use crate::tr;

/// The installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// What plays, as `GStreamer 1.22.0`; empty until it was looked at.
    pub media: String,
    /// Who draws the window.
    pub drawn_by: String,
    /// Where settings, data and caches are.
    pub places: Vec<String>,
    /// What will not work, a sentence each.
    pub missing: Vec<MissingPart>,
    /// Whether there is a newer version.
    pub update: UpdateCheck,
}

/// Something that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPart {
    /// What does not work: `H.265 decoding`.
    pub purposes: String,
    /// What to do about it.
    pub remedy: String,
}

/// How far looking for a newer version is. It is looked for only when somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UpdateCheck {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// The answer is on its way.
    Asking,
    /// This is the newest version.
    Newest,
    /// There is a newer one.
    Newer {
        /// Which.
        version: String,
        /// The page that describes it.
        page: String,
    },
    /// It could not be found out; why, in a sentence.
    Failed(String),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallationEvent {
    /// What plays, and what is missing.
    Looked {
        /// As `GStreamer 1.22.0`.
        media: String,
        /// What will not work.
        missing: Vec<MissingPart>,
    },
    /// Whether there is a newer version.
    Update(UpdateCheck),
}

impl AppState {
    pub(super) fn check_for_updates(&mut self) -> Vec<Effect> {
        self.dialog = Some(Dialog::About);
        if self.installation.update == UpdateCheck::Asking {
            return vec![];
        }
        if self.zoo.works_offline {
            self.installation.update = UpdateCheck::Failed(tr!("about-update-offline"));
            return vec![];
        }
        self.installation.update = UpdateCheck::Asking;
        vec![Effect::CheckForUpdates]
    }

    pub(super) fn apply_installation(&mut self, event: InstallationEvent) -> Vec<Effect> {
        match event {
            InstallationEvent::Looked { media, missing } => {
                self.installation.media = media;
                self.installation.missing = missing;
            }
            InstallationEvent::Update(update) => self.installation.update = update,
        }
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Command;
    use crate::state::{Action, Event};

    fn asked(state: &mut AppState) -> Vec<Effect> {
        state.apply(Action::Command(Command::CheckForUpdates).into())
    }

    #[test]
    fn updates_are_looked_for_once_and_only_when_asked() {
        let mut state = AppState::default();
        assert_eq!(state.installation.update, UpdateCheck::NotAsked);
        assert!(matches!(asked(&mut state).as_slice(), [Effect::CheckForUpdates]));
        assert!(asked(&mut state).is_empty());
        state.apply(Event::Installation(InstallationEvent::Update(UpdateCheck::Newest)));
        assert!(matches!(asked(&mut state).as_slice(), [Effect::CheckForUpdates]));
    }

    #[test]
    fn who_works_offline_is_not_connected() {
        let mut state = AppState::default();
        state.zoo.works_offline = true;
        assert!(asked(&mut state).is_empty());
        assert!(matches!(state.installation.update, UpdateCheck::Failed(_)));
    }
}
