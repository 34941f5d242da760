//! Questions for files and folders: what is asked, and the threads on which the window waits for answers.
//!
//! Who answers is [`Dialogs`]: the platform's own dialogs for people, a script for tests. The window goes on meanwhile.

use std::path::PathBuf;
use std::sync::Arc;

use ks_ui::state::{Action, Event, Failure, ProjectAction, ZooAction};
use rfd::FileDialog;

use super::inbox::Outlet;
use crate::videos::VIDEO_EXTENSIONS;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One file that is there.
    File,
    /// Files that are there.
    Files,
    /// A folder.
    Folder,
    /// A file that is to be made, with a name to begin with.
    NewFile(String),
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(super) title: String,
    pub(super) wanted: Wanted,
    /// Names of kinds of files, and their extensions.
    pub(super) filters: Vec<(&'static str, &'static [&'static str])>,
    /// Where to begin.
    pub(super) folder: Option<PathBuf>,
}

impl Question {
    pub(crate) fn new(title: impl Into<String>, wanted: Wanted) -> Self {
        Self { title: title.into(), wanted, filters: Vec::new(), folder: None }
    }

    /// Offers files of this kind.
    pub(crate) fn filter(mut self, name: &'static str, extensions: &'static [&'static str]) -> Self {
        self.filters.push((name, extensions));
        self
    }

    /// Offers every file, too.
    pub(super) fn or_any(self) -> Self {
        self.filter("All files", &["*"])
    }

    /// Begins in a folder.
    pub(super) fn starting_in(mut self, folder: Option<PathBuf>) -> Self {
        self.folder = folder;
        self
    }
}

type Answer = dyn Fn(&Question) -> Vec<PathBuf> + Send + Sync;

/// Who answers questions. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Dialogs(Arc<Answer>);

impl Dialogs {
    /// The platform's own dialogs.
    pub(crate) fn of_the_platform() -> Self {
        Self(Arc::new(ask_platform))
    }

    /// Somebody else answers; no path means that the question was dismissed.
    #[cfg(test)]
    pub(super) fn answered_by(answer: impl Fn(&Question) -> Vec<PathBuf> + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// Asks and waits; empty if the question was dismissed. Never called by the window's thread.
    pub(crate) fn ask(&self, question: &Question) -> Vec<PathBuf> {
        (self.0)(question)
    }

    /// Asks for one file or folder.
    pub(super) fn ask_for_one(&self, question: &Question) -> Option<PathBuf> {
        self.ask(question).into_iter().next()
    }

    /// Asks for videos.
    pub(super) fn ask_for_videos(&self, outlet: Outlet) {
        let question = Question::new("Open videos", Wanted::Files).filter("Videos", &VIDEO_EXTENSIONS).or_any();
        self.on_thread("ask for videos", outlet, question, Action::OpenPaths);
    }

    /// Asks for a checkpoint.
    pub(super) fn ask_for_checkpoint(&self, outlet: Outlet, folder: Option<PathBuf>) {
        let question = Question::new("Open checkpoint", Wanted::File).filter("Checkpoints", &["pth", "pt"]).or_any();
        self.one_on_thread("ask for a checkpoint", outlet, question.starting_in(folder), Action::ChooseCheckpoint);
    }

    /// Asks for the file of an entry of the model zoo.
    pub(super) fn ask_for_zoo_file(&self, outlet: Outlet, name: String) {
        let question = Question::new(format!("Choose the file of {name}"), Wanted::File);
        let question = question.filter("Checkpoints", &["pth", "pt", "pyth", "safetensors"]).or_any();
        let import = move |path| Action::Zoo(ZooAction::Import { name, path });
        self.one_on_thread("ask for a published file", outlet, question, import);
    }

    /// Asks for a labels file.
    pub(super) fn ask_for_labels(&self, outlet: Outlet, folder: Option<PathBuf>) {
        let question = Question::new("Open labels", Wanted::File).filter("Text files", &["txt"]).or_any();
        self.one_on_thread("ask for labels", outlet, question.starting_in(folder), Action::ChooseLabels);
    }

    /// Asks for a project.
    pub(super) fn ask_for_project(&self, outlet: Outlet, folder: PathBuf) {
        let folder = folder.is_dir().then_some(folder);
        let question = Question::new("Open project", Wanted::File).filter("Projects", &[ks_project::EXTENSION]);
        let open = |path| Action::Project(ProjectAction::Open(path));
        self.one_on_thread("ask for a project", outlet, question.or_any().starting_in(folder), open);
    }

    /// Asks for the name of a new project file.
    pub(super) fn ask_for_project_name(&self, outlet: Outlet) {
        let name = format!("Project.{}", ks_project::EXTENSION);
        let question = Question::new("Save project as", Wanted::NewFile(name));
        let question = question.filter("Projects", &[ks_project::EXTENSION]);
        let save = |path| Action::Project(ProjectAction::SaveAs(path));
        self.one_on_thread("ask for a project's name", outlet, question, save);
    }

    fn one_on_thread(
        &self,
        name: &str,
        outlet: Outlet,
        question: Question,
        action: impl FnOnce(PathBuf) -> Action + Send + 'static,
    ) {
        let first = |mut paths: Vec<PathBuf>| action(paths.swap_remove(0));
        self.on_thread(name, outlet, question, first);
    }

    /// Asks on a thread of its own and sends what is to be done with the answer, which is never empty.
    fn on_thread(
        &self,
        name: &str,
        outlet: Outlet,
        question: Question,
        action: impl FnOnce(Vec<PathBuf>) -> Action + Send + 'static,
    ) {
        let (answer, dialogs) = (outlet.clone(), self.clone());
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let paths = dialogs.ask(&question);
            if !paths.is_empty() {
                answer.send(action(paths));
            }
        });
        if let Err(error) = started {
            tracing::error!("no thread for a file dialog: {error}");
            let failure = Failure::new("The system has no room for a file dialog; close other programs and try again");
            outlet.try_send(Event::Trouble(failure));
        }
    }
}

fn ask_platform(question: &Question) -> Vec<PathBuf> {
    let mut dialog = FileDialog::new().set_title(question.title.as_str());
    for (name, extensions) in &question.filters {
        dialog = dialog.add_filter(*name, extensions);
    }
    if let Some(folder) = &question.folder {
        dialog = dialog.set_directory(folder);
    }
    match &question.wanted {
        Wanted::File => dialog.pick_file().into_iter().collect(),
        Wanted::Files => dialog.pick_files().unwrap_or_default(),
        Wanted::Folder => dialog.pick_folder().into_iter().collect(),
        Wanted::NewFile(name) => dialog.set_file_name(name.as_str()).save_file().into_iter().collect(),
    }
}
