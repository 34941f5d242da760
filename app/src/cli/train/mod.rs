//! `kinetoscope train`: fine-tunes or trains a network.
//!
//! What is asked for is put together in [`config`] and [`data`], what happens is told by [`watch`]. The training itself is
//! the engine's, and its folder is its memory.

mod args;
mod config;
mod data;
mod watch;

use std::path::{Path, PathBuf};

use anyhow::bail;
use ks_domain::training::{DataOverview, DataProblem};
use ks_engine::training::{RunFolder, TrainSpec, TrainStart};
use ks_engine::{EngineConfig, Task, checkpoint_about};

pub(super) use self::args::TrainArgs;
use self::config::Chosen;
use self::watch::Watch;
use super::Exit;
use super::console::{Console, Interrupt};
use super::session::{Ended, Session};

pub(super) fn run(args: &TrainArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    let parent = args.load_from.as_deref().map(super::zoo::checkpoint).transpose()?.map(|(path, _entry)| path);
    let about = match &parent {
        Some(path) => match checkpoint_about(path) {
            Ok(about) => about,
            Err(failure) => {
                console.complain_with(&failure.summary, &failure.details);
                return Ok(Exit::Failed);
            }
        },
        None => Default::default(),
    };
    let Chosen { config, arch, data: named } = config::choose(args, about.capsule.as_ref(), &mut console)?;
    let classes = arch.as_ref().map(|arch| arch.classes);
    let data = data::read(args, &config, &named, classes, interrupt)?;
    if interrupt.is_asked() {
        return Ok(Exit::Interrupted);
    }
    tell(&data.problems, &mut console);
    let start = match (parent, arch) {
        (Some(path), arch) => TrainStart::Checkpoint { path, arch, keeps_classes: args.keep_classes },
        (None, Some(arch)) => TrainStart::Scratch(arch),
        (None, None) => bail!(
            "there is no network to begin with; name a checkpoint with --load-from, or a configuration that describes a network"
        ),
    };
    let run = args.work_dir.clone().unwrap_or_else(|| default_folder(&args.config));
    check_folder(&run, args.resume)?;
    if args.dry_run {
        return Ok(dry_run(&data.set.classes, &data.set.samples, data.problems, &mut console));
    }
    let spec = TrainSpec {
        run: run.clone(),
        config,
        data: data.set,
        start,
        device: args.device,
        validates: args.validate,
        skips_unreadable: args.skip_unreadable,
        memory_limit: args.memory_limit.map(|gibibytes| (gibibytes * f64::from(1 << 30)) as u64),
    };
    let mut session = Session::start(EngineConfig::default(), console, interrupt)?;
    let mut watch = Watch { is_json: args.json, is_usable: true };
    let ended = session.run(Task::Train(Box::new(spec)), &mut |event, console| watch.event(event, console))?;
    session.console.clear();
    let shown = run.display();
    match ended {
        Ended::Finished(timing) => {
            session.console.note(&format!("done in {:.1} s: {shown}", timing.total_secs));
            Ok(Exit::Done)
        }
        Ended::Failed(failure) => {
            session.console.complain_with(&failure.summary, &failure.details);
            if watch.is_usable && RunFolder::can_resume(&run) {
                session.console.complain(&format!("what was learnt is kept; go on with --resume: {shown}"));
            }
            Ok(Exit::Failed)
        }
        Ended::Cancelled => {
            session.console.complain(&format!("stopped; go on with --resume: {shown}"));
            Ok(Exit::Interrupted)
        }
    }
}

fn tell(problems: &[DataProblem], console: &mut Console) {
    for problem in problems {
        console.complain(&format!("note: {}", problem.message));
    }
}

/// mmaction2 puts runs into `work_dirs`, under the configuration's name.
fn default_folder(config: &Path) -> PathBuf {
    Path::new("work_dirs").join(config.file_stem().unwrap_or(config.as_os_str()))
}

/// A run is neither overwritten nor gone on with by accident.
fn check_folder(run: &Path, resume: bool) -> anyhow::Result<()> {
    match (RunFolder::can_resume(run), resume) {
        (true, false) => {
            bail!(
                "this folder holds a run; go on with it (--resume) or choose another one (--work-dir): {}",
                run.display()
            )
        }
        (false, true) => bail!("there is no run to go on with in this folder: {}", run.display()),
        (false, false) if RunFolder::is_taken(run) => {
            bail!("this folder holds what is left of a run; choose another one (--work-dir): {}", run.display())
        }
        _ => Ok(()),
    }
}

fn dry_run(
    classes: &[String],
    samples: &[ks_domain::training::TrainingSample],
    problems: Vec<DataProblem>,
    console: &mut Console,
) -> Exit {
    let overview = DataOverview::new(classes, samples, problems);
    for class in &overview.classes {
        println_class(class);
    }
    for problem in &overview.problems {
        console.complain(&format!("note: {}", problem.message));
    }
    if overview.is_usable() { Exit::Done } else { Exit::Failed }
}

#[expect(clippy::print_stdout, reason = "results go to standard output")]
fn println_class(class: &ks_domain::training::ClassCount) {
    println!("{}\t{}\t{}\t{}", class.name, class.train, class.validation, class.unused);
}
