//! Tries the tarball where there is no GStreamer: unpacked by a user into a folder with a blank in its name.

use std::path::Path;

use super::chroot::{Chroot, User};
use super::linux_deb_test::SUITES;
use super::linux_try::{Sample, as_root, has_all_frames, ok, real_clip, samples};
use super::linux_window::Display;
use super::{APP_ID, VERSION};
use crate::failure::{Failure, Outcome};

/// Libraries that nothing here brings: a driver's own. What needs them is of use beside that driver alone.
const OF_DRIVERS: [&str; 5] = ["libGL.so.1", "libEGL.so.1", "libgbm.so.1", "libGLX.so.0", "libGLdispatch.so.0"];

/// All of it.
pub fn test(archive: &Path) -> Outcome {
    as_root()?;
    if !archive.is_file() {
        return Err(Failure::failed(format!(
            "{} is not there; `cargo xtask package tarball` makes it",
            archive.display()
        )));
    }
    let (samples, clip, display) = (samples()?, real_clip()?, Display::open()?);
    for (suite, name) in SUITES {
        println!("\n-- {name}, without GStreamer");
        Trial { name, suite, archive, samples: &samples, clip: &clip, display: &display }.run()?;
    }
    Ok(())
}

struct Trial<'a> {
    name: &'a str,
    suite: &'a str,
    archive: &'a Path,
    samples: &'a [Sample],
    clip: &'a Path,
    display: &'a Display,
}

impl Trial<'_> {
    fn run(&self) -> Outcome {
        let mut system = Chroot::fresh(self.suite)?;
        // To unpack with.
        system.install(&["xz-utils"])?;
        let archive = system.put(self.archive)?;
        let folder = format!("{}/My programs", Chroot::HOME);
        system.run(User::Tester, &["mkdir", &folder])?;
        system.run(User::Tester, &["tar", "-xJf", &archive, "-C", &folder])?;
        let root = format!("{folder}/kinetoscope-{VERSION}");
        self.has_no_gstreamer(&system)?;
        self.finds_its_libraries(&system, &root)?;
        let program = format!("{root}/bin/kinetoscope");
        for sample in self.samples {
            let file = system.put(&sample.path)?;
            has_all_frames(sample.name, &system.run(User::Tester, &[&program, "probe", &file, "--frames"])?)?;
            ok(&format!("{}: {} decodes", self.name, sample.name));
        }
        let clip = system.put(self.clip)?;
        let said = system.run(User::Tester, &[&program, "--self-test", &clip])?;
        said.lines().for_each(|line| println!("     {line}"));
        if !said.contains(&format!("carried in {root}")) {
            return Err(Failure::failed(format!(
                "{}: the program does not see the GStreamer that it carries",
                self.name
            )));
        }
        ok(&format!("{}: self-test without a display, with the GStreamer that is carried", self.name));
        self.installs(&system, &root)?;
        self.shows_a_clip(&mut system, &clip)?;
        self.uninstalls(&system, &root)
    }

    fn has_no_gstreamer(&self, system: &Chroot) -> Outcome {
        let find = "find / -xdev -path /proc -prune -o -path /home -prune -o -path /var/cache/apt -prune -o -name 'libgst*' -print -o -name 'libavcodec*' -print";
        let found = system.run(User::Root, &["sh", "-c", find])?;
        if found.trim().is_empty() {
            ok(&format!("{}: the system has no GStreamer and no FFmpeg", self.name));
            return Ok(());
        }
        Err(Failure::failed(format!("the clean system has a GStreamer of its own:\n{found}")))
    }

    /// Every file that is carried is asked what it would be loaded with.
    fn finds_its_libraries(&self, system: &Chroot, root: &str) -> Outcome {
        let find = "cd \"$1\" && find bin lib libexec -type f | while read -r file; do ldd \"$file\" | grep 'not found' | \
                    sed \"s|^|$file|\"; done; true";
        let said = system.run(User::Tester, &["sh", "-c", find, "sh", root])?;
        let is_of_driver = |line: &&str| OF_DRIVERS.iter().any(|library| line.contains(&format!("\t{library} ")));
        let missed: Vec<_> = said.lines().filter(|line| !is_of_driver(line)).collect();
        if missed.is_empty() {
            ok(&format!("{}: every library is found, those of graphics drivers apart", self.name));
            return Ok(());
        }
        Err(Failure::failed(format!("{}: libraries are missing:\n{}", self.name, missed.join("\n"))))
    }

    fn installs(&self, system: &Chroot, root: &str) -> Outcome {
        system.run(User::Tester, &[&format!("{root}/install.sh")])?;
        let entry = format!("{}/.local/share/applications/{APP_ID}.desktop", Chroot::HOME);
        let line = format!("Exec=\"{root}/bin/kinetoscope\" %F");
        system.run(User::Tester, &["grep", "--fixed-strings", "--line-regexp", &line, &entry])?;
        let icon = format!("{}/.local/share/icons/hicolor/48x48/apps/{APP_ID}.png", Chroot::HOME);
        system.run(User::Tester, &["test", "-s", &icon])?;
        system.install(&["desktop-file-utils"])?;
        let said = system.run(User::Tester, &["desktop-file-validate", &entry])?;
        if !said.trim().is_empty() {
            return Err(Failure::failed(format!("desktop-file-validate: {said}")));
        }
        ok(&format!("{}: install.sh puts it into the menus of one user", self.name));
        Ok(())
    }

    /// With a graphics driver and the tables of keyboards, which every desktop has; the libraries of windows are left to the tarball as far as
    /// those do not bring them.
    fn shows_a_clip(&self, system: &mut Chroot, clip: &str) -> Outcome {
        system.install(&["mesa-vulkan-drivers", "xkb-data"])?;
        system.set("DISPLAY", &self.display.name);
        let picture = super::out_dir()?.join("screenshots").join(format!("tarball-{}.png", self.suite));
        let link = format!("{}/.local/bin/kinetoscope", Chroot::HOME);
        let begun = self.display.photograph(&mut system.command(User::Tester, &[&link, clip]), &picture)?;
        ok(&format!(
            "{}: a clip in a window; there after {:.1} s; {}",
            self.name,
            begun.as_secs_f64(),
            picture.display()
        ));
        Ok(())
    }

    fn uninstalls(&self, system: &Chroot, root: &str) -> Outcome {
        system.run(User::Tester, &[&format!("{root}/uninstall.sh")])?;
        let find = format!("find {}/.local -name '{APP_ID}*' -o -path '*/bin/kinetoscope'", Chroot::HOME);
        let left = system.run(User::Root, &["sh", "-c", &find])?;
        if !left.trim().is_empty() {
            return Err(Failure::failed(format!("{}: after uninstall.sh, there is still\n{left}", self.name)));
        }
        system.run(User::Tester, &["test", "-x", &format!("{root}/bin/kinetoscope")])?;
        ok(&format!("{}: uninstall.sh takes that back and leaves the folder", self.name));
        Ok(())
    }
}
