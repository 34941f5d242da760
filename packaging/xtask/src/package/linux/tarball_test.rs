//! Tries the tarball where there is no GStreamer: unpacked by a user into a folder with a blank in its name.

use std::path::Path;

use super::chroot::{Chroot, User};
use super::trial::{Trial, on_clean_systems};
use crate::failure::Outcome;
use crate::package::{APP_ID, VERSION};

/// Libraries that nothing here brings: a driver's own. What needs them is of use beside that driver alone.
const OF_DRIVERS: [&str; 5] = ["libGL.so.1", "libEGL.so.1", "libgbm.so.1", "libGLX.so.0", "libGLdispatch.so.0"];

/// All of it.
pub fn test(archive: &Path) -> Outcome {
    on_clean_systems(archive, "tarball", run)
}

fn run(trial: &Trial<'_>) -> Outcome {
    let mut system = trial.fresh_system()?;
    // To unpack with.
    system.install(&["xz-utils"])?;
    let archive = system.put(trial.package)?;
    let folder = format!("{}/My programs", Chroot::HOME);
    system.run(User::Tester, &["mkdir", &folder])?;
    system.run(User::Tester, &["tar", "-xJf", &archive, "-C", &folder])?;
    let root = format!("{folder}/kinetoscope-{VERSION}");
    has_no_gstreamer(trial, &system)?;
    finds_its_libraries(trial, &system, &root)?;
    let program = format!("{root}/bin/kinetoscope");
    trial.decodes(&system, &program)?;
    let clip = system.put(trial.clip)?;
    let said = trial.tests_itself(&system, &[&program, "--self-test", &clip])?;
    if !said.contains(&format!("carried in {root}")) {
        return trial.failed("the program does not see the GStreamer that it carries");
    }
    trial.ok("self-test without a display, with the GStreamer that is carried");
    installs(trial, &system, &root)?;
    shows_a_clip(trial, &mut system, &clip)?;
    uninstalls(trial, &system, &root)
}

fn has_no_gstreamer(trial: &Trial<'_>, system: &Chroot) -> Outcome {
    let find = "find / -xdev -path /proc -prune -o -path /home -prune -o -path /var/cache/apt -prune -o -name 'libgst*' -print -o -name 'libavcodec*' -print";
    let found = system.run(User::Root, &["sh", "-c", find])?;
    if found.trim().is_empty() {
        trial.ok("the system has no GStreamer and no FFmpeg");
        return Ok(());
    }
    trial.failed(&format!("the clean system has a GStreamer of its own:\n{found}"))
}

/// Every file that is carried is asked what it would be loaded with.
fn finds_its_libraries(trial: &Trial<'_>, system: &Chroot, root: &str) -> Outcome {
    let find = "cd \"$1\" && find bin lib libexec -type f | while read -r file; do ldd \"$file\" | grep 'not found' | \
                sed \"s|^|$file|\"; done; true";
    let said = system.run(User::Tester, &["sh", "-c", find, "sh", root])?;
    let is_of_driver = |line: &&str| OF_DRIVERS.iter().any(|library| line.contains(&format!("\t{library} ")));
    let missed: Vec<_> = said.lines().filter(|line| !is_of_driver(line)).collect();
    if missed.is_empty() {
        trial.ok("every library is found, those of graphics drivers apart");
        return Ok(());
    }
    trial.failed(&format!("libraries are missing:\n{}", missed.join("\n")))
}

fn installs(trial: &Trial<'_>, system: &Chroot, root: &str) -> Outcome {
    system.run(User::Tester, &[&format!("{root}/install.sh")])?;
    let entry = format!("{}/.local/share/applications/{APP_ID}.desktop", Chroot::HOME);
    let line = format!("Exec=\"{root}/bin/kinetoscope\" %F");
    system.run(User::Tester, &["grep", "--fixed-strings", "--line-regexp", &line, &entry])?;
    let icon = format!("{}/.local/share/icons/hicolor/48x48/apps/{APP_ID}.png", Chroot::HOME);
    system.run(User::Tester, &["test", "-s", &icon])?;
    system.install(&["desktop-file-utils"])?;
    let said = system.run(User::Tester, &["desktop-file-validate", &entry])?;
    if !said.trim().is_empty() {
        return trial.failed(&format!("desktop-file-validate: {said}"));
    }
    trial.ok("install.sh puts it into the menus of one user");
    Ok(())
}

/// With a graphics driver and the tables of keyboards, which every desktop has; the libraries of windows are left to the tarball as far as
/// those do not bring them.
fn shows_a_clip(trial: &Trial<'_>, system: &mut Chroot, clip: &str) -> Outcome {
    system.install(&["mesa-vulkan-drivers", "xkb-data"])?;
    trial.give_display(system);
    let link = format!("{}/.local/bin/kinetoscope", Chroot::HOME);
    trial.shows(system, &link, clip, &format!("tarball-{}.png", trial.suite), "")
}

fn uninstalls(trial: &Trial<'_>, system: &Chroot, root: &str) -> Outcome {
    system.run(User::Tester, &[&format!("{root}/uninstall.sh")])?;
    let find = format!("find {}/.local -name '{APP_ID}*' -o -path '*/bin/kinetoscope'", Chroot::HOME);
    let left = system.run(User::Root, &["sh", "-c", &find])?;
    if !left.trim().is_empty() {
        return trial.failed(&format!("after uninstall.sh, there is still\n{left}"));
    }
    system.run(User::Tester, &["test", "-x", &format!("{root}/bin/kinetoscope")])?;
    trial.ok("uninstall.sh takes that back and leaves the folder");
    Ok(())
}
