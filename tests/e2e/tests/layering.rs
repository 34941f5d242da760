//! Arrows between crates point one way. The table is that of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may import whom, of our own crates; optional and normal dependencies, not those of tests.
const ALLOWED: &[(&str, &[&str])] = &[
    ("ks-domain", &[]),
    ("ks-media", &["ks-domain"]),
    ("ks-model", &["ks-domain"]),
    ("ks-mmaction", &["ks-domain"]),
    ("ks-project", &["ks-domain"]),
    ("ks-shaders", &[]),
    ("ks-engine", &["ks-domain", "ks-media", "ks-mmaction", "ks-model"]),
    ("ks-ui", &["ks-domain", "ks-shaders"]),
    ("ks-app", &["ks-domain", "ks-engine", "ks-media", "ks-mmaction", "ks-project", "ks-ui"]),
    ("ks-tests-e2e", &[]),
    ("ks-tests-ui", &["ks-domain", "ks-ui", "ks-shaders"]),
    ("xtask", &[]),
];

/// What a crate must not reach, over any path: the beginnings of crate names.
const UNREACHABLE: &[(&str, &[&str])] = &[
    ("ks-domain", &["burn", "cubecl", "gstreamer", "egui", "eframe", "wgpu", "rayon", "crossbeam"]),
    ("ks-ui", &["burn", "cubecl", "cubek", "gstreamer", "ks-media", "ks-model", "ks-engine", "rfd"]),
    ("ks-media", &["burn", "cubecl", "egui", "eframe", "wgpu", "ks-model"]),
    ("ks-model", &["gstreamer", "egui", "eframe", "ks-media"]),
    ("ks-mmaction", &["burn", "cubecl", "gstreamer", "egui", "eframe", "ks-media", "ks-model"]),
    ("ks-project", &["burn", "cubecl", "gstreamer", "egui", "eframe", "ks-media", "ks-model"]),
    ("ks-shaders", &["burn", "gstreamer", "egui", "eframe"]),
    ("ks-engine", &["egui", "eframe", "ks-ui", "ks-shaders"]),
];

/// Crates outside our own that ks-domain may name.
const DOMAIN_NAMES: &[&str] = &["serde", "thiserror", "toml"];

/// What a crate that stands for an idea may name directly; everybody else must go through it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("burn", &["ks-model"]),
    ("cubecl", &["ks-model"]),
    ("gstreamer", &["ks-media"]),
    ("eframe", &["ks-app", "ks-tests-ui"]),
    ("rfd", &["ks-app"]),
    ("rusqlite", &["ks-project"]),
];

/// Names of normal dependencies, by the name of the crate.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(ks_tests_e2e::root().join("Cargo.toml"))
        .other_options(vec!["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .expect("cargo should describe the workspace")
}

/// What every package names in its manifest, on any platform, with any feature.
fn named(metadata: &Metadata) -> Graph {
    let normal = |package: &cargo_metadata::Package| {
        let dependencies = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        dependencies.map(|dependency| dependency.name.clone()).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), normal(package))).collect()
}

/// What is really linked, as cargo resolved it.
fn resolved(metadata: &Metadata) -> Graph {
    let name = |id: &cargo_metadata::PackageId| metadata[id].name.to_string();
    let resolve = metadata.resolve.as_ref().expect("cargo should resolve the workspace");
    let mut graph = Graph::new();
    for node in &resolve.nodes {
        let is_normal = |dependency: &&cargo_metadata::NodeDep| {
            dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
        };
        // Two versions of one crate share an entry: reachability only gets wider.
        let edges = graph.entry(name(&node.id)).or_default();
        edges.extend(node.deps.iter().filter(is_normal).map(|dependency| name(&dependency.pkg)));
    }
    graph
}

fn ours(metadata: &Metadata) -> BTreeSet<String> {
    metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect()
}

/// The shortest way from `start` to a crate whose name is, or begins with, one of `targets`.
fn way(graph: &Graph, start: &str, targets: &[&str]) -> Option<Vec<String>> {
    let is_target =
        |name: &str| targets.iter().any(|target| name == *target || name.starts_with(&format!("{target}-")));
    let mut ways = std::collections::VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::from([start.to_owned()]);
    while let Some(way) = ways.pop_front() {
        let last = way.last().expect("a way should have an end");
        if last != start && is_target(last) {
            return Some(way);
        }
        for next in graph.get(last).into_iter().flatten() {
            if seen.insert(next.clone()) {
                ways.push_back(way.iter().chain([next]).cloned().collect());
            }
        }
    }
    None
}

#[test]
fn crates_import_only_what_the_table_allows() {
    let metadata = metadata();
    let (named, ours) = (named(&metadata), ours(&metadata));
    let mut wrong = Vec::new();
    for name in &ours {
        let Some((_, allowed)) = ALLOWED.iter().find(|(of, _)| of == name) else {
            wrong.push(format!("{name} is not in the table: say in {} what it may import", file!()));
            continue;
        };
        for import in named[name].iter().filter(|import| ours.contains(*import)) {
            if !allowed.contains(&import.as_str()) {
                wrong.push(format!("{name} -> {import} is not allowed; {name} may import {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_crate_reaches_what_it_must_not_know() {
    let metadata = metadata();
    let graph = resolved(&metadata);
    let unknown: Vec<&str> =
        UNREACHABLE.iter().map(|(name, _)| *name).filter(|name| !graph.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} are no crates of this workspace: correct the table");
    let wrong: Vec<String> = UNREACHABLE
        .iter()
        .filter_map(|(name, targets)| way(&graph, name, targets))
        .map(|way| format!("{} is not allowed", way.join(" -> ")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ideas_have_one_home() {
    let metadata = metadata();
    let (named, ours) = (named(&metadata), ours(&metadata));
    let mut wrong = Vec::new();
    for name in &ours {
        for import in &named[name] {
            let homes = ONLY_IN.iter().find(|(idea, _)| import == idea || import.starts_with(&format!("{idea}-")));
            if let Some((_, homes)) = homes.filter(|(_, homes)| !homes.contains(&name.as_str())) {
                wrong.push(format!("{name} -> {import} is not allowed; only {homes:?} may name it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_domain_knows_nothing_heavy() {
    let metadata = metadata();
    let named = named(&metadata);
    let heavy: Vec<&String> = named["ks-domain"].iter().filter(|name| !DOMAIN_NAMES.contains(&name.as_str())).collect();
    assert!(heavy.is_empty(), "ks-domain -> {heavy:?} is not allowed; it may name {DOMAIN_NAMES:?}");
}

#[test]
fn a_forbidden_edge_is_found_and_named() {
    let edge = |from: &str, to: &str| (from.to_owned(), BTreeSet::from([to.to_owned()]));
    let graph = Graph::from([edge("ks-ui", "helper"), edge("helper", "burn-core")]);
    assert_eq!(way(&graph, "ks-ui", &["burn"]), Some(vec!["ks-ui".into(), "helper".into(), "burn-core".into()]));
    assert_eq!(way(&graph, "ks-ui", &["burnish", "bur"]), None);
}
