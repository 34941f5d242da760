//! File dialogs, each on a thread of its own, so that the window goes on.

use std::path::PathBuf;

use ks_ui::state::{Action, Event, Failure, ProjectAction};
use rfd::FileDialog;

use super::inbox::Outlet;

/// Extensions that are offered first; “All files” offers the rest.
pub(super) const VIDEO_EXTENSIONS: [&str; 16] =
    ["mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "mts", "m2ts", "wmv", "flv", "ogv", "3gp", "mxf"];

/// Asks for videos.
pub(super) fn ask_for_videos(outlet: Outlet) {
    on_thread("ask for videos", outlet, || {
        let dialog = FileDialog::new().set_title("Open videos").add_filter("Videos", &VIDEO_EXTENSIONS);
        dialog.add_filter("All files", &["*"]).pick_files().map(Action::OpenPaths)
    });
}

/// Asks for a checkpoint.
pub(super) fn ask_for_checkpoint(outlet: Outlet, folder: Option<PathBuf>) {
    on_thread("ask for a checkpoint", outlet, move || {
        let dialog = FileDialog::new().set_title("Open checkpoint").add_filter("Checkpoints", &["pth", "pt"]);
        starting_in(dialog, folder).add_filter("All files", &["*"]).pick_file().map(Action::ChooseCheckpoint)
    });
}

/// Asks for the file of an entry of the model zoo.
pub(super) fn ask_for_zoo_file(outlet: Outlet, name: String) {
    on_thread("ask for a published file", outlet, move || {
        let title = format!("Choose the file of {name}");
        let dialog =
            FileDialog::new().set_title(title).add_filter("Checkpoints", &["pth", "pt", "pyth", "safetensors"]);
        let file = dialog.add_filter("All files", &["*"]).pick_file();
        file.map(|path| Action::Zoo(ks_ui::state::ZooAction::Import { name, path }))
    });
}

/// Asks for a labels file.
pub(super) fn ask_for_labels(outlet: Outlet, folder: Option<PathBuf>) {
    on_thread("ask for labels", outlet, move || {
        let dialog = FileDialog::new().set_title("Open labels").add_filter("Text files", &["txt"]);
        starting_in(dialog, folder).add_filter("All files", &["*"]).pick_file().map(Action::ChooseLabels)
    });
}

/// Asks for a project.
pub(super) fn ask_for_project(outlet: Outlet, folder: PathBuf) {
    on_thread("ask for a project", outlet, move || {
        let dialog = FileDialog::new().set_title("Open project").add_filter("Projects", &[ks_project::EXTENSION]);
        let folder = folder.is_dir().then_some(folder);
        let file = starting_in(dialog, folder).add_filter("All files", &["*"]).pick_file();
        file.map(|path| Action::Project(ProjectAction::Open(path)))
    });
}

/// Asks for the name of a new project file.
pub(super) fn ask_for_project_name(outlet: Outlet) {
    on_thread("ask for a project's name", outlet, move || {
        let name = format!("Project.{}", ks_project::EXTENSION);
        let dialog = FileDialog::new().set_title("Save project as").add_filter("Projects", &[ks_project::EXTENSION]);
        let file = dialog.set_file_name(name).save_file();
        file.map(|path| Action::Project(ProjectAction::SaveAs(path)))
    });
}

fn starting_in(dialog: FileDialog, folder: Option<PathBuf>) -> FileDialog {
    match folder {
        Some(folder) => dialog.set_directory(folder),
        None => dialog,
    }
}

fn on_thread(name: &str, outlet: Outlet, ask: impl FnOnce() -> Option<Action> + Send + 'static) {
    let answer = outlet.clone();
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        if let Some(action) = ask() {
            answer.send(action);
        }
    });
    if let Err(error) = started {
        tracing::error!("no thread for a file dialog: {error}");
        let failure = Failure::new("The system has no room for a file dialog; close other programs and try again");
        outlet.try_send(Event::Trouble(failure));
    }
}
