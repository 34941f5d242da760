//! The reducer's part for the project: committing changes, opening and saving.

use ks_domain::project::{Change, Entry, Project, RecordId, Scope};

use super::actions::{NextProject, ProjectAction, ProjectEffect, ProjectEvent};
use super::{ProjectFileState, Studio};
use crate::state::{AppState, Dialog, Effect, Severity, Unlearnt};
use crate::tr;

impl AppState {
    pub(in crate::state) fn apply_project_action(&mut self, action: ProjectAction) -> Vec<Effect> {
        match action {
            // Letting a project go whose changes are not on the disk would lose them.
            ProjectAction::New if self.studio.file.trouble.is_some() => {
                self.set(|state| state.dialog = Some(Dialog::SaveFirst(NextProject::New)))
            }
            ProjectAction::Open(path) if self.studio.file.trouble.is_some() => {
                self.set(|state| state.dialog = Some(Dialog::SaveFirst(NextProject::Open(path))))
            }
            ProjectAction::New => self.begin_anew(ProjectEffect::Close),
            // The question stays until there is a file, or until it is dismissed.
            ProjectAction::SaveFirst => vec![Effect::Project(ProjectEffect::AskToSave)],
            ProjectAction::LoseChanges => {
                let Some(Dialog::SaveFirst(next)) = self.dialog.take() else { return vec![] };
                let mut effects = self.begin_anew(ProjectEffect::Abandon);
                if let NextProject::Open(path) = next {
                    effects.push(Effect::Project(ProjectEffect::Open(path)));
                }
                effects
            }
            ProjectAction::Open(path) => vec![Effect::Project(ProjectEffect::Open(path))],
            ProjectAction::SaveAs(path) => vec![Effect::Project(ProjectEffect::SaveAs(path))],
            ProjectAction::RemoveVideos(ids) => self.remove_videos(&ids),
            ProjectAction::MoveVideo { video, before } => self.move_video(video, before),
            ProjectAction::ToggleMarked(id) => {
                let marked = &mut self.studio.marked_videos;
                if !marked.remove(&id) {
                    marked.insert(id);
                }
                vec![]
            }
            ProjectAction::MarkTo(id) => {
                self.mark_to(id);
                vec![]
            }
            ProjectAction::ClearMarked => {
                self.studio.marked_videos.clear();
                vec![]
            }
            ProjectAction::AnalyseMarked => {
                let ids = self.marked_or_selected();
                self.request_analysis(&ids)
            }
            ProjectAction::SetWork(work) => {
                let change = self.selected.and_then(|video| self.studio.project.set_work_state(video, work));
                self.commit_some(change)
            }
            ProjectAction::NoteVideo(text) => {
                let change = self.selected.and_then(|video| self.studio.project.note_video(video, &text));
                self.commit_some(change)
            }
            ProjectAction::SetWorkOf { videos, work } => videos
                .into_iter()
                .flat_map(|video| {
                    let change = self.studio.project.set_work_state(video, work);
                    self.commit_some(change)
                })
                .collect(),
            ProjectAction::NoteOf { video, note } => self.commit_some(self.studio.project.note_video(video, &note)),
            ProjectAction::FindVideo(video) => self.look_for(video),
            ProjectAction::Pages(action) => self.apply_page_action(action),
            ProjectAction::Relink { video, path } => {
                self.commit_some(self.studio.project.relink_video(video, &path.to_string_lossy()))
            }
            ProjectAction::SetPerson(name) => {
                self.studio.person = name;
                vec![Effect::SaveConfig]
            }
            ProjectAction::SetReaction(millis) => {
                self.studio.reaction_millis = millis.min(2_000);
                vec![Effect::SaveConfig]
            }
            ProjectAction::SetRules(rules) => self.set_rules(|kept| *kept = rules),
            ProjectAction::TryRules(rules) => {
                self.studio.tries_rules |= rules != self.studio.rules;
                self.set(|state| state.studio.rules = rules)
            }
            ProjectAction::KeepRules if self.studio.tries_rules => self.set_rules(|_| {}),
            ProjectAction::KeepRules => vec![],
            ProjectAction::SetClassThreshold { class, threshold } => self.set_rules(|rules| {
                match threshold {
                    Some(threshold) => rules.class_thresholds.insert(class, threshold.clamp(0.0, 1.0)),
                    None => rules.class_thresholds.remove(&class),
                };
            }),
            ProjectAction::ShowPage(page) => {
                self.studio.page = page;
                vec![]
            }
            ProjectAction::ShowAllClasses(shows) => {
                self.studio.shows_all_classes = shows;
                vec![]
            }
            ProjectAction::TravelTo(number) => self.travel_to(number),
        }
    }

    pub(in crate::state) fn apply_project(&mut self, event: ProjectEvent) -> Vec<Effect> {
        match event {
            ProjectEvent::Opened { path, read_only, project, rules, backup } => {
                let is_read_only = read_only.is_some();
                let file = ProjectFileState { path: Some(path), is_read_only, ..ProjectFileState::default() };
                let effects = self.replace_project(*project, file);
                self.studio.rules = rules;
                if let Some(why) = read_only {
                    self.announce(Severity::Warning, why, String::new());
                }
                if let Some(backup) = backup {
                    let text = tr!("studio-upgraded", name = super::file_name(&backup));
                    self.announce(Severity::Info, text, backup.display().to_string());
                }
                return effects;
            }
            ProjectEvent::Analysis(record) => self.restore_analysis(*record),
            ProjectEvent::FileIs { path, is_untitled } => {
                self.remember(&path);
                self.studio.file = ProjectFileState { path: Some(path), is_untitled, ..ProjectFileState::default() };
                let mut effects = vec![Effect::SaveConfig];
                if let Some(Dialog::SaveFirst(next)) = self.dialog.take_if(|open| matches!(open, Dialog::SaveFirst(_)))
                {
                    effects.extend(self.apply_project_action(match next {
                        NextProject::New => ProjectAction::New,
                        NextProject::Open(path) => ProjectAction::Open(path),
                    }));
                }
                return effects;
            }
            ProjectEvent::Kept { unsaved, trouble } => {
                self.studio.file.unsaved = unsaved;
                self.studio.file.trouble = trouble;
            }
            ProjectEvent::Hashed { video, hash, bytes } => {
                return self.learn(video, |facts| {
                    facts.hash = hash;
                    facts.bytes = bytes;
                });
            }
            ProjectEvent::Busy(work) => self.studio.work = work,
            ProjectEvent::Exchange(event) => return self.apply_exchange(event),
            ProjectEvent::Failed(failure) => {
                self.announce(Severity::Error, failure.summary, failure.details);
            }
        }
        vec![]
    }

    /// Makes a change, if there is one, and says what is to be kept of it.
    pub(in crate::state) fn commit_some(&mut self, change: Option<Change>) -> Vec<Effect> {
        change.map_or_else(Vec::new, |change| self.commit(change))
    }

    pub(in crate::state) fn commit(&mut self, change: Change) -> Vec<Effect> {
        let stamp = self.studio.stamp();
        match self.studio.project.commit(change, stamp) {
            Ok(entry) => self.committed(entry),
            Err(error) => {
                self.announce(Severity::Error, crate::format::sentence(&error.to_string()), String::new());
                vec![]
            }
        }
    }

    /// What follows from a new line of the journal.
    pub(super) fn committed(&mut self, entry: Entry) -> Vec<Effect> {
        let scope = entry.change.scope;
        let gone: Vec<RecordId> =
            entry.change.edits.iter().filter(|edit| edit.after.is_none()).filter_map(|edit| edit.id()).collect();
        for id in gone {
            if let RecordId::Segment(_, segment) = id {
                self.studio.selection.remove(&segment);
            }
        }
        if entry.change.edits.iter().any(|edit| edit.id() == Some(RecordId::Rules)) {
            self.studio.rules = self.studio.project.rules();
            self.studio.tries_rules = false;
        }
        let mut effects = vec![Effect::Project(ProjectEffect::KeepEntry(Box::new(entry)))];
        if scope == Scope::Queue {
            effects.extend(self.follow_queue());
        }
        effects
    }

    fn set_rules(&mut self, change: impl FnOnce(&mut ks_domain::project::ViewRules)) -> Vec<Effect> {
        self.studio.tries_rules = false;
        change(&mut self.studio.rules);
        self.commit_some(self.studio.project.set_rules(self.studio.rules.clone()))
    }

    pub(in crate::state) fn set_threshold(&mut self, threshold: f32) -> Vec<Effect> {
        self.set_rules(|rules| rules.threshold = threshold.clamp(0.0, 1.0))
    }

    /// Begins an empty project, and says what becomes of the file of this one.
    fn begin_anew(&mut self, file: ProjectEffect) -> Vec<Effect> {
        let mut effects = self.replace_project(Project::default(), ProjectFileState::default());
        effects.insert(0, Effect::Project(file));
        effects
    }

    /// Shows another project instead of this one. What belongs to the person and the window stays.
    fn replace_project(&mut self, project: Project, file: ProjectFileState) -> Vec<Effect> {
        // Analyses of videos that are no longer there are of no use to anybody.
        let mut effects: Vec<Effect> = Vec::new();
        let open: Vec<_> = self.videos.iter().map(|video| video.id).collect();
        for id in open {
            effects.extend(self.cancel(id));
            effects.push(Effect::Forget { video: id });
        }
        self.videos.clear();
        // What was to be imported was planned for the project before.
        self.dialog.take_if(|open| matches!(open, Dialog::Import(_)));
        let before = std::mem::take(&mut self.studio);
        self.studio = Studio {
            project,
            file,
            work: before.work,
            recent: before.recent,
            person: before.person,
            now_millis: before.now_millis,
            reaction_millis: before.reaction_millis,
            page: before.page,
            overlay: before.overlay,
            shows_all_classes: before.shows_all_classes,
            cutting: before.cutting,
            formats: before.formats,
            ..Studio::default()
        };
        self.training.unlearnt = Unlearnt::default();
        if let Some(path) = self.studio.file.path.clone() {
            self.remember(&path);
        }
        effects.extend(self.select(None));
        effects.extend(self.follow_queue());
        let first = self.videos.first().map(|video| video.id);
        effects.extend(self.select(first));
        effects.push(Effect::SaveConfig);
        effects
    }

    /// Puts a project at the head of those that were open.
    fn remember(&mut self, path: &std::path::Path) {
        self.studio.recent.retain(|other| other != path);
        self.studio.recent.insert(0, path.to_owned());
        self.studio.recent.truncate(12);
    }
}
