//! The data: `data` of 0.x, `train_dataloader` and its like of 1.x.

use ks_domain::Branch;
use ks_domain::Normalization;
use ks_domain::recipe::ClipRecipe;

use super::Report;
use super::pipeline;
use super::taker::Taker;
use crate::config::Value;

/// One list of videos, or of folders of frames, as a configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSource {
    /// Whether the list names folders of frames instead of videos.
    pub is_raw_frames: bool,
    /// The list file, as written.
    pub list: String,
    /// Joined in front of every path of the list; empty for none.
    pub prefix: String,
    /// What separates the columns of the list; without it, any white space.
    pub delimiter: Option<String>,
    /// Whether a line may hold several labels.
    pub is_multi_label: bool,
    /// Whether a line of raw frames says at which frame the video begins.
    pub has_offset: bool,
    /// How files of frames are called, in Python's way: `img_{:05}.jpg`.
    pub filename_template: String,
    /// The number of the first frame.
    pub first_frame: u32,
}

impl Default for DataSource {
    /// Videos with one label each and no list yet.
    fn default() -> Self {
        Self {
            is_raw_frames: false,
            list: String::new(),
            prefix: String::new(),
            delimiter: None,
            is_multi_label: false,
            has_offset: false,
            filename_template: "img_{:05}.jpg".to_owned(),
            first_frame: 1,
        }
    }
}

/// What is said for training, validation or testing.
pub(super) struct Phase {
    pub(super) clips: Option<ClipRecipe>,
    pub(super) normalization: Option<Normalization>,
    pub(super) source: Option<DataSource>,
}

/// What is said for all three.
#[derive(Default)]
pub(super) struct Phases {
    pub(super) train: Option<Phase>,
    pub(super) val: Option<Phase>,
    pub(super) test: Option<Phase>,
    /// Videos of a training batch on one GPU.
    pub(super) train_batch: Option<u32>,
    /// Videos of a validation batch on one GPU.
    pub(super) val_batch: Option<u32>,
}

pub(super) fn take(top: &mut Taker, rule: Branch, report: &mut Report) -> Phases {
    match rule {
        Branch::V0 => take_v0(top, report),
        Branch::V1 => take_v1(top, report),
    }
}

fn take_v0(top: &mut Taker, report: &mut Report) -> Phases {
    let mut phases = Phases::default();
    let Some(mut data) = top.dict("data", report) else { return phases };
    let rule = Branch::V0;
    phases.train_batch = data.count("videos_per_gpu", report);
    phases.val_batch = phases.train_batch;
    for (name, batch) in [("train_dataloader", true), ("val_dataloader", false), ("test_dataloader", false)] {
        let Some(mut loader) = data.dict(name, report) else { continue };
        if let Some(videos) = loader.count("videos_per_gpu", report) {
            match name {
                "val_dataloader" => phases.val_batch = Some(videos),
                _ if batch => phases.train_batch = Some(videos),
                _ => {}
            }
        }
        loader.finish_as_runtime(report);
    }
    data.runtime(&["workers_per_gpu", "persistent_workers"], report);
    phases.train = data.dict("train", report).map(|dataset| take_dataset(dataset, rule, report));
    phases.val = data.dict("val", report).map(|dataset| take_dataset(dataset, rule, report));
    phases.test = data.dict("test", report).map(|dataset| take_dataset(dataset, rule, report));
    data.finish(report);
    phases
}

fn take_v1(top: &mut Taker, report: &mut Report) -> Phases {
    let mut phases = Phases::default();
    for name in ["train", "val", "test"] {
        let Some(mut loader) = top.dict(&format!("{name}_dataloader"), report) else { continue };
        let batch = loader.count("batch_size", report);
        let dataset = loader.dict("dataset", report);
        let phase = dataset.map(|dataset| take_dataset(dataset, Branch::V1, report));
        if phase.is_none() {
            report.problem(format!("{name}_dataloader.dataset is missing"));
        }
        match name {
            "train" => (phases.train, phases.train_batch) = (phase, batch),
            "val" => (phases.val, phases.val_batch) = (phase, batch),
            _ => phases.test = phase,
        }
        loader.finish_as_runtime(report);
    }
    phases
}

fn take_dataset(mut dataset: Taker, rule: Branch, report: &mut Report) -> Phase {
    let kind = dataset.kind(report);
    if kind == "RepeatDataset" {
        // The list inside is the data; how often it is repeated is left over.
        if let Some(inner) = dataset.dict("dataset", report) {
            dataset.finish(report);
            return take_dataset(inner, rule, report);
        }
    }
    let is_raw_frames = kind == "RawframeDataset";
    if !is_raw_frames && kind != "VideoDataset" {
        let path = dataset.path_of("type");
        report.problem(format!("{path} is '{kind}', but only VideoDataset and RawframeDataset are known here"));
    }
    let source = take_source(&mut dataset, is_raw_frames, report);
    let path = dataset.path_of("pipeline");
    let steps = dataset.take("pipeline");
    let pipeline = match steps.as_ref().and_then(Value::items) {
        Some(steps) => pipeline::take(steps, &path, rule, report),
        None => {
            report.problem(format!("{path} should be a list of steps"));
            pipeline::Pipeline { clips: None, normalization: None }
        }
    };
    dataset.only("modality", &Value::Str("RGB".to_owned()), report);
    // What a pipeline is for follows from where it stands.
    let _ = dataset.take_written("test_mode");
    let _ = dataset.take_written("num_classes");
    dataset.finish(report);
    Phase { clips: pipeline.clips, normalization: pipeline.normalization, source }
}

fn take_source(dataset: &mut Taker, is_raw_frames: bool, report: &mut Report) -> Option<DataSource> {
    let prefix = take_prefix(dataset, report);
    let root = dataset.text("data_root", report).unwrap_or_default();
    let delimiter = dataset.text("delimiter", report);
    let is_multi_label = dataset.flag("multi_class", report).unwrap_or(false);
    let has_offset = dataset.flag("with_offset", report).unwrap_or(false);
    let template = dataset.text("filename_tmpl", report).unwrap_or_else(|| "img_{:05}.jpg".to_owned());
    let first_frame = dataset.count("start_index", report).unwrap_or(u32::from(is_raw_frames));
    let list = dataset.text("ann_file", report)?;
    let join = |path: String| if root.is_empty() { path } else { format!("{}/{path}", root.trim_end_matches('/')) };
    Some(DataSource {
        is_raw_frames,
        list: join(list),
        prefix: if prefix.is_empty() { root.clone() } else { join(prefix) },
        delimiter,
        is_multi_label,
        has_offset,
        filename_template: template,
        first_frame,
    })
}

/// A text in 0.x, `dict(video=…)` or `dict(img=…)` in 1.x.
fn take_prefix(dataset: &mut Taker, report: &mut Report) -> String {
    match dataset.take("data_prefix") {
        None => String::new(),
        Some(Value::Str(prefix)) => prefix,
        Some(Value::Dict(prefixes)) => {
            let mut inner = Taker::new(prefixes, &dataset.path_of("data_prefix"), true);
            let found = inner.text("video", report).or_else(|| inner.text("img", report));
            inner.finish(report);
            found.unwrap_or_default()
        }
        Some(other) => {
            let path = dataset.path_of("data_prefix");
            report.problem(format!("{path} should be a text or dict(video=…), but is {other}"));
            String::new()
        }
    }
}
