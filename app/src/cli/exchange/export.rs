//! `kinetoscope export`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use anyhow::{Context as _, bail};
use ks_domain::project::{Project, VideoId};
use ks_project::exchange::{
    Destination, ExportOptions, SegmentLabel, Selection, format_named, labels_of, predictions_of, write_outputs,
};
use ks_project::{Opened, ProjectFile};

use super::args::ExportArgs;
use super::{frames, now, set_of, videos_named};
use crate::cli::Exit;
use crate::cli::console::{Console, Interrupt};

pub(in crate::cli) fn run(args: &ExportArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.frames.progress);
    let format = format_named(&args.format)?;
    // For reading only: it may be open in a window.
    let opened = ProjectFile::open_for_reading(&args.project)?;
    let project = &opened.project;
    let Some(set) = set_of(project, args.set.as_deref())? else {
        match &args.set {
            Some(name) => bail!("the project has no label set “{name}”"),
            None => bail!("the project has no label set, so there is nothing to export"),
        }
    };
    let videos = videos(project, &args.video)?;
    let tables = if args.frames.no_frames {
        BTreeMap::new()
    } else {
        match frames::tables(project, videos.iter().copied(), interrupt, &mut console) {
            Some(tables) => tables,
            None => return Ok(Exit::Interrupted),
        }
    };
    let predictions = if args.predictions { predictions(&opened, &videos)? } else { BTreeMap::new() };
    let selection = Selection { set: set.id, videos: Some(&videos), tables: &tables, predictions: &predictions };
    let labels = labels_of(project, &selection);
    for loss in format.losses(&labels) {
        console.complain(&format!("note: {loss}"));
    }
    let files = format.export(&labels, &ExportOptions { unix_millis: now() })?;
    let destination = Destination { path: &args.out, overwrite: args.overwrite };
    let written = write_outputs(&files, format.extensions(), destination)?;
    let mut out = io::stdout().lock();
    for path in written {
        writeln!(out, "{}", path.display()).context("the names of the files could not be printed")?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The videos that were named, in the order of the queue, or all.
pub(in crate::cli) fn videos(project: &Project, names: &[String]) -> anyhow::Result<Vec<VideoId>> {
    let mut wanted = Vec::new();
    for name in names {
        wanted.extend(videos_named(project, name)?);
    }
    let queue = project.queue();
    if queue.is_empty() {
        bail!("the project has no videos; add some in the window first");
    }
    Ok(queue.iter().map(|video| video.id).filter(|id| names.is_empty() || wanted.contains(id)).collect())
}

fn predictions(opened: &Opened, videos: &[VideoId]) -> anyhow::Result<BTreeMap<VideoId, Vec<SegmentLabel>>> {
    let mut found = BTreeMap::new();
    for video in videos {
        if let Some(analysis) = opened.file.latest_analysis(*video)? {
            found.insert(*video, predictions_of(&analysis, &opened.rules));
        }
    }
    Ok(found)
}
