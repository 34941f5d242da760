//! The project file, and the files of other programs that labels come from and go to.
//!
//! What a project is stands in `ks_domain::project`; here it is kept and exchanged. Tags and notes of checkpoints belong to
//! no project; they are in a [`Notebook`].

mod error;
pub mod exchange;
mod file;
mod keeper;
mod notebook;

pub use self::error::ProjectError;
pub use self::file::{AnalysisSummary, EXTENSION, Finding, Opened, ProjectFile, check};
pub use self::keeper::{Keep, Keeper, KeeperState};
pub use self::notebook::{Notebook, NotebookError, Words};
