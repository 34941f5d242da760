//! Labels of other programs: which formats there are, what is exported, and what an import would bring.
//!
//! Reading and writing them is the window's shell's; what is here is what people choose and see.

use ks_domain::project::{Change, VideoId};

use super::actions::ProjectEffect;
use crate::state::{AppState, Dialog, Effect, Severity};
use crate::tr;

/// A format of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatEntry {
    /// Its name in commands.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// Which videos are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportWhat {
    /// All of the queue.
    #[default]
    All,
    /// The selected ones.
    Marked,
}

/// What is chosen in the dialog that exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportView {
    /// Which format, by its place.
    pub format: usize,
    /// Which videos.
    pub what: ExportWhat,
    /// Whether predictions go with the labels.
    pub with_predictions: bool,
}

/// What an import would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportView {
    /// The format that was recognised.
    pub format: String,
    /// What comes, what does not and why, in lines.
    pub lines: Vec<String>,
    /// Whether nothing comes.
    pub is_empty: bool,
}

/// Something that the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeAction {
    /// Choose what is exported.
    Choose(ExportView),
    /// Export it.
    Export,
    /// Take the import in.
    Apply,
    /// Leave it.
    Drop,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeEffect {
    /// Ask for files and plan what they bring; answer with [`ExchangeEvent::Planned`].
    AskToImport,
    /// Say what the planned import changes; answer with [`ExchangeEvent::Changes`].
    Apply,
    /// Forget the planned import.
    Drop,
    /// Ask for a folder and write the labels there; answer with [`ExchangeEvent::Exported`].
    Export {
        /// The name of the format.
        format: String,
        /// Which videos.
        videos: Vec<VideoId>,
        /// Whether predictions go with the labels.
        with_predictions: bool,
    },
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum ExchangeEvent {
    /// Files were read.
    Planned(ImportView),
    /// What the import changes, one after another.
    Changes(Vec<Change>),
    /// Labels were written.
    Exported {
        /// How many files.
        files: usize,
        /// Where.
        folder: String,
        /// What the format could not carry, in sentences.
        losses: Vec<String>,
    },
}

impl AppState {
    pub(in crate::state) fn apply_exchange_action(&mut self, action: ExchangeAction) -> Vec<Effect> {
        let effect = match action {
            ExchangeAction::Choose(view) => {
                self.dialog = Some(Dialog::Export(view));
                return vec![];
            }
            ExchangeAction::Export => {
                let Some(Dialog::Export(view)) = self.dialog.take() else { return vec![] };
                let Some(format) = self.studio.formats.get(view.format) else { return vec![] };
                let videos = match view.what {
                    ExportWhat::All => self.videos.iter().map(|video| video.id).collect(),
                    ExportWhat::Marked => self.marked_or_selected(),
                };
                let with_predictions = view.with_predictions;
                ExchangeEffect::Export { format: format.id.clone(), videos, with_predictions }
            }
            ExchangeAction::Apply => {
                self.dialog = None;
                ExchangeEffect::Apply
            }
            ExchangeAction::Drop => {
                self.dialog = None;
                ExchangeEffect::Drop
            }
        };
        vec![Effect::Project(ProjectEffect::Exchange(effect))]
    }

    pub(super) fn apply_exchange(&mut self, event: ExchangeEvent) -> Vec<Effect> {
        match event {
            ExchangeEvent::Planned(view) => {
                self.dialog = Some(Dialog::Import(view));
                vec![]
            }
            ExchangeEvent::Changes(changes) => {
                let effects = changes.into_iter().flat_map(|change| self.commit(change)).collect();
                self.announce(Severity::Info, tr!("studio-imported"), String::new());
                effects
            }
            ExchangeEvent::Exported { files, folder, losses } => {
                let severity = if losses.is_empty() { Severity::Info } else { Severity::Warning };
                let mut details = vec![folder];
                details.extend(losses);
                self.announce(severity, tr!("studio-exported", count = files), details.join("\n"));
                vec![]
            }
        }
    }
}
