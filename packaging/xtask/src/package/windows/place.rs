//! Where the packages are tried: Windows itself, or Wine with a system folder of its own and a display that nobody sees.
//!
//! Everything in [`super::trial`] is asked of either in the same way; the differences are here.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::{MINGW_GCC, about, empty, names, require, sources};
use crate::failure::{Failure, Outcome};
use crate::{cargo, facts, shell};

/// Programs that the trial needs on Linux, and the packages of Debian that bring them.
const TOOLS: &[(&str, &str)] = &[
    ("wine", "wine wine64"),
    ("wineserver", "wine wine64"),
    ("Xvfb", "xvfb"),
    ("xdotool", "xdotool"),
    ("import", "imagemagick"),
    ("identify", "imagemagick"),
];

/// A user of Windows, as the trial sees it.
pub struct Place {
    /// Wine's system folder and display; none where this is Windows.
    wine: Option<Wine>,
    /// `%APPDATA%`.
    pub roaming: PathBuf,
    /// `%LOCALAPPDATA%`.
    pub local: PathBuf,
}

struct Wine {
    prefix: PathBuf,
    display: Display,
}

/// A virtual screen that goes away with this.
struct Display {
    server: Child,
    name: String,
}

impl Drop for Display {
    fn drop(&mut self) {
        // It is of no use to anybody else; if it is gone already, so much the better.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

impl Place {
    /// This computer where it is one with Windows, else a fresh Wine.
    pub fn ready() -> Outcome<Self> {
        if cfg!(windows) {
            let folder = |name: &str| {
                std::env::var_os(name).map(PathBuf::from).ok_or_else(|| Failure::failed(format!("{name} is not set")))
            };
            return Ok(Self { wine: None, roaming: folder("APPDATA")?, local: folder("LOCALAPPDATA")? });
        }
        require(TOOLS)?;
        let private =
            cargo::private_dir("wine").map_err(|error| Failure::failed(format!("no folder to work in: {error}")))?;
        let prefix = private.join("prefix");
        empty(&prefix)?;
        let wine = Wine { prefix, display: display()? };
        let mut boot = Command::new("wine");
        wine.environment(boot.args(["wineboot", "--init"]).stdout(Stdio::null()).stderr(Stdio::null()));
        shell::run(&mut boot)?;
        wine.wait_for_all()?;
        wine.fill_in()?;
        let users = wine.prefix.join("drive_c/users");
        let user = names(&users)?.into_iter().find(|name| name != "Public");
        let user = user.ok_or_else(|| Failure::failed(format!("Wine made no user in {}", users.display())))?;
        let data = users.join(user).join("AppData");
        Ok(Self { roaming: data.join("Roaming"), local: data.join("Local"), wine: Some(wine) })
    }

    /// What it is called in what is printed.
    pub fn name(&self) -> &'static str {
        if self.wine.is_some() { "Wine" } else { "Windows" }
    }

    /// A program of Windows, by its file or by a name that Windows knows.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let program = program.as_ref();
        let Some(wine) = &self.wine else { return Command::new(program) };
        let mut command = Command::new("wine");
        command.arg(program);
        wine.environment(&mut command);
        command
    }

    /// A path as programs of Windows name it.
    pub fn path(&self, path: &Path) -> String {
        let text = path.display().to_string();
        // Wine shows the whole file system as this drive.
        if self.wine.is_some() { format!("Z:{}", text.replace('/', "\\")) } else { text }
    }

    /// Tells cargo to run tests here, and where the display is. On Windows they run anyway.
    pub fn run_tests_here(&self, cargo: &mut Command) {
        if let Some(wine) = &self.wine {
            wine.environment(cargo);
            cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
        }
    }

    /// The keys below `key` of the user's registry, by their last names.
    pub fn keys(&self, key: &str) -> Outcome<Vec<String>> {
        let (full, text) = self.query(key, &[])?;
        let below = |line: &str| Some(line.trim().strip_prefix(&full)?.strip_prefix('\\')?.to_owned());
        Ok(text.lines().filter_map(below).collect())
    }

    /// A value of the user's registry, as text; an empty `value` is the one without a name. `None` if it is not there.
    pub fn value(&self, key: &str, value: &str) -> Option<String> {
        let wanted = if value.is_empty() { vec!["/ve"] } else { vec!["/v", value] };
        let (_, text) = self.query(key, &wanted).ok()?;
        // `    Name    REG_SZ    Text`
        text.lines()
            .find_map(|line| line.split_once("    REG_")?.1.split_once("    "))
            .map(|(_, text)| text.trim().to_owned())
    }

    fn query(&self, key: &str, more: &[&str]) -> Outcome<(String, String)> {
        let full = format!("HKEY_CURRENT_USER\\{key}");
        let output = output(self.command("reg").args(["query", &full]).args(more))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            Ok((full, text))
        } else {
            Err(Failure::failed(format!("the registry has no {full}")))
        }
    }

    /// Writes a text into the user's registry.
    pub fn set(&self, key: &str, value: &str, text: &str) -> Outcome {
        let key = format!("HKEY_CURRENT_USER\\{key}");
        let mut reg = self.command("reg");
        reg.args(["add", &key, "/d", text, "/f"]);
        if value.is_empty() {
            reg.arg("/ve")
        } else {
            reg.args(["/v", value])
        };
        shell::run(reg.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// Takes a picture of the screen and says how many colours it has; none on Windows, where the runner's screen is not ours.
    pub fn photograph(&self, to: &Path) -> Outcome<Option<usize>> {
        let Some(wine) = &self.wine else { return Ok(None) };
        let display = &wine.display.name;
        shell::run(Command::new("import").args(["-display", display, "-window", "root"]).arg(to))?;
        let counted = Command::new("identify").args(["-format", "%k"]).arg(to).output();
        let counted = counted.map_err(|error| Failure::failed(format!("identify did not start: {error}")))?;
        let colours = String::from_utf8_lossy(&counted.stdout).trim().parse();
        colours.map(Some).map_err(|error| Failure::failed(format!("{} is no picture: {error}", to.display())))
    }

    /// Whether a window with this title is on the screen; on Windows whether a process shows it.
    pub fn has_window(&self, title: &str) -> bool {
        match &self.wine {
            Some(wine) => {
                let mut search = Command::new("xdotool");
                search.args(["search", "--onlyvisible", "--name", title]).env("DISPLAY", &wine.display.name);
                search.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
            }
            None => {
                let filter = format!("WINDOWTITLE eq {title}*");
                output(Command::new("tasklist").args(["/FI", &filter]))
                    .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("kinetoscope"))
            }
        }
    }
}

impl Wine {
    fn environment(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix).env("DISPLAY", &self.display.name);
        command.env("WINEDEBUG", "-all");
        // No offers to install .NET or a browser, and no menu entries for the one who runs the trial. Wine's DirectX 12 is
        // announced and then refuses shaders; Windows without it takes Vulkan.
        command.env("WINEDLLOVERRIDES", "mscoree=;mshtml=;winemenubuilder.exe=d;d3d12=");
        // GStreamer and Vulkan of this computer are not what is tried, except for the driver.
        for name in ["GST_PLUGIN_PATH", "GST_PLUGIN_PATH_1_0", "GST_PLUGIN_SYSTEM_PATH", "GST_PLUGIN_SYSTEM_PATH_1_0"] {
            command.env_remove(name);
        }
        if let Some(driver) = facts::software_vulkan_driver() {
            command.env("VK_DRIVER_FILES", &driver).env("VK_ICD_FILENAMES", &driver);
        }
    }

    /// What Wine of Debian 12 lacks.
    fn fill_in(&self) -> Outcome {
        let dll = self.prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        if dll.exists() {
            return Ok(());
        }
        require(&[MINGW_GCC])?;
        let mut gcc = Command::new(MINGW_GCC.0);
        gcc.args(["-shared", "-O2", "-s", "-o"]).arg(dll).arg(sources().join("wine/bcryptprimitives.c"));
        shell::run(gcc.arg("-ladvapi32"))
    }

    fn wait_for_all(&self) -> Outcome {
        shell::run(Command::new("wineserver").arg("--wait").env("WINEPREFIX", &self.prefix))
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        // Whatever still runs in this system folder; nothing else is touched.
        _ = Command::new("wineserver").arg("--kill").env("WINEPREFIX", &self.prefix).stderr(Stdio::null()).status();
    }
}

/// Starts a screen; the server itself finds a free number and says it.
fn display() -> Outcome<Display> {
    let mut xvfb = Command::new("Xvfb");
    xvfb.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
    let server = xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut server = server.map_err(|error| Failure::failed(format!("Xvfb did not start: {error}")))?;
    let mut number = String::new();
    let said = server.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut number));
    let display = Display { server, name: format!(":{}", number.trim()) };
    match said {
        Some(Ok(_)) if !number.trim().is_empty() => Ok(display),
        _ => Err(Failure::failed("Xvfb made no screen")),
    }
}

/// Runs to the end and keeps what is printed.
pub fn output(command: &mut Command) -> Outcome<Output> {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).output();
    output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))
}

/// What is printed by a program that has to end well.
pub fn printed(command: &mut Command) -> Outcome<String> {
    let output = output(command)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = shell::line_of(command);
    Err(Failure::failed(format!("{line} failed ({}):\n{text}{complaint}", output.status)))
}

/// Looks again and again until it is so, or the time is over.
pub fn comes_true(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + patience;
    loop {
        if is_so() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// All files below a folder, as paths from it with `/`; an absent folder has none.
pub fn files_below(folder: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        let unread = about(&next, "cannot be read");
        for entry in fs::read_dir(&next).map_err(&unread)? {
            let path = entry.map_err(&unread)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(within) = path.strip_prefix(folder) {
                found.push(within.display().to_string().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}
