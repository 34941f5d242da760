//! What every trial of a Linux package starts from: its report, and videos to play. What is looked at stands with each package.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::linux_files::{make_dir, need, output};
use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::shell;

/// Frames of each video that [`samples`] makes.
pub const FRAMES: usize = 30;

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
pub struct Sample {
    /// What people call the format.
    pub name: &'static str,
    /// The file.
    pub path: PathBuf,
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
pub fn samples() -> Outcome<Vec<Sample>> {
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
pub fn real_clip() -> Outcome<PathBuf> {
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
pub fn has_all_frames(name: &str, rows: &str) -> Outcome {
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
