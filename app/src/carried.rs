//! The GStreamer that a package carries: found beside the program, and used instead of the system's.
//!
//! Packages for Windows and the portable archive for Linux bring their own. Its plugins shall not mix with those of another
//! installation, and its registry not with a file that other programs share.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ks_engine::Places;

/// On Linux, a folder of plugins two steps away may be the system's own; this file says that it came with the program.
const MARK: &str = "share/kinetoscope/carries-gstreamer";

/// Tells GStreamer where its parts are, if the package brought them. The engine, as a child, inherits it.
pub(crate) fn use_carried_gstreamer() {
    let Some(root) = root() else { return };
    for (name, value) in settings(&root, Places::find(None)) {
        set(name, &value);
    }
}

/// The folder in which the package lies, if it carries GStreamer.
pub(crate) fn root() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    root_of(&program, cfg!(windows))
}

fn root_of(program: &Path, is_certain: bool) -> Option<PathBuf> {
    let bin = program.parent().filter(|folder| folder.file_name().is_some_and(|name| name == "bin"))?;
    let root = plain(bin.parent()?);
    let carries = root.join("lib").join("gstreamer-1.0").is_dir() && (is_certain || root.join(MARK).is_file());
    carries.then_some(root)
}

/// Without the prefix that Windows gives to paths that were made canonical, which GLib does not know.
fn plain(path: &Path) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(text) if !text.starts_with("UNC") => PathBuf::from(text),
        _ => path.to_owned(),
    }
}

fn settings(root: &Path, places: Option<Places>) -> Vec<(&'static str, OsString)> {
    let scanner = format!("gst-plugin-scanner{}", std::env::consts::EXE_SUFFIX);
    let mut settings = vec![
        ("GST_PLUGIN_SYSTEM_PATH_1_0", root.join("lib").join("gstreamer-1.0").into_os_string()),
        ("GST_PLUGIN_PATH_1_0", OsString::new()),
        ("GST_PLUGIN_PATH", OsString::new()),
        ("GST_PLUGIN_SCANNER_1_0", root.join("libexec").join("gstreamer-1.0").join(scanner).into_os_string()),
    ];
    if let Some(places) = places {
        let registry = places.cache_dir.join(format!("gstreamer-{}.bin", env!("CARGO_PKG_VERSION")));
        settings.push(("GST_REGISTRY_1_0", registry.into_os_string()));
    }
    settings
}

#[expect(unsafe_code, reason = "GStreamer takes these from the environment alone, and reads it when it starts")]
fn set(name: &str, value: &OsString) {
    // SAFETY: called first of all, while the program has one thread and nothing reads the environment.
    unsafe { std::env::set_var(name, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("lib/gstreamer-1.0")).unwrap();
        std::fs::create_dir_all(root.path().join("bin")).unwrap();
        root
    }

    #[test]
    fn plugins_near_the_program_are_its_own_only_where_the_package_says_so() {
        let root = package();
        let program = root.path().join("bin/kinetoscope");
        assert_eq!(root_of(&program, false), None);
        std::fs::create_dir_all(root.path().join("share/kinetoscope")).unwrap();
        std::fs::write(root.path().join(MARK), "").unwrap();
        assert_eq!(root_of(&program, false), Some(root.path().to_owned()));
        assert_eq!(root_of(&root.path().join("kinetoscope"), false), None);
    }

    #[test]
    fn the_registry_is_kept_where_the_program_keeps_its_cache() {
        let places = Places { config_dir: "/c".into(), cache_dir: "/cache/kinetoscope".into(), data_dir: "/d".into() };
        let settings = settings(Path::new("/opt/kinetoscope"), Some(places));
        let value = |wanted: &str| settings.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
        assert!(value("GST_REGISTRY_1_0").unwrap().to_string_lossy().starts_with("/cache/kinetoscope"));
        assert_eq!(value("GST_PLUGIN_PATH_1_0"), Some(OsString::new()));
    }

    #[test]
    fn the_prefix_of_canonical_windows_paths_goes_away() {
        assert_eq!(plain(Path::new(r"\\?\C:\Programs\Kinetoscope")), Path::new(r"C:\Programs\Kinetoscope"));
        assert_eq!(plain(Path::new(r"\\?\UNC\server\share")), Path::new(r"\\?\UNC\server\share"));
    }
}
