//! Labels of other programs for the window: read and planned, taken in, written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ks_domain::FrameTable;
use ks_domain::project::{AnalysisRecord, Project, VideoId};
use ks_project::exchange::{
    Destination, ExportOptions, FORMATS, Format, ImportOptions, ImportPlan, InputFile, KnownVideo, Selection, Target,
    clock_of, format_named, labels_of, plan_import, predictions_of, read_input, recognise, write_outputs,
};
use ks_ui::format::sentence;
use ks_ui::state::{
    AppState, Event, ExchangeEffect, ExchangeEvent, Failure, FormatEntry, ImportView, ProjectEvent, Video,
};

use super::dialogs::{Dialogs, Question, Wanted};
use super::inbox::Outlet;

/// What an import needs of the project, taken when it was asked for.
struct Known {
    project: Project,
    set: Option<ks_domain::project::SetId>,
    person: String,
    tables: BTreeMap<VideoId, Arc<FrameTable>>,
}

/// Reads and writes labels of other programs.
pub(super) struct ExchangeLink {
    outlet: Outlet,
    dialogs: Dialogs,
    /// Plans come back here, as the state does not know what they are.
    plans: (SyncSender<ImportPlan>, Receiver<ImportPlan>),
    planned: Option<ImportPlan>,
}

impl ExchangeLink {
    pub(super) fn new(outlet: Outlet, dialogs: Dialogs) -> Self {
        Self { outlet, dialogs, plans: sync_channel(4), planned: None }
    }

    /// The formats for the dialog.
    pub(super) fn formats() -> Vec<FormatEntry> {
        FORMATS
            .iter()
            .map(|format| FormatEntry { id: format.id().to_owned(), name: format.name().to_owned() })
            .collect()
    }

    /// Does what the state asks for.
    pub(super) fn carry_out(&mut self, effect: ExchangeEffect, state: &AppState) -> Vec<Event> {
        match effect {
            ExchangeEffect::AskToImport => {
                let (known, plans, dialogs) = (known(state), self.plans.0.clone(), self.dialogs.clone());
                self.on_thread("import labels", move |outlet| ask_to_import(&known, &plans, &dialogs, outlet));
            }
            ExchangeEffect::Apply => {
                self.planned = self.plans.1.try_iter().last().or(self.planned.take());
                let Some(plan) = self.planned.take() else { return vec![] };
                return match plan.changes(&state.studio.project) {
                    Ok(changes) => vec![told(ExchangeEvent::Changes(changes))],
                    Err(error) => vec![failed(&error.to_string())],
                };
            }
            ExchangeEffect::Drop => self.planned = self.plans.1.try_iter().last().and(None),
            ExchangeEffect::Export { format, videos, with_predictions } => {
                return self.export(&format, &videos, with_predictions, state);
            }
        }
        vec![]
    }

    /// Another project is shown: what was planned for this one is of no use to it, nor what is being planned.
    pub(super) fn let_go(&mut self) {
        self.plans = sync_channel(4);
        self.planned = None;
    }

    fn export(&self, format: &str, videos: &[VideoId], with_predictions: bool, state: &AppState) -> Vec<Event> {
        let Some(set) = state.studio.current_set() else { return vec![] };
        let format = match format_named(format) {
            Ok(format) => format,
            Err(error) => return vec![failed(&error.to_string())],
        };
        let tables = tables(state);
        let meant = state.videos.iter().filter(|video| with_predictions && videos.contains(&video.id));
        let predictions = meant
            .filter_map(|video| Some((video.id, predictions_of(&record_of(video)?, &state.studio.rules))))
            .collect();
        let selection = Selection { set, videos: Some(videos), tables: &tables, predictions: &predictions };
        let labels = labels_of(&state.studio.project, &selection);
        let options = ExportOptions { unix_millis: state.studio.now_millis };
        let dialogs = self.dialogs.clone();
        self.on_thread("export labels", move |outlet| {
            let question = Question::new("Choose a folder for the labels", Wanted::Folder);
            let Some(folder) = dialogs.ask_for_one(&question) else { return };
            let event = match write(format, &labels, &options, &folder) {
                Ok(files) => {
                    let losses = format.losses(&labels).iter().map(|loss| sentence(loss)).collect();
                    told(ExchangeEvent::Exported { files, folder: folder.display().to_string(), losses })
                }
                Err(error) => failed(&error),
            };
            outlet.send(event);
        });
        vec![]
    }

    fn on_thread(&self, name: &str, work: impl FnOnce(&Outlet) + Send + 'static) {
        let outlet = self.outlet.clone();
        let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&outlet));
        if let Err(error) = started {
            self.outlet
                .try_send(failed(&format!("there is no room for another thread ({error}); close other programs")));
        }
    }
}

fn write(
    format: &dyn Format,
    labels: &ks_project::exchange::Labels,
    options: &ExportOptions,
    folder: &std::path::Path,
) -> Result<usize, String> {
    let files = format.export(labels, options).map_err(|error| error.to_string())?;
    let destination = Destination { path: folder, overwrite: false };
    write_outputs(&files, format.extensions(), destination)
        .map(|written| written.len())
        .map_err(|error| error.to_string())
}

fn ask_to_import(known: &Known, plans: &SyncSender<ImportPlan>, dialogs: &Dialogs, outlet: &Outlet) {
    let paths = dialogs.ask(&Question::new("Import labels", Wanted::Files).or_any());
    if paths.is_empty() {
        return;
    }
    let event = match plan(known, &paths) {
        Ok((format, plan)) => {
            let lines = plan.to_string().lines().map(str::to_owned).collect();
            let view = ImportView { format: format.name().to_owned(), lines, is_empty: plan.is_empty() };
            // Room for four: a dialog can only be asked for again after this one was answered. Without anybody to take
            // it, another project is shown meanwhile.
            if plans.try_send(plan).is_err() {
                tracing::warn!("a planned import was dropped because too many wait, or its project is closed");
                return;
            }
            told(ExchangeEvent::Planned(view))
        }
        Err(error) => failed(&error),
    };
    outlet.send(event);
}

fn plan(known: &Known, paths: &[PathBuf]) -> Result<(&'static dyn Format, ImportPlan), String> {
    let files = paths.iter().map(|path| read_input(path)).collect::<Result<Vec<InputFile>, _>>();
    let files = files.map_err(|error| error.to_string())?;
    let format = recognise(&files).map_err(|error| error.to_string())?;
    let videos = known
        .project
        .queue()
        .into_iter()
        .map(|video| KnownVideo { path: video.path.clone(), clock: clock_of(&known.project, video.id, &known.tables) });
    let options = ImportOptions { known: videos.collect(), rate: None, class_source: Default::default() };
    let imported = format.import(&files, &options).map_err(|error| error.to_string())?;
    let target = Target { set: known.set, new_set: "", person: &known.person, tables: &known.tables, into: None };
    Ok((format, plan_import(&known.project, &imported, &target)))
}

fn known(state: &AppState) -> Known {
    Known {
        project: state.studio.project.clone(),
        set: state.studio.current_set(),
        person: state.studio.person.clone(),
        tables: tables(state),
    }
}

fn tables(state: &AppState) -> BTreeMap<VideoId, Arc<FrameTable>> {
    state.videos.iter().filter_map(|video| Some((video.id, Arc::clone(video.table()?)))).collect()
}

fn record_of(video: &Video) -> Option<AnalysisRecord> {
    let analysis = &video.analysis;
    Some(AnalysisRecord {
        id: analysis.id?,
        video: video.id,
        model: analysis.model.as_deref()?.clone(),
        settings: analysis.settings?,
        unix_millis: 0,
        is_complete: analysis.is_complete,
        windows: analysis.windows.clone(),
    })
}

fn told(event: ExchangeEvent) -> Event {
    Event::Project(ProjectEvent::Exchange(event))
}

fn failed(text: &str) -> Event {
    Event::Project(ProjectEvent::Failed(Failure::new(sentence(text))))
}
