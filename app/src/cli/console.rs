//! Standard error and Ctrl-C: progress, complaints, interruption.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use ks_domain::{CancelToken, Progress};
use signal_hook::consts::SIGINT;

/// A progress line is drawn this often on a terminal, and this often into a file.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(100);
const FILE_INTERVAL: Duration = Duration::from_secs(1);

/// Ctrl-C: the first asks the work to stop, the second ends the program.
#[derive(Clone)]
pub(super) struct Interrupt(CancelToken);

impl Interrupt {
    /// Listens for Ctrl-C. Once in a program.
    pub(super) fn install() -> anyhow::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let refused = "the system does not let the program listen for Ctrl-C";
        // In this order: a handler that finds the flag set ends the program, the next one sets the flag.
        signal_hook::flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&flag)).context(refused)?;
        signal_hook::flag::register(SIGINT, Arc::clone(&flag)).context(refused)?;
        Ok(Self(CancelToken::from_flag(flag)))
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.is_cancelled()
    }

    pub(super) fn token(&self) -> &CancelToken {
        &self.0
    }
}

/// Writes to standard error.
pub(super) struct Console {
    shows_progress: bool,
    is_terminal: bool,
    drawn: Option<Instant>,
    /// Letters of the progress line that stands there.
    line_length: usize,
}

impl Console {
    /// Progress is shown on a terminal, or anywhere if `wants_progress`.
    pub(super) fn new(wants_progress: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { shows_progress: is_terminal || wants_progress, is_terminal, drawn: None, line_length: 0 }
    }

    /// A sentence about what went wrong.
    pub(super) fn complain(&mut self, sentence: &str) {
        self.write(&format!("kinetoscope: {sentence}"));
    }

    /// As [`Self::complain`], with more lines for those who want to know; there may be none.
    pub(super) fn complain_with(&mut self, sentence: &str, details: &str) {
        self.complain(sentence);
        for line in details.lines() {
            self.write(&format!("  {line}"));
        }
    }

    /// A sentence for those who watch.
    pub(super) fn note(&mut self, sentence: &str) {
        if self.shows_progress {
            self.write(sentence);
        }
    }

    /// Replaces the progress line, unless that was just done.
    pub(super) fn progress(&mut self, what: &str, progress: &Progress, more: &str) {
        let interval = if self.is_terminal { TERMINAL_INTERVAL } else { FILE_INTERVAL };
        if !self.shows_progress || self.drawn.is_some_and(|drawn| drawn.elapsed() < interval) {
            return;
        }
        self.drawn = Some(Instant::now());
        let line = describe(what, progress, more);
        if self.is_terminal {
            put(&format!("{}{line}", erasure(self.line_length)));
            self.line_length = line.chars().count();
        } else {
            put(&format!("{line}\n"));
        }
    }

    /// Removes the progress line.
    pub(super) fn clear(&mut self) {
        let length = std::mem::take(&mut self.line_length);
        if length > 0 {
            put(&erasure(length));
        }
        self.drawn = None;
    }

    fn write(&mut self, line: &str) {
        self.clear();
        put(&format!("{line}\n"));
    }
}

/// What removes a line of so many letters: carriage return and “erase to the end of the line”. Terminals of Windows need
/// not understand the latter, and show it instead; there spaces do.
fn erasure(length: usize) -> String {
    if cfg!(windows) { format!("\r{:length$}\r", "") } else { "\r\x1b[K".to_owned() }
}

fn put(text: &str) {
    let mut stderr = io::stderr().lock();
    // Nobody can be told that nobody can be told.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// `a.mp4: 12 of 80 windows, 3.1/s, 0:22 left`.
fn describe(what: &str, progress: &Progress, more: &str) -> String {
    let mut line = match (progress.total, progress.fraction()) {
        (Some(_), Some(fraction)) => format!("{what} {:3.0} %", fraction * 100.0),
        _ => format!("{what} {}", progress.done),
    };
    if !more.is_empty() {
        line.push_str(", ");
        line.push_str(more);
    }
    if let Some(secs) = progress.remaining_secs() {
        let secs = secs.ceil() as u64;
        line.push_str(&format!(", {}:{:02} left", secs / 60, secs % 60));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_progress_line_says_how_far_how_fast_and_how_long() {
        let progress = Progress { done: 20, total: Some(80), rate: 0.5, elapsed_secs: 40.0 };
        assert_eq!(describe("a.mp4", &progress, "0.5 windows/s"), "a.mp4  25 %, 0.5 windows/s, 2:00 left");
        assert_eq!(describe("a.mp4", &Progress { done: 7, ..Progress::default() }, ""), "a.mp4 7");
    }
}
