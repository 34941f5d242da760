//! `kinetoscope zoo`: the published networks and their files.
//!
//! Here is what the subcommands do; how it is printed is in [`print`].

mod args;
mod print;

use std::path::{Path, PathBuf};

use ks_domain::Progress;
use ks_domain::zoo::{self, Entry};
use ks_engine::zoo::{FetchOptions, Fetched, ZooError, ZooStore};

pub(super) use self::args::ZooArgs;
use self::args::{FetchArgs, ImportArgs, VerifyArgs, ZooCommand};
use super::Exit;
use super::console::{Console, Interrupt};

pub(super) fn run(args: ZooArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    match args.command {
        ZooCommand::List(args) => {
            print::list(&ZooStore::find(args.common.store)?, args.common.json)?;
            Ok(Exit::Done)
        }
        ZooCommand::Show(args) => {
            print::show(&ZooStore::find(args.common.store)?, zoo::find(&args.name)?, args.common.json)?;
            Ok(Exit::Done)
        }
        ZooCommand::Fetch(args) => fetch(args, interrupt),
        ZooCommand::Import(args) => import(args, interrupt),
        ZooCommand::Verify(args) => verify(args, interrupt),
    }
}

/// The checkpoint that a user names, by file or by a name of the zoo, and which entry that is.
pub(super) fn checkpoint(named: &Path) -> anyhow::Result<(PathBuf, Option<&'static Entry>)> {
    match ZooStore::find(None) {
        Ok(store) => Ok(store.resolve(named)?),
        // Without a home folder there is no store, but files can be used all the same.
        Err(_no_home) => Ok((named.to_owned(), None)),
    }
}

fn fetch(args: FetchArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let store = ZooStore::find(args.common.store)?;
    // All names are looked up before anything is fetched.
    let entries: Vec<&Entry> = args.names.iter().map(|name| zoo::find(name)).collect::<Result<_, _>>()?;
    let asked = args.offline.then(|| "by the option --offline".to_owned());
    let setting = || crate::window::works_offline(None).then(|| "by the window’s setting".to_owned());
    let offline_by = asked.or_else(ks_engine::zoo::offline_by_environment).or_else(setting);
    let options = FetchOptions { mirror: args.mirror, offline_by, ..FetchOptions::default() };
    let mut work = Work::new(args.progress, interrupt);
    let mut done = Vec::new();
    for entry in entries {
        let fetched =
            work.on(&entry.name, |cancel, report| ks_engine::zoo::fetch(&store, entry, &options, cancel, report));
        if let Some(fetched) = fetched {
            if let Fetched::Done { bytes, .. } = &fetched {
                work.console.note(&format!("{}: {} fetched", entry.name, print::size(*bytes)));
            }
            done.push((entry, fetched));
        }
        if work.exit == Exit::Interrupted {
            break;
        }
    }
    print::fetched(&done, args.common.json)?;
    Ok(work.exit)
}

fn import(args: ImportArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let store = ZooStore::find(args.common.store)?;
    let claimed = args.claimed.as_deref().map(zoo::find).transpose()?;
    let mut work = Work::new(args.progress, interrupt);
    let mut done = Vec::new();
    for file in &args.files {
        let imported = work.on(&file.display().to_string(), |cancel, report| {
            ks_engine::zoo::import(&store, file, (claimed, args.link), cancel, report)
        });
        done.extend(imported.map(|imported| (file.as_path(), imported)));
        if work.exit == Exit::Interrupted {
            break;
        }
    }
    print::imported(&done, args.common.json)?;
    Ok(work.exit)
}

fn verify(args: VerifyArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let store = ZooStore::find(args.common.store)?;
    let files = wanted_files(&store, &args.what)?;
    let mut work = Work::new(false, interrupt);
    if files.is_empty() {
        work.console.complain(&format!("there is no checkpoint to verify yet in {}", store.folder().display()));
        return Ok(Exit::Failed);
    }
    let mut checked = Vec::new();
    for file in &files {
        let verified =
            work.on(&file.display().to_string(), |cancel, _report| ks_engine::zoo::verify(&store, file, cancel));
        checked.extend(verified);
        if work.exit == Exit::Interrupted {
            break;
        }
    }
    print::verified(&checked, args.common.json)?;
    let all_good = checked.iter().all(|verified| verified.verdict.is_good());
    Ok(if work.exit == Exit::Done && !all_good { Exit::Failed } else { work.exit })
}

/// The files to be verified: named, of named entries, or all that are there.
fn wanted_files(store: &ZooStore, what: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    if what.is_empty() {
        let here = store.list().into_iter().filter(|stored| stored.path.is_file());
        return Ok(here.map(|stored| stored.path).collect());
    }
    let one = |text: &String| match zoo::find(text) {
        _ if Path::new(text).exists() => Ok(PathBuf::from(text)),
        Ok(entry) if store.path(entry).is_file() => Ok(store.path(entry)),
        Ok(entry) => Err(ZooError::NotHere { name: entry.name.clone() }.into()),
        Err(unknown) => Err(anyhow::anyhow!("there is no such file, and {unknown}")),
    };
    what.iter().map(one).collect()
}

/// Does one thing after the other; what fails is reported, and the rest is still done.
struct Work {
    console: Console,
    interrupt: Interrupt,
    exit: Exit,
}

impl Work {
    fn new(wants_progress: bool, interrupt: &Interrupt) -> Self {
        Self { console: Console::new(wants_progress), interrupt: interrupt.clone(), exit: Exit::Done }
    }

    fn on<T>(
        &mut self,
        what: &str,
        task: impl FnOnce(&ks_domain::CancelToken, &mut dyn FnMut(Progress)) -> Result<T, ZooError>,
    ) -> Option<T> {
        let console = &mut self.console;
        let mut report = |progress: Progress| {
            let rate = format!("{:.1} MiB/s", progress.rate / f64::from(1 << 20));
            console.progress(what, &progress, &rate);
        };
        let result = task(self.interrupt.token(), &mut report);
        self.console.clear();
        match result {
            Ok(value) => return Some(value),
            Err(ZooError::Cancelled) => {
                self.console.note(&format!("{what}: {}", ZooError::Cancelled));
                self.exit = Exit::Interrupted;
            }
            Err(error) => {
                self.console.complain(&error.to_string());
                self.exit = Exit::Failed;
            }
        }
        None
    }
}
