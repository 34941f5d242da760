//! The figures of `kinetoscope evaluate`, as a table or as JSON.

use std::io::{self, Write};

use ks_domain::metrics::{OVERLAPS, SegmentCounts, WholeVideoClass, WholeVideoFigures};
use ks_domain::project::UsedModel;
use serde_json::{Map, Value, json};

/// The figures of one network.
pub(super) struct Judged {
    pub(super) model: UsedModel,
    /// The classes: the network's own and those that it does not know.
    pub(super) names: Vec<String>,
    /// Classes of the label set that the network does not know.
    pub(super) unknown: Vec<String>,
    pub(super) figures: WholeVideoFigures,
}

impl Judged {
    fn name(&self, class: &WholeVideoClass) -> &str {
        self.names.get(class.class as usize).map_or("", String::as_str)
    }
}

pub(super) fn print(judged: &[Judged], as_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        let networks: Vec<Value> = judged.iter().map(to_json).collect();
        serde_json::to_writer_pretty(&mut out, &json!({ "networks": networks }))?;
        writeln!(out)?;
    } else {
        judged.iter().try_for_each(|judged| table(judged, &mut out))?;
    }
    out.flush()
}

/// The name of the figure for an overlap: `10`, `25`, `50`.
fn percent(overlap: f64) -> String {
    format!("{:.0}", overlap * 100.0)
}

fn f1_by_overlap(segments: [SegmentCounts; 3]) -> Value {
    let pairs = OVERLAPS.iter().zip(segments);
    Value::Object(pairs.map(|(overlap, counts)| (percent(*overlap), json!(counts.f1()))).collect::<Map<_, _>>())
}

fn to_json(judged: &Judged) -> Value {
    let figures = &judged.figures;
    let class = |class: &WholeVideoClass| {
        json!({
            "class": judged.name(class),
            "frames": class.frames,
            "segment_f1": f1_by_overlap(class.segments),
            "average_precision": class.average_precision,
        })
    };
    json!({
        "checkpoint": judged.model.checkpoint,
        "sha256": judged.model.hash,
        "videos": figures.videos,
        "frames": figures.frames,
        "segment_f1": f1_by_overlap(figures.segments),
        "frame_map": figures.frame_map,
        "frame_accuracy": figures.frame_accuracy,
        "unknown_classes": judged.unknown,
        "classes": figures.classes.iter().map(class).collect::<Vec<_>>(),
    })
}

fn table(judged: &Judged, out: &mut impl Write) -> io::Result<()> {
    let Judged { model, figures, .. } = judged;
    writeln!(out, "{}: {} videos, {} fully labelled frames", model.checkpoint, figures.videos, figures.frames)?;
    let heads: Vec<String> = OVERLAPS.iter().map(|overlap| format!("F1@{}", percent(*overlap))).collect();
    writeln!(out, "class\tframes\t{}\tAP", heads.join("\t"))?;
    for class in &figures.classes {
        row(judged.name(class), class.frames, class.segments, class.average_precision, out)?;
    }
    row("all", figures.frames, figures.segments, figures.frame_map, out)?;
    writeln!(out, "frame accuracy\t{}", number(figures.frame_accuracy))?;
    if !judged.unknown.is_empty() {
        writeln!(out, "not known to the network\t{}", judged.unknown.join(", "))?;
    }
    Ok(())
}

fn row(
    name: &str,
    frames: u64,
    segments: [SegmentCounts; 3],
    precision: Option<f64>,
    out: &mut impl Write,
) -> io::Result<()> {
    let f1: Vec<String> = segments.iter().map(|counts| number(counts.f1())).collect();
    writeln!(out, "{name}\t{frames}\t{}\t{}", f1.join("\t"), number(precision))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}
