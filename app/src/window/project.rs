//! The project's file: opened, made when there is something to keep, kept up to date, and found under another name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ks_project::{EXTENSION, Keep, Keeper, Opened, ProjectError, ProjectFile};
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, ProjectEffect, ProjectEvent};

use super::inbox::Outlet;
use super::{dialogs, relink};

/// How long closing may take; what cannot be kept until then is asked about.
const AT_MOST: Duration = Duration::from_secs(5);

/// The file of the project that the window shows.
pub(super) struct ProjectLink {
    /// Where projects without a name go.
    folder: PathBuf,
    outlet: Outlet,
    open: Option<OpenFile>,
    /// What waits for a file, because none could be made.
    homeless: Vec<Keep>,
    has_news: Arc<AtomicBool>,
    told: ks_project::KeeperState,
}

struct OpenFile {
    keeper: Keeper,
    path: PathBuf,
    is_untitled: bool,
    /// Whether it holds anything that somebody would miss.
    is_worth_keeping: bool,
}

impl ProjectLink {
    pub(super) fn new(data_dir: &Path, outlet: Outlet) -> Self {
        Self {
            folder: data_dir.join("projects"),
            outlet,
            open: None,
            homeless: Vec::new(),
            has_news: Arc::new(AtomicBool::new(false)),
            told: ks_project::KeeperState::default(),
        }
    }

    /// Does what the state asks for, and says what came of it.
    pub(super) fn carry_out(&mut self, effect: ProjectEffect) -> Vec<Event> {
        let keep = match effect {
            ProjectEffect::KeepEntry(entry) => Keep::Entry(*entry),
            ProjectEffect::KeepFacts(video, facts) => Keep::Facts(video, facts),
            ProjectEffect::KeepRules(rules) => Keep::Rules(rules),
            ProjectEffect::BeginAnalysis(analysis) => Keep::Begin(*analysis),
            ProjectEffect::KeepWindows { analysis, first, windows } => Keep::Windows { analysis, first, windows },
            ProjectEffect::FinishAnalysis(analysis) => Keep::Finish(analysis),
            ProjectEffect::Close => {
                self.close();
                return vec![];
            }
            ProjectEffect::Open(path) => return self.open(&path),
            ProjectEffect::SaveAs(path) => return self.save_as(&path),
            ProjectEffect::AskToOpen => {
                dialogs::ask_for_project(self.outlet.clone(), self.folder.clone());
                return vec![];
            }
            ProjectEffect::AskToSave => {
                dialogs::ask_for_project_name(self.outlet.clone());
                return vec![];
            }
            // Carried out beside the file, by `exchange`.
            ProjectEffect::Exchange(_) => return vec![],
            ProjectEffect::Find { video, hash, path } => {
                relink::look_for(video, hash, path, self.outlet.clone());
                return vec![];
            }
        };
        self.keep(keep)
    }

    /// How far keeping is, if that is news.
    pub(super) fn news(&mut self) -> Option<Event> {
        let state = self.open.as_ref().map(|open| open.keeper.state()).unwrap_or_default();
        // While a change is on its way to the disk there is no need to say so; only what stays is told.
        let is_new =
            state.trouble != self.told.trouble || state.trouble.is_some() && state.unsaved != self.told.unsaved;
        self.has_news.store(false, Ordering::Relaxed);
        is_new.then(|| {
            self.told = state.clone();
            Event::Project(ProjectEvent::Kept { unsaved: state.unsaved, trouble: state.trouble })
        })
    }

    /// Waits until all is kept. What could not be is the answer.
    pub(super) fn flush(&self) -> ks_project::KeeperState {
        let mut state = self.open.as_ref().map(|open| open.keeper.flush(AT_MOST)).unwrap_or_default();
        state.unsaved += self.homeless.len();
        state
    }

    fn keep(&mut self, keep: Keep) -> Vec<Event> {
        let mut events = Vec::new();
        if self.open.is_none() {
            match self.create() {
                Ok(event) => events.push(event),
                Err(error) => {
                    self.homeless.push(keep);
                    let unsaved = self.homeless.len();
                    let trouble = Some(sentence(&error.to_string()));
                    return vec![Event::Project(ProjectEvent::Kept { unsaved, trouble })];
                }
            }
        }
        if let Some(open) = &mut self.open {
            open.is_worth_keeping |= is_worth_keeping(&keep);
            open.keeper.keep(keep);
        }
        events
    }

    /// Makes a file for a project that has none, and keeps there what waited for one.
    fn create(&mut self) -> Result<Event, ProjectError> {
        let failed = |error: std::io::Error, path: &Path| ProjectError::Failed {
            reason: error.to_string(),
            path: path.to_owned(),
        };
        std::fs::create_dir_all(&self.folder).map_err(|error| failed(error, &self.folder))?;
        let (path, file) = self.create_untitled()?;
        let keeper = self.start(file).map_err(|error| failed(error, &path))?;
        let mut is_worth_keeping = false;
        for keep in self.homeless.drain(..) {
            is_worth_keeping |= self::is_worth_keeping(&keep);
            keeper.keep(keep);
        }
        self.open = Some(OpenFile { keeper, path: path.clone(), is_untitled: true, is_worth_keeping });
        Ok(Event::Project(ProjectEvent::FileIs { path, is_untitled: true }))
    }

    /// A new file under the first free name of this minute.
    fn create_untitled(&self) -> Result<(PathBuf, ProjectFile), ProjectError> {
        let stamp = minute_of(SystemTime::now());
        let mut number = 1;
        loop {
            let name = match number {
                1 => format!("Untitled {stamp}.{EXTENSION}"),
                _ => format!("Untitled {stamp} ({number}).{EXTENSION}"),
            };
            let path = self.folder.join(name);
            match ProjectFile::create(&path) {
                Ok(file) => return Ok((path, file)),
                Err(ProjectError::Exists { .. } | ProjectError::InUse { .. }) if number < 1000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn start(&self, file: ProjectFile) -> std::io::Result<Keeper> {
        let (has_news, outlet) = (Arc::clone(&self.has_news), self.outlet.clone());
        Keeper::start(file, move || {
            has_news.store(true, Ordering::Relaxed);
            outlet.wake();
        })
    }

    /// Opens a project. The one that is open stays so until the other is.
    fn open(&mut self, path: &Path) -> Vec<Event> {
        let path = std::path::absolute(path).unwrap_or_else(|_unknown| path.to_owned());
        if self.open.as_ref().is_some_and(|open| open.path == path) {
            return vec![];
        }
        let mut read_only = None;
        let opened = match ProjectFile::open(&path) {
            Err(error @ (ProjectError::InUse { .. } | ProjectError::ReadOnly { .. })) => {
                read_only = Some(format!("{}; it is shown here for reading only", sentence(&error.to_string())));
                ProjectFile::open_for_reading(&path)
            }
            other => other,
        };
        let Opened { file, project, rules, backup } = match opened {
            Ok(opened) => opened,
            Err(error) => return vec![failure(&error.to_string())],
        };
        // Everything that can fail comes before the project that is open is let go: what is drawn next belongs to it.
        let summaries = match file.analyses() {
            Ok(summaries) => summaries,
            Err(error) => return vec![failure(&error.to_string())],
        };
        let mut videos: Vec<_> = summaries.iter().map(|analysis| analysis.video).collect();
        videos.dedup();
        let mut events = vec![Event::Project(ProjectEvent::Opened {
            path: path.clone(),
            read_only,
            project: Box::new(project),
            rules,
            backup,
        })];
        videos.sort();
        videos.dedup();
        for video in videos {
            match file.latest_analysis(video) {
                Ok(Some(record)) => events.push(Event::Project(ProjectEvent::Analysis(Box::new(record)))),
                Ok(None) => {}
                Err(error) => events.push(failure(&error.to_string())),
            }
        }
        match self.start(file) {
            Ok(keeper) => {
                self.close();
                self.open = Some(OpenFile { keeper, path, is_untitled: false, is_worth_keeping: true });
                events
            }
            Err(error) => vec![failure(&format!("the project cannot be kept open ({error}); close other programs"))],
        }
    }

    fn save_as(&mut self, path: &Path) -> Vec<Event> {
        let mut path = std::path::absolute(path).unwrap_or_else(|_unknown| path.to_owned());
        if path.extension().is_none() {
            path.set_extension(EXTENSION);
        }
        let mut events = Vec::new();
        if self.open.is_none() {
            match self.create() {
                Ok(event) => events.push(event),
                Err(error) => return vec![failure(&error.to_string())],
            }
        }
        let Some(open) = &mut self.open else { return events };
        match open.keeper.move_to(&path) {
            Ok(()) => {
                let old = std::mem::replace(&mut open.path, path.clone());
                // A project that had no name has one now; two of it would only confuse.
                if std::mem::replace(&mut open.is_untitled, false) {
                    remove_untitled(&old);
                }
                open.is_worth_keeping = true;
                events.push(Event::Project(ProjectEvent::FileIs { path, is_untitled: false }));
            }
            Err(reason) => events.push(failure(&reason)),
        }
        events
    }

    /// Closes the file. One without a name in which nobody did anything but open videos is taken away.
    fn close(&mut self) {
        self.told = ks_project::KeeperState::default();
        let Some(OpenFile { keeper, path, is_untitled, is_worth_keeping }) = self.open.take() else { return };
        drop(keeper);
        if is_untitled && !is_worth_keeping {
            remove_untitled(&path);
        }
    }
}

impl Drop for ProjectLink {
    fn drop(&mut self) {
        self.close();
    }
}

fn remove_untitled(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!("an empty project could not be taken away ({error}): {}", path.display());
    }
}

/// Whether somebody would miss it: labels and scores, not the mere list of videos.
fn is_worth_keeping(keep: &Keep) -> bool {
    match keep {
        Keep::Entry(entry) => entry.change.scope != ks_domain::project::Scope::Queue,
        Keep::Facts(..) | Keep::Rules(_) => false,
        Keep::Begin(_) | Keep::Windows { .. } | Keep::Finish(_) => true,
    }
}

fn failure(text: &str) -> Event {
    Event::Project(ProjectEvent::Failed(Failure::new(sentence(text))))
}

/// `2026-11-22 20.51`, in UTC: for names of files, which shall sort by time.
fn minute_of(time: SystemTime) -> String {
    let secs = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, minutes) = (secs / 86_400, secs % 86_400 / 60);
    let (year, month, day) = date_of(days);
    format!("{year:04}-{month:02}-{day:02} {:02}.{:02}", minutes / 60, minutes % 60)
}

/// The date of a day counted from 1970-01-01: years of 365 or 366 days, one after another.
fn date_of(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(59), (1970, 3, 1));
        assert_eq!(date_of(11_016), (2000, 2, 29));
        assert_eq!(date_of(20_779), (2026, 11, 22));
        assert_eq!(minute_of(UNIX_EPOCH + Duration::from_secs(86_399)), "1970-01-01 23.59");
    }
}
