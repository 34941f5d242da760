//! One step of training: what of a network learns, from which loss, and how its parameters move.
//!
//! Not here: learning rates over time ([`crate::schedule`]), data, epochs.

use serde::{Deserialize, Serialize};

use crate::Issue;
pub use crate::recipe::BatchNormMode as NormPolicy;

/// What of a network learns. The rest stands still: its batch normalisations use their running statistics, and no
/// activation of it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainedParts {
    /// The classifier alone.
    Head,
    /// The classifier and so many of the last stages, 1 to 4. The stem stands still even with 4.
    LastStages(u8),
    /// Everything.
    #[default]
    All,
}

impl TrainedParts {
    /// How many of the four stages stand still.
    pub fn frozen_stages(self) -> usize {
        match self {
            Self::Head => 4,
            Self::LastStages(count) => 4_usize.saturating_sub(usize::from(count)),
            Self::All => 0,
        }
    }

    /// Whether the stem learns.
    pub fn has_stem(self) -> bool {
        self == Self::All
    }
}

/// How parameters move along their gradients, as PyTorch's optimizers of these names move them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum, without dampening or Nesterov's look-ahead:
    /// `d = gradient + weight_decay · p`, `buffer = momentum · buffer + d` (`d` in the first step), `p -= rate · buffer`.
    Sgd {
        /// Share of the last step's direction that is kept.
        momentum: f64,
        /// Added to the gradient, times the parameter.
        weight_decay: f64,
    },
    /// Adam with the decay beside the gradient (Loshchilov and Hutter, “Decoupled Weight Decay Regularization”):
    /// `p -= rate · weight_decay · p`, then `p -= rate · m̂ / (sqrt(v̂) + eps)` with means of gradients and of their
    /// squares that are corrected for having begun at zero.
    #[serde(rename = "adamw")]
    AdamW {
        /// Share of the last mean of gradients that is kept.
        beta1: f64,
        /// Share of the last mean of squared gradients that is kept.
        beta2: f64,
        /// Keeps the quotient finite.
        eps: f64,
        /// Share of a parameter that is lost in a step, times the learning rate.
        weight_decay: f64,
    },
}

impl Optimizer {
    /// The optimizer of mmaction2's CSN configurations.
    pub const MMACTION: Self = Self::Sgd { momentum: 0.9, weight_decay: 1e-4 };
    /// `AdamW` with PyTorch's values.
    pub const ADAMW: Self = Self::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 };

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd { .. } => "SGD",
            Self::AdamW { .. } => "AdamW",
        }
    }
}

/// What is to become small.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossSettings {
    /// Whether a clip may be of several classes or none: binary cross-entropy of every class, mean over clips and classes,
    /// instead of the softmax cross-entropy of one class a clip.
    pub multi_label: bool,
    /// Share of the target that is spread evenly over all classes, 0 up to, but not including, 1.
    pub label_smoothing: f64,
    /// What a clip counts for each class, one number a class. Of one class a clip, the loss is then the weighted mean over
    /// clips; of several, every class' term is multiplied by its weight and the mean stays one over the number of terms.
    pub class_weights: Option<Vec<f64>>,
}

impl LossSettings {
    /// What clips of these classes count together: their weights' sum, or their number. A part of a batch has the share
    /// `weight of the part / weight of the batch` of the batch's loss.
    pub fn weight_of(&self, classes: &[usize]) -> f64 {
        match &self.class_weights {
            Some(weights) if !self.multi_label => {
                classes.iter().map(|class| weights.get(*class).copied().unwrap_or(0.0)).sum()
            }
            _ => classes.len() as f64,
        }
    }
}

/// Everything that one step of training needs to know beside the learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StepSettings {
    /// What learns.
    pub parts: TrainedParts,
    /// What the batch normalisations of the parts that learn do.
    pub norm: NormPolicy,
    /// How parameters move.
    pub optimizer: Optimizer,
    /// Gradients longer than this, over all parameters together, are shortened to it.
    pub clip_norm: Option<f64>,
    /// What is to become small.
    pub loss: LossSettings,
    /// Share of the pooled features that are dropped before the classifier, 0 to 1.
    pub dropout: f64,
}

impl Default for StepSettings {
    /// What mmaction2's CSN configurations have: everything learns but the batch normalisations.
    fn default() -> Self {
        Self {
            parts: TrainedParts::All,
            norm: NormPolicy::Frozen,
            optimizer: Optimizer::MMACTION,
            clip_norm: Some(40.0),
            loss: LossSettings::default(),
            dropout: 0.5,
        }
    }
}

impl StepSettings {
    /// Everything that is wrong with the settings for a network of so many classes; empty if nothing is.
    pub fn issues(&self, classes: usize) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut check = |is_right: bool, field: &str, message: &str| {
            if !is_right {
                issues.push(Issue { field: field.to_owned(), message: message.to_owned() });
            }
        };
        let stages = !matches!(self.parts, TrainedParts::LastStages(count) if !(1..=4).contains(&count));
        check(stages, "parts", "a network has four stages, so 1 to 4 of the last ones can be trained");
        check((0.0..=1.0).contains(&self.dropout), "dropout", "dropout must be 0 to 1");
        check(
            (0.0..1.0).contains(&self.loss.label_smoothing),
            "label_smoothing",
            "label smoothing must be 0 to below 1",
        );
        check(self.clip_norm.is_none_or(|norm| norm > 0.0), "clip_norm", "the largest gradient norm must be above 0");
        let weights = self.loss.class_weights.as_deref();
        let fits = |weights: &[f64]| weights.len() == classes && weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        check(
            weights.is_none_or(fits),
            "class_weights",
            "class weights must be one number for each class, none below 0",
        );
        let decays = |decay: f64| decay.is_finite() && decay >= 0.0;
        match self.optimizer {
            Optimizer::Sgd { momentum, weight_decay } => {
                check((0.0..1.0).contains(&momentum), "momentum", "momentum must be 0 to below 1");
                check(decays(weight_decay), "weight_decay", "weight decay must be 0 or more");
            }
            Optimizer::AdamW { beta1, beta2, eps, weight_decay } => {
                check((0.0..1.0).contains(&beta1), "beta1", "beta1 must be 0 to below 1");
                check((0.0..1.0).contains(&beta2), "beta2", "beta2 must be 0 to below 1");
                check(eps.is_finite() && eps > 0.0, "eps", "eps must be above 0");
                check(decays(weight_decay), "weight_decay", "weight decay must be 0 or more");
            }
        }
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_the_original_are_in_order() {
        assert_eq!(StepSettings::default().issues(400), []);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let settings = StepSettings {
            parts: TrainedParts::LastStages(5),
            optimizer: Optimizer::AdamW { beta1: 1.0, beta2: -0.1, eps: 0.0, weight_decay: f64::NAN },
            clip_norm: Some(0.0),
            loss: LossSettings { multi_label: false, label_smoothing: 1.0, class_weights: Some(vec![1.0]) },
            dropout: f64::NAN,
            ..StepSettings::default()
        };
        let fields: Vec<String> = settings.issues(2).into_iter().map(|issue| issue.field).collect();
        let wanted = [
            "parts",
            "dropout",
            "label_smoothing",
            "clip_norm",
            "class_weights",
            "beta1",
            "beta2",
            "eps",
            "weight_decay",
        ];
        assert_eq!(fields, wanted);
    }

    #[test]
    fn settings_come_back_from_their_text() {
        let settings = StepSettings {
            parts: TrainedParts::LastStages(2),
            optimizer: Optimizer::ADAMW,
            loss: LossSettings { class_weights: Some(vec![0.5, 2.0]), ..LossSettings::default() },
            ..StepSettings::default()
        };
        let text = toml::to_string(&settings).expect("should be written");
        assert!(text.contains("last-stages = 2") && text.contains("[optimizer.adamw]"), "{text}");
        assert_eq!(toml::from_str::<StepSettings>(&text).expect("should be read"), settings);
        assert!(toml::from_str::<StepSettings>("dropuot = 0.1").is_err());
    }

    #[test]
    fn clips_count_what_their_classes_weigh() {
        let weighted = LossSettings { class_weights: Some(vec![0.5, 2.0]), ..LossSettings::default() };
        assert_eq!(weighted.weight_of(&[0, 1, 1]), 4.5);
        assert_eq!(LossSettings::default().weight_of(&[0, 1, 1]), 3.0);
    }
}
