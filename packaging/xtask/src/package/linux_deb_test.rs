//! Tries the deb as people meet it: clean Debians, apt, a user without rights, a window on a display, and taking it off again.

use std::path::Path;
use std::process::Command;

use super::APP_ID;
use super::chroot::{Chroot, User};
use super::linux_files::{fresh_dir, need, output, remove_dir};
use super::linux_try::{Sample, as_root, has_all_frames, ok, real_clip, samples};
use super::linux_window::Display;
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// Debians, and what people call them.
pub const SUITES: [(&str, &str); 2] = [("bookworm", "Debian 12"), ("trixie", "Debian 13")];

/// All of it.
pub fn test(deb: &Path) -> Outcome {
    as_root()?;
    if !deb.is_file() {
        return Err(Failure::failed(format!("{} is not there; `cargo xtask package deb` makes it", deb.display())));
    }
    by_the_rules(deb)?;
    let (samples, clip, display) = (samples()?, real_clip()?, Display::open()?);
    for (suite, name) in SUITES {
        println!("\n-- {name}");
        let trial = Trial { name, suite, deb, samples: &samples, clip: &clip, display: &display };
        trial.run()?;
    }
    Ok(())
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

/// One clean system and what is tried on it.
struct Trial<'a> {
    name: &'a str,
    suite: &'a str,
    deb: &'a Path,
    samples: &'a [Sample],
    clip: &'a Path,
    display: &'a Display,
}

impl Trial<'_> {
    fn run(&self) -> Outcome {
        let mut system = Chroot::fresh(self.suite)?;
        let before = packages(&system)?;
        let deb = system.put(self.deb)?;
        system.install(&[&deb])?;
        ok(&format!(
            "{}: apt installs it, with {} packages that it depends on",
            self.name,
            packages(&system)? - before - 1
        ));
        for sample in self.samples {
            let file = system.put(&sample.path)?;
            has_all_frames(sample.name, &system.run(User::Tester, &["kinetoscope", "probe", &file, "--frames"])?)?;
            ok(&format!("{}: {} decodes", self.name, sample.name));
        }
        let clip = system.put(self.clip)?;
        self.works(&mut system, &clip, "gl", "OpenGL alone")?;
        system.install(&["mesa-vulkan-drivers"])?;
        self.works(&mut system, &clip, "vulkan", "Mesa's Vulkan")?;
        self.is_known_to_desktops(&system)?;
        self.goes_again(&system, &deb)
    }

    /// Self-tests without a display and with one, then a clip in the window.
    fn works(&self, system: &mut Chroot, clip: &str, short: &str, drivers: &str) -> Outcome {
        for words in [vec!["kinetoscope", "--self-test"], vec!["kinetoscope", "--self-test", clip]] {
            let said = system.run(User::Tester, &words)?;
            said.lines().for_each(|line| println!("     {line}"));
        }
        ok(&format!("{}: self-test without a display, {drivers}", self.name));
        system.set("DISPLAY", &self.display.name);
        let said = system.run(User::Tester, &["kinetoscope", "--self-test", clip])?;
        let drawing = said.lines().find(|line| line.contains("drawing:")).unwrap_or_default();
        println!("     {drawing}");
        if !drawing.to_lowercase().contains(&format!("({short})")) {
            return Err(Failure::failed(format!("{}: {drivers} was to draw the window, not\n{drawing}", self.name)));
        }
        ok(&format!("{}: self-test in a window, {drivers}", self.name));
        let picture = super::out_dir()?.join("screenshots").join(format!("deb-{}-{short}.png", self.suite));
        let begun = self.display.photograph(&mut system.command(User::Tester, &["kinetoscope", clip]), &picture)?;
        system.set("DISPLAY", "");
        let secs = begun.as_secs_f64();
        ok(&format!("{}: a clip in a window, {drivers}; there after {secs:.1} s; {}", self.name, picture.display()));
        Ok(())
    }

    /// Menus and file managers, by what their own tools wrote down.
    fn is_known_to_desktops(&self, system: &Chroot) -> Outcome {
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
        ok(&format!("{}: projects have a type, and it opens them", self.name));
        Ok(())
    }

    fn goes_again(&self, system: &Chroot, deb: &str) -> Outcome {
        system.run(User::Root, &["rm", deb])?;
        system.run(User::Root, &["apt-get", "purge", "-q", "-y", "kinetoscope"])?;
        let find = "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /home -o -path /var/cache/apt \\) -prune \
                    -o -iname '*kinetoscope*' -print";
        let left = system.run(User::Root, &["sh", "-c", find])?;
        if !left.trim().is_empty() {
            return Err(Failure::failed(format!("{}: after purging, there is still\n{left}", self.name)));
        }
        ok(&format!("{}: purging leaves nothing behind", self.name));
        let own = system.run(User::Root, &["find", Chroot::HOME, "-iname", "kinetoscope"])?;
        if own.trim().is_empty() {
            return Err(Failure::failed(format!("{}: purging took what the user has", self.name)));
        }
        ok(&format!("{}: and takes nothing of the user's", self.name));
        Ok(())
    }
}

/// How many packages are installed.
fn packages(system: &Chroot) -> Outcome<usize> {
    Ok(system.run(User::Root, &["dpkg-query", "--show"])?.lines().count())
}
