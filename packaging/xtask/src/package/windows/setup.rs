//! The setup: an NSIS script and the list of files that it takes.
//!
//! The uninstaller deletes by that list, file by file, so that it can never take what somebody else put into the folder.
//!
//! The program's twin for terminals is not in the setup, which would be twice as large: it is made where it is installed,
//! as a copy in which one byte is another.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::tree::{self, Tree};
use super::{about, pe, sources};
use crate::failure::{Failure, Outcome};
use crate::package::VERSION;
use crate::shell;

/// Makes the setup.
pub fn pack(tree: &Tree, to: &Path) -> Outcome {
    let list = tree.folder.with_file_name("files.nsh");
    let text = script(&tree.files()?) + &twin(&tree.folder.join(tree::PROGRAM))?;
    fs::write(&list, text).map_err(about(&list, "cannot be written"))?;
    let mut makensis = Command::new("makensis");
    // In the tree's folder, where the names of the list are meant.
    makensis.args(["-V2", "-WX", "-NOCD", "-INPUTCHARSET", "UTF8"]).current_dir(&tree.folder);
    let define = |name: &str, value: &Path| format!("-D{name}={}", value.display());
    makensis.arg(format!("-DVERSION={VERSION}")).arg(define("FILES", &list)).arg(define("OUT", to));
    makensis.arg(define("SOURCES", &sources()));
    shell::run(makensis.arg(sources().join("setup.nsi")))
}

/// Two macros: one puts every file in its place, one takes every file away again.
fn script(files: &[String]) -> String {
    let mut text = String::from("; Written at package time.\n\n!macro InstallFiles\n");
    let mut folders = BTreeSet::new();
    let mut current = None;
    for file in files.iter().filter(|file| *file != tree::TWIN) {
        let within = Path::new(file).parent().map(Path::to_owned).unwrap_or_default();
        if current.as_ref() != Some(&within) {
            line(&mut text, format_args!("SetOutPath \"{}\"", installed(&within)));
            folders.extend(within.ancestors().filter(|part| !part.as_os_str().is_empty()).map(Path::to_owned));
            current = Some(within);
        }
        line(&mut text, format_args!("File \"{}\"", escaped(file)));
    }
    text.push_str("!macroend\n\n!macro RemoveFiles\n");
    for file in files {
        line(&mut text, format_args!("Delete \"{}\"", installed(Path::new(file))));
    }
    // Inner folders first; a folder that holds something else stays.
    for within in folders.iter().rev() {
        line(&mut text, format_args!("RMDir \"{}\"", installed(within)));
    }
    text.push_str("!macroend\n");
    text
}

/// Where the twin's byte is, and what it becomes; the setup script does the rest.
fn twin(program: &Path) -> Outcome<String> {
    let bytes = fs::read(program).map_err(about(program, "cannot be read"))?;
    let at = pe::subsystem_at(&bytes)
        .ok_or_else(|| Failure::failed(format!("{}: no program for Windows", program.display())))?;
    Ok(format!("\n!define SUBSYSTEM_AT {at}\n!define CONSOLE {}\n", pe::Subsystem::Console.number()))
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(text, "  {what}").expect("should always be possible to write to a string");
}

/// A path on the user's computer.
fn installed(within: &Path) -> String {
    let mut path = String::from("$INSTDIR");
    for part in within {
        path.push('\\');
        path.push_str(&escaped(&part.to_string_lossy()));
    }
    path
}

/// NSIS reads `$` as the beginning of a variable.
fn escaped(name: &str) -> String {
    name.replace('$', "$$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twin_is_removed_and_takes_no_room_in_the_setup() {
        let text = script(&[tree::TWIN.to_owned(), tree::PROGRAM.to_owned()]);
        assert!(text.contains("File \"bin/kinetoscope.exe\"") && !text.contains("File \"bin/kinetoscope.com\""));
        assert!(text.contains("Delete \"$INSTDIR\\bin\\kinetoscope.com\""));
    }

    #[test]
    fn what_is_installed_is_removed_and_nothing_else() {
        let files = ["bin/a.exe", "bin/b.dll", "lib/gstreamer-1.0/c.dll", "README.txt"].map(str::to_owned);
        let text = script(&files);
        let (install, remove) = text.split_once("!macro RemoveFiles").expect("should have two macros");
        let lines = |text: &str, start: &str| text.lines().filter(|line| line.trim().starts_with(start)).count();
        assert_eq!((lines(install, "File "), lines(remove, "Delete ")), (4, 4));
        assert!(install.contains("SetOutPath \"$INSTDIR\\lib\\gstreamer-1.0\"\n  File \"lib/gstreamer-1.0/c.dll\""));
        assert!(install.contains("SetOutPath \"$INSTDIR\"\n  File \"README.txt\""));
        // The inner folder before the outer one, and never with what is in it.
        let at = |what: &str| remove.find(what).expect(what);
        assert!(at("RMDir \"$INSTDIR\\lib\\gstreamer-1.0\"") < at("RMDir \"$INSTDIR\\lib\"\n"));
        assert!(!text.contains("RMDir /r"));
    }
}
