//! The files of the model zoo, behind the window: looked for, fetched and imported on threads of their own.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use ks_domain::zoo::{self, Entry};
use ks_domain::{CancelToken, Progress};
use ks_engine::zoo::{FetchOptions, Presence, ZooError, ZooStore};
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, ZooActivity, ZooEffect, ZooEvent, ZooFile};

use super::dialogs::Dialogs;
use super::inbox::Outlet;

/// What is under way.
pub(super) struct ZooLink {
    outlet: Outlet,
    dialogs: Dialogs,
    running: HashMap<String, CancelToken>,
}

/// One file on its way.
struct Errand {
    store: ZooStore,
    entry: &'static Entry,
    cancel: CancelToken,
    outlet: Outlet,
}

impl ZooLink {
    pub(super) fn new(outlet: Outlet, dialogs: Dialogs) -> Self {
        Self { outlet, dialogs, running: HashMap::new() }
    }

    /// Does what is asked for; answers come later, or at once if nothing can be done.
    pub(super) fn carry_out(&mut self, effect: ZooEffect) -> Vec<Event> {
        match effect {
            ZooEffect::List => self.list(),
            ZooEffect::Fetch(name) => self.start(&name, "zoo fetch", Errand::fetch),
            ZooEffect::Import { name, path } => self.start(&name, "zoo import", move |errand| errand.import(&path)),
            ZooEffect::Cancel(name) => {
                if let Some(cancel) = self.running.get(&name) {
                    cancel.cancel();
                }
                vec![]
            }
            ZooEffect::AskForFile(name) => {
                self.dialogs.ask_for_zoo_file(self.outlet.clone(), name);
                vec![]
            }
        }
    }

    fn list(&self) -> Vec<Event> {
        let store = match ZooStore::find(None) {
            Ok(store) => store,
            Err(error) => return vec![Event::Zoo(ZooEvent::Failed(failure(&error)))],
        };
        let outlet = self.outlet.clone();
        let look = move || {
            let files: BTreeMap<String, ZooFile> =
                store.list().iter().map(|stored| (stored.entry.name.clone(), present(&store, stored.entry))).collect();
            outlet.send(Event::Zoo(ZooEvent::Listed(files)));
        };
        match std::thread::Builder::new().name("zoo list".to_owned()).spawn(look) {
            Ok(_thread) => vec![],
            Err(error) => vec![Event::Zoo(ZooEvent::Failed(failure(&ZooError::Thread(error))))],
        }
    }

    fn start(&mut self, name: &str, thread: &str, work: impl FnOnce(&Errand) + Send + 'static) -> Vec<Event> {
        let begin = || -> Result<CancelToken, ZooError> {
            let (store, entry, cancel) = (ZooStore::find(None)?, zoo::find(name)?, CancelToken::new());
            let errand = Errand { store, entry, cancel: cancel.clone(), outlet: self.outlet.clone() };
            let thread = std::thread::Builder::new().name(thread.to_owned());
            thread.spawn(move || work(&errand)).map_err(ZooError::Thread)?;
            Ok(cancel)
        };
        match begin() {
            Ok(cancel) => {
                self.running.insert(name.to_owned(), cancel);
                vec![]
            }
            Err(error) => vec![Event::Zoo(ZooEvent::File(name.to_owned(), ZooFile::Failed(failure(&error))))],
        }
    }
}

impl Errand {
    fn fetch(&self) {
        // The reducer asks for nothing while the setting forbids it; the environment is looked at once more.
        let offline_by = ks_engine::zoo::offline_by_environment();
        let options = FetchOptions { offline_by, ..FetchOptions::default() };
        let mut report = |progress| self.tell_progress(ZooActivity::Fetching, progress);
        let fetched = ks_engine::zoo::fetch(&self.store, self.entry, &options, &self.cancel, &mut report);
        self.tell_end(fetched.map(|_fetched| ()));
    }

    fn import(&self, path: &Path) {
        let mut report = |progress| self.tell_progress(ZooActivity::Importing, progress);
        let claimed = (Some(self.entry), false);
        let imported = ks_engine::zoo::import(&self.store, path, claimed, &self.cancel, &mut report);
        self.tell_end(imported.map(|_imported| ()));
    }

    fn tell_progress(&self, activity: ZooActivity, progress: Progress) {
        self.tell(ZooFile::Busy { activity, progress });
    }

    fn tell_end(&self, result: Result<(), ZooError>) {
        self.tell(match result {
            Ok(()) | Err(ZooError::Cancelled) => present(&self.store, self.entry),
            Err(error) => ZooFile::Failed(failure(&error)),
        });
    }

    fn tell(&self, file: ZooFile) {
        self.outlet.send(Event::Zoo(ZooEvent::File(self.entry.name.clone(), file)));
    }
}

fn present(store: &ZooStore, entry: &Entry) -> ZooFile {
    match store.presence(entry) {
        Presence::Absent => ZooFile::Absent { partial_bytes: 0 },
        Presence::Partial { bytes } => ZooFile::Absent { partial_bytes: bytes },
        Presence::Here { bytes, is_published } => ZooFile::Here { path: store.path(entry), bytes, is_published },
    }
}

fn failure(error: &ZooError) -> Failure {
    Failure::new(sentence(&error.to_string()))
}
