//! Tries the deb as people meet it: clean Debians, apt, a user without rights, a window on a display, and taking it off again.

use std::path::Path;
use std::process::Command;

use super::chroot::{Chroot, User};
use super::files::{fresh_dir, need, output, remove_dir};
use super::trial::{Trial, as_root, ok, on_clean_systems, require};
use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::package::APP_ID;

/// All of it.
pub fn test(deb: &Path) -> Outcome {
    // Before half a minute of other checks.
    as_root()?;
    require(deb, "deb")?;
    by_the_rules(deb)?;
    on_clean_systems(deb, "deb", run)
}

/// What Debian's and the desktops' own checkers say.
fn by_the_rules(deb: &Path) -> Outcome {
    for (program, package) in
        [("lintian", "lintian"), ("desktop-file-validate", "desktop-file-utils"), ("appstreamcli", "appstream")]
    {
        need(program, package)?;
    }
    let lintian = output(Command::new("lintian").args(["--fail-on", "error", "--allow-root"]).arg(deb))?;
    lintian.lines().for_each(|line| println!("     lintian: {line}"));
    ok("lintian has no error");
    let unpacked = cargo::target_dir().join("deb-unpacked");
    fresh_dir(&unpacked)?;
    output(Command::new("dpkg-deb").arg("-x").arg(deb).arg(&unpacked))?;
    let share = unpacked.join("usr").join("share");
    let said = output(Command::new("desktop-file-validate").arg(share.join(format!("applications/{APP_ID}.desktop"))))?;
    if !said.trim().is_empty() {
        return Err(Failure::failed(format!("desktop-file-validate: {said}")));
    }
    ok("desktop-file-validate has nothing to say");
    let metainfo = share.join(format!("metainfo/{APP_ID}.metainfo.xml"));
    output(Command::new("appstreamcli").args(["validate", "--no-net"]).arg(metainfo))?;
    ok("appstreamcli validates");
    remove_dir(&unpacked)
}

fn run(trial: &Trial<'_>) -> Outcome {
    let mut system = trial.fresh_system()?;
    let before = packages(&system)?;
    let deb = system.put(trial.package)?;
    system.install(&[&deb])?;
    let besides = packages(&system)? - before - 1;
    trial.ok(&format!("apt installs it, with {besides} packages that it depends on"));
    trial.decodes(&system, "kinetoscope")?;
    let clip = system.put(trial.clip)?;
    works(trial, &mut system, &clip, "gl", "OpenGL alone")?;
    system.install(&["mesa-vulkan-drivers"])?;
    works(trial, &mut system, &clip, "vulkan", "Mesa's Vulkan")?;
    is_known_to_desktops(trial, &system)?;
    goes_again(trial, &system, &deb)
}

/// Self-tests without a display and with one, then a clip in the window.
fn works(trial: &Trial<'_>, system: &mut Chroot, clip: &str, short: &str, drivers: &str) -> Outcome {
    trial.tests_itself(system, &["kinetoscope", "--self-test"])?;
    trial.tests_itself(system, &["kinetoscope", "--self-test", clip])?;
    trial.ok(&format!("self-test without a display, {drivers}"));
    trial.give_display(system);
    let said = system.run(User::Tester, &["kinetoscope", "--self-test", clip])?;
    let drawing = said.lines().find(|line| line.contains("drawing:")).unwrap_or_default();
    println!("     {drawing}");
    if !drawing.to_lowercase().contains(&format!("({short})")) {
        return trial.failed(&format!("{drivers} was to draw the window, not\n{drawing}"));
    }
    trial.ok(&format!("self-test in a window, {drivers}"));
    let picture = format!("deb-{}-{short}.png", trial.suite);
    trial.shows(system, "kinetoscope", clip, &picture, &format!(", {drivers}"))?;
    system.set("DISPLAY", "");
    Ok(())
}

/// Menus and file managers, by what their own tools wrote down.
fn is_known_to_desktops(trial: &Trial<'_>, system: &Chroot) -> Outcome {
    system.install(&["shared-mime-info", "desktop-file-utils"])?;
    for (file, line) in [
        ("/usr/share/mime/globs2", ":application/x-kinetoscope-project:*.kinetoscope"),
        ("/usr/share/mime/magic", "application/x-kinetoscope-project"),
        (
            "/usr/share/applications/mimeinfo.cache",
            "application/x-kinetoscope-project=io.github.kinetoscope.kinetoscope.desktop",
        ),
    ] {
        system.run(User::Root, &["grep", "--text", "--fixed-strings", line, file])?;
    }
    trial.ok("projects have a type, and it opens them");
    Ok(())
}

fn goes_again(trial: &Trial<'_>, system: &Chroot, deb: &str) -> Outcome {
    system.run(User::Root, &["rm", deb])?;
    system.run(User::Root, &["apt-get", "purge", "-q", "-y", "kinetoscope"])?;
    let find = "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /home -o -path /var/cache/apt \\) -prune \
                -o -iname '*kinetoscope*' -print";
    let left = system.run(User::Root, &["sh", "-c", find])?;
    if !left.trim().is_empty() {
        return trial.failed(&format!("after purging, there is still\n{left}"));
    }
    trial.ok("purging leaves nothing behind");
    let own = system.run(User::Root, &["find", Chroot::HOME, "-iname", "kinetoscope"])?;
    if own.trim().is_empty() {
        return trial.failed("purging took what the user has");
    }
    trial.ok("and takes nothing of the user's");
    Ok(())
}

/// How many packages are installed.
fn packages(system: &Chroot) -> Outcome<usize> {
    Ok(system.run(User::Root, &["dpkg-query", "--show"])?.lines().count())
}
