//! `kinetoscope verify`: reference fixtures through a device, to check a driver.

use std::io::{self, Write as _};

use ks_engine::{EngineConfig, Event, Outcome, Stage, Status, Task};
use serde::Serialize;

use super::Exit;
use super::args::VerifyArgs;
use super::console::{Console, Interrupt};
use super::devices::Device;
use super::session::{Ended, Session};

/// What `--json` prints. The fields are described in `docs/cli.md` and `docs/schema/verify.schema.json`.
#[derive(Default, Serialize)]
struct Report {
    device: Option<Device>,
    reason: String,
    passed: usize,
    failed: usize,
    skipped: usize,
    fixtures: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    fixture: String,
    /// `passed`, `failed` or `skipped`.
    status: &'static str,
    max_abs: Option<f64>,
    max_rel: Option<f64>,
    tolerance: String,
    /// Why it was skipped or failed.
    detail: String,
}

impl Report {
    fn add(&mut self, outcome: &Outcome) -> &Entry {
        let (status, detail) = match &outcome.status {
            Status::Passed => ("passed", outcome.detail.clone()),
            Status::Failed => ("failed", outcome.detail.clone()),
            Status::Skipped { reason } => ("skipped", reason.clone()),
        };
        match status {
            "passed" => self.passed += 1,
            "failed" => self.failed += 1,
            _ => self.skipped += 1,
        }
        let was_run = status != "skipped";
        // JSON has no infinity: a difference that is not finite is left out and the detail says so.
        let number = |value: f64| Some(value).filter(|value| was_run && value.is_finite());
        self.fixtures.push(Entry {
            fixture: outcome.fixture.clone(),
            status,
            max_abs: number(outcome.max_abs),
            max_rel: number(outcome.max_rel),
            tolerance: outcome.tolerance.clone(),
            detail,
        });
        self.fixtures.last().expect("an entry should be there after it was pushed")
    }

    fn exit(&self) -> Exit {
        if self.failed == 0 && self.passed > 0 { Exit::Done } else { Exit::Failed }
    }
}

pub(super) fn run(args: VerifyArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    let mut session = Session::start(EngineConfig::default(), Console::new(args.progress), interrupt)?;
    let dir = args.dir.display().to_string();
    let mut report = Report::default();
    let prints_lines = !args.json && !args.markdown;
    let ended = session.run(Task::Verify { dir: args.dir, device: args.device }, &mut |event, console| {
        match event {
            Event::DeviceReady { device, reason, .. } => {
                if prints_lines {
                    console.clear();
                    writeln!(out, "device   {} ({}): {reason}", device.name, device.backend)?;
                }
                (report.device, report.reason) = (Some(device.into()), reason);
            }
            Event::Verified { outcome, .. } => {
                let entry = report.add(&outcome);
                if args.markdown && entry.status != "skipped" {
                    writeln!(out, "{}", row(entry))?;
                } else if prints_lines {
                    console.clear();
                    writeln!(out, "{}", line(entry))?;
                }
            }
            Event::Progress { stage: Stage::Verifying, progress, .. } => {
                console.progress("verifying", &progress, "");
            }
            _ => {}
        }
        Ok(())
    })?;
    let exit = match ended {
        Ended::Finished(_) => report.exit(),
        Ended::Failed(failure) => {
            session.console.complain(&failure.summary);
            Exit::Failed
        }
        Ended::Cancelled => Exit::Interrupted,
    };
    let mut console = session.console;
    console.clear();
    if args.json {
        let text = serde_json::to_string_pretty(&report)?;
        writeln!(out, "{text}")?;
    } else if !args.markdown {
        writeln!(out, "{} passed, {} failed, {} skipped", report.passed, report.failed, report.skipped)?;
    }
    out.flush()?;
    if exit == Exit::Failed && report.passed + report.failed == 0 && report.device.is_some() {
        console.complain(&format!("no fixture was run; name the folder that holds the reference fixtures: {dir}"));
    }
    Ok(exit)
}

/// The row of a table: file, what was compared, differences, what was allowed.
fn row(entry: &Entry) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "**failed**".to_owned(), |value| format!("{value:.1e}"));
    let mark = if entry.status == "failed" { "**failed** " } else { "" };
    let detail = entry.detail.replace(['|', '\n'], " ");
    let (abs, rel) = (number(entry.max_abs), number(entry.max_rel));
    format!("| `{}` | {mark}{detail} | {abs} | {rel} | {} |", entry.fixture, entry.tolerance.replace('|', "∣"))
}

/// `passed   model/tiny_ir.pth   largest difference 1.2e-7 absolute, 3.4e-6 relative (tolerance 1e-4)`.
fn line(entry: &Entry) -> String {
    let mut line = format!("{:<8} {}", entry.status, entry.fixture);
    if let (Some(abs), Some(rel)) = (entry.max_abs, entry.max_rel) {
        line.push_str(&format!("   {abs:.2e} absolute, {rel:.2e} relative (tolerance {})", entry.tolerance));
    }
    if !entry.detail.is_empty() {
        line.push_str("   ");
        line.push_str(&entry.detail);
    }
    line
}
