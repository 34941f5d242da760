//! The licences of what the tarball carries: the texts, where each source is, and a list for the parts list of the release.
//!
//! What a package is under stands in `packaging/linux/carried-licences.tsv`, as SPDX says it. A library without a line there, or one that would make
//! the whole tarball GPL, stops the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::carried::Carried;
use super::debian::{Installed, package_of};
use super::ffmpeg::Ffmpeg;
use super::files::{copy, entries, failed, read, write};
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// Texts that Debian's copyright files point at.
const COMMON: &str = "/usr/share/common-licenses";

/// Writes the folder `licences` of the package `root`.
pub fn write_licences(root: &Path, carried: &[Carried], ffmpeg: &Ffmpeg) -> Outcome {
    let table = read(&cargo::workspace_root().join("packaging").join("linux").join("carried-licences.tsv"))?;
    let known = known(&table)?;
    let licences = root.join("licences");
    let (mut list, mut packages) = (String::new(), BTreeSet::new());
    for part in carried {
        let of_ffmpeg = part.from.starts_with(&ffmpeg.lib);
        let package = if of_ffmpeg { ffmpeg.source.clone() } else { package_of(&part.from)? };
        let licence = known.get(package.source.as_str()).ok_or_else(|| {
            let text = "has no line in packaging/linux/carried-licences.tsv";
            Failure::failed(format!("{} of {} is carried and {text}", part.file.display(), package.source))
        })?;
        if !is_free_of_gpl(licence) {
            let text = "which would make everything that is carried GPL";
            return Err(Failure::failed(format!("{} is under {licence}, {text}", part.file.display())));
        }
        let file = part.file.strip_prefix(root).unwrap_or(&part.file);
        writeln!(list, "{}\t{}\t{licence}\t{}", package.source, package.version, file.display())
            .expect("should always be possible to write to a string");
        if !of_ffmpeg {
            packages.insert(package);
        }
    }
    write(&licences.join("carried.tsv"), &list)?;
    write(&licences.join("SOURCES.txt"), &sources(&packages, ffmpeg))?;
    texts(&licences, &packages, ffmpeg)
}

/// Source packages and their licences.
fn known(table: &str) -> Outcome<BTreeMap<&str, &str>> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line| {
        str::split_once(line, '\t').ok_or_else(|| Failure::failed(format!("carried-licences.tsv: no tab in “{line}”")))
    };
    lines.map(read).collect()
}

/// Whether one of the choices that an SPDX expression gives has no GPL in it, except where linking is excepted.
fn is_free_of_gpl(expression: &str) -> bool {
    let is_gpl = |licence: &str| licence.starts_with("GPL-") && !licence.contains(" WITH ");
    expression.split(" OR ").any(|choice| !choice.split(" AND ").any(|licence| is_gpl(licence.trim())))
}

fn sources(packages: &BTreeSet<Installed>, ffmpeg: &Ffmpeg) -> String {
    let mut text = "Everything that this folder carries beside Kinetoscope itself comes out of Debian, unchanged but for the place where a file looks\n\
                    for its libraries. The source of each, exactly as it was built:\n\n"
        .to_owned();
    let ours = packages.iter().chain([&ffmpeg.source]).map(|package| (&package.source, &package.version));
    for (source, version) in ours.collect::<BTreeSet<_>>() {
        writeln!(text, "{source} {version}  https://snapshot.debian.org/package/{source}/{version}/")
            .expect("should always be possible to write to a string");
    }
    text += "\nFFmpeg's libraries were built from that source without its GPL parts: ffmpeg/BUILD.txt. Each library may be replaced by another build\n\
             of it: lay the file over the one in lib or lib/fallback.\n";
    text
}

fn texts(licences: &Path, packages: &BTreeSet<Installed>, ffmpeg: &Ffmpeg) -> Outcome {
    for Installed { package, .. } in packages {
        let from = Path::new("/usr/share/doc").join(package).join("copyright");
        if !from.is_file() {
            return Err(Failure::failed(format!("{} is not here, so {package} cannot be carried", from.display())));
        }
        copy(&from, &licences.join(package).join("copyright"))?;
    }
    for text in entries(&ffmpeg.licences)?.into_iter().chain(entries(Path::new(COMMON))?) {
        let folder = licences.join(if text.starts_with(COMMON) { "common-licenses" } else { "ffmpeg" });
        let name = text.file_name().unwrap_or_default();
        let is_link = text.symlink_metadata().map_err(|error| failed(&text, "cannot be read", &error))?.is_symlink();
        // `GPL` and the like, which mean the newest.
        if !is_link {
            copy(&text, &folder.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gpl_is_found_unless_there_is_a_choice_or_an_exception() {
        for licence in [
            "LGPL-2.1-or-later",
            "MIT AND BSD-3-Clause",
            "AFL-2.1 OR GPL-2.0-or-later",
            "GPL-3.0-or-later WITH GCC-exception-3.1",
        ] {
            assert!(is_free_of_gpl(licence), "{licence}");
        }
        for licence in ["GPL-2.0-or-later", "MIT AND GPL-2.0-only", "GPL-2.0-only OR GPL-3.0-only"] {
            assert!(!is_free_of_gpl(licence), "{licence}");
        }
    }

    #[test]
    fn a_line_without_a_licence_is_refused() {
        assert!(known("# note\nzlib\tZlib\n").is_ok_and(|table| table.get("zlib") == Some(&"Zlib")));
        assert!(known("zlib Zlib\n").is_err());
    }
}
