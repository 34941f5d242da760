//! GStreamer and what it stands on, for the package that carries them: which plugins, which libraries, and where each is looked for.
//!
//! A library is one of three: the system's alone (the C library, graphics drivers), the system's where it has one and else ours (what drivers
//! share with us), or ours. Every file says by its own search path which it takes, so nothing has to be set when the program starts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ffmpeg::Ffmpeg;
use super::files::{copy, make_dir, need, output, set_mode};
use super::libraries::{find, loaded};
use crate::failure::{Failure, Outcome};
use crate::need::WINDOW_LIBRARIES;

/// Reading, decoding, playing, and the cutting of clips; each with Debian's package of it.
const PLUGINS: &[(&str, &[&str])] = &[
    ("libgstreamer1.0-0", &["coreelements"]),
    (
        "gstreamer1.0-plugins-base",
        &[
            "app",
            "audioconvert",
            "audioresample",
            "ogg",
            "opus",
            "pbtypes",
            "playback",
            "rawparse",
            "subparse",
            "typefindfunctions",
            "videoconvertscale",
            "videorate",
            "volume",
            "vorbis",
        ],
    ),
    (
        "gstreamer1.0-plugins-good",
        &[
            "apetag",
            "audiofx",
            "audioparsers",
            "autodetect",
            "avi",
            "flac",
            "flv",
            "id3demux",
            "isomp4",
            "matroska",
            "mpg123",
            "pulseaudio",
            "videocrop",
            "videofilter",
            "vpx",
            "wavparse",
        ],
    ),
    (
        "gstreamer1.0-plugins-bad",
        &[
            "aom",
            "codecalpha",
            "mpegpsdemux",
            "mpegtsdemux",
            "mxf",
            "nvcodec",
            "openh264",
            "opusparse",
            "va",
            "videoparsersbad",
        ],
    ),
    ("gstreamer1.0-libav", &["libav"]),
];

/// The C library, and what belongs to a graphics driver: another one would not fit.
const OF_THE_SYSTEM: &[&str] = &[
    "ld-linux",
    "libc.so",
    "libm.so",
    "libmvec.so",
    "libdl.so",
    "libpthread.so",
    "librt.so",
    "libresolv.so",
    "libutil.so",
    "libGL.so",
    "libEGL.so",
    "libGLX.so",
    "libGLdispatch.so",
    "libOpenGL.so",
    "libGLESv2.so",
    "libgbm.so",
    "libcuda.so",
    "libnv",
];

/// What graphics, video and sound drivers of the system are linked with, too: they come into the same process and must find their own.
const SYSTEM_FIRST: &[&str] = &[
    "libstdc++.so",
    "libgcc_s.so",
    "libz.so",
    "libzstd.so",
    "libexpat.so",
    "libffi.so",
    "libelf.so",
    "libdw.so",
    "libbsd.so",
    "libmd.so",
    "liblzma.so",
    "libX",
    "libxcb",
    "libxkbcommon",
    "libwayland-",
    "libdrm",
    "libva.so",
    "libva-",
    "libvulkan.so",
    "libudev.so",
    "libcap.so",
];

/// Where systems keep their libraries.
const SYSTEM_FOLDERS: &str = "/usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu:/usr/lib64:/lib64:/usr/lib:/lib";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    System,
    SystemFirst,
    Ours,
}

fn whose(library: &str) -> Whose {
    let is_of = |list: &[&str]| list.iter().any(|start| library.starts_with(start));
    if is_of(OF_THE_SYSTEM) {
        Whose::System
    } else if is_of(SYSTEM_FIRST) {
        Whose::SystemFirst
    } else {
        Whose::Ours
    }
}

/// A file that is carried, and where it came from.
pub struct Carried {
    /// In the package.
    pub file: PathBuf,
    /// On the machine that built it.
    pub from: PathBuf,
}

/// Puts GStreamer into the package's folder `root`, whose `bin` has the program already. Gives what was put there, sorted.
pub fn carry(root: &Path, ffmpeg: &Ffmpeg) -> Outcome<Vec<Carried>> {
    need("patchelf", "patchelf")?;
    let lib = root.join("lib");
    let mut libraries = loaded(&root.join("bin").join("kinetoscope"), &ffmpeg.lib)?;
    let mut carried = plugins(root)?;
    for part in &carried {
        libraries.extend(loaded(&part.from, &ffmpeg.lib)?);
    }
    libraries.extend(window_libraries(ffmpeg)?);
    for (name, from) in libraries {
        let file = match whose(&name) {
            Whose::System => continue,
            Whose::SystemFirst => lib.join("fallback").join(name),
            Whose::Ours => lib.join(name),
        };
        copy(&from, &file)?;
        carried.push(Carried { file, from });
    }
    for part in &carried {
        set_search_path(&part.file, root)?;
    }
    set_search_path(&root.join("bin").join("kinetoscope"), root)?;
    carried.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(carried)
}

/// The plugins, and the program that looks into them.
fn plugins(root: &Path) -> Outcome<Vec<Carried>> {
    let folder = |variable: &str| {
        let text = output(Command::new("pkg-config").args([&format!("--variable={variable}"), "gstreamer-1.0"]))?;
        Outcome::Ok(PathBuf::from(text.trim()))
    };
    let from = folder("pluginsdir")?;
    let mut carried = Vec::new();
    for (package, names) in PLUGINS {
        for name in *names {
            let name = format!("libgst{name}.so");
            let (from, file) = (from.join(&name), root.join("lib").join("gstreamer-1.0").join(&name));
            if !from.is_file() {
                let text = format!("{name} is not here; on Debian and Ubuntu `apt-get install {package}` brings it");
                return Err(Failure::failed(text));
            }
            copy(&from, &file)?;
            carried.push(Carried { file, from });
        }
    }
    let scanner = "gst-plugin-scanner";
    let (from, file) =
        (folder("pluginscannerdir")?.join(scanner), root.join("libexec").join("gstreamer-1.0").join(scanner));
    copy(&from, &file)?;
    carried.push(Carried { file, from });
    Ok(carried)
}

/// What the window opens by name. The system has it where there are windows, but not all of it everywhere.
fn window_libraries(ffmpeg: &Ffmpeg) -> Outcome<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for name in WINDOW_LIBRARIES.into_iter().chain(["libvulkan.so.1"]) {
        let path = find(name)?;
        found.extend(loaded(&path, &ffmpeg.lib)?);
        found.insert(name.to_owned(), path);
    }
    Ok(found)
}

/// Writes into the file where it shall look for its libraries: ours first, then the system's, then ours that only stand in.
fn set_search_path(file: &Path, root: &Path) -> Outcome {
    let folder = file.parent().unwrap_or(root);
    let up = folder.strip_prefix(root).unwrap_or(folder).components().map(|_| "../").collect::<String>();
    let path = format!("$ORIGIN/{up}lib:{SYSTEM_FOLDERS}:$ORIGIN/{up}lib/fallback");
    make_dir(folder)?;
    // Some of Debian's are read-only.
    set_mode(file, if is_program(file) { 0o755 } else { 0o644 })?;
    output(Command::new("patchelf").args(["--set-rpath", &path]).arg(file)).map(|_| ())
}

fn is_program(file: &Path) -> bool {
    file.extension().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphics_drivers_are_never_carried() {
        for library in ["libGL.so.1", "libEGL.so.1", "libcuda.so.1", "libc.so.6", "ld-linux-x86-64.so.2"] {
            assert_eq!(whose(library), Whose::System, "{library}");
        }
    }

    #[test]
    fn what_drivers_share_with_us_is_the_systems_where_it_has_it() {
        for library in
            ["libstdc++.so.6", "libX11.so.6", "libxcb.so.1", "libz.so.1", "libwayland-client.so.0", "libva.so.2"]
        {
            assert_eq!(whose(library), Whose::SystemFirst, "{library}");
        }
    }

    #[test]
    fn gstreamer_and_codecs_are_ours() {
        for library in ["libgstreamer-1.0.so.0", "libavcodec.so.59", "libglib-2.0.so.0", "libvpx.so.7", "libcairo.so.2"]
        {
            assert_eq!(whose(library), Whose::Ours, "{library}");
        }
    }
}
