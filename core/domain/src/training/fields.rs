//! The one table of all settings of a training: what they are called, which values they take, what they do.
//!
//! It makes the form of the window, the help and `--set` of the command line, and the check of every number.

use toml::{Table, Value};

use super::config::{TrainConfig, TrainConfigError};
use crate::Issue;

/// Which values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldKind {
    /// A whole number in a range.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number in a range.
    Real {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// One of several words.
    Choice(&'static [&'static str]),
    /// On or off.
    Switch,
    /// Whole numbers, ascending.
    Integers,
    /// Three numbers: red, green, blue.
    Three,
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its dotted name in files: section and setting.
    pub key: &'static str,
    /// Which values it takes.
    pub kind: FieldKind,
    /// What its number counts; empty if it has no unit.
    pub unit: &'static str,
    /// What it does, in one sentence for people.
    pub help: &'static str,
    /// Whether most people leave it alone; the form shows it on request.
    pub is_advanced: bool,
}

impl Field {
    /// The section that it stands in.
    pub fn section(&self) -> &'static str {
        self.key.split_once('.').map_or("", |(section, _)| section)
    }

    /// Its name without the section.
    pub fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }

    /// The sentence about its range, for an issue or a tooltip.
    pub fn range(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        match self.kind {
            FieldKind::Integer { min, max } => format!("must be {min} to {max}{unit}"),
            FieldKind::Real { min, max } => format!("must be {min} to {max}{unit}"),
            FieldKind::Choice(words) => format!("must be one of {}", words.join(", ")),
            FieldKind::Switch => "must be true or false".to_owned(),
            FieldKind::Integers => "must be whole numbers in ascending order, such as [32, 48]".to_owned(),
            FieldKind::Three => "must be three numbers: red, green, blue".to_owned(),
        }
    }
}

const fn integer(key: &'static str, min: i64, max: i64, unit: &'static str, help: &'static str) -> Field {
    Field { key, kind: FieldKind::Integer { min, max }, unit, help, is_advanced: false }
}

const fn real(key: &'static str, min: f64, max: f64, unit: &'static str, help: &'static str) -> Field {
    Field { key, kind: FieldKind::Real { min, max }, unit, help, is_advanced: false }
}

const fn choice(key: &'static str, words: &'static [&'static str], help: &'static str) -> Field {
    Field { key, kind: FieldKind::Choice(words), unit: "", help, is_advanced: false }
}

const fn other(key: &'static str, kind: FieldKind, help: &'static str) -> Field {
    Field { key, kind, unit: "", help, is_advanced: false }
}

const fn advanced(field: Field) -> Field {
    Field { is_advanced: true, ..field }
}

/// Every setting, in the order of the form.
pub const FIELDS: &[Field] = &[
    choice(
        "network.trained",
        &["head", "last-stage", "last-2-stages", "last-3-stages", "all"],
        "Which part of the network learns; the less, the faster and the fewer labels it takes",
    ),
    choice(
        "network.batch_norm",
        &["frozen", "eval", "train"],
        "What the batch normalisations of that part do: stand still, learn scale and shift only, or follow the batches",
    ),
    real("network.dropout", 0.0, 0.95, "", "Share of the features that is left out at random at every step"),
    integer("clip.clip_len", 1, 512, "frames", "Frames that the network sees at once"),
    integer("clip.frame_interval", 1, 256, "frames", "Distance of two of those frames in the video"),
    integer("clip.short_side", 16, 2048, "pixels", "The picture is first resized to this shorter side"),
    integer("clip.crop_size", 16, 2048, "pixels", "Side of the square that the network sees"),
    advanced(other("clip.normalization.mean", FieldKind::Three, "Subtracted from every pixel's bytes")),
    advanced(other("clip.normalization.std", FieldKind::Three, "What the pixels are then divided by")),
    choice(
        "augmentation.crop",
        &["random-resized", "center"],
        "Whether training clips show a random part of the picture or its centre",
    ),
    advanced(real("augmentation.area_min", 0.01, 1.0, "", "Least share of the picture's area in a random part")),
    advanced(real("augmentation.area_max", 0.01, 1.0, "", "Greatest share of the picture's area in a random part")),
    advanced(real("augmentation.aspect_min", 0.1, 10.0, "", "Least width over height of a random part")),
    advanced(real("augmentation.aspect_max", 0.1, 10.0, "", "Greatest width over height of a random part")),
    real(
        "augmentation.flip",
        0.0,
        1.0,
        "",
        "Share of training clips that are mirrored; leave it at 0 where left and right are different actions",
    ),
    choice("optimizer.kind", &["sgd", "adamw"], "Which rule changes the weights"),
    real("optimizer.learning_rate", 1e-8, 10.0, "", "How far a step goes"),
    advanced(integer(
        "optimizer.base_batch",
        0,
        65_536,
        "clips",
        "The batch that the learning rate is meant for: it is scaled in proportion to the real one; 0 for no scaling",
    )),
    advanced(real("optimizer.momentum", 0.0, 0.999, "", "Share of the last step that is kept (sgd)")),
    advanced(real("optimizer.beta1", 0.0, 0.9999, "", "Memory of the mean gradient (adamw)")),
    advanced(real("optimizer.beta2", 0.0, 0.99999, "", "Memory of the mean squared gradient (adamw)")),
    real("optimizer.weight_decay", 0.0, 1.0, "", "How strongly weights are pulled towards zero"),
    advanced(real(
        "optimizer.clip_norm",
        0.0,
        1e6,
        "",
        "Gradients that are longer, over all weights together, are shortened to this; 0 for no limit",
    )),
    integer("schedule.epochs", 1, 10_000, "epochs", "Passes over the training clips"),
    choice("schedule.policy", &["fixed", "step", "cosine"], "How the learning rate falls"),
    advanced(other("schedule.milestones", FieldKind::Integers, "Epochs, counted from 0, that lower it (step)")),
    advanced(real("schedule.gamma", 1e-6, 1.0, "", "What it is multiplied with at each of them (step)")),
    advanced(real("schedule.min_rate", 0.0, 10.0, "", "Where it ends (cosine)")),
    integer("schedule.warmup_epochs", 0, 1000, "epochs", "How long it rises in the beginning; 0 for no rise"),
    advanced(real("schedule.warmup_start", 0.0, 1.0, "", "Which part of it the first step gets")),
    advanced(choice("schedule.changes", &["iteration", "epoch"], "Whether it changes at every step or between epochs")),
    other(
        "loss.multi_label",
        FieldKind::Switch,
        "Whether several classes can happen at once; otherwise every clip shows exactly one",
    ),
    real("loss.label_smoothing", 0.0, 0.9, "", "Share of every label that is spread over all classes"),
    choice("loss.class_weights", &["none", "balanced"], "Whether mistakes in rare classes count more"),
    integer("data.batch", 1, 4096, "clips", "Clips of one step"),
    advanced(integer(
        "data.micro_batch",
        0,
        4096,
        "clips",
        "Clips that are computed at once, to save memory; 0 for the whole batch",
    )),
    other("data.balanced_sampling", FieldKind::Switch, "Whether every class is shown equally often"),
    choice("data.split", &["video", "time"], "Whether whole videos are kept for validation, or the end of every video"),
    real("data.validation_share", 0.0, 0.9, "", "Share of the clips that is kept for validation"),
    advanced(real(
        "data.gap_seconds",
        0.0,
        600.0,
        "seconds",
        "What is left out between training and validation where a video is divided",
    )),
    other(
        "data.background",
        FieldKind::Switch,
        "Whether fully labelled stretches in which nothing happens become a class of their own",
    ),
    integer("data.seed", 0, i64::MAX, "", "Where all random choices begin"),
    advanced(real("data.cache_gb", 0.0, 10_000.0, "GB", "Disk space for decoded clips and features; 0 keeps none")),
    advanced(integer("evaluation.num_clips", 1, 100, "clips", "Clips of each sample whose scores are averaged")),
    advanced(choice("evaluation.crop", &["center", "three"], "Squares of each clip that are looked at")),
    advanced(choice("evaluation.sampling", &["0.x", "1.x"], "By which rule those clips are placed")),
    advanced(choice(
        "evaluation.best_by",
        &["top1", "mean-class-accuracy", "map"],
        "By which figure the best checkpoint is chosen",
    )),
    advanced(other(
        "evaluation.whole_videos",
        FieldKind::Switch,
        "Whether the best network goes through the fully labelled videos that are kept back, at the end",
    )),
    integer("run.validate_every", 1, 10_000, "epochs", "Epochs between two validations"),
    advanced(integer(
        "run.checkpoint_every",
        0,
        10_000,
        "epochs",
        "Epochs between two numbered checkpoints; 0 for none",
    )),
    advanced(integer("run.keep", 0, 1000, "checkpoints", "Numbered checkpoints that are kept; 0 for all")),
    integer(
        "run.patience",
        0,
        1000,
        "validations",
        "Validations without a better result after which the training ends; 0 for never",
    ),
    advanced(integer("run.log_every", 1, 10_000, "steps", "Steps between two lines of the log")),
    advanced(integer(
        "run.feature_views",
        1,
        64,
        "views",
        "Varied views of every clip that are computed beforehand where the classifier alone learns",
    )),
    advanced(other(
        "run.deterministic",
        FieldKind::Switch,
        "Whether to say so if the device cannot repeat results to the bit; the processor always does",
    )),
    advanced(other("run.tensorboard", FieldKind::Switch, "Whether event files for TensorBoard are written too")),
];

/// The setting of that name.
pub fn field(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.key == key)
}

impl TrainConfig {
    /// The value of a setting as TOML has it; `None` if there is no such setting.
    pub fn value(&self, key: &str) -> Option<Value> {
        lookup(&self.table(), key).cloned()
    }

    /// The same with another value for one setting. The value is not checked against its range; see [`Self::validate`].
    ///
    /// # Errors
    /// If there is no such setting, or it cannot have such a value.
    pub fn with_value(&self, key: &str, value: Value) -> Result<Self, TrainConfigError> {
        let unknown = || TrainConfigError::Setting(format!("there is no setting {key}; {}", nearest(key)));
        let field = field(key).ok_or_else(unknown)?;
        let mut table = self.table();
        let value = match (field.kind, value) {
            // People write 1 where a real number is wanted.
            (FieldKind::Real { .. }, Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
        *lookup_mut(&mut table, key).ok_or_else(unknown)? = value;
        Self::deserialize_table(table)
            .map_err(|_wrong_kind| TrainConfigError::Setting(format!("{key} {}", field.range())))
    }

    /// The same with one setting changed as `--set` writes it: `section.setting=value`, strings with or without quotes.
    ///
    /// # Errors
    /// If there is no such setting, or it cannot have such a value.
    pub fn with_assignment(&self, assignment: &str) -> Result<Self, TrainConfigError> {
        let malformed = || {
            TrainConfigError::Setting(format!(
                "{assignment:?} is no assignment; write section.setting=value, such as schedule.epochs=30"
            ))
        };
        let (key, text) = assignment.split_once('=').ok_or_else(malformed)?;
        self.with_value(key.trim(), parse_value(text.trim()))
    }

    fn table(&self) -> Table {
        let mut config = self.clone();
        config.data.seed &= u64::MAX >> 1;
        Table::try_from(config).expect("a configuration of plain numbers and words should be a table")
    }

    fn deserialize_table(table: Table) -> Result<Self, toml::de::Error> {
        table.try_into()
    }

    /// The settings whose values differ, in the order of the form: key, value here, value there.
    pub fn differences(&self, other: &Self) -> Vec<(&'static Field, Value, Value)> {
        let (mine, theirs) = (self.table(), other.table());
        let pair = |field: &'static Field| {
            let (mine, theirs) = (lookup(&mine, field.key)?, lookup(&theirs, field.key)?);
            (mine != theirs).then(|| (field, mine.clone(), theirs.clone()))
        };
        FIELDS.iter().filter_map(pair).collect()
    }
}

/// What people write behind `=`: TOML, or a word without quotes.
fn parse_value(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    match rest {
        None => table.get(first),
        Some(rest) => lookup(table.get(first)?.as_table()?, rest),
    }
}

fn lookup_mut<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    match rest {
        None => table.get_mut(first),
        Some(rest) => lookup_mut(table.get_mut(first)?.as_table_mut()?, rest),
    }
}

/// Names that a person may have meant: those with the same last part, else those of the same section.
fn nearest(key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    let section = key.split('.').next().unwrap_or(key);
    let same = |wanted: &dyn Fn(&Field) -> bool| -> Vec<&str> {
        FIELDS.iter().filter(|field| wanted(field)).map(|field| field.key).collect()
    };
    let mut names = same(&|field| field.name() == last);
    if names.is_empty() {
        names = same(&|field| field.section() == section);
    }
    if names.is_empty() {
        let mut sections: Vec<&str> = FIELDS.iter().map(Field::section).collect();
        sections.dedup();
        return format!("the sections are {}", sections.join(", "));
    }
    format!("there is {}", names.join(", "))
}

/// Everything that is wrong with a configuration: ranges from the table, then what contradicts each other.
pub(super) fn issues(config: &TrainConfig) -> Vec<Issue> {
    let table = config.table();
    let mut issues: Vec<Issue> = FIELDS
        .iter()
        .filter(|field| lookup(&table, field.key).is_none_or(|value| !is_in_range(field.kind, value)))
        .map(|field| Issue { field: field.key.to_owned(), message: field.range() })
        .collect();
    let mut check = |is_good: bool, field: &str, message: &str| {
        if !is_good && !issues.iter().any(|issue| issue.field == field) {
            issues.push(Issue { field: field.to_owned(), message: message.to_owned() });
        }
    };
    let TrainConfig { clip, augmentation, schedule, data, loss, .. } = config;
    check(clip.crop_size <= clip.short_side, "clip.crop_size", "must not be greater than clip.short_side");
    check(clip.normalization.std.iter().all(|std| *std > 0.0), "clip.normalization.std", "must be positive");
    check(
        augmentation.area_min <= augmentation.area_max,
        "augmentation.area_min",
        "must not be greater than augmentation.area_max",
    );
    check(
        augmentation.aspect_min <= augmentation.aspect_max,
        "augmentation.aspect_min",
        "must not be greater than augmentation.aspect_max",
    );
    check(
        schedule.warmup_epochs == 0 || schedule.warmup_epochs <= schedule.epochs,
        "schedule.warmup_epochs",
        "must not be longer than the training itself (schedule.epochs)",
    );
    check(data.micro_batch <= data.batch, "data.micro_batch", "must not be greater than data.batch");
    check(
        !loss.multi_label || loss.label_smoothing == 0.0,
        "loss.label_smoothing",
        "must be 0 where several classes can happen at once (loss.multi_label)",
    );
    issues
}

fn is_in_range(kind: FieldKind, value: &Value) -> bool {
    let number = |value: &Value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
    match kind {
        FieldKind::Integer { min, max } => value.as_integer().is_some_and(|value| (min..=max).contains(&value)),
        FieldKind::Real { min, max } => number(value).is_some_and(|value| (min..=max).contains(&value)),
        FieldKind::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        FieldKind::Switch => value.is_bool(),
        FieldKind::Integers => value.as_array().is_some_and(|values| {
            let whole: Vec<i64> = values.iter().filter_map(Value::as_integer).collect();
            whole.len() == values.len() && whole.is_sorted()
        }),
        FieldKind::Three => value.as_array().is_some_and(|values| {
            values.len() == 3 && values.iter().all(|value| number(value).is_some_and(f64::is_finite))
        }),
    }
}
