//! What a linker needs and the wheels lack: import libraries and `.pc` files for the DLLs that our crates link with.
//!
//! An import library is nothing but a list of names and the DLL that has them, so it can be made from the DLL.

use std::fs;
use std::process::{Command, Stdio};

use super::sdk::Sdk;
use super::{MINGW, about};
use crate::failure::{Failure, Outcome};
use crate::shell;

/// The versions that the wheels of `gstreamer-wheels.txt` hold.
const GSTREAMER: &str = "1.28.7";
const GLIB: &str = "2.82.4";

/// One library: name of its `.pc` file, of its DLL, version, and the `.pc` file that it builds on.
struct Library(&'static str, &'static str, &'static str, &'static str);

const LIBRARIES: &[Library] = &[
    Library("glib-2.0", "glib-2.0-0", GLIB, ""),
    Library("gobject-2.0", "gobject-2.0-0", GLIB, "glib-2.0"),
    Library("gio-2.0", "gio-2.0-0", GLIB, "gobject-2.0"),
    Library("gstreamer-1.0", "gstreamer-1.0-0", GSTREAMER, "gobject-2.0"),
    Library("gstreamer-base-1.0", "gstbase-1.0-0", GSTREAMER, "gstreamer-1.0"),
    Library("gstreamer-app-1.0", "gstapp-1.0-0", GSTREAMER, "gstreamer-base-1.0"),
    Library("gstreamer-audio-1.0", "gstaudio-1.0-0", GSTREAMER, "gstreamer-base-1.0"),
    Library("gstreamer-video-1.0", "gstvideo-1.0-0", GSTREAMER, "gstreamer-base-1.0"),
    Library("gstreamer-pbutils-1.0", "gstpbutils-1.0-0", GSTREAMER, "gstreamer-video-1.0"),
];

/// Writes them into `import` and `lib/pkgconfig`.
pub fn write(sdk: &Sdk) -> Outcome {
    let (import, pkgconfig) = (sdk.folder.join("import"), sdk.folder.join("lib/pkgconfig"));
    for folder in [&import, &pkgconfig] {
        fs::create_dir_all(folder).map_err(about(folder, "cannot be made"))?;
    }
    for library in LIBRARIES {
        let Library(_, dll, ..) = library;
        let file = sdk.bin().join(format!("{dll}.dll"));
        if !file.is_file() {
            return Err(Failure::failed(format!("the wheels have no {dll}.dll")));
        }
        shell::run(Command::new("gendef").arg(&file).current_dir(&import).stderr(Stdio::null()))?;
        let mut dlltool = Command::new(format!("{MINGW}-dlltool"));
        dlltool.args(["--input-def", &format!("{dll}.def"), "--dllname", &format!("{dll}.dll")]);
        dlltool.args(["--output-lib", &format!("lib{}.dll.a", link_name(dll))]);
        shell::run(dlltool.current_dir(&import))?;
        let path = pkgconfig.join(format!("{}.pc", library.0));
        fs::write(&path, description(library)).map_err(about(&path, "cannot be written"))?;
    }
    Ok(())
}

/// Without the DLL's own version at the end.
fn link_name(dll: &str) -> &str {
    dll.strip_suffix("-0").unwrap_or(dll)
}

fn description(Library(name, dll, version, base): &Library) -> String {
    let link = link_name(dll);
    format!(
        "prefix=${{pcfiledir}}/../..\nName: {name}\nDescription: {name} of the wheels\nVersion: {version}\n\
         Requires: {base}\nLibs: -L${{prefix}}/import -l{link}\nCflags:\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_described_for_the_linker() {
        let text = description(&Library("gstreamer-app-1.0", "gstapp-1.0-0", "1.28.7", "gstreamer-base-1.0"));
        assert!(text.contains("Libs: -L${prefix}/import -lgstapp-1.0\n"), "{text}");
        assert!(text.contains("Version: 1.28.7\nRequires: gstreamer-base-1.0\n"), "{text}");
    }

    #[test]
    fn what_a_library_builds_on_stands_before_it() {
        for (index, Library(name, .., base)) in LIBRARIES.iter().enumerate() {
            let known = LIBRARIES.iter().take(index).any(|Library(earlier, ..)| earlier == base);
            assert!(base.is_empty() || known, "{name} needs {base}");
        }
    }
}
