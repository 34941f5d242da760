//! What every Linux package installs, laid out as below `/`: the program, what it writes about itself, and what desktops want to know.
//!
//! `app/Cargo.toml` takes the deb's and the rpm's files from here; the tarball takes `usr` as it is. Nothing of GStreamer stands here.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::files::{copy, entries, fresh_dir, make_dir, need, output, output_to, remove_dir, set_mode, size, write};
use crate::cargo;
use crate::failure::Outcome;
use crate::package::binary::{self, Binary};
use crate::package::{APP_ID, VERSION, parts};

/// Sizes of the icon beside the drawing itself, in pixels: those that the icon theme knows.
const ICON_SIZES: [u32; 9] = [16, 22, 24, 32, 48, 64, 128, 256, 512];

/// The tree, made once however many packages are built from it.
#[derive(Clone)]
pub struct Tree {
    /// What comes below `/usr`.
    pub usr: PathBuf,
    /// Symbols of the program.
    pub symbols: PathBuf,
}

/// Builds the program and lays out the tree, the first time that it is asked for.
pub fn tree() -> Outcome<Tree> {
    static MADE: OnceLock<Tree> = OnceLock::new();
    if let Some(tree) = MADE.get() {
        return Ok(tree.clone());
    }
    for (program, package) in [("objcopy", "binutils"), ("rsvg-convert", "librsvg2-bin"), ("gzip", "gzip")] {
        need(program, package)?;
    }
    let tree = lay_out(binary::native()?)?;
    Ok(MADE.get_or_init(|| tree).clone())
}

/// The folder of the profile that packages carry; cargo's packaging tools call it `target/release`.
fn dist_dir() -> PathBuf {
    cargo::target_dir().join("dist")
}

fn lay_out(binary: Binary) -> Outcome<Tree> {
    let usr = dist_dir().join("tree").join("usr");
    fresh_dir(&usr)?;
    let program = usr.join("bin").join("kinetoscope");
    copy(&binary.program, &program)?;
    set_mode(&program, 0o755)?;
    let share = usr.join("share");
    shell_files(&program, &share)?;
    desktop(&share)?;
    copy(&parts::licences()?, &share.join("doc").join("kinetoscope").join("THIRD-PARTY-LICENCES.html"))?;
    println!("the program without symbols: {}", size(&program));
    Ok(Tree { usr, symbols: binary.symbols })
}

/// Manual pages and completions, as the program itself writes them.
fn shell_files(program: &Path, share: &Path) -> Outcome {
    let made = dist_dir().join("shell-files");
    fresh_dir(&made)?;
    output(Command::new(program).arg("shell-files").arg(&made))?;
    for page in entries(&made.join("man"))? {
        let Some(name) = page.file_name() else { continue };
        let to = share.join("man").join("man1").join(name).with_added_extension("gz");
        // Without the time, so that the same page makes the same file.
        output_to(Command::new("gzip").args(["-9", "--no-name", "--stdout"]).arg(&page), &to)?;
    }
    let completions = made.join("completions");
    for (file, to) in [
        ("kinetoscope.bash", "bash-completion/completions/kinetoscope"),
        ("_kinetoscope", "zsh/vendor-completions/_kinetoscope"),
        ("kinetoscope.fish", "fish/vendor_completions.d/kinetoscope.fish"),
    ] {
        copy(&completions.join(file), &share.join(to))?;
    }
    remove_dir(&made)
}

fn desktop(share: &Path) -> Outcome {
    let ours = cargo::workspace_root().join("packaging").join("linux");
    for (extension, folder) in [("desktop", "applications"), ("metainfo.xml", "metainfo"), ("xml", "mime/packages")] {
        let file = format!("{APP_ID}.{extension}");
        copy(&ours.join(&file), &share.join(folder).join(&file))?;
    }
    let drawing = cargo::workspace_root().join("assets").join("icon").join("kinetoscope.svg");
    let icons = share.join("icons").join("hicolor");
    copy(&drawing, &icons.join("scalable").join("apps").join(format!("{APP_ID}.svg")))?;
    for size in ICON_SIZES {
        let folder = icons.join(format!("{size}x{size}")).join("apps");
        make_dir(&folder)?;
        let size = size.to_string();
        let png = folder.join(format!("{APP_ID}.png"));
        output(
            Command::new("rsvg-convert").args(["--width", &size, "--height", &size]).arg(&drawing).arg("-o").arg(png),
        )?;
    }
    Ok(())
}

/// Packs `folder` as `out`, the same bytes from the same files.
pub fn tar_xz(folder: &Path, out: &Path) -> Outcome {
    for program in ["tar", "xz"] {
        need(program, if program == "xz" { "xz-utils" } else { program })?;
    }
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(()) };
    let mut tar = Command::new("tar");
    tar.args(["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@1700000000"]);
    tar.args(["--use-compress-program", "xz --threads=0 -6"]).arg("--file").arg(out).arg("-C").arg(parent).arg(name);
    output(&mut tar)?;
    println!("{}: {}", out.display(), size(out));
    Ok(())
}

/// Writes the archive of the program's symbols, which a debugger finds when they lie beside the program.
pub fn write_symbols(tree: &Tree, out: &Path) -> Outcome {
    let name = format!("kinetoscope-{VERSION}-linux-x86_64.symbols");
    let folder = dist_dir().join(&name);
    fresh_dir(&folder)?;
    copy(&tree.symbols, &folder.join("kinetoscope.debug"))?;
    write(
        &folder.join("README.txt"),
        "Debug symbols of the program kinetoscope for Linux, the same in every package of this version.\n\
         gdb and backtraces read them when kinetoscope.debug lies in the folder of the program, or in .debug there.\n",
    )?;
    tar_xz(&folder, &out.join(format!("{name}.tar.xz")))?;
    remove_dir(&folder)
}
