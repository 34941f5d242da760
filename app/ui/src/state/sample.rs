//! The sample project: found or made outside, then opened like any other.

use std::path::PathBuf;

use super::{Action, AppState, Effect, Failure, ProjectAction, Severity};

/// How far the sample is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Sample {
    /// Nobody asked for it, or it is open.
    #[default]
    Idle,
    /// It is made.
    Making {
        /// How much of it is done, 0 to 1.
        share: f32,
    },
}

/// What became of the sample.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleEvent {
    /// So much of it is done, 0 to 1.
    Progress(f32),
    /// It is there.
    Made {
        /// The project's file.
        project: PathBuf,
        /// The network that its motions are known to.
        checkpoint: PathBuf,
    },
    /// It cannot be made.
    Failed(Failure),
}

impl AppState {
    pub(super) fn open_sample(&mut self) -> Vec<Effect> {
        if self.sample != Sample::Idle {
            return vec![];
        }
        self.sample = Sample::Making { share: 0.0 };
        vec![Effect::FindSample]
    }

    pub(super) fn cancel_sample(&mut self) -> Vec<Effect> {
        self.sample = Sample::Idle;
        vec![Effect::CancelSample]
    }

    pub(super) fn apply_sample(&mut self, event: SampleEvent) -> Vec<Effect> {
        match event {
            SampleEvent::Progress(share) => {
                self.sample = Sample::Making { share };
                vec![]
            }
            SampleEvent::Failed(failure) => {
                self.sample = Sample::Idle;
                self.announce(Severity::Error, failure.summary, failure.details);
                vec![]
            }
            SampleEvent::Made { project, checkpoint } => {
                self.sample = Sample::Idle;
                self.show_videos();
                let mut effects = self.apply_project_action(ProjectAction::Open(project));
                // Another network would know nothing of what is to be seen there.
                if self.model.file().is_none_or(|file| file.path != checkpoint) {
                    effects.extend(self.apply_action(Action::ChooseCheckpoint(checkpoint)));
                }
                effects
            }
        }
    }
}
