//! What was dropped on the window or named when it was opened: files, and the videos in folders.

use std::path::PathBuf;

use ks_ui::state::{Action, Event, Failure};

use super::inbox::Outlet;
use crate::videos::{MOST_FILES, videos_in};

/// Opens files as they are, and of folders the videos in them and below, in order of their names. Looking into folders
/// happens on a thread of its own.
pub(super) fn open(paths: Vec<PathBuf>, outlet: Outlet) {
    let answer = outlet.clone();
    let started = std::thread::Builder::new().name("dropped files".to_owned()).spawn(move || {
        let (files, is_cut) = videos_in(paths);
        if files.is_empty() {
            let failure =
                Failure::new("There is no video in this folder; drop video files, or a folder that holds some");
            answer.send(Event::Trouble(failure));
            return;
        }
        answer.send(Action::OpenPaths(files));
        if is_cut {
            let text = format!("Only the first {MOST_FILES} videos were opened; drop the other folders afterwards");
            answer.send(Event::Trouble(Failure::new(text)));
        }
    });
    if let Err(error) = started {
        let failure = Failure::new(format!("The files cannot be opened: no thread ({error})"));
        outlet.try_send(Event::Trouble(failure));
    }
}
