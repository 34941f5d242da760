//! What every trial of a Linux package starts from: clean systems, its report, and videos to play. What is looked at stands with
//! each package.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::chroot::{Chroot, User};
use super::files::{make_dir, need, output};
use super::window::Display;
use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::shell;

/// Frames of each video that [`samples`] makes.
const FRAMES: usize = 30;

/// Debians, and what people call them.
const SUITES: [(&str, &str); 2] = [("bookworm", "Debian 12"), ("trixie", "Debian 13")];

/// One package on one clean system.
pub struct Trial<'a> {
    /// What people call the system.
    pub name: &'static str,
    /// What Debian calls it.
    pub suite: &'static str,
    /// The file that people fetch.
    pub package: &'a Path,
    /// Something that a person would look at.
    pub clip: &'a Path,
    samples: &'a [Sample],
    display: &'a Display,
}

/// Tries `package`, which `cargo xtask package KIND` makes, on every clean system.
pub fn on_clean_systems(package: &Path, kind: &str, run: impl Fn(&Trial<'_>) -> Outcome) -> Outcome {
    as_root()?;
    require(package, kind)?;
    let (samples, clip, display) = (samples()?, real_clip()?, Display::open()?);
    for (suite, name) in SUITES {
        println!("\n-- {name}");
        run(&Trial { name, suite, package, clip: &clip, samples: &samples, display: &display })?;
    }
    Ok(())
}

/// Fails unless the package is there.
pub fn require(package: &Path, kind: &str) -> Outcome {
    if package.is_file() {
        return Ok(());
    }
    Err(Failure::failed(format!("{} is not there; `cargo xtask package {kind}` makes it", package.display())))
}

impl Trial<'_> {
    /// One line of the report.
    pub fn ok(&self, what: &str) {
        ok(&format!("{}: {what}", self.name));
    }

    /// A failure on this system.
    pub fn failed(&self, what: &str) -> Outcome {
        Err(Failure::failed(format!("{}: {what}", self.name)))
    }

    /// The system.
    pub fn fresh_system(&self) -> Outcome<Chroot> {
        Chroot::fresh(self.suite)
    }

    /// Whether `program` decodes every frame of every format.
    pub fn decodes(&self, system: &Chroot, program: &str) -> Outcome {
        for sample in self.samples {
            let file = system.put(&sample.path)?;
            has_all_frames(sample.name, &system.run(User::Tester, &[program, "probe", &file, "--frames"])?)?;
            self.ok(&format!("{} decodes", sample.name));
        }
        Ok(())
    }

    /// Tests that the program makes of itself, which are reported whole, without a display.
    pub fn tests_itself(&self, system: &Chroot, words: &[&str]) -> Outcome<String> {
        let said = system.run(User::Tester, words)?;
        said.lines().for_each(|line| println!("     {line}"));
        Ok(said)
    }

    /// Lets programs of the system draw.
    pub fn give_display(&self, system: &mut Chroot) {
        system.set("DISPLAY", &self.display.name);
    }

    /// Whether `program` shows `clip` in a window, which is photographed. `with` is for the report.
    pub fn shows(&self, system: &Chroot, program: &str, clip: &str, picture: &str, with: &str) -> Outcome {
        let picture = crate::package::out_dir()?.join("screenshots").join(picture);
        let begun = self.display.photograph(&mut system.command(User::Tester, &[program, clip]), &picture)?;
        let secs = begun.as_secs_f64();
        self.ok(&format!("a clip in a window{with}; there after {secs:.1} s; {}", picture.display()));
        Ok(())
    }
}

/// One line of the report.
pub fn ok(what: &str) {
    println!("ok   {what}");
}

/// Fails unless we are root: clean systems are made and entered by nobody else.
pub fn as_root() -> Outcome {
    if shell::output_of("id", &["-u"]).as_deref() == Some("0") {
        return Ok(());
    }
    Err(Failure::failed(
        "this needs root, as clean systems are made with debootstrap and entered with chroot: run it with sudo",
    ))
}

/// A video that a package has to play.
struct Sample {
    /// What people call the format.
    name: &'static str,
    /// The file.
    path: PathBuf,
}

/// File, name, and how ffmpeg is told.
const FORMATS: &[(&str, &str, &[&str])] = &[
    ("h264.mp4", "H.264", &["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
    ("h265.mkv", "H.265", &["-c:v", "libx265", "-pix_fmt", "yuv420p"]),
    ("vp9.webm", "VP9", &["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p"]),
    ("av1.mkv", "AV1", &["-c:v", "libaom-av1", "-cpu-used", "8", "-pix_fmt", "yuv420p"]),
    ("mpeg4.avi", "MPEG-4", &["-c:v", "mpeg4", "-q:v", "4"]),
];

/// One video for each format, made by the ffmpeg of the machine that tries, so with encoders that no package of ours has.
fn samples() -> Outcome<Vec<Sample>> {
    need("ffmpeg", "ffmpeg")?;
    let folder = cargo::target_dir().join("package-samples");
    make_dir(&folder)?;
    let mut made = Vec::new();
    for (file, name, settings) in FORMATS {
        let path = folder.join(file);
        if !path.is_file() {
            encode("testsrc2=size=320x240:rate=30", FRAMES, settings, &path)?;
        }
        made.push(Sample { name, path });
    }
    Ok(made)
}

/// Something that a person would look at: a clip of the reference files where they are, else a drawing in many colours.
fn real_clip() -> Outcome<PathBuf> {
    let shared = std::env::var_os("KS_SHARED").map_or_else(|| cargo::workspace_root().join("../shared"), PathBuf::from);
    let clip = shared.join("videos").join("test.mp4");
    if clip.is_file() {
        return Ok(clip);
    }
    need("ffmpeg", "ffmpeg")?;
    let folder = cargo::target_dir().join("package-samples");
    make_dir(&folder)?;
    let path = folder.join("mandelbrot.mp4");
    if !path.is_file() {
        encode("mandelbrot=size=640x360:rate=30", 240, &["-c:v", "libx264", "-pix_fmt", "yuv420p"], &path)?;
    }
    Ok(path)
}

fn encode(drawing: &str, frames: usize, settings: &[&str], path: &Path) -> Outcome {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", drawing, "-frames:v", &frames.to_string()]).args(settings);
    // Under another name until it is whole.
    let part = path.with_file_name(format!("part-{}", path.file_name().unwrap_or_default().display()));
    output(ffmpeg.arg(&part))?;
    std::fs::rename(&part, path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

/// Fails unless `kinetoscope probe FILE --frames` listed every frame of a sample.
fn has_all_frames(name: &str, rows: &str) -> Outcome {
    // The first line names the columns.
    let count = rows.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    if count == FRAMES {
        return Ok(());
    }
    Err(Failure::failed(format!("{name}: {count} frames instead of {FRAMES}:\n{rows}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_with_a_frame_too_few_does_not_pass() {
        let rows = |count| {
            (0..count).fold("frame\ttime_secs\tkey\n".to_owned(), |text, row| text + &format!("{row}\t0.1\tno\n"))
        };
        assert!(has_all_frames("H.264", &rows(FRAMES)).is_ok());
        assert!(has_all_frames("H.264", &rows(FRAMES - 1)).is_err());
        assert!(has_all_frames("H.264", "").is_err());
    }
}
