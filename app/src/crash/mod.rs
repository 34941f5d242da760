//! When the window ends unexpectedly: a report is written, and a page in a process of its own says so.
//!
//! Trainings and analyses are not in this process; what becomes of them when the engine ends is `ks_engine`'s.

mod page;

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use ks_engine::Places;

pub(crate) use self::page::show_page;

/// Set to see what happens after a crash: the window crashes as soon as it is open.
const TRY: &str = "KINETOSCOPE_TRY_CRASH";

/// Who draws the window, once that is known; drivers are what crashes most.
static DRAWN_BY: OnceLock<String> = OnceLock::new();

/// From here on a panic of the window's thread leaves a report and shows the page.
pub(crate) fn watch(places: &Places) {
    let folder = places.data_dir.join("crashes");
    let before = std::panic::take_hook();
    let window = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        // Other threads have a boundary at which their panic becomes a message in the window.
        if std::thread::current().id() != window {
            return;
        }
        match write(&folder, &report(panic, &Backtrace::force_capture())) {
            Ok(file) => start_page(&file),
            Err(error) => tracing::error!("the report cannot be written to {}: {error}", folder.display()),
        }
    }));
}

/// Notes who draws the window.
pub(crate) fn note_renderer(name: &str) {
    // The first window of the process is the one that counts.
    _ = DRAWN_BY.set(name.to_owned());
}

/// Crashes if the environment asks for it.
pub(crate) fn crash_if_asked() {
    assert!(std::env::var_os(TRY).is_none(), "{TRY} is set");
}

fn report(panic: &PanicHookInfo<'_>, trace: &Backtrace) -> String {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let drawn_by = DRAWN_BY.get().map_or("nobody yet", String::as_str);
    let (major, minor, micro) = ks_media::version();
    format!(
        "Kinetoscope {} for {os} on {arch}\nWindow drawn by {drawn_by}\nGStreamer {major}.{minor}.{micro}\n\n{panic}\n\n{trace}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn write(folder: &Path, report: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let file = folder.join(format!("crash-{millis}.txt"));
    ks_mmaction::results::write_whole(&file, report.as_bytes())?;
    Ok(file)
}

fn start_page(report: &Path) {
    let started = std::env::current_exe().and_then(|program| {
        let mut page = Command::new(program);
        page.arg("crash-page").arg(report).env_remove(TRY);
        page.stdin(Stdio::null()).stdout(Stdio::null()).spawn()
    });
    if let Err(error) = started {
        tracing::error!("the page about the crash cannot be shown ({error}); the report is {}", report.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("crashes");
        let file = write(&inner, "Kinetoscope\n").unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "Kinetoscope\n");
        assert_eq!(std::fs::read_dir(inner).unwrap().count(), 1);
    }
}
