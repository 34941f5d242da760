//! Looking at this machine: which needs it meets already. The looking stays here; what follows from it is in `plan`.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::need::{GSTREAMER_MODULES, GSTREAMER_VERSION, Need, WINDOW_LIBRARIES};
use crate::os_release::{Manager, OsRelease};
use crate::shell::{output_of, succeeds, which};

/// The system, as far as installing is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// A Linux with a package manager that we can drive.
    Linux { manager: Manager, name: String },
    /// A Linux that we do not know.
    OtherLinux { name: String },
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// The needs that are not met, each with what was looked for and not found.
pub type Missing = BTreeMap<Need, String>;

/// Which system this is.
pub fn system() -> System {
    if cfg!(windows) {
        return System::Windows;
    }
    if cfg!(target_os = "macos") {
        return System::MacOs;
    }
    let text = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| fs::read_to_string(path).ok());
    let release = OsRelease::parse(&text.unwrap_or_default());
    match release.manager().filter(|manager| which(manager.program()).is_some()) {
        Some(manager) => System::Linux { manager, name: release.name },
        None => System::OtherLinux { name: release.name },
    }
}

/// What this machine lacks.
pub fn missing(system: &System) -> Missing {
    let unmet = match system {
        System::Linux { .. } | System::OtherLinux { .. } => unmet_on_linux as fn(Need) -> Option<String>,
        // The installers of Windows and macOS carry every plugin set, and the window's libraries are part of the system.
        System::MacOs | System::Windows => unmet_elsewhere,
    };
    Need::ALL.into_iter().filter_map(|need| Some((need, unmet(need)?))).collect()
}

fn unmet_elsewhere(need: Need) -> Option<String> {
    match need {
        Need::PkgConfig => absent_programs(&["pkg-config"]),
        Need::GStreamerDevelopment => gstreamer_development(),
        _ => None,
    }
}

fn unmet_on_linux(need: Need) -> Option<String> {
    match need {
        Need::CCompiler => absent_programs(&["cc"]).or_else(absent_headers),
        Need::PkgConfig => absent_programs(&["pkg-config"]),
        Need::FastLinker => absent_programs(&["clang", "mold"]),
        Need::GStreamerDevelopment => gstreamer_development(),
        Need::PluginsBase => absent_plugins(&["playback", "app", "typefindfunctions", "audioconvert"]),
        Need::PluginsGood => absent_plugins(&["isomp4", "matroska", "vpx", "autodetect"]),
        Need::PluginsBad => absent_plugins(&["videoparsersbad"]),
        Need::PluginsLibav => absent_plugins(&["libav"]),
        Need::SoundOutput => absent_sound_output(),
        Need::VulkanLoader => absent_libraries(&["libvulkan.so.1"]),
        Need::MesaVulkan => software_vulkan_driver().is_none().then(|| "no lavapipe (lvp_icd*.json)".to_owned()),
        Need::WindowLibraries => absent_libraries(&WINDOW_LIBRARIES),
    }
}

fn absent_programs(programs: &[&str]) -> Option<String> {
    listed(programs.iter().filter(|program| which(program).is_none()))
}

fn absent_headers() -> Option<String> {
    let preprocessed = succeeds("cc", &["-E", "-include", "stdio.h", "-x", "c", "/dev/null"]);
    (!preprocessed).then(|| "the C library's headers".to_owned())
}

fn gstreamer_development() -> Option<String> {
    let minimum = format!("--atleast-version={GSTREAMER_VERSION}");
    let absent = |module: &&&str| !succeeds("pkg-config", &[&minimum, module]);
    let absent = listed(GSTREAMER_MODULES.iter().filter(absent))?;
    let version = output_of("pkg-config", &["--modversion", GSTREAMER_MODULES[0]]);
    Some(version.map_or_else(|| absent.clone(), |found| format!("{absent} (found GStreamer {found})")))
}

fn absent_plugins(names: &[&str]) -> Option<String> {
    let folders = plugin_folders();
    listed(names.iter().filter(|name| !has_plugin(&folders, name)))
}

fn absent_sound_output() -> Option<String> {
    let folders = plugin_folders();
    let found = ["pulseaudio", "pipewire", "alsa"].iter().any(|name| has_plugin(&folders, name));
    (!found).then(|| "alsa, pulseaudio or pipewire".to_owned())
}

fn has_plugin(folders: &[PathBuf], name: &str) -> bool {
    folders.iter().any(|folder| folder.join(format!("libgst{name}.so")).is_file())
}

/// Plugins are looked for as files: `gst-inspect-1.0` would load every one of them first.
fn plugin_folders() -> Vec<PathBuf> {
    let named = ["GST_PLUGIN_PATH_1_0", "GST_PLUGIN_SYSTEM_PATH_1_0"].into_iter().filter_map(env::var_os);
    let mut folders: Vec<_> = named.flat_map(|paths| env::split_paths(&paths).collect::<Vec<_>>()).collect();
    folders.extend(output_of("pkg-config", &["--variable=pluginsdir", GSTREAMER_MODULES[0]]).map(PathBuf::from));
    folders.extend(library_folders().into_iter().map(|folder| folder.join("gstreamer-1.0")));
    folders
}

fn absent_libraries(names: &[&str]) -> Option<String> {
    let cache = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"].iter().find_map(|path| output_of(path, &["-p"]));
    let known = cache.as_deref().map(libraries_in_cache).unwrap_or_default();
    let folders = library_folders();
    let found = |name: &str| known.contains(name) || folders.iter().any(|folder| folder.join(name).exists());
    listed(names.iter().filter(|name| !found(name)))
}

/// The names in what `ldconfig -p` prints, one `name (kind) => path` to a line, of the kind that this program is itself.
fn libraries_in_cache(text: &str) -> BTreeSet<&str> {
    let ours = |line: &&str| !cfg!(target_arch = "x86_64") || line.contains("x86-64");
    text.lines()
        .filter(|line| line.contains("=>"))
        .filter(ours)
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

fn library_folders() -> Vec<PathBuf> {
    let triple = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    [triple.as_str(), "/usr/lib64", "/usr/lib", "/usr/local/lib64", "/usr/local/lib", "/lib64", "/lib"]
        .into_iter()
        .map(PathBuf::from)
        .collect()
}

/// The manifest of Mesa's Vulkan driver on the processor, which the tests of GPU code run on.
pub fn software_vulkan_driver() -> Option<PathBuf> {
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let mut found: Vec<_> =
        folders.iter().flat_map(|folder| files_in(Path::new(folder))).filter(|path| is_lavapipe(path)).collect();
    found.sort();
    // A multi-arch machine has one manifest for each architecture.
    let ours = found.iter().position(|path| path.to_string_lossy().contains(env::consts::ARCH)).unwrap_or(0);
    (!found.is_empty()).then(|| found.swap_remove(ours))
}

fn is_lavapipe(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("lvp_icd") && name.ends_with(".json")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}

fn listed<'a>(names: impl Iterator<Item = &'a &'a str>) -> Option<String> {
    let names: Vec<&str> = names.copied().collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linkers_cache_is_read_by_name() {
        let text = "3 libs found in cache `/etc/ld.so.cache'\n\
                    \tlibvulkan.so.1 (libc6,x86-64,AArch64) => /usr/lib/libvulkan.so.1\n\
                    \tlibX11.so.6 (libc6,x86-64,AArch64) => /usr/lib/libX11.so.6\n";
        let names = libraries_in_cache(text);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["libX11.so.6", "libvulkan.so.1"]);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_library_for_another_processor_does_not_count() {
        assert!(libraries_in_cache("\tlibX11.so.6 (libc6) => /usr/lib/i386-linux-gnu/libX11.so.6\n").is_empty());
    }

    #[test]
    fn a_program_that_is_nowhere_is_named_as_absent() {
        assert_eq!(absent_programs(&["no-such-program-here"]).as_deref(), Some("no-such-program-here"));
    }

    #[test]
    fn a_plugin_that_is_nowhere_is_named_as_absent() {
        assert_eq!(absent_plugins(&["no-such-plugin-here"]).as_deref(), Some("no-such-plugin-here"));
    }
}
