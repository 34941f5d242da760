//! `kinetoscope test`: scores of a network for a list of samples, and metrics.
//!
//! What goes in is put together in [`inputs`], what comes out in [`report`]; here is the run between the two, with the
//! progress file that it goes on from.

mod args;
mod inputs;
mod merge;
mod report;

use std::path::{Path, PathBuf};

use ks_engine::testing::{Journal, Record, RunHeader, Shard};
use ks_engine::{Engine, EngineConfig, Event, EventReceiver, JobId, ModelSpec, Stage, Task, TestSpec};

pub(super) use self::args::{MergeArgs, TestArgs};
use self::inputs::Inputs;
pub(super) use self::merge::run as merge;
use super::Exit;
use super::classify::next_event;
use super::console::{Console, Interrupt};

pub(super) fn run(args: TestArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    if !report::check(&args.results, args.shard, args.resume, &mut console) {
        return Ok(Exit::Usage);
    }
    let inputs = Inputs::read(&args, &mut console)?;
    let (engine, events) = Engine::in_process(EngineConfig::default(), Box::new(|| {}))?;
    let mut session = Session { engine, events, console, interrupt: interrupt.clone() };
    let classes = match session.load(&inputs.spec.model)? {
        Loaded::Classes(classes) => classes,
        Loaded::Ended(exit) => return Ok(exit),
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
    let unread = match session.score(&inputs, &missing, journal.as_mut(), &mut records)? {
        Scored::All { unread } => unread,
        Scored::Ended(exit) => return Ok(exit),
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

enum Loaded {
    /// The network is there and tells so many classes apart.
    Classes(usize),
    /// It is not; why was said.
    Ended(Exit),
}

enum Scored {
    /// Every sample was tried; so many could not be read.
    All {
        /// How many.
        unread: usize,
    },
    /// Not even that.
    Ended(Exit),
}

/// The engine and who watches it.
struct Session {
    engine: Engine,
    events: EventReceiver,
    console: Console,
    interrupt: Interrupt,
}

impl Session {
    /// Loads the network before any sample is touched, and says how many classes it has.
    fn load(&mut self, model: &ModelSpec) -> anyhow::Result<Loaded> {
        let job = self.engine.submit(Task::Inspect(model.clone()))?;
        let mut classes = 0;
        loop {
            match self.next(job)? {
                Event::ModelReady { model, .. } => {
                    self.console.note(&format!("{} on {} ({})", model.architecture, model.device.name, model.reason));
                    classes = model.classes;
                }
                Event::Failed { failure, .. } => {
                    self.console.complain_with(&failure.summary, &failure.details);
                    return Ok(Loaded::Ended(Exit::Failed));
                }
                Event::Cancelled { .. } => return Ok(Loaded::Ended(Exit::Interrupted)),
                Event::Finished { .. } => return Ok(Loaded::Classes(classes)),
                _ => {}
            }
        }
    }

    /// Scores the samples with these numbers; every record is in the progress file before the next one comes.
    fn score(
        &mut self,
        inputs: &Inputs,
        numbers: &[usize],
        mut journal: Option<&mut Journal>,
        records: &mut Vec<Record>,
    ) -> anyhow::Result<Scored> {
        let samples = numbers.iter().filter_map(|number| inputs.spec.samples.get(*number).cloned()).collect();
        let job = self.engine.submit(Task::Test(TestSpec { samples, ..inputs.spec.clone() }))?;
        let number = |index: u64| usize::try_from(index).ok().and_then(|index| numbers.get(index)).copied();
        let mut unread = 0;
        loop {
            match self.next(job)? {
                Event::Sample { index, scores, .. } => {
                    let Some(sample) = number(index) else { continue };
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
                    self.console.complain(&format!("sample {line}: {}", failure.summary));
                }
                Event::Progress { stage: Stage::Testing, progress, .. } => {
                    self.console.progress("testing", &progress, &format!("{:.2} samples/s", progress.rate));
                }
                Event::Warning { message, .. } => self.console.complain(&format!("warning: {message}")),
                Event::Failed { failure, .. } => {
                    self.console.complain_with(&failure.summary, &failure.details);
                    return Ok(Scored::Ended(Exit::Failed));
                }
                Event::Cancelled { .. } => return Ok(Scored::Ended(Exit::Interrupted)),
                Event::Finished { .. } => return Ok(Scored::All { unread }),
                _ => {}
            }
        }
    }

    fn next(&mut self, job: JobId) -> anyhow::Result<Event> {
        next_event(&self.engine, &self.events, &self.interrupt, job)
    }
}
