//! `kinetoscope --self-test`: whether an installation works, from a file to a picture on the screen and to scores on every
//! device. What installers are tested with, and what to send along with a report.

mod decode;
mod scores;
mod screen;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use ks_engine::DeviceChoice;

use self::decode::Film;
use super::Exit;
use super::console::Interrupt;
use crate::checks::{Check, State};
use crate::packages::Installer;

#[derive(Debug, ClapArgs)]
pub(super) struct SelfTestArgs {
    /// Try this installation out and say what it uses: decode FILE (or a made-up video), draw a frame, compute a clip on
    /// every device
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["videos", "checkpoint", "labels"])]
    self_test: Option<Option<PathBuf>>,
    /// Print the self-test as JSON
    #[arg(long, requires = "self_test")]
    json: bool,
}

impl SelfTestArgs {
    /// Whether it was asked for.
    pub(super) fn is_wanted(&self) -> bool {
        self.self_test.is_some()
    }
}

/// Runs all of it; one that fails does not keep the others from being tried. With a device, only that one computes.
pub(super) fn run(args: &SelfTestArgs, device: Option<DeviceChoice>, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let file = args.self_test.clone().flatten();
    let mut report = Report { checks: vec![program(), media()], prints: !args.json };
    report.print_all()?;
    let folder = tempfile::tempdir()?;
    let made = decode::made_up(folder.path(), interrupt.token());
    // That nothing could be made up is said below.
    if let Some(path) = file.as_deref().or(made.as_ref().ok().map(|made| made.path.as_path())) {
        let film = Film::open(path, interrupt.token());
        if let Some(film) = report.take("decoding", film, Film::describe)? {
            report.add(screen::check(&film))?;
        }
    }
    match made {
        Ok(made) => scores::check(&made, device, interrupt.token(), &mut |check| report.add(check))?,
        Err(error) => report.add(failed(
            "a made-up video",
            &error,
            "install an encoder: `kinetoscope doctor` says which package",
        ))?,
    }
    if interrupt.is_asked() {
        return Ok(Exit::Interrupted);
    }
    report.finish()
}

fn program() -> Check {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let portable =
        ks_engine::portable_folder().map_or_else(String::new, |at| format!(", portable, in {}", at.display()));
    Check::ok("program", format!("Kinetoscope {} for {os} on {arch}{portable}", env!("CARGO_PKG_VERSION")))
}

fn media() -> Check {
    match ks_media::init() {
        Ok(()) => {
            let (major, minor, micro) = ks_media::version();
            let from = match crate::carried::root() {
                Some(root) => format!("carried in {}", root.display()),
                None => "of the system".to_owned(),
            };
            Check::ok("GStreamer", format!("version {major}.{minor}.{micro}, {from}"))
        }
        Err(error) => {
            let remedy = Installer::of_this_system().command(&["libgstreamer1.0-0", "gstreamer1.0-plugins-base"]);
            Check::bad(State::Missing, "GStreamer", error.to_string(), remedy)
        }
    }
}

fn failed(subject: &str, error: &anyhow::Error, remedy: &str) -> Check {
    Check::bad(State::Missing, subject, format!("{error:#}"), remedy)
}

/// What was found so far, printed line by line: a driver that ends the program leaves what came before it.
struct Report {
    checks: Vec<Check>,
    prints: bool,
}

impl Report {
    fn add(&mut self, check: Check) -> anyhow::Result<()> {
        self.checks.push(check);
        self.print(self.checks.len() - 1)
    }

    /// Notes how something went, and hands it on if it went well.
    fn take<T>(
        &mut self,
        subject: &str,
        result: anyhow::Result<T>,
        describe: impl Fn(&T) -> String,
    ) -> anyhow::Result<Option<T>> {
        match result {
            Ok(value) => {
                self.add(Check::ok(subject, describe(&value)))?;
                Ok(Some(value))
            }
            Err(error) => {
                self.add(failed(subject, &error, "`kinetoscope doctor` says what is missing"))?;
                Ok(None)
            }
        }
    }

    fn print_all(&self) -> anyhow::Result<()> {
        (0..self.checks.len()).try_for_each(|index| self.print(index))
    }

    fn print(&self, index: usize) -> anyhow::Result<()> {
        let Some(check) = self.checks.get(index).filter(|_| self.prints) else { return Ok(()) };
        let mut out = io::stdout().lock();
        writeln!(out, "{:<8} {}: {}", check.state.word("failed"), check.subject, check.finding)?;
        if !check.remedy.is_empty() {
            writeln!(out, "         {}", check.remedy)?;
        }
        Ok(out.flush()?)
    }

    fn finish(self) -> anyhow::Result<Exit> {
        let is_good = self.checks.iter().all(|check| check.state != State::Missing);
        if !self.prints {
            let report = serde_json::json!({ "ok": is_good, "checks": self.checks });
            let mut out = io::stdout().lock();
            writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
            out.flush()?;
        }
        Ok(if is_good { Exit::Done } else { Exit::Failed })
    }
}
