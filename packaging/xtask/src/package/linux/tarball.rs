//! The archive for any Linux: the program with its own GStreamer, in one folder that may lie anywhere.
//!
//! What is carried is decided in [`carried`](super::carried); how it is tried, in [`tarball_test`].

use std::path::{Path, PathBuf};
use std::process::Command;

use super::carried::{Carried, carry};
use super::ffmpeg::ffmpeg;
use super::files::{copy, fresh_dir, output, read, remove_dir, set_mode, write};
use super::libraries::glibc_needed;
use super::licences::write_licences;
use super::tarball_test;
use super::tree::{Tree, tar_xz, tree, write_symbols};
use crate::cargo;
use crate::failure::Outcome;
use crate::package::VERSION;

/// By this the program knows that the GStreamer beside it is its own: below `share`.
const MARKER: &str = "kinetoscope/carries-gstreamer";

fn path(out: &Path) -> PathBuf {
    out.join(format!("kinetoscope-{VERSION}-linux-x86_64.tar.xz"))
}

/// Builds the archive, and that of its symbols.
pub fn build(out: &Path) -> Outcome {
    let (tree, ffmpeg) = (tree()?, ffmpeg()?);
    let root = cargo::target_dir().join("dist").join(format!("kinetoscope-{VERSION}"));
    fresh_dir(&root)?;
    lay_out(&tree, &root)?;
    let carried = carry(&root, &ffmpeg)?;
    write_licences(&root, &carried, &ffmpeg)?;
    readme(&root, &carried)?;
    println!("GStreamer is carried in {} files", carried.len());
    tar_xz(&root, &path(out))?;
    remove_dir(&root)?;
    write_symbols(&tree, out)
}

/// Unpacks it on clean systems without GStreamer and looks.
pub fn test(out: &Path) -> Outcome {
    tarball_test::test(&path(out))
}

fn lay_out(tree: &Tree, root: &Path) -> Outcome {
    output(Command::new("cp").arg("-R").arg(tree.usr.join("bin")).arg(tree.usr.join("share")).arg(root))?;
    let share = root.join("share");
    // In one place with the other licences.
    let licences = share.join("doc").join("kinetoscope").join("THIRD-PARTY-LICENCES.html");
    copy(&licences, &root.join("licences").join("THIRD-PARTY-LICENCES.html"))?;
    remove_dir(&share.join("doc"))?;
    write(&share.join(MARKER), "The folder lib beside this one has the GStreamer of this program.\n")?;
    let repository = cargo::workspace_root();
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&repository.join(file), &root.join(file))?;
    }
    let ours = repository.join("packaging").join("linux").join("tarball");
    for script in ["install.sh", "uninstall.sh"] {
        copy(&ours.join(script), &root.join(script))?;
        set_mode(&root.join(script), 0o755)?;
    }
    Ok(())
}

/// The readme says which C library all of it needs.
fn readme(root: &Path, carried: &[Carried]) -> Outcome {
    let mut glibc = glibc_needed(&root.join("bin").join("kinetoscope"))?;
    for part in carried {
        // One that is linked with other libraries of ours alone names none.
        glibc = glibc.max(glibc_needed(&part.file).unwrap_or_default());
    }
    let text = read(&cargo::workspace_root().join("packaging/linux/tarball/README.txt"))?;
    let text = text.replace("@VERSION@", VERSION).replace("@GLIBC@", &format!("{}.{}", glibc.0, glibc.1));
    write(&root.join("README.txt"), &text)
}
