//! A display that nobody sees, and pictures of what is on it: how a trial looks at the program's window.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::files::{make_dir, need, output};
use crate::failure::{Failure, Outcome};
use crate::shell;

/// How long a window or a picture may take. Drawing is done by the processor, and this may be the first start.
const PATIENCE: Duration = Duration::from_secs(120);

/// A window without a video shows some hundred colours, nearly all of them edges of letters. A video has thousands.
const COLOURS_OF_A_VIDEO: u32 = 4_000;

/// The display, which goes when this does, with all that is on it.
pub struct Display {
    server: Child,
    /// For the variable `DISPLAY`.
    pub name: String,
}

impl Display {
    /// Opens one that lets every user of this machine in.
    pub fn open() -> Outcome<Self> {
        for (program, package) in
            [("Xvfb", "xvfb"), ("xdotool", "xdotool"), ("import", "imagemagick"), ("identify", "imagemagick")]
        {
            need(program, package)?;
        }
        let mut command = Command::new("Xvfb");
        // It chooses a number that is free and says which.
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-ac", "-noreset"]);
        let server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut server = server.map_err(|error| Failure::failed(format!("Xvfb did not start: {error}")))?;
        let mut number = String::new();
        if let Some(answer) = server.stdout.take() {
            BufReader::new(answer)
                .read_line(&mut number)
                .map_err(|error| Failure::failed(format!("Xvfb said nothing: {error}")))?;
        }
        let display = Self { server, name: format!(":{}", number.trim()) };
        if number.trim().is_empty() { Err(Failure::failed("Xvfb could not open a display")) } else { Ok(display) }
    }

    /// Starts the program, waits for its window and for a video in it, keeps a picture of that, and ends the program.
    /// Gives the time until there was a window.
    pub fn photograph(&self, program: &mut Command, picture: &Path) -> Outcome<Duration> {
        picture.parent().map_or(Ok(()), make_dir)?;
        if self.has_window() {
            return Err(Failure::failed(
                "a window from before is still on the display, and would be taken for the one to come",
            ));
        }
        let line = shell::line_of(program);
        let log = picture.with_extension("log");
        let file =
            || std::fs::File::create(&log).map_err(|error| Failure::failed(format!("{}: {error}", log.display())));
        let begin = Instant::now();
        let child = program.stdout(file()?).stderr(file()?).spawn();
        let mut child = child.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
        let seen = self.wait_for_video(&mut child, begin, picture);
        // The only way out for whatever is in there; when it is gone already, that was seen above.
        child.kill().ok();
        child.wait().ok();
        let seen = seen.map_err(|failure| {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            Failure::failed(format!("{failure}\n{line} said:\n{said}"))
        })?;
        std::fs::remove_file(&log).ok();
        Ok(seen)
    }

    fn wait_for_video(&self, program: &mut Child, begin: Instant, picture: &Path) -> Outcome<Duration> {
        let mut window = None;
        let mut colours = 0;
        while begin.elapsed() < PATIENCE {
            if let Ok(Some(status)) = program.try_wait() {
                return Err(Failure::failed(format!("the program ended by itself ({status})")));
            }
            if window.is_none() && self.has_window() {
                window = Some(begin.elapsed());
            }
            if let Some(window) = window {
                colours = self.colours(picture)?;
                if colours >= COLOURS_OF_A_VIDEO {
                    return Ok(window);
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let what = if window.is_some() { "there is a window, but no video in it" } else { "there is no window" };
        Err(Failure::failed(format!("{what} after {} s ({colours} colours)", PATIENCE.as_secs())))
    }

    fn has_window(&self) -> bool {
        let title = ["search", "--onlyvisible", "--name", "^Kinetoscope"];
        let found = Command::new("xdotool").args(title).env("DISPLAY", &self.name).output();
        found.is_ok_and(|found| found.status.success() && !found.stdout.is_empty())
    }

    /// Takes a picture, and counts what colours are on it.
    fn colours(&self, picture: &Path) -> Outcome<u32> {
        output(Command::new("import").args(["-window", "root"]).arg(picture).env("DISPLAY", &self.name))?;
        let text = output(Command::new("identify").args(["-format", "%k"]).arg(picture))?;
        text.trim().parse().map_err(|_not_a_number| Failure::failed(format!("identify counted “{text}” colours")))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It ends with us anyway.
        self.server.kill().ok();
        self.server.wait().ok();
    }
}
