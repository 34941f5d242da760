//! What programs and libraries of Linux are linked with, read from the files. Which of it is carried is decided in `carried`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::{need, output};
use crate::failure::{Failure, Outcome};

/// The libraries that a file names itself.
pub fn needed(file: &Path) -> Outcome<Vec<String>> {
    need("objdump", "binutils")?;
    let text = output(Command::new("objdump").arg("-p").arg(file))?;
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("NEEDED"));
    Ok(names.map(|name| name.trim().to_owned()).collect())
}

/// The oldest C library that the file starts with: the highest version among its symbols.
pub fn glibc_needed(file: &Path) -> Outcome<(u32, u32)> {
    need("objdump", "binutils")?;
    let text = output(Command::new("objdump").arg("-T").arg(file))?;
    highest_glibc(&text)
        .ok_or_else(|| Failure::failed(format!("{} has no symbol of a C library in it", file.display())))
}

fn highest_glibc(symbols: &str) -> Option<(u32, u32)> {
    let versions = symbols.split("GLIBC_").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let mut numbers = rest.get(..end)?.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    versions.max()
}

/// Every library that the loader would take for the file, with those that these are linked with; `first` is searched before the system.
pub fn loaded(file: &Path, first: &Path) -> Outcome<BTreeMap<String, PathBuf>> {
    let text = output(Command::new("ldd").arg(file).env("LD_LIBRARY_PATH", first))?;
    libraries_in(&text)
        .map_err(|missing| Failure::failed(format!("{} needs {missing}, which is not here", file.display())))
}

/// The lines `name => path (address)`; a library that is nowhere is the error.
fn libraries_in(text: &str) -> Result<BTreeMap<String, PathBuf>, String> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let Some((name, path)) = line.trim().split_once(" => ") else { continue };
        if path.starts_with("not found") {
            return Err(name.to_owned());
        }
        let path = path.rsplit_once(" (").map_or(path, |(path, _)| path);
        found.insert(name.to_owned(), PathBuf::from(path));
    }
    Ok(found)
}

/// Where the loader finds a library that is opened by its name.
pub fn find(name: &str) -> Outcome<PathBuf> {
    let cache = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].iter().find(|path| Path::new(path).is_file());
    let cache = cache.ok_or_else(|| Failure::failed("ldconfig is not here; it is part of the C library"))?;
    let text = output(Command::new(cache).arg("-p"))?;
    let line = text.lines().find(|line| line.trim().split(' ').next() == Some(name) && line.contains("x86-64"));
    let path = line.and_then(|line| line.split_once(" => ")).map(|(_, path)| PathBuf::from(path));
    path.ok_or_else(|| {
        Failure::failed(format!("{name} is not here; `cargo xtask setup` installs what the window needs"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_answer_is_read_with_what_has_no_path_left_out() {
        let text = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibz.so.1 => /lib/libz.so.1 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x0)\n";
        let found = libraries_in(text).expect("should be read");
        assert_eq!(found, BTreeMap::from([("libz.so.1".to_owned(), PathBuf::from("/lib/libz.so.1"))]));
    }

    #[test]
    fn a_library_that_is_nowhere_is_named() {
        assert_eq!(libraries_in("\tlibx265.so.199 => not found\n"), Err("libx265.so.199".to_owned()));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let text = "0 DF *UND* 0 (GLIBC_2.9) a\n0 DF *UND* 0 (GLIBC_2.34) b\n0 DF *UND* 0 (GLIBC_2.2.5) c\n";
        assert_eq!(highest_glibc(text), Some((2, 34)));
        assert_eq!(highest_glibc("nothing of it"), None);
    }
}
