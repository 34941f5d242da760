//! Everything that a training holds once its data were looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ks_domain::training::{
    DataOverview, DataProblem, Estimate, Part, Rates, Severity, StepSettings, TrainConfig, TrainNews, TrainingSample,
    balanced_weights,
};
use ks_domain::{Capsule, CapsuleMetric, Issue};
use ks_model::weights::Weights;
use ks_model::{ChosenDevice, DeviceChoice, DeviceKind, Recognizer};

use super::meter::Meter;
use super::plan::Plan;
use super::{is_of, run_failure};
use crate::training::{
    Begun, Checked, Cutter, Exact, FeatureStore, Learner, LogLines, Position, Request, RunFolder, Sources, TrainSpec,
    begin,
};
use crate::{Failure, Subject};

/// A network and a folder, before the data were looked at.
pub(super) struct Prepared {
    pub(super) begun: Begun,
    pub(super) device: ChosenDevice,
    run: RunFolder,
    position: Option<Position>,
}

impl Prepared {
    pub(super) fn new(spec: &TrainSpec, device: ChosenDevice) -> Result<Self, Failure> {
        let begun = begin(spec)?;
        let (run, position) = RunFolder::open(spec).map_err(|error| run_failure(&error))?;
        Ok(Self { begun, device, run, position })
    }

    /// Whether the run has ended already.
    pub(super) fn is_done(&self) -> bool {
        self.position.as_ref().is_some_and(|position| position.is_done)
    }
}

/// A network worth keeping.
pub(super) struct Best {
    pub(super) weights: Weights,
    pub(super) figures: Vec<CapsuleMetric>,
    pub(super) thresholds: BTreeMap<String, f32>,
    pub(super) epoch: u32,
}

/// A training that can learn.
pub(super) struct Open {
    pub(super) run: RunFolder,
    pub(super) position: Position,
    pub(super) learner: Learner,
    /// Computes features, until all are there.
    pub(super) backbone: Option<Recognizer>,
    pub(super) features: Option<FeatureStore>,
    pub(super) backbone_name: String,
    pub(super) plan: Plan,
    /// The order of the epoch that is under way.
    pub(super) order: Option<(u64, Vec<u32>)>,
    pub(super) rates: Rates,
    pub(super) cutter: Arc<Cutter>,
    pub(super) samples: Vec<TrainingSample>,
    pub(super) config: TrainConfig,
    pub(super) settings: StepSettings,
    pub(super) capsule: Capsule,
    pub(super) device: ChosenDevice,
    pub(super) log: LogLines,
    pub(super) meter: Meter,
    pub(super) last_rate: f64,
    /// The best network so far, while it is not on the disk yet.
    pub(super) best: Option<Box<Best>>,
    /// What the checkpoints say of the last validation.
    pub(super) figures: Vec<CapsuleMetric>,
    pub(super) thresholds: BTreeMap<String, f32>,
    /// Samples whose video could not be read.
    pub(super) lost: BTreeSet<u32>,
    /// What was said of damaged videos.
    pub(super) warned: BTreeSet<String>,
    pub(super) saved_at: Instant,
    pub(super) ended_early: bool,
}

impl Open {
    /// Puts everything together. `told` gets what is to be said, also when it fails.
    pub(super) fn new(
        prepared: Prepared,
        checked: Checked,
        spec: &TrainSpec,
        sources: &Arc<Sources>,
        cache_dir: Option<&Path>,
        told: &mut Vec<TrainNews>,
    ) -> Result<Self, Failure> {
        let Prepared { begun, device, run, position } = prepared;
        let config = spec.config.clone().into_inner();
        let samples = usable(spec, checked, told)?;
        let settings = config.step_settings(balanced_weights(spec.data.classes.len(), &samples));
        refuse(&settings.issues(spec.data.classes.len()))?;
        let is_resumed = position.is_some();
        let mut position = position.unwrap_or_else(|| Position::first(config.micro_batch()));
        told.extend(position.note.take().map(|message| TrainNews::Note { message }));
        let limit = limit_of(spec, device.info.kind == DeviceKind::Cpu);
        let fitting = fitting(position.micro_batch, &begun.weights, &settings, &config, limit, told)?;
        if fitting != position.micro_batch {
            position = position.shrunk(fitting);
        }
        let plan = Plan::new(&samples, &config, position.micro_batch);
        let mut learner = Learner::new(&begun.weights, &settings, device.clone(), config.data.seed)?;
        if is_resumed {
            learner.restore(&run.state(&position).map_err(|error| run_failure(&error))?)?;
            if std::mem::take(&mut position.drops_gradients) {
                learner.forget_gradients();
            }
            told.push(TrainNews::Resumed { step: position.step });
        } else {
            if config.run.deterministic && device.info.kind != DeviceKind::Cpu {
                let message = "this device does not promise the same results to the bit, as run.deterministic asks; choose the processor (cpu) for that";
                told.push(TrainNews::Note { message: message.to_owned() });
            }
            told.extend(begun.notes.iter().map(|message| TrainNews::Note { message: message.clone() }));
        }
        told.push(TrainNews::Estimate(estimate(&begun.weights, &settings, &config, &plan, position.micro_batch)));
        let head = learner.takes_features();
        let backbone = head.then(|| Recognizer::from_weights(&begun.weights, &device));
        let features = head.then(|| {
            let name = super::features::file_name(&begun.backbone);
            // A quarter of what decoded clips may take.
            let limit = (config.data.cache_gb * 0.25e9) as u64;
            FeatureStore::open(cache_dir, &name, begun.weights.spec().features(), limit)
        });
        let cutter = Cutter::new(Arc::clone(sources), samples.clone(), config.clone(), cache_dir);
        let mut open = Self {
            log: LogLines::new(config.evaluation.sampling, config.schedule.epochs),
            rates: Rates::new(&config),
            backbone_name: begun.backbone,
            capsule: begun.capsule,
            device: device.clone(),
            cutter: Arc::new(cutter),
            order: None,
            meter: Meter::new(),
            last_rate: 0.0,
            best: None,
            figures: position.figures.iter().cloned().map(figure).collect(),
            thresholds: position.thresholds.clone(),
            lost: BTreeSet::new(),
            warned: BTreeSet::new(),
            saved_at: Instant::now(),
            ended_early: position.has_ended_early(config.run.patience),
            run,
            position,
            learner,
            backbone,
            features,
            plan,
            samples,
            config,
            settings,
        };
        open.capsule.origin.device = Some(device.info.name.clone());
        open.capsule.origin.data_sha256 = Some(open.run.data_sha256().to_owned());
        open.begin_run(&device, told)?;
        if !is_resumed {
            // From now on the run can go on, whatever happens.
            open.save_now()?;
        }
        Ok(open)
    }

    /// The labels of a sample.
    pub(super) fn labels(&self, sample: u32) -> &[u32] {
        self.samples.get(sample as usize).map_or(&[], |sample| sample.labels.as_slice())
    }

    /// Samples that the network is judged on.
    pub(super) fn judged(&self) -> Vec<u32> {
        let all = 0..u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        all.filter(|number| is_of(&self.samples, *number, Part::Validation)).collect()
    }

    /// Requests for them, as many at once as go through the network.
    pub(super) fn judged_requests(&self) -> Vec<Vec<Request>> {
        let judged = self.judged();
        let at_once = self.position.micro_batch.max(1) as usize;
        judged
            .chunks(at_once)
            .map(|part| part.iter().map(|sample| Request::Judged { sample: *sample }).collect())
            .collect()
    }

    /// Requests for everything that is still to be learnt.
    pub(super) fn requests(&self) -> impl Iterator<Item = Vec<Request>> + Send + 'static {
        self.plan.requests_from(self.position.step, self.position.micro)
    }

    /// Whole epochs that were made.
    pub(super) fn epochs_done(&self) -> u32 {
        u32::try_from(self.position.step / self.plan.steps_per_epoch).unwrap_or(u32::MAX)
    }

    /// Whether the network is to be judged now: before the first step, and after every so many epochs.
    pub(super) fn is_due_for_judging(&self) -> bool {
        let is_between = self.position.micro == 0 && self.position.step.is_multiple_of(self.plan.steps_per_epoch);
        let every = self.config.run.validate_every.max(1);
        let epochs = self.epochs_done();
        let is_due = epochs.is_multiple_of(every) || self.position.step >= self.plan.steps;
        is_between && is_due && !self.position.is_judged && !self.judged().is_empty()
    }

    /// Whether there is nothing left to learn.
    pub(super) fn is_over(&self) -> bool {
        self.position.step >= self.plan.steps || self.ended_early
    }
}

/// A figure of the last validation, as the checkpoints have it.
fn figure((name, value, protocol): (String, Exact, String)) -> CapsuleMetric {
    CapsuleMetric { name, value: value.0, protocol }
}

/// The samples whose videos can be read, and a word about everything else.
fn usable(spec: &TrainSpec, checked: Checked, told: &mut Vec<TrainNews>) -> Result<Vec<TrainingSample>, Failure> {
    let Checked { mut problems, unreadable } = checked;
    let mut samples = spec.data.samples.clone();
    if spec.skips_unreadable && !unreadable.is_empty() {
        for sample in samples.iter_mut().filter(|sample| unreadable.contains(&sample.source)) {
            sample.part = Part::Unused;
        }
        for problem in &mut problems {
            problem.severity = Severity::Warning;
        }
    }
    let overview = DataOverview::new(&spec.data.classes, &samples, problems);
    let is_usable = overview.is_usable();
    let errors: Vec<String> = overview
        .problems
        .iter()
        .filter(|problem: &&DataProblem| problem.severity == Severity::Error)
        .map(|problem| problem.message.clone())
        .collect();
    told.push(TrainNews::Data(overview));
    if is_usable {
        return Ok(samples);
    }
    let summary = match errors.as_slice() {
        [only] => format!("the data cannot be learnt from: {only}"),
        several => format!("the data cannot be learnt from, for {} reasons; see the list", several.len()),
    };
    Err(Failure { subject: Subject::Training, summary, details: errors.join("\n") })
}

fn refuse(issues: &[Issue]) -> Result<(), Failure> {
    if issues.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = issues.iter().map(|issue| format!("{}: {}", issue.field, issue.message)).collect();
    Err(Failure::new(Subject::Training, format!("the network cannot be trained like this: {}", lines.join("; "))))
}

fn shape(config: &TrainConfig, micro_batch: u32) -> [usize; 5] {
    let (time, side) = (config.clip.clip_len as usize, config.clip.crop_size as usize);
    [micro_batch as usize, time, side, side, 3]
}

/// The largest micro-batch, not above the wanted one, with which training stays within the limit. The batch of a step, and
/// with it the result, stays as it is; that is said.
fn fitting(
    wanted: u32,
    weights: &Weights,
    settings: &StepSettings,
    config: &TrainConfig,
    limit: Option<u64>,
    told: &mut Vec<TrainNews>,
) -> Result<u32, Failure> {
    let wanted = wanted.max(1);
    let Some(limit) = limit else { return Ok(wanted) };
    let bytes = |micro: u32| ks_model::train::training_bytes(weights.spec(), settings, shape(config, micro));
    let mut micro = wanted;
    while micro > 1 && bytes(micro) > limit {
        micro = micro.div_ceil(2);
    }
    let gibibytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    if bytes(micro) > limit {
        return Err(Failure::new(
            Subject::Device,
            format!(
                "training one clip at a time needs about {:.1} GiB, but only {:.1} GiB may be used; choose smaller or shorter clips, train fewer stages, choose another device, or close other programs",
                gibibytes(bytes(micro)),
                gibibytes(limit)
            ),
        ));
    }
    if micro < wanted {
        let message = format!(
            "{wanted} clips at once would need {:.1} GiB of {:.1} GiB, so {micro} are computed at once; a step is still made of {}",
            gibibytes(bytes(wanted)),
            gibibytes(limit),
            config.data.batch
        );
        told.push(TrainNews::Note { message });
    }
    Ok(micro)
}

/// The memory that a training may take: what somebody said, else on the processor most of what is free.
fn limit_of(spec: &TrainSpec, on_processor: bool) -> Option<u64> {
    spec.memory_limit.or_else(|| if on_processor { crate::memory::for_training() } else { None })
}

/// What a training would need, without beginning it.
///
/// # Errors
/// If its network cannot be read.
pub fn estimate_of(spec: &TrainSpec) -> Result<Estimate, Failure> {
    let begun = begin(spec)?;
    let config = spec.config.clone().into_inner();
    let settings = config.step_settings(balanced_weights(spec.data.classes.len(), &spec.data.samples));
    refuse(&settings.issues(spec.data.classes.len()))?;
    let limit = limit_of(spec, spec.device == DeviceChoice::Cpu);
    let micro = fitting(config.micro_batch(), &begun.weights, &settings, &config, limit, &mut Vec::new())?;
    let plan = Plan::new(&spec.data.samples, &config, micro);
    Ok(estimate(&begun.weights, &settings, &config, &plan, micro))
}

fn estimate(
    weights: &Weights,
    settings: &StepSettings,
    config: &TrainConfig,
    plan: &Plan,
    micro_batch: u32,
) -> Estimate {
    let numbers: usize = weights.tensors().values().map(|tensor| tensor.data.len()).sum();
    let checkpoint = numbers as u64 * 4;
    let numbered = match (config.run.checkpoint_every, config.run.keep) {
        (0, _) => 0,
        (every, 0) => u64::from(config.schedule.epochs / every),
        (every, keep) => u64::from((config.schedule.epochs / every).min(keep)),
    };
    Estimate {
        memory_bytes: ks_model::train::training_bytes(weights.spec(), settings, shape(config, micro_batch)),
        // Last, best, and the state with what the optimizer remembers, once more while it is replaced.
        disk_bytes: checkpoint * (2 + 6 + numbered),
        steps_per_epoch: plan.steps_per_epoch,
        seconds: None,
    }
}
