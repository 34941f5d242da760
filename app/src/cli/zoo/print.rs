//! How the zoo is printed: tables for people, JSON for machines. The fields are described in `docs/cli.md`.

use std::io::{self, Write};
use std::path::Path;

use ks_domain::zoo::{Entry, Kind};
use ks_engine::zoo::{Fetched, Imported, Presence, RecognisedBy, Stored, Verdict, Verified, ZooStore};
use serde::Serialize;

/// One entry of `zoo list --json`; `zoo show --json` has it as `file_here` beside the whole entry.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    kind: Kind,
    architecture: String,
    pretraining: String,
    batch_norm: Option<String>,
    top1: Option<f64>,
    top5: Option<f64>,
    parameters: u64,
    gmacs_224: f64,
    gmacs_256: f64,
    state: &'static str,
    is_published: Option<bool>,
    path: String,
    bytes: Option<u64>,
}

#[derive(Serialize)]
struct Shown<'a> {
    entry: &'a Entry,
    file_here: Row<'a>,
}

fn row(stored: &Stored) -> Row<'_> {
    let entry = stored.entry;
    let accuracy = entry.accuracy();
    let (bytes, is_published) = match stored.presence {
        Presence::Absent => (None, None),
        Presence::Partial { bytes } => (Some(bytes), None),
        Presence::Here { bytes, is_published } => (Some(bytes), is_published),
    };
    Row {
        name: &entry.name,
        kind: entry.kind,
        architecture: entry.architecture(),
        pretraining: entry.pretraining.to_string(),
        batch_norm: entry.batch_norm.map(|treatment| treatment.to_string()),
        top1: accuracy.map(|(top1, _)| top1),
        top5: accuracy.map(|(_, top5)| top5),
        parameters: entry.cost.parameters,
        gmacs_224: entry.cost.gmacs_224,
        gmacs_256: entry.cost.gmacs_256,
        state: match stored.presence {
            Presence::Absent => "absent",
            Presence::Partial { .. } => "partial",
            Presence::Here { .. } => "here",
        },
        is_published,
        path: stored.path.display().to_string(),
        bytes,
    }
}

/// A number of bytes as people read it.
pub(super) fn size(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn state(presence: Presence) -> String {
    match presence {
        Presence::Absent => "not here".to_owned(),
        Presence::Partial { bytes } => format!("{} fetched", size(bytes)),
        Presence::Here { is_published: Some(false), .. } => "here, imported with other bytes".to_owned(),
        Presence::Here { .. } => "here".to_owned(),
    }
}

fn json(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(out, "{text}")?;
    Ok(())
}

pub(super) fn list(store: &ZooStore, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let all = store.list();
    if as_json {
        return json(&mut out, &all.iter().map(row).collect::<Vec<_>>());
    }
    writeln!(
        out,
        "{:<29} {:<10} {:<10} {:<6}  {:>6} {:>6}  {:>8}  {:>9} {:>9}  STATE",
        "NAME", "NETWORK", "PRETRAINED", "BN", "TOP-1", "TOP-5", "PARAMS", "GMAC 224²", "GMAC 256²"
    )?;
    for stored in &all {
        let entry = stored.entry;
        let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
        let accuracy = entry.accuracy();
        let batch_norm = entry.batch_norm.map_or_else(|| "–".to_owned(), |treatment| treatment.to_string());
        writeln!(
            out,
            "{:<29} {:<10} {:<10} {:<6}  {:>6} {:>6}  {:>6.2} M  {:>9.2} {:>9.2}  {}",
            entry.name,
            entry.architecture(),
            entry.pretraining,
            batch_norm,
            percent(accuracy.map(|(top1, _)| top1)),
            percent(accuracy.map(|(_, top5)| top5)),
            entry.cost.parameters as f64 / 1e6,
            entry.cost.gmacs_224,
            entry.cost.gmacs_256,
            state(stored.presence),
        )?;
    }
    out.flush()?;
    Ok(())
}

pub(super) fn show(store: &ZooStore, entry: &'static Entry, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let stored = Stored { entry, path: store.path(entry), presence: store.presence(entry) };
    if as_json {
        return json(&mut out, &Shown { entry, file_here: row(&stored) });
    }
    let mut line = |title: &str, text: String| writeln!(out, "{title:<15} {text}");
    line("name", entry.name.clone())?;
    let classes = entry.classes.map_or_else(|| "no classifier".to_owned(), |classes| format!("{classes} classes"));
    line("network", format!("{}, {classes}", entry.architecture()))?;
    line("pretraining", entry.pretraining.to_string())?;
    if let Some(treatment) = entry.batch_norm {
        line("batch norm", treatment.to_string())?;
    }
    line("weights", entry.origin.to_string())?;
    line("pixels", entry.normalization.to_string())?;
    let clip = entry.clip;
    let cut = format!(
        "{} frames, every {} one of the video; short side {}, crop {} in training, {} in tests ({} clips x {} crops)",
        clip.frames,
        ordinal(clip.interval),
        clip.short_side,
        clip.train_crop,
        clip.test_crop,
        clip.test_clips,
        clip.test_crops
    );
    line("clips", cut)?;
    let cost = entry.cost;
    let parameters =
        format!("{} parameters, {} GMAC at 224², {} at 256²", cost.parameters, cost.gmacs_224, cost.gmacs_256);
    line("cost", parameters)?;
    for published in &entry.published {
        line("", String::new())?;
        line(&format!("mmaction2 {}", published.branch), published.name.clone())?;
        line("configuration", format!("{}.py", published.config))?;
        line("preset", published.recipe.clone())?;
        line("accuracy", format!("top-1 {} %, top-5 {} %", published.top1, published.top5))?;
        line("protocol", published.protocol.clone())?;
        if let Some(gpus) = published.gpus {
            let memory = published.memory_mb.map(|memory| format!(", {memory} MB each")).unwrap_or_default();
            line("trained on", format!("{gpus} GPUs{memory}"))?;
        }
    }
    line("", String::new())?;
    line("file", entry.file.clone())?;
    line("source", entry.source.clone())?;
    line("SHA-256", format!("{}…", entry.sha256_prefix))?;
    line("licence", entry.licence.clone())?;
    for citation in &entry.citations {
        line("cite", citation.text().to_owned())?;
    }
    if !entry.note.is_empty() {
        line("note", entry.note.clone())?;
    }
    line("state", state(stored.presence))?;
    if matches!(stored.presence, Presence::Here { .. }) {
        line("path", stored.path.display().to_string())?;
    }
    Ok(())
}

fn ordinal(number: u32) -> String {
    match number {
        1 => "single".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

#[derive(Serialize)]
struct FetchedRow<'a> {
    name: &'a str,
    path: String,
    was_here: bool,
    resumed_from: u64,
}

pub(super) fn fetched(done: &[(&Entry, Fetched)], as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let rows: Vec<FetchedRow<'_>> = done
        .iter()
        .map(|(entry, fetched)| match fetched {
            Fetched::AlreadyHere(path) => (entry, path, true, 0),
            Fetched::Done { path, resumed_from, .. } => (entry, path, false, *resumed_from),
        })
        .map(|(entry, path, was_here, resumed_from)| FetchedRow {
            name: &entry.name,
            path: path.display().to_string(),
            was_here,
            resumed_from,
        })
        .collect();
    if as_json {
        return json(&mut out, &rows);
    }
    for row in rows {
        writeln!(out, "{}", row.path)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ImportedRow<'a> {
    file: String,
    name: &'a str,
    recognised_by: &'static str,
    path: String,
}

pub(super) fn imported(done: &[(&Path, Imported)], as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let rows: Vec<ImportedRow<'_>> = done
        .iter()
        .map(|(file, imported)| ImportedRow {
            file: file.display().to_string(),
            name: &imported.entry.name,
            recognised_by: match imported.by {
                RecognisedBy::Hash => "hash",
                RecognisedBy::Content => "content",
            },
            path: imported.path.display().to_string(),
        })
        .collect();
    if as_json {
        return json(&mut out, &rows);
    }
    for row in rows {
        writeln!(out, "{}  {}  (by its {})", row.name, row.path, row.recognised_by)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct VerifiedRow<'a> {
    path: String,
    name: Option<&'a str>,
    bytes: u64,
    sha256: &'a str,
    verdict: &'static str,
    ok: bool,
}

fn verdict(verified: &Verified) -> (&'static str, &'static str) {
    match verified.verdict {
        Verdict::Published => ("published", "the published file"),
        Verdict::AsImported => ("as-imported", "not the published file, unchanged since it was imported"),
        Verdict::Wrong => ("wrong", "NOT the published file of this name; delete it and fetch it again"),
        Verdict::OtherEntry => {
            ("other-entry", "NOT the file of this name but of another entry; rename it or import it again")
        }
        Verdict::Unknown => ("unknown", "none of the zoo’s files"),
    }
}

pub(super) fn verified(checked: &[Verified], as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let rows = checked.iter().map(|verified| VerifiedRow {
        path: verified.path.display().to_string(),
        name: verified.entry.map(|entry| entry.name.as_str()),
        bytes: verified.bytes,
        sha256: &verified.sha256,
        verdict: verdict(verified).0,
        ok: verified.verdict.is_good(),
    });
    if as_json {
        return json(&mut out, &rows.collect::<Vec<_>>());
    }
    for verified in checked {
        let name = verified.entry.map_or("–", |entry| entry.name.as_str());
        let start = verified.sha256.get(..8).unwrap_or_default();
        writeln!(out, "{name:<29} {start}…  {}: {}", verdict(verified).1, verified.path.display())?;
    }
    Ok(())
}
