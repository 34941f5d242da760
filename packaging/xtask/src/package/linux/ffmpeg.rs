//! FFmpeg's libraries for packages that carry them: Debian's own source, without the parts that are under the GPL.
//!
//! Debian's libraries are built with x264 and x265 and are GPL as a whole; so would be what carries them. These decode the same, as
//! every decoder is FFmpeg's own, and ask for the LGPL alone. They take the place of the system's libraries of the same version.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::{Installed, fetch_source, installed};
use super::files::{copy, entries, fresh_dir, need, output, read, remove_dir, write};
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// What is left in. Nothing is looked for on the machine that builds, as `--disable-autodetect` leaves out even threads.
const OPTIONS: &[&str] = &[
    "--disable-autodetect",
    "--enable-pthreads",
    "--enable-zlib",
    "--enable-shared",
    "--disable-static",
    "--disable-debug",
    "--disable-programs",
    "--disable-doc",
    "--disable-network",
    "--disable-devices",
    "--disable-encoders",
    // The sound of clips that are cut out.
    "--enable-encoder=aac",
    "--disable-muxers",
    "--disable-filters",
    "--disable-protocols",
    "--enable-protocol=file",
    "--disable-swscale",
    "--disable-postproc",
];

/// Libraries that are ready to be carried.
pub struct Ffmpeg {
    /// `libavcodec.so.59` and so on.
    pub lib: PathBuf,
    /// Its licences, and how it was built.
    pub licences: PathBuf,
    /// The source package.
    pub source: Installed,
}

/// Builds them once for each version, beside the target folder.
pub fn ffmpeg() -> Outcome<Ffmpeg> {
    let source = installed("libavcodec[0-9]*")?;
    let root = cargo::target_dir().join("ffmpeg").join(source.version.replace(':', "_"));
    let made = Ffmpeg { lib: root.join("lib"), licences: root.join("licences"), source };
    // Written last, so that it stands for all of it; other options are another build.
    let options = OPTIONS.join(" ");
    if !read(&root.join("options")).is_ok_and(|text| text == options) {
        println!("\n== FFmpeg {} is not here: building it once into {}", made.source.version, root.display());
        fresh_dir(&root)?;
        build(&made, &root)?;
        write(&root.join("options"), &options)?;
    }
    Ok(made)
}

fn build(made: &Ffmpeg, root: &Path) -> Outcome {
    for (program, package) in
        [("dpkg-source", "dpkg-dev"), ("make", "make"), ("cc", "build-essential"), ("nasm", "nasm"), ("patch", "patch")]
    {
        need(program, package)?;
    }
    let Installed { source, version, .. } = &made.source;
    fetch_source(source, version, root)?;
    let description = entries(root)?.into_iter().find(|path| path.extension().is_some_and(|it| it == "dsc"));
    let description = description.ok_or_else(|| Failure::failed("apt-get source brought no source"))?;
    let tree = root.join("source");
    // The archive's signature was checked when it was fetched.
    output(Command::new("dpkg-source").args(["--no-check", "-x"]).arg(&description).arg(&tree))?;
    let prefix = format!("--prefix={}", root.display());
    output(Command::new("sh").args(["./configure", &prefix]).args(OPTIONS).current_dir(&tree))?;
    is_lesser(&read(&tree.join("config.h"))?)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    output(Command::new("make").arg(format!("-j{threads}")).current_dir(&tree))?;
    output(Command::new("make").arg("install-libs").current_dir(&tree))?;
    for file in ["COPYING.LGPLv2.1", "LICENSE.md", "CREDITS", "debian/copyright"] {
        let name = Path::new(file).file_name().unwrap_or_default();
        copy(&tree.join(file), &made.licences.join(name))?;
    }
    let how = format!(
        "FFmpeg out of Debian's source package {source} {version}, with Debian's changes:\n\
         https://snapshot.debian.org/package/{source}/{version}/\n\n./configure {}\n",
        OPTIONS.join(" ")
    );
    write(&made.licences.join("BUILD.txt"), &how)?;
    remove_dir(&tree)?;
    remove_dir(&root.join("apt"))
}

/// Whether the configuration is under the LGPL, by its own words.
fn is_lesser(config: &str) -> Outcome {
    let licence = config.lines().find_map(|line| line.strip_prefix("#define FFMPEG_LICENSE "));
    match licence {
        Some("\"LGPL version 2.1 or later\"") => Ok(()),
        other => Err(Failure::failed(format!("FFmpeg was to be under the LGPL and is under {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_under_the_gpl_is_refused() {
        assert!(is_lesser("#define FFMPEG_LICENSE \"LGPL version 2.1 or later\"\n").is_ok());
        assert!(is_lesser("#define FFMPEG_LICENSE \"GPL version 2 or later\"\n").is_err());
        assert!(is_lesser("").is_err());
    }
}
