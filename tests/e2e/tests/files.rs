//! Files that the sources name are there, and files that are shipped are named.

use std::path::{Path, PathBuf};

/// Files that the sources take in at build time.
const MACROS: &[&str] = &["include_str!(", "include_bytes!(", "include_wgsl!("];

/// Folders that hold no sources of ours.
const SKIPPED: &[&str] = &["target", ".git", "node_modules"];

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder of the workspace should be readable");
    for entry in entries {
        let path = entry.expect("an entry should be readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !SKIPPED.contains(&name) {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

fn all(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&ks_tests_e2e::root(), extension, &mut found);
    found.sort();
    found
}

/// The string literals that are given to the including macros in a source.
fn included(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for name in MACROS {
        for (at, _) in source.match_indices(name) {
            let rest = source[at + name.len()..].trim_start();
            let literal = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
            // `concat!(env!("CARGO_MANIFEST_DIR"), "/…")`, and this file's own list, name no file relative to the source.
            names.extend(literal.map(str::to_owned).filter(|literal| !literal.is_empty()));
        }
    }
    names
}

#[test]
fn every_file_that_a_source_takes_in_exists() {
    let mut missing = Vec::new();
    let mut count = 0;
    for source in all("rs") {
        let text = std::fs::read_to_string(&source).expect("a source should be text");
        for name in included(&text).into_iter().filter(|_| !source.ends_with("tests/e2e/tests/files.rs")) {
            count += 1;
            if !source.with_file_name(&name).is_file() {
                missing.push(format!("{} names {name}, which does not exist", source.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(count > 0, "no source takes in a file: the search is broken");
}

#[test]
fn every_shader_is_used() {
    let sources: Vec<String> =
        all("rs").iter().map(|path| std::fs::read_to_string(path).expect("a source should be text")).collect();
    let shaders = all("wgsl");
    assert!(!shaders.is_empty(), "there are no shaders: the search is broken");
    for shader in shaders {
        let name = shader.file_name().and_then(|name| name.to_str()).expect("a shader should have a name");
        assert!(sources.iter().any(|source| source.contains(name)), "{} is not used by any source", shader.display());
    }
}

#[test]
fn names_in_macros_are_found() {
    let source = r#"const A: &str = include_str!("a.wgsl"); const B: &[u8] = include_bytes!(
        "../b.ttf");"#;
    assert_eq!(included(source), ["a.wgsl", "../b.ttf"]);
}
