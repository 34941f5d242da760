//! The sample project, behind the window: made when it is first asked for, on a thread of its own, and kept beside the
//! user's data. What it holds stands in [`content`], how it becomes files in [`make`].

pub(super) mod content;
mod make;

use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, bail};
use ks_domain::CancelToken;
use ks_media::MediaError;
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, SampleEvent};

use self::make::Making;
use super::built_in;
use super::engine::StartEngine;
use super::inbox::Outlet;

/// Who makes it.
pub(super) struct SampleLink {
    data_dir: PathBuf,
    start_engine: StartEngine,
    outlet: Outlet,
    running: Option<CancelToken>,
    /// The last one that was begun. It may still be tidying up.
    thread: Option<JoinHandle<()>>,
}

impl SampleLink {
    pub(super) fn new(data_dir: &Path, start_engine: StartEngine, outlet: Outlet) -> Self {
        Self { data_dir: data_dir.to_owned(), start_engine, outlet, running: None, thread: None }
    }

    /// Finds the sample project or makes it. Never waits.
    pub(super) fn find(&mut self) {
        self.cancel();
        let cancel = CancelToken::new();
        self.running = Some(cancel.clone());
        let (data_dir, start_engine, outlet) = (self.data_dir.clone(), self.start_engine, self.outlet.clone());
        let before = self.thread.take();
        let work = {
            let (cancel, outlet) = (cancel.clone(), outlet.clone());
            move || {
                // Both write into one draft. How the one before ended was said by itself.
                if let Some(before) = before {
                    _ = before.join();
                }
                let tell = |share| outlet.send_unless(&cancel, Event::Sample(SampleEvent::Progress(share)));
                let event = match find(&data_dir, start_engine, &cancel, &tell) {
                    Ok((project, checkpoint)) => SampleEvent::Made { project, checkpoint },
                    Err(error) if matches!(error.downcast_ref(), Some(MediaError::Cancelled)) => return,
                    Err(error) => SampleEvent::Failed(Failure::new(sentence(&format!("{error:#}")))),
                };
                outlet.send_unless(&cancel, Event::Sample(event));
            }
        };
        match thread::Builder::new().name("sample".to_owned()).spawn(work) {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => {
                let failure = Failure::new(format!("The sample cannot be made: no thread ({error})"));
                outlet.try_send(Event::Sample(SampleEvent::Failed(failure)));
            }
        }
    }

    /// Stops making it; what there is of it goes away.
    pub(super) fn cancel(&mut self) {
        if let Some(running) = self.running.take() {
            running.cancel();
        }
    }
}

impl Drop for SampleLink {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The project's file and the network that belongs to it.
fn find(
    data_dir: &Path,
    start_engine: StartEngine,
    cancel: &CancelToken,
    tell: &dyn Fn(f32),
) -> anyhow::Result<(PathBuf, PathBuf)> {
    let checkpoint = built_in::ensure(&data_dir.join("runs")).context(
        "the network that comes with the program cannot be written beside your data; check the folder and its free space",
    )?;
    // A folder whose project somebody has moved away is left as it is; the sample is made beside it then.
    for number in 1..=1000_u32 {
        let folder = data_dir.join(if number == 1 { "sample".to_owned() } else { format!("sample {number}") });
        let project = content::project_in(&folder);
        if project.is_file() {
            return Ok((project, checkpoint));
        }
        if !folder.exists() {
            let making = Making { folder: &folder, checkpoint: &checkpoint, cancel, tell };
            return making.run(start_engine).map(|()| (project, checkpoint));
        }
    }
    bail!("there are too many folders named sample in {}; remove some", data_dir.display())
}
