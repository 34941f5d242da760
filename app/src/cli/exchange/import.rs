//! `kinetoscope import`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use ks_domain::FrameTable;
use ks_domain::project::{Project, Stamp, VideoId};
use ks_project::exchange::{
    Format, ImportOptions, ImportPlan, InputFile, KnownVideo, Target, clock_of, format_named, plan_import, read_input,
    recognise,
};
use ks_project::{Opened, ProjectFile};

use super::args::ImportArgs;
use super::{frames, now, set_of, videos_named};
use crate::cli::Exit;
use crate::cli::console::{Console, Interrupt};

type Tables = BTreeMap<VideoId, Arc<FrameTable>>;

pub(in crate::cli) fn run(args: &ImportArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.frames.progress);
    let files = args.files.iter().map(|path| read_input(path)).collect::<Result<Vec<InputFile>, _>>()?;
    let format = match &args.format {
        Some(id) => format_named(id)?,
        None => recognise(&files)?,
    };
    // A look at it is allowed where it is open in a window, too.
    let open = if args.dry_run { ProjectFile::open_for_reading } else { ProjectFile::open };
    let Opened { mut file, mut project, .. } = open(&args.project)?;
    let person = args.person.clone().unwrap_or_else(user);
    let mut plan = plan(args, &person, format, &files, &project, &Tables::new())?;
    if !args.frames.no_frames {
        // Only those that the files are about: listing frames decodes a video that was never seen before.
        let videos: Vec<VideoId> = plan.videos.iter().map(|video| video.video).collect();
        let Some(tables) = frames::tables(&project, videos, interrupt, &mut console) else {
            return Ok(Exit::Interrupted);
        };
        plan = self::plan(args, &person, format, &files, &project, &tables)?;
    }
    {
        let mut out = io::stdout().lock();
        write!(out, "{}: {plan}", format.name()).context("the preview could not be printed")?;
        out.flush()?;
    }
    if args.dry_run {
        return Ok(Exit::Done);
    }
    let entries = plan.apply(&mut project, &Stamp { unix_millis: now(), person })?;
    // All of it or nothing: one transaction.
    file.append(&entries)?;
    Ok(Exit::Done)
}

fn plan(
    args: &ImportArgs,
    person: &str,
    format: &dyn Format,
    files: &[InputFile],
    project: &Project,
    tables: &Tables,
) -> anyhow::Result<ImportPlan> {
    let known = project
        .queue()
        .into_iter()
        .map(|video| KnownVideo { path: video.path.clone(), clock: clock_of(project, video.id, tables) });
    let class_source = args.class_from.map(Into::into).unwrap_or_default();
    let options = ImportOptions { known: known.collect(), rate: args.rate, class_source };
    let imported = format.import(files, &options)?;
    let into = match args.video.as_deref().map(|name| videos_named(project, name)).transpose()?.as_deref() {
        None => None,
        Some([video]) => Some(*video),
        Some(_) => bail!("several videos have the name that --video says; give more of the path"),
    };
    let set = set_of(project, args.set.as_deref())?.map(|set| set.id);
    let new_set = args.set.as_deref().unwrap_or_default();
    Ok(plan_import(project, &imported, &Target { set, new_set, person, tables, into }))
}

/// The name by which the system knows the user; empty if it does not say.
fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}
