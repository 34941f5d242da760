//! `kinetoscope test`: scores of a network for a list of samples, and metrics.
//!
//! What goes in is put together in [`inputs`], what comes out in [`report`]; here is the run between the two, with the
//! progress file that it goes on from.

mod args;
mod inputs;
mod merge;
mod report;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ks_engine::testing::{Journal, Record, RunHeader, Shard};
use ks_engine::{EngineConfig, Event, Stage, Task, TestSpec};

pub(super) use self::args::{MergeArgs, TestArgs};
use self::inputs::Inputs;
pub(super) use self::merge::run as merge;
use super::Exit;
use super::console::{Console, Interrupt};
use super::session::{Ended, Session};

pub(super) fn run(args: TestArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    if !report::check(&args.results, args.shard, args.resume, &mut console) {
        return Ok(Exit::Usage);
    }
    let inputs = Inputs::read(&args, &mut console)?;
    let mut session = Session::start(EngineConfig::default(), console, interrupt)?;
    let classes = match session.load(&inputs.spec.model)? {
        ControlFlow::Continue(model) => {
            session.note_model(&model);
            model.classes
        }
        ControlFlow::Break(exit) => return Ok(exit),
    };
    report::check_labels(&inputs, classes, &args.results.eval)?;
    let header = RunHeader::of(&inputs.spec, &inputs.labels, classes, args.shard)?;
    let kept = match &args.results.out {
        Some(out) => Some(progress_file(out, header.shard)),
        None => None,
    };
    let (mut journal, mut records) = open(kept.as_deref(), &header, args.resume)?;
    if !records.is_empty() {
        session.console.note(&format!("{} of {} samples were done before", records.len(), inputs.spec.samples.len()));
    }
    let missing = inputs.missing(header.shard, &records);
    let unread = match score(&mut session, &inputs, &missing, journal.as_mut(), &mut records)? {
        ControlFlow::Continue(unread) => unread,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    if let Some(journal) = &mut journal {
        journal.sync()?;
    }
    finish(&args, header.shard, kept.as_deref(), records, unread, &mut session.console)
}

/// Where progress is kept: beside the results, or, for one shard of several, as the results.
fn progress_file(out: &Path, shard: Shard) -> PathBuf {
    if shard.count > 1 {
        return out.to_owned();
    }
    let mut name = out.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn open(path: Option<&Path>, header: &RunHeader, resume: bool) -> anyhow::Result<(Option<Journal>, Vec<Record>)> {
    let Some(path) = path else { return Ok((None, Vec::new())) };
    if resume {
        let (journal, records) = Journal::resume(path, header)?;
        return Ok((Some(journal), records));
    }
    Ok((Some(Journal::create(path, header)?), Vec::new()))
}

fn finish(
    args: &TestArgs,
    shard: Shard,
    kept: Option<&Path>,
    mut records: Vec<Record>,
    unread: usize,
    console: &mut Console,
) -> anyhow::Result<Exit> {
    console.clear();
    if unread > 0 {
        let last = if kept.is_some() { "; what was scored is kept, mend them and go on with --resume" } else { "" };
        console.complain(&format!("{unread} samples could not be read, so there are no results{last}"));
        return Ok(Exit::Failed);
    }
    if shard.count > 1 {
        console.note(&format!("shard {shard} is done; join all shards with kinetoscope merge"));
        return Ok(Exit::Done);
    }
    records.sort_by_key(|record| record.sample);
    report::write(&records, &args.results)?;
    if let Some(kept) = kept {
        std::fs::remove_file(kept)?;
    }
    Ok(Exit::Done)
}

/// Scores the samples with these numbers; every record is in the progress file before the next one comes. Says how many
/// could not be read.
fn score(
    session: &mut Session,
    inputs: &Inputs,
    numbers: &[usize],
    mut journal: Option<&mut Journal>,
    records: &mut Vec<Record>,
) -> anyhow::Result<ControlFlow<Exit, usize>> {
    let samples = numbers.iter().filter_map(|number| inputs.spec.samples.get(*number).cloned()).collect();
    let number = |index: u64| usize::try_from(index).ok().and_then(|index| numbers.get(index)).copied();
    let mut unread = 0;
    let ended = session.run(Task::Test(TestSpec { samples, ..inputs.spec.clone() }), &mut |event, console| {
        match event {
            Event::Sample { index, scores, .. } => {
                let Some(sample) = number(index) else { return Ok(()) };
                let path = inputs.paths.get(sample).cloned().unwrap_or_default();
                let labels = inputs.labels.get(sample).cloned().unwrap_or_default();
                let record = Record { sample, path, labels, scores };
                if let Some(journal) = &mut journal {
                    journal.add(&record)?;
                }
                records.push(record);
            }
            Event::SampleFailed { index, failure, .. } => {
                unread += 1;
                let line = number(index).map_or(0, |sample| sample + 1);
                console.complain(&format!("sample {line}: {}", failure.summary));
            }
            Event::Progress { stage: Stage::Testing, progress, .. } => {
                console.progress("testing", &progress, &format!("{:.2} samples/s", progress.rate));
            }
            Event::Warning { message, .. } => console.complain(&format!("warning: {message}")),
            _ => {}
        }
        Ok(())
    })?;
    match ended {
        Ended::Finished(_) => Ok(ControlFlow::Continue(unread)),
        Ended::Failed(failure) => {
            session.console.complain_with(&failure.summary, &failure.details);
            Ok(ControlFlow::Break(Exit::Failed))
        }
        Ended::Cancelled => Ok(ControlFlow::Break(Exit::Interrupted)),
    }
}
