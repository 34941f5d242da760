//! The settings of the next run as a form and as text: two views of one value.
//!
//! Which settings there are, their ranges and what they do is `ks_domain::training::FIELDS`.

use std::collections::{BTreeMap, BTreeSet};

use ks_domain::training::{ClipConfig, FIELDS, Field, FieldKind, TrainConfig, field};
use ks_domain::{AnalysisSettings, Issue};
use toml::Value;

use super::actions::FieldValue;
use crate::format;
use crate::tr;

/// The preset that is chosen at first.
const FIRST_PRESET: &str = "quick-head";

/// How the settings are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormTab {
    /// A control for each.
    #[default]
    Fields,
    /// The configuration file.
    Text,
}

/// The settings of the next run.
#[derive(Clone, Debug)]
pub struct TrainForm {
    /// The settings.
    pub config: TrainConfig,
    /// The preset that they started from, by its name.
    pub preset: String,
    /// The preset's own values.
    pub base: TrainConfig,
    /// Clips as the analysis cuts them, which the preset took over.
    clips: ClipConfig,
    /// Which view is open.
    pub tab: FormTab,
    /// Whether settings that most people leave alone are shown.
    pub shows_all: bool,
    /// The configuration as text, as it was typed.
    pub text: String,
    /// Why the text is no configuration; the settings are then as they were.
    pub text_error: Option<String>,
    /// Lists that are being typed and are no lists yet, by their settings.
    pub typed: BTreeMap<&'static str, String>,
    /// Everything that is wrong with the settings.
    pub issues: Vec<Issue>,
    /// The settings that differ from the preset.
    pub changed: BTreeSet<&'static str>,
}

impl Default for TrainForm {
    fn default() -> Self {
        let base = TrainConfig::preset(FIRST_PRESET, &ClipConfig::default()).unwrap_or_default();
        let mut form = Self {
            config: base.clone(),
            preset: FIRST_PRESET.to_owned(),
            base,
            clips: ClipConfig::default(),
            tab: FormTab::Fields,
            shows_all: false,
            text: String::new(),
            text_error: None,
            typed: BTreeMap::new(),
            issues: Vec::new(),
            changed: BTreeSet::new(),
        };
        form.derive();
        form.text = form.config.to_toml();
        form
    }
}

impl TrainForm {
    /// What is wrong with a setting.
    pub fn issue(&self, key: &str) -> Option<&str> {
        if let Some((key, _)) = self.typed.get_key_value(key) {
            return field(key).map(|field| match field.kind {
                FieldKind::Three => "must be three numbers: red, green, blue",
                _ => "must be whole numbers in ascending order, such as 32, 48",
            });
        }
        self.issues.iter().find(|issue| issue.field == key).map(|issue| issue.message.as_str())
    }

    /// Why nothing can be started with these settings; `None` if it can.
    pub fn obstacle(&self) -> Option<String> {
        if self.text_error.is_some() {
            return Some(tr!("train-obstacle-text"));
        }
        let wrong = self.issues.len() + self.typed.len();
        (wrong > 0).then(|| tr!("train-obstacle-settings", count = wrong))
    }

    /// Takes the settings of a preset; nothing if there is none of that name.
    pub(super) fn use_preset(&mut self, name: &str, analysis: &AnalysisSettings) {
        let clips = clips_of(analysis);
        let Some(config) = TrainConfig::preset(name, &clips) else { return };
        self.clips = clips;
        self.preset = name.to_owned();
        self.base = config.clone();
        self.replace(config);
    }

    /// Cuts clips as the analysis does by now, but for what was changed by hand. While something is being typed that
    /// is no setting yet, all stays as it is.
    pub(super) fn follow(&mut self, analysis: &AnalysisSettings) {
        let clips = clips_of(analysis);
        if clips == self.clips || self.text_error.is_some() || !self.typed.is_empty() {
            return;
        }
        let Some(base) = TrainConfig::preset(&self.preset, &clips) else { return };
        let mut config = self.config.clone();
        for field in FIELDS.iter().filter(|field| !self.changed.contains(field.key)) {
            if let Some(Ok(followed)) = base.value(field.key).map(|value| config.with_value(field.key, value)) {
                config = followed;
            }
        }
        (self.clips, self.base) = (clips, base);
        self.change(config);
    }

    /// Takes in the value of a control.
    pub(super) fn set(&mut self, key: &'static str, value: FieldValue) {
        let value = match value {
            FieldValue::Integer(number) => Value::Integer(number),
            FieldValue::Real(number) => Value::Float(number),
            FieldValue::Word(word) => Value::String(word.to_owned()),
            FieldValue::Switch(is_on) => Value::Boolean(is_on),
            FieldValue::List(text) => {
                let kind = field(key).map(|field| field.kind);
                let Some(list) = parse_list(&text, kind == Some(FieldKind::Three)) else {
                    self.typed.insert(key, text);
                    return;
                };
                list
            }
        };
        match self.config.with_value(key, value) {
            Ok(config) => {
                self.typed.remove(key);
                self.change(config);
            }
            // A value of the right kind that the setting cannot hold, such as -1, is not taken, and the form says so.
            Err(_) => {
                self.derive();
                let message = field(key).map(Field::range).unwrap_or_default();
                self.issues.push(Issue { field: key.to_owned(), message });
            }
        }
    }

    /// Gives a setting the preset's value again.
    pub(super) fn reset(&mut self, key: &'static str) {
        self.typed.remove(key);
        if let Some(config) = self.base.value(key).and_then(|value| self.config.with_value(key, value).ok()) {
            self.change(config);
        }
    }

    /// Takes in the text. While it is no configuration, the settings stay as they were.
    pub(super) fn type_text(&mut self, text: String) {
        match TrainConfig::parse(&text) {
            Ok(config) => {
                self.config = config;
                self.text_error = None;
                self.typed.clear();
                self.derive();
            }
            Err(error) => self.text_error = Some(format::sentence(&error.to_string())),
        }
        self.text = text;
    }

    /// Other settings, from elsewhere than the text.
    pub(super) fn replace(&mut self, config: TrainConfig) {
        self.typed.clear();
        self.change(config);
    }

    fn change(&mut self, config: TrainConfig) {
        self.config = config;
        self.text = self.config.to_toml();
        self.text_error = None;
        self.derive();
    }

    fn derive(&mut self) {
        self.issues = self.config.clone().validate().err().unwrap_or_default();
        self.changed = self.config.differences(&self.base).into_iter().map(|(field, ..)| field.key).collect();
    }

    /// The settings that are shown: all, or those that most people need, those that differ from the preset, and those
    /// that are wrong.
    pub fn shows(&self, field: &Field) -> bool {
        self.shows_all || !field.is_advanced || self.changed.contains(field.key) || self.issue(field.key).is_some()
    }
}

/// Clips as the analysis cuts them.
pub(super) fn clips_of(settings: &AnalysisSettings) -> ClipConfig {
    ClipConfig {
        clip_len: settings.clip_len,
        frame_interval: settings.frame_interval,
        short_side: settings.short_side,
        crop_size: settings.crop_size,
        normalization: settings.normalization,
    }
}

/// Numbers with commas or spaces between them, with or without brackets.
fn parse_list(text: &str, is_real: bool) -> Option<Value> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    let parts = inner.split([',', ' ', ';']).map(str::trim).filter(|part| !part.is_empty());
    let values: Option<Vec<Value>> = parts
        .map(
            |part| {
                if is_real { part.parse().ok().map(Value::Float) } else { part.parse::<u32>().ok().map(Value::from) }
            },
        )
        .collect();
    let values = values?;
    (!is_real || values.len() == 3).then_some(Value::Array(values))
}
