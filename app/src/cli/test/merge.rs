//! `kinetoscope merge`: joins the files of a test's shards.

use std::collections::BTreeMap;

use anyhow::bail;
use ks_engine::testing::{Record, RunHeader, Shard, read_journal};

use super::args::MergeArgs;
use super::report;
use crate::cli::Exit;
use crate::cli::console::Console;

pub(in crate::cli) fn run(args: &MergeArgs) -> anyhow::Result<Exit> {
    let mut console = Console::new(false);
    if !report::check(&args.results, Shard::WHOLE, false, &mut console) {
        return Ok(Exit::Usage);
    }
    let mut first: Option<RunHeader> = None;
    let mut records: BTreeMap<usize, Record> = BTreeMap::new();
    for path in &args.shards {
        let (header, found) = read_journal(path)?;
        let first = first.get_or_insert_with(|| header.clone());
        if !header.is_same_run(first) {
            bail!("this shard is of another checkpoint, configuration or list than the first one: {}", path.display());
        }
        for record in found {
            // A sample that two files have is fine as long as they agree, as when a shard was copied.
            if let Some(other) = records.insert(record.sample, record.clone())
                && other != record
            {
                bail!("sample {} has other scores than in an earlier file: {}", record.sample + 1, path.display());
            }
        }
    }
    let samples = first.map_or(0, |header| header.samples);
    let missing: Vec<usize> = (0..samples).filter(|sample| !records.contains_key(sample)).collect();
    if let Some(example) = missing.first() {
        bail!(
            "{} of {samples} samples are in none of these files, number {} for one; add the missing shards, or finish them with --resume",
            missing.len(),
            example + 1
        );
    }
    let records: Vec<Record> = records.into_values().collect();
    report::write(&records, &args.results)?;
    Ok(Exit::Done)
}
