//! `kinetoscope doctor`: what is missing on this computer, and the command that mends it.

use std::io::{self, Write};
use std::path::Path;

use ks_engine::Places;

use super::Exit;
use super::args::DoctorArgs;
use crate::checks::{self, Check, State};
use crate::packages::Installer;

pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let checks = match &args.project {
        Some(path) => project(path)?,
        None => {
            let installer = Installer::of_this_system();
            let mut checks = checks::media(installer);
            checks.extend(checks::gpus(&ks_engine::enumerate_devices(), installer));
            checks.extend(checks::places(Places::find(args.config_dir.clone())));
            checks
        }
    };
    let is_complete = checks.iter().all(|check| check.state != State::Missing);
    let mut out = io::stdout().lock();
    if args.json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "ok": is_complete, "checks": checks }))?;
        writeln!(out, "{text}")?;
    } else {
        write_text(&mut out, &checks, args.project.is_none())?;
    }
    out.flush()?;
    Ok(if is_complete { Exit::Done } else { Exit::Failed })
}

/// Whether a project is whole; changes nothing in it.
fn project(path: &Path) -> anyhow::Result<Vec<Check>> {
    let findings = ks_project::check(path)?;
    let subject = path.display().to_string();
    if findings.is_empty() {
        return Ok(vec![Check::ok(subject, "the project is whole")]);
    }
    let remedy = "keep a copy of the file as it is, then go back to a backup, or export what can still be opened";
    let bad = findings.iter().map(|finding| Check::bad(State::Missing, &subject, finding.to_string(), remedy));
    Ok(bad.collect())
}

fn write_text(out: &mut impl Write, checks: &[Check], is_computer: bool) -> io::Result<()> {
    for check in checks {
        let mark = check.state.word("missing");
        writeln!(out, "{mark:<8} {}: {}", check.subject, check.finding)?;
    }
    let mut remedies: Vec<&str> = checks.iter().map(|check| check.remedy.as_str()).filter(|r| !r.is_empty()).collect();
    remedies.sort_unstable();
    remedies.dedup();
    if remedies.is_empty() {
        return if is_computer { writeln!(out, "\nNothing is missing.") } else { Ok(()) };
    }
    writeln!(out, "\nTo mend it:")?;
    remedies.into_iter().try_for_each(|remedy| writeln!(out, "  {remedy}"))
}

#[cfg(test)]
mod tests {
    use ks_media::PluginCheck;

    use super::*;

    #[test]
    fn missing_plugins_are_mended_by_one_command() {
        let part = |element, package, is_present| PluginCheck { purpose: "decoding", element, package, is_present };
        let parts = [
            part("avdec_h264", "gstreamer1.0-libav", false),
            part("qtdemux", "gstreamer1.0-plugins-good", true),
            part("av1dec", "gstreamer1.0-plugins-bad", false),
        ];
        let checks = crate::checks::plugins(&parts, Installer::Apt);
        let states: Vec<State> = checks.iter().map(|check| check.state).collect();
        assert_eq!(states, [State::Missing, State::Ok, State::Missing]);
        let mut text = Vec::new();
        write_text(&mut text, &checks, true).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text.matches("sudo apt-get install gstreamer1.0-libav gstreamer1.0-plugins-bad").count(),
            1,
            "{text}"
        );
    }
}
