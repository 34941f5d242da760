//! The list of parts (SBOM) in CycloneDX's JSON: one for all packages of a release.
//!
//! `cargo cyclonedx` lists the crates of each build; what they were merged with (fonts and data in the program, libraries that packages carry) comes as
//! tables. The merging itself is `packaging/licences/sbom.py`: it wants a reader and a writer of JSON, and xtask has none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::own;
use crate::failure::{Failure, Outcome};
use crate::package::VERSION;
use crate::package::tool::Tool;
use crate::{cargo, shell};

const TOOL: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9" };

/// Files of this name are written beside the manifest of every crate of ours, and do not stay there.
const DRAFT: &str = "kinetoscope-parts.cdx";

/// What is built: our word, Cargo's for the system, and features.
const BUILDS: [(&str, &str, &str); 3] = [
    ("linux", "x86_64-unknown-linux-gnu", ""),
    ("windows", "x86_64-pc-windows-gnu", ""),
    ("cuda", "x86_64-unknown-linux-gnu", "cuda"),
];

/// Writes the list beside the packages in `out`; what the tarball there carries is read from the tarball.
pub fn write(out: &Path, folder: &Path) -> Outcome {
    println!("\n== list of parts");
    let python = shell::which("python3").ok_or_else(|| {
        Failure::failed(
            "python3 (3.11 or newer) is not here, and it merges the lists of parts: install it, then run this again",
        )
    })?;
    let mut merge = Command::new(python);
    merge.arg(cargo::workspace_root().join("packaging/licences/sbom.py")).args(["--version", VERSION]);
    for (build, target, features) in BUILDS {
        merge.arg("--crates").arg(format!("{build}={}", crates(build, target, features, folder)?.display()));
    }
    let own = folder.join("own.tsv");
    super::write(&own, &own_table())?;
    let metadata = folder.join("metadata.json");
    super::write(&metadata, &metadata_json()?)?;
    merge.arg("--own").arg(&own).arg("--metadata").arg(&metadata);
    if let Some(table) = carried_by_tarball(out, folder)? {
        merge.arg("--carried-linux").arg(table);
    }
    let windows = cargo::workspace_root().join("packaging/windows/carried.toml");
    let has_windows = out.join(format!("kinetoscope-{VERSION}-windows-x86_64-setup.exe")).is_file();
    if has_windows {
        merge.arg("--carried-windows").arg(windows);
    }
    merge.arg("--out").arg(out.join(format!("kinetoscope-{VERSION}.cdx.json")));
    shell::run(merge.env("SOURCE_DATE_EPOCH", date()?))
}

/// Has `cargo cyclonedx` list the crates of one build, and tidies up after it.
fn crates(build: &str, target: &str, features: &str, folder: &Path) -> Outcome<PathBuf> {
    let mut list = TOOL.command()?;
    list.args([
        "cyclonedx",
        "--quiet",
        "--format",
        "json",
        "--spec-version",
        "1.5",
        "--no-build-deps",
        "--target",
        target,
    ]);
    list.args(["--manifest-path", "app/Cargo.toml", "--override-filename", DRAFT]);
    if !features.is_empty() {
        list.args(["--features", features]);
    }
    // Everything is here: the page of licences was made first. No other versions than the tried ones may come in.
    let done = shell::run(list.env("CARGO_NET_OFFLINE", "true").env("SOURCE_DATE_EPOCH", date()?));
    let root = cargo::workspace_root();
    let name = format!("{DRAFT}.json");
    let wanted = fs::read_to_string(root.join("app").join(&name));
    remove_drafts(&root, &name, 3)?;
    done?;
    let text = wanted.map_err(|error| Failure::failed(format!("cargo-cyclonedx wrote no app/{name}: {error}")))?;
    let path = folder.join(format!("crates-{build}.json"));
    super::write(&path, &text)?;
    Ok(path)
}

fn remove_drafts(folder: &Path, name: &str, levels: u8) -> Outcome {
    let failed = |error| Failure::failed(format!("{} cannot be tidied: {error}", folder.display()));
    match fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| !name.starts_with('.') && name != "target");
        if levels > 0 && is_ours && entry.file_type().map_err(failed)?.is_dir() {
            remove_drafts(&entry.path(), name, levels - 1)?;
        }
    }
    Ok(())
}

/// Kind, name, version, licence and source of what is in the program and is no crate.
fn own_table() -> String {
    let line = |part: &own::Part| [part.kind, part.name, part.version, part.licence, part.source].join("\t") + "\n";
    own::PARTS.iter().filter(|part| !part.version.is_empty()).map(line).collect()
}

/// Where the sources of the crates lie: some carry a C library whose version only its header knows.
fn metadata_json() -> Outcome<String> {
    let mut metadata = cargo::cargo_in_root(&["metadata", "--frozen", "--format-version", "1"]);
    let output = metadata.output().map_err(|error| Failure::failed(format!("cargo did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::failed(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The tarball's own table of what it carries; nothing where there is no tarball.
fn carried_by_tarball(out: &Path, folder: &Path) -> Outcome<Option<PathBuf>> {
    let tarball = out.join(format!("kinetoscope-{VERSION}-linux-x86_64.tar.xz"));
    if !tarball.is_file() {
        return Ok(None);
    }
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--to-stdout", "--wildcards", "--file"]).arg(&tarball).arg("*/licences/carried.tsv");
    let output = tar.output().map_err(|error| Failure::failed(format!("tar did not start: {error}")))?;
    if !output.status.success() || output.stdout.is_empty() {
        let what = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::failed(format!("{} does not say what it carries: {what}", tarball.display())));
    }
    let path = folder.join("carried-linux.tsv");
    super::write(&path, &String::from_utf8_lossy(&output.stdout))?;
    Ok(Some(path))
}

/// The date of the sources, so that the same sources give the same list.
fn date() -> Outcome<String> {
    if let Some(date) = std::env::var("SOURCE_DATE_EPOCH").ok().filter(|date| !date.is_empty()) {
        return Ok(date);
    }
    let root = cargo::workspace_root();
    shell::output_of("git", &["-C", &root.to_string_lossy(), "log", "-1", "--format=%ct"])
        .ok_or_else(|| Failure::failed("git does not know the date of these sources: set SOURCE_DATE_EPOCH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_own_table_has_five_columns() {
        let table = own_table();
        assert!(table.contains("Inter\t3.019\tOFL-1.1"), "{table}");
        for line in table.lines() {
            assert!(line.split('\t').count() == 5 && line.split('\t').all(|word| !word.is_empty()), "{line}");
        }
    }

    #[test]
    fn drafts_go_and_other_files_stay() {
        let root = std::env::temp_dir().join(format!("xtask-drafts-{}", std::process::id()));
        let deep = root.join("a/b");
        fs::create_dir_all(&deep).expect("should make folders");
        fs::create_dir_all(root.join("target")).expect("should make folders");
        for path in ["draft", "a/draft", "a/b/draft", "a/b/kept", "target/draft"] {
            fs::write(root.join(path), "").expect("should write");
        }
        remove_drafts(&root, "draft", 3).expect("should tidy");
        let left = ["draft", "a/draft", "a/b/draft", "a/b/kept", "target/draft"].map(|path| root.join(path).exists());
        fs::remove_dir_all(&root).expect("should remove the folder");
        assert_eq!(left, [false, false, false, true, true]);
    }

    #[test]
    fn without_a_tarball_nothing_is_carried() {
        let nowhere = std::env::temp_dir().join("xtask-no-such-folder");
        assert!(carried_by_tarball(&nowhere, &nowhere).expect("should be fine").is_none());
    }
}
