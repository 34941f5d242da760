//! What is missing on this computer, and what mends it: for `kinetoscope doctor`, the first screen and the self-test.

use std::path::Path;

use ks_engine::{DeviceInfo, DeviceKind, Places};
use ks_media::PluginCheck;
use serde::Serialize;

use crate::packages::Installer;

/// The oldest GStreamer that will do.
const GSTREAMER_NEEDED: (u32, u32) = (1, 22);

/// Frame tables are small, compiled GPU kernels are not; with less than this, work will soon fail.
const CACHE_BYTES_WANTED: u64 = 1 << 30;

/// How one check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// The program works, but less well.
    Warning,
    /// Something will not work.
    Missing,
}

impl State {
    /// The word that begins its line; what is not there is called `bad`.
    pub(crate) fn word(self, bad: &'static str) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => bad,
        }
    }
}

/// One check. The fields are described in `docs/cli.md`.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// What was looked at.
    pub(crate) subject: String,
    pub(crate) state: State,
    /// What was found.
    pub(crate) finding: String,
    /// What to do about it; empty if nothing.
    pub(crate) remedy: String,
}

impl Check {
    pub(crate) fn ok(subject: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { subject: subject.into(), state: State::Ok, finding: finding.into(), remedy: String::new() }
    }

    pub(crate) fn bad(
        state: State,
        subject: impl Into<String>,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { subject: subject.into(), state, finding: finding.into(), remedy: remedy.into() }
    }
}

/// What a device is, in words.
pub(crate) fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::DiscreteGpu => "discrete GPU",
        DeviceKind::IntegratedGpu => "integrated GPU",
        DeviceKind::VirtualGpu => "virtual GPU",
        DeviceKind::SoftwareGpu => "software GPU",
        DeviceKind::Cpu => "CPU",
    }
}

/// The media framework and its plugins.
pub(crate) fn media(installer: Installer) -> Vec<Check> {
    let (major, minor, micro) = ks_media::version();
    let version = format!("version {major}.{minor}.{micro}");
    let mut checks = vec![if (major, minor) >= GSTREAMER_NEEDED {
        Check::ok("GStreamer", version)
    } else {
        let finding = format!("{version}, but 1.22 or newer is needed");
        Check::bad(
            State::Missing,
            "GStreamer",
            finding,
            "update your system to one that carries GStreamer 1.22 or newer",
        )
    }];
    match ks_media::check_plugins() {
        Ok(parts) => checks.extend(plugins(&parts, installer)),
        Err(error) => {
            let remedy = installer.command(&["libgstreamer1.0-0", "gstreamer1.0-plugins-base"]);
            checks.push(Check::bad(State::Missing, "GStreamer", error.to_string(), remedy));
        }
    }
    checks
}

/// One check for every part; one command for all that is missing.
pub(crate) fn plugins(parts: &[PluginCheck], installer: Installer) -> Vec<Check> {
    let missing: Vec<&str> = parts.iter().filter(|part| !part.is_present).map(|part| part.package).collect();
    let remedy = if missing.is_empty() { String::new() } else { installer.command(&missing) };
    let check = |part: &PluginCheck| {
        if part.is_present {
            Check::ok(part.purpose, part.element)
        } else {
            let finding = format!("the GStreamer element `{}` is not installed", part.element);
            Check::bad(State::Missing, part.purpose, finding, remedy.clone())
        }
    };
    parts.iter().map(check).collect()
}

/// Graphics cards that can compute.
pub(crate) fn gpus(devices: &[DeviceInfo], installer: Installer) -> Vec<Check> {
    let is_hardware = |device: &&DeviceInfo| !matches!(device.kind, DeviceKind::Cpu | DeviceKind::SoftwareGpu);
    let found: Vec<&DeviceInfo> = devices.iter().filter(is_hardware).collect();
    if found.is_empty() {
        // Drivers are the system's, whatever a package carries.
        let driver = match installer {
            Installer::Package => "install the newest driver of your graphics card".to_owned(),
            _ => installer.command(&["mesa-vulkan-drivers", "libvulkan1"]),
        };
        let remedy =
            format!("{driver}  (only if this computer has a graphics card; NVIDIA's needs NVIDIA's own driver)");
        let finding = "none can be used, so the CPU computes, which is slower";
        return vec![Check::bad(State::Warning, "GPU", finding, remedy)];
    }
    let check = |device: &DeviceInfo| {
        let finding =
            format!("{} ({}, {}, --device {})", device.name, kind(device.kind), device.backend, device.choice);
        Check::ok("GPU", finding)
    };
    found.into_iter().map(check).collect()
}

/// Folders and room on the disk.
pub(crate) fn places(places: Option<Places>) -> Vec<Check> {
    let Some(Places { config_dir, cache_dir, data_dir }) = places else {
        let remedy = "set the environment variable HOME, or give --config-dir";
        return vec![Check::bad(State::Warning, "folders", "this user has no home folder", remedy)];
    };
    vec![
        disk(&cache_dir),
        writable("configuration", &config_dir),
        writable("cache", &cache_dir),
        writable("data", &data_dir),
    ]
}

fn disk(cache_dir: &Path) -> Check {
    let subject = "disk space for the cache";
    match fs4::available_space(existing(cache_dir)) {
        Ok(bytes) => {
            let finding = format!("{:.1} GiB free at {}", bytes as f64 / f64::from(1 << 30), cache_dir.display());
            if bytes >= CACHE_BYTES_WANTED {
                Check::ok(subject, finding)
            } else {
                Check::bad(State::Warning, subject, finding, "free at least 1 GiB on that disk")
            }
        }
        Err(error) => {
            let remedy = format!("check the disk that holds {}", cache_dir.display());
            Check::bad(State::Warning, subject, format!("cannot be measured: {error}"), remedy)
        }
    }
}

/// Whether files can be made in the folder, or in the one in which it would be made. Leaves nothing behind.
fn writable(subject: &str, folder: &Path) -> Check {
    let subject = format!("{subject} folder");
    match tempfile::tempfile_in(existing(folder)) {
        Ok(_file) => Check::ok(subject, folder.display().to_string()),
        Err(error) => {
            let remedy = format!("allow yourself to write to {}", folder.display());
            Check::bad(State::Warning, subject, format!("cannot be written: {error}"), remedy)
        }
    }
}

/// The folder itself, or the nearest one above that exists.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_never_mended_by_installing_the_program_again() {
        let [check] = gpus(&[], Installer::Package).try_into().unwrap();
        assert!(check.remedy.contains("driver of your graphics card"), "{}", check.remedy);
    }

    #[test]
    fn a_software_gpu_is_no_gpu() {
        let software = DeviceInfo {
            choice: ks_engine::DeviceChoice::Gpu(0),
            name: "llvmpipe".to_owned(),
            backend: "vulkan".to_owned(),
            kind: DeviceKind::SoftwareGpu,
        };
        let checks = gpus(&[software], Installer::Apt);
        assert!(matches!(checks.as_slice(), [Check { state: State::Warning, .. }]));
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_can_be_written_where_it_would_be_made() {
        let check = writable("cache", &std::env::temp_dir().join("kinetoscope-not-there").join("deeper"));
        assert_eq!(check.state, State::Ok, "{check:?}");
    }
}
