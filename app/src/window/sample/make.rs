//! Makes the sample project: writes its videos, lets the network look at them, and puts all of it into one folder, which
//! is there as a whole or not at all.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use ks_domain::project::{AnalysisId, AnalysisRecord, Project, UsedModel, VideoId};
use ks_domain::{AnalysisSettings, CancelToken, WindowScores};
use ks_engine::DeviceChoice;
use ks_media::demo::write_mixture;
use ks_project::ProjectFile;

use super::super::engine::StartEngine;
use super::content::{FORMAT, Written, compose, films, project_in, stamp};
use crate::look::{self, Network};
use crate::videos::facts_of;

/// Share of the time that drawing takes; the rest is the network's.
const DRAWING: f32 = 0.6;

/// One making of the sample.
pub(super) struct Making<'a> {
    /// Where it shall lie.
    pub(super) folder: &'a Path,
    /// The network.
    pub(super) checkpoint: &'a Path,
    /// Stops it.
    pub(super) cancel: &'a CancelToken,
    /// Hears how much is done, 0 to 1.
    pub(super) tell: &'a dyn Fn(f32),
}

impl Making<'_> {
    /// Makes it.
    pub(super) fn run(&self, start_engine: StartEngine) -> anyhow::Result<()> {
        let draft = self.folder.with_extension("part");
        let cannot = || {
            let folder = draft.display();
            format!("the sample’s folder {folder} cannot be written; check its permissions and the free space")
        };
        // Left behind by one that was cut short.
        match fs::remove_dir_all(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error).with_context(cannot),
            _ => fs::create_dir_all(&draft).with_context(cannot)?,
        }
        let made = self.fill(&draft, start_engine);
        if made.is_err() {
            // What could not be finished is of no use to anybody; why it could not is what is said.
            _ = fs::remove_dir_all(&draft);
        }
        made?;
        fs::rename(&draft, self.folder).with_context(cannot)
    }

    fn fill(&self, draft: &Path, start_engine: StartEngine) -> anyhow::Result<()> {
        let films = films();
        let parts: usize = films.iter().map(|film| film.parts.len()).sum();
        let (mut written, mut drawn) = (Vec::new(), 0);
        for film in films {
            let (begin, len) = (drawn, film.parts.len());
            let mut tell = |frame, of| {
                // Every second of it is often enough.
                if frame % FORMAT.fps == 0 {
                    let now = begin as f32 + len as f32 * frame as f32 / of as f32;
                    (self.tell)(now / parts as f32 * DRAWING);
                }
            };
            let look = (film.seed, FORMAT);
            let mixture = write_mixture(&draft.join(film.stem), &film.parts, look, self.cancel, &mut tell)?;
            let path = self.folder.join(mixture.path.file_name().unwrap_or_default());
            drawn += len;
            written.push(Written { film, mixture, path });
        }
        let unix_millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let (mut project, mut entries) = (Project::default(), Vec::new());
        let videos = compose(&mut project, &written, &mut |project, change| {
            entries.push(project.commit(change, stamp(unix_millis))?);
            Ok(())
        })?;
        let mut file = ProjectFile::create(&project_in(draft))?;
        file.append(&entries)?;
        let network = Network::of(self.checkpoint)?;
        let checkpoint = self.checkpoint.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let model = UsedModel { checkpoint, hash: String::new(), class_names: network.class_names };
        let settings = network.settings;
        let (engine, events) = start_engine(Box::new(|| {}))?;
        for (done, (video, written)) in videos.iter().zip(&written).enumerate() {
            let path = &written.mixture.path;
            file.learn(*video, &facts_of(path, None, self.cancel, &mut |_progress| {})?)?;
            // On the processor: the network is small, and that is there everywhere.
            let place = (self.checkpoint, DeviceChoice::Cpu);
            let windows = look::windows((&engine, &events), place, path, settings, self.cancel)?;
            let id = AnalysisId(project.next_number());
            project.reserve(id.0);
            file.begin_analysis(&record((id, *video), (&model, settings), unix_millis, windows))?;
            file.finish_analysis(id)?;
            (self.tell)(DRAWING + (1.0 - DRAWING) * (done + 1) as f32 / videos.len() as f32);
        }
        Ok(())
    }
}

fn record(
    (id, video): (AnalysisId, VideoId),
    (model, settings): (&UsedModel, AnalysisSettings),
    unix_millis: u64,
    windows: Vec<WindowScores>,
) -> AnalysisRecord {
    AnalysisRecord { id, video, model: model.clone(), settings, unix_millis, is_complete: false, windows }
}
