//! What a test says: metrics on standard output, scores in a file.

use std::io::{self, Write as _};

use anyhow::bail;
use ks_domain::AverageClips;
use ks_engine::testing::{self, EvaluateError, Measured, Metric, Record, Shard, evaluate};
use ks_mmaction::results::{ResultFormat, Results};

use super::args::ResultArgs;
use super::inputs::Inputs;
use crate::cli::console::Console;

/// Says at once what of the options makes no sense, before anything is computed.
pub(super) fn check(results: &ResultArgs, shard: Shard, resume: bool, console: &mut Console) -> bool {
    let ResultArgs { eval, out, .. } = results;
    let mut issues = Vec::new();
    if eval.is_empty() && out.is_none() {
        issues.push("nothing would come of it: ask for metrics with --eval, or for the scores with --out".to_owned());
    }
    if resume && out.is_none() {
        issues.push("--resume needs --out: the progress is kept beside that file".to_owned());
    }
    if shard.count > 1 && out.is_none() {
        issues.push("--shard needs --out: the file of each shard is what kinetoscope merge joins".to_owned());
    }
    if shard.count > 1 && !eval.is_empty() {
        issues.push("--eval needs all samples: leave it out here and give it to kinetoscope merge".to_owned());
    }
    if let Some(out) = out
        && shard.count == 1
        && let Err(error) = ResultFormat::of_path(out)
    {
        issues.push(error.to_string());
    }
    for issue in &issues {
        console.complain(issue);
    }
    issues.is_empty()
}

/// Measures, writes the file, prints the metrics. The file is written even if a metric has no value.
pub(super) fn write(records: &[Record], wanted: &ResultArgs) -> anyhow::Result<()> {
    if let Some(out) = &wanted.out {
        table(records).save(out, None)?;
    }
    let measured = evaluate(records, &wanted.eval).map_err(|issues| said(&issues))?;
    print(&measured, wanted.json)?;
    Ok(())
}

/// Everything that stands in the way of the metrics, before anything is computed.
pub(super) fn check_labels(inputs: &Inputs, classes: usize, eval: &[Metric]) -> anyhow::Result<()> {
    if !eval.is_empty() && inputs.spec.average == AverageClips::None {
        bail!("metrics need averaged views; choose --average-clips prob or score");
    }
    let labelled = inputs.labels.iter().map(Vec::as_slice).enumerate();
    let issues = testing::check_labels(labelled, classes, eval);
    if issues.is_empty() { Ok(()) } else { Err(said(&issues)) }
}

/// The first issues in one text, and how many more there are.
fn said(issues: &[EvaluateError]) -> anyhow::Error {
    let mut sentences: Vec<String> = issues.iter().take(20).map(ToString::to_string).collect();
    if issues.len() > sentences.len() {
        sentences.push(format!("and {} more", issues.len() - sentences.len()));
    }
    anyhow::anyhow!(sentences.join("\n"))
}

/// One row a sample, or one a view: the original writes them alike.
fn table(records: &[Record]) -> Results {
    let mut results = Results::default();
    for record in records {
        let labels: Vec<u32> = record.labels.iter().filter_map(|label| u32::try_from(*label).ok()).collect();
        for row in &record.scores {
            results.scores.push(row.clone());
            results.paths.push(record.path.clone());
            results.labels.push(labels.clone());
        }
    }
    results
}

fn print(measured: &[(String, Measured)], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        let object: serde_json::Map<String, serde_json::Value> = measured
            .iter()
            .map(|(name, value)| Ok((name.clone(), serde_json::to_value(value)?)))
            .collect::<Result<_, serde_json::Error>>()?;
        serde_json::to_writer_pretty(&mut out, &object)?;
        writeln!(out)?;
        return out.flush();
    }
    for (name, value) in measured {
        match value {
            Measured::Value(value) => writeln!(out, "{name}: {value:.4}")?,
            Measured::Matrix(rows) => {
                writeln!(out, "{name}:")?;
                for row in rows {
                    let cells: Vec<String> = row.iter().map(f64::to_string).collect();
                    writeln!(out, "{}", cells.join("\t"))?;
                }
            }
        }
    }
    out.flush()
}
