//! From mmaction2's configuration, of either branch, to a [`Recipe`], with a list of what has no counterpart.
//!
//! The recipe says what the file says. Where the original's own program could not have followed the file (a cosine
//! schedule with milestones, validation in batches with `max_testing_views`), what was meant is taken and a note says
//! so; where it follows something that the name of the file denies, the note says that.

mod data;
mod model;
mod pipeline;
mod taker;
mod training;

use ks_domain::recipe::{AverageClips, BatchNormMode, Recipe};
use ks_domain::{Branch, Normalization, Valid};
use thiserror::Error;

use crate::config::{Config, Value};

pub use self::data::DataSource;

use self::data::Phases;
use self::taker::Taker;

/// A setting without counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its dotted name, such as `data.train.pipeline.3.type`.
    pub path: String,
    /// Its value as in the file, shortened.
    pub value: String,
    /// Whether it may change a result; otherwise it only concerns how the original logs and runs.
    pub changes_results: bool,
}

/// Where the file says the data lies; paths as written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSources {
    /// For training.
    pub train: Option<DataSource>,
    /// For validation.
    pub val: Option<DataSource>,
    /// For testing.
    pub test: Option<DataSource>,
}

/// What a configuration file says, in our words.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    /// Whose configuration it is.
    pub branch: Branch,
    /// The recipe.
    pub recipe: Valid<Recipe>,
    /// Where the data lies.
    pub data: DataSources,
    /// What has no counterpart, in the order in which it was met.
    pub leftovers: Vec<Leftover>,
    /// Sentences on what was repaired or may surprise.
    pub notes: Vec<String>,
}

/// Why a configuration cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the configuration cannot be used: {}", .problems.join("; "))]
pub struct TranslateError {
    /// Everything that is wrong.
    pub problems: Vec<String>,
}

/// What comes up on the way.
#[derive(Default)]
struct Report {
    problems: Vec<String>,
    leftovers: Vec<Leftover>,
    notes: Vec<String>,
}

/// Top-level names of both branches that only concern how the original logs and runs.
const RUNTIME: &[&str] = &[
    "auto_scale_lr",
    "checkpoint_config",
    "custom_hooks",
    "custom_imports",
    "default_scope",
    "dist_params",
    "env_cfg",
    "evaluation",
    "find_unused_parameters",
    "gpu_ids",
    "launcher",
    "log_config",
    "log_level",
    "log_processor",
    "mp_start_method",
    "omnisource",
    "opencv_num_threads",
    "resume",
    "resume_from",
    "seed",
    "test_evaluator",
    "val_evaluator",
    "vis_backends",
    "visualizer",
    "work_dir",
    "workflow",
];

/// Whether a top-level name only serves others: `train_pipeline`, `img_norm_cfg`, `data_root` and the like.
fn is_helper(name: &str) -> bool {
    ["dataset_type", "file_client_args", "clip_len"].contains(&name)
        || ["data_root", "ann_file"].iter().any(|start| name.starts_with(start))
        || ["_pipeline", "_norm_cfg"].iter().any(|end| name.ends_with(end))
}

/// Translates a configuration; `name` is the name of its file, for notes on what the name denies.
///
/// # Errors
/// If it is no CSN, or asks for something that would give other results here; all of it at once.
pub fn to_recipe(config: &Config, name: &str) -> Result<Translation, TranslateError> {
    let mut settings = config.settings.clone();
    settings.retain(|name, _| !config.helpers.contains(name) && !is_helper(name));
    let mut report = Report::default();
    let mut top = Taker::new(settings, "", true);
    let Some(branch) = branch(&top, config) else {
        report.problem(
            "neither `data` (0.x) nor `test_dataloader` and its like (1.x) stand in it; is it a configuration of mmaction2?"
                .to_owned(),
        );
        return Err(TranslateError { problems: report.problems });
    };
    let model = model::take(&mut top, branch, &mut report);
    let phases = data::take(&mut top, branch, &mut report);
    let training = training::take(&mut top, branch, &phases, model.pretrained.clone(), &mut report);
    validation_batch(branch, &phases, model.views_at_once, &mut report);
    let normalization = normalization(&model, &phases, &mut report);
    top.runtime(RUNTIME, &mut report);
    top.finish(&mut report);
    let recipe = model.recipe.map(|network| Recipe {
        note: String::new(),
        average_clips: model.average_clips,
        views_at_once: model.views_at_once,
        model: network,
        normalization,
        train: phases.train.as_ref().and_then(|phase| phase.clips.clone()),
        val: phases.val.as_ref().and_then(|phase| phase.clips.clone()),
        test: phases.test.as_ref().and_then(|phase| phase.clips.clone()),
        training,
    });
    finish(branch, recipe, phases, name, report)
}

fn finish(
    branch: Branch,
    recipe: Option<Recipe>,
    phases: Phases,
    name: &str,
    mut report: Report,
) -> Result<Translation, TranslateError> {
    if let Some(recipe) = &recipe {
        denied_by_name(branch, recipe, name, &mut report);
    }
    let recipe = recipe.filter(|_| report.problems.is_empty()).map(|mut recipe| {
        recipe.note = report.notes.join("\n");
        recipe.validate()
    });
    match recipe {
        Some(Ok(recipe)) => Ok(Translation {
            branch,
            recipe,
            data: DataSources {
                train: phases.train.and_then(|phase| phase.source),
                val: phases.val.and_then(|phase| phase.source),
                test: phases.test.and_then(|phase| phase.source),
            },
            leftovers: report.leftovers,
            notes: report.notes,
        }),
        Some(Err(issues)) => {
            let problems = issues.into_iter().map(|issue| format!("{}: {}", issue.field, issue.message)).collect();
            Err(TranslateError { problems })
        }
        None => Err(TranslateError { problems: report.problems }),
    }
}

/// By the names that only one of the branches has.
fn branch(top: &Taker, config: &Config) -> Option<Branch> {
    const V1: &[&str] =
        &["train_dataloader", "val_dataloader", "test_dataloader", "optim_wrapper", "param_scheduler", "default_scope"];
    let has_preprocessor = match config.settings.get("model") {
        Some(Value::Dict(model)) => model.contains_key("data_preprocessor"),
        _ => false,
    };
    if has_preprocessor || V1.iter().any(|name| top.has(name)) {
        return Some(Branch::V1);
    }
    ["data", "optimizer", "lr_config", "total_epochs"].iter().any(|name| top.has(name)).then_some(Branch::V0)
}

/// In 0.x, validation takes batches as large as training does, which `max_testing_views` cannot.
fn validation_batch(branch: Branch, phases: &Phases, views_at_once: Option<u32>, report: &mut Report) {
    let Some(views) = views_at_once.filter(|_| branch == Branch::V0) else { return };
    if let Some(batch) = phases.val_batch.filter(|batch| *batch > 1) {
        report.note(format!(
            "Validation takes one video at a time; the file asks for {batch} together with max_testing_views={views}, which stops the original at its first validation."
        ));
    }
}

/// From the model's preprocessor (1.x) or the pipelines (0.x), which must agree.
fn normalization(model: &model::Taken, phases: &Phases, report: &mut Report) -> Normalization {
    let mut found: Vec<Normalization> = model.normalization.into_iter().collect();
    found.extend(
        [&phases.train, &phases.val, &phases.test].into_iter().flatten().filter_map(|phase| phase.normalization),
    );
    match found.as_slice() {
        [] => {
            report.problem(
                "it says nowhere how pixels are normalised; add `Normalize` to the pipelines (0.x) or mean and std to model.data_preprocessor (1.x)"
                    .to_owned(),
            );
            Normalization::IMAGENET
        }
        [first, rest @ ..] => {
            if rest.iter().any(|other| other != first) {
                let message = "pixels are normalised in more than one way; give training, validation and testing the same mean and std";
                report.problem(message.to_owned());
            }
            *first
        }
    }
}

/// What the published files of 1.x inherit although their names say otherwise.
fn denied_by_name(branch: Branch, recipe: &Recipe, name: &str, report: &mut Report) {
    if branch != Branch::V1 || !name.contains("csn") {
        return;
    }
    let is_frozen = recipe.model.batch_norm == BatchNormMode::Frozen;
    if is_frozen && !name.contains("bnfrozen") {
        report.note("Batch normalisation is frozen, which the file inherits although its name does not say so.");
    }
    let epochs = recipe.training.as_ref().map_or(0, |training| training.epochs);
    if name.contains("180e") && epochs != 180 && epochs > 0 {
        report.note(format!(
            "Training takes {epochs} epochs, which the file inherits although its name says 180; learning rate and schedule are inherited too."
        ));
    }
}

/// `prob`, `score` or `None`, as both branches write it.
fn average_clips(value: Option<&Value>, path: &str, report: &mut Report) -> AverageClips {
    match value {
        None | Some(Value::None) => AverageClips::None,
        Some(Value::Str(text)) if text == "prob" => AverageClips::Prob,
        Some(Value::Str(text)) if text == "score" => AverageClips::Score,
        Some(other) => {
            report.problem(format!("{path} should be 'prob', 'score' or None, but is {other}"));
            AverageClips::None
        }
    }
}
