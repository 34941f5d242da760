//! How the network is trained: optimizer, schedule and epochs of both branches.

use ks_domain::recipe::{Schedule, TrainingRecipe, Warmup, WarmupStep};

use super::data::Phases;
use super::taker::Taker;
use super::{Branch, Report};
use crate::config::Value;

/// GPUs that the learning rates of the published files are stated for.
const STATED_GPUS: u32 = 8;

/// What is gathered from the places where either branch keeps it.
struct Found {
    lr: Option<f64>,
    momentum: f64,
    weight_decay: f64,
    clip_norm: Option<f64>,
    epochs: Option<u32>,
    validate_every: u32,
    checkpoint_every: u32,
    schedule: Schedule,
    warmup: Option<Warmup>,
}

/// The training recipe; `None` if the file does not say how to train, or a problem was named.
pub(super) fn take(
    top: &mut Taker,
    branch: Branch,
    phases: &Phases,
    pretrained: Option<String>,
    report: &mut Report,
) -> Option<TrainingRecipe> {
    let mut found = Found {
        lr: None,
        momentum: 0.0,
        weight_decay: 0.0,
        clip_norm: None,
        epochs: None,
        validate_every: 1,
        checkpoint_every: 1,
        schedule: Schedule::Fixed,
        warmup: None,
    };
    match branch {
        Branch::V0 => take_v0(top, &mut found, report),
        Branch::V1 => take_v1(top, &mut found, report),
    }
    let load_from = top.text("load_from", report);
    phases.train.as_ref()?;
    let (Some(lr), Some(epochs)) = (found.lr, found.epochs) else {
        if found.lr.is_some() || found.epochs.is_some() {
            report.note(
                "The file does not say both the learning rate and the epochs, so it says nothing about training here.",
            );
        }
        return None;
    };
    let Some(batch_per_gpu) = phases.train_batch else {
        report.problem("the number of videos in a training batch is missing".to_owned());
        return None;
    };
    let pretrained = if load_from.is_some() { None } else { pretrained };
    Some(TrainingRecipe {
        pretrained,
        load_from,
        epochs,
        batch_per_gpu,
        gpus: STATED_GPUS,
        lr,
        momentum: found.momentum,
        weight_decay: found.weight_decay,
        clip_norm: found.clip_norm,
        validate_every: found.validate_every,
        checkpoint_every: found.checkpoint_every,
        schedule: found.schedule,
        warmup: found.warmup,
    })
}

fn take_optimizer(mut optimizer: Taker, found: &mut Found, report: &mut Report) {
    let kind = optimizer.kind(report);
    if kind != "SGD" {
        let path = optimizer.path_of("type");
        report.leftover(path, &Value::Str(kind), true);
        report.note(
            "Only SGD is known here; its learning rate, momentum and weight decay were taken from the other optimizer.",
        );
    }
    found.lr = optimizer.number("lr", report);
    found.momentum = optimizer.number("momentum", report).unwrap_or(0.0);
    found.weight_decay = optimizer.number("weight_decay", report).unwrap_or(0.0);
    optimizer.only("nesterov", &Value::Bool(false), report);
    optimizer.only("dampening", &Value::Int(0), report);
    optimizer.finish(report);
}

fn take_clip(mut clip: Taker, report: &mut Report) -> Option<f64> {
    let norm = clip.number("max_norm", report);
    clip.only("norm_type", &Value::Int(2), report);
    clip.finish(report);
    norm
}

fn take_v0(top: &mut Taker, found: &mut Found, report: &mut Report) {
    if let Some(optimizer) = top.dict("optimizer", report) {
        take_optimizer(optimizer, found, report);
    }
    if let Some(mut config) = top.dict("optimizer_config", report) {
        found.clip_norm = config.dict("grad_clip", report).and_then(|clip| take_clip(clip, report));
        config.finish(report);
    }
    found.epochs = top.count("total_epochs", report);
    if let Some(mut runner) = top.dict("runner", report) {
        found.epochs = found.epochs.or(runner.count("max_epochs", report));
        runner.only("type", &Value::Str("EpochBasedRunner".to_owned()), report);
        runner.finish(report);
    }
    if let Some(mut evaluation) = top.dict("evaluation", report) {
        found.validate_every = evaluation.count("interval", report).unwrap_or(1);
        evaluation.finish_as_runtime(report);
    }
    if let Some(mut checkpoints) = top.dict("checkpoint_config", report) {
        found.checkpoint_every = checkpoints.count("interval", report).unwrap_or(1);
        checkpoints.finish_as_runtime(report);
    }
    if let Some(config) = top.dict("lr_config", report) {
        take_lr_config(config, found, report);
    }
}

fn take_lr_config(mut config: Taker, found: &mut Found, report: &mut Report) {
    let policy = config.text("policy", report).unwrap_or_default();
    let milestones = config.counts("step", report);
    found.schedule = match policy.to_ascii_lowercase().as_str() {
        "fixed" => Schedule::Fixed,
        "step" => Schedule::Step {
            milestones: milestones.clone().unwrap_or_default(),
            gamma: config.number("gamma", report).unwrap_or(0.1),
        },
        "cosineannealing" => Schedule::Cosine { min_lr: config.number("min_lr", report).unwrap_or(0.0) },
        _ => {
            report.leftover("lr_config.policy".to_owned(), &Value::Str(policy.clone()), true);
            report.note(format!("The schedule '{policy}' is not known here; the learning rate stays."));
            Schedule::Fixed
        }
    };
    if let (Schedule::Cosine { .. }, Some(steps)) = (&found.schedule, milestones) {
        report.note(format!(
            "lr_config.step={steps:?} has no place in a cosine schedule, and stops the original; the cosine alone is meant, and is taken."
        ));
    }
    config.only("by_epoch", &Value::Bool(true), report);
    let warmup = config.text("warmup", report);
    let by_epoch = config.flag("warmup_by_epoch", report).unwrap_or(false);
    let (iters, ratio) = (config.count("warmup_iters", report), config.number("warmup_ratio", report));
    if let Some(kind) = warmup {
        match (kind.as_str(), by_epoch) {
            ("linear", true) => {
                let ratio = ratio.unwrap_or(0.1);
                found.warmup = Some(Warmup { epochs: iters.unwrap_or(0), ratio, by: WarmupStep::Iteration });
            }
            _ => {
                let text = format!("{kind} over {} iterations", iters.unwrap_or(0));
                report.leftover("lr_config.warmup".to_owned(), &Value::Str(text), true);
            }
        }
    }
    config.finish(report);
}

fn take_v1(top: &mut Taker, found: &mut Found, report: &mut Report) {
    if let Some(mut wrapper) = top.dict("optim_wrapper", report) {
        wrapper.only("type", &Value::Str("OptimWrapper".to_owned()), report);
        if let Some(optimizer) = wrapper.dict("optimizer", report) {
            take_optimizer(optimizer, found, report);
        }
        found.clip_norm = wrapper.dict("clip_grad", report).and_then(|clip| take_clip(clip, report));
        wrapper.finish(report);
    }
    if let Some(mut training) = top.dict("train_cfg", report) {
        let kind = training.kind(report);
        if !matches!(kind.as_str(), "EpochBasedTrainLoop" | "") {
            report.leftover("train_cfg.type".to_owned(), &Value::Str(kind), true);
        }
        let _ = training.flag("by_epoch", report);
        found.epochs = training.count("max_epochs", report);
        found.validate_every = training.count("val_interval", report).unwrap_or(1);
        training.only("val_begin", &Value::Int(1), report);
        training.finish(report);
    }
    for name in ["val_cfg", "test_cfg"] {
        if let Some(mut cfg) = top.dict(name, report) {
            let _ = cfg.kind(report);
            cfg.finish(report);
        }
    }
    if let Some(mut hooks) = top.dict("default_hooks", report) {
        if let Some(mut checkpoint) = hooks.dict("checkpoint", report) {
            found.checkpoint_every = checkpoint.count("interval", report).unwrap_or(1);
            checkpoint.finish_as_runtime(report);
        }
        hooks.finish_as_runtime(report);
    }
    let schedulers = match top.take("param_scheduler") {
        None => Vec::new(),
        Some(Value::List(items) | Value::Tuple(items)) => items,
        Some(single) => vec![single],
    };
    for (index, scheduler) in schedulers.into_iter().enumerate() {
        let path = format!("param_scheduler.{index}");
        match scheduler {
            Value::Dict(dict) => take_scheduler(Taker::new(dict, &path, true), found, report),
            other => report.problem(format!("{path} should be a dictionary, but is {other}")),
        }
    }
}

fn take_scheduler(mut scheduler: Taker, found: &mut Found, report: &mut Report) {
    let kind = scheduler.kind(report);
    scheduler.only("by_epoch", &Value::Bool(true), report);
    let begin = scheduler.count("begin", report).unwrap_or(0);
    let end = scheduler.count("end", report);
    let by_iteration = scheduler.flag("convert_to_iter_based", report).unwrap_or(false);
    match kind.as_str() {
        "LinearLR" if begin == 0 && end.is_some() && found.warmup.is_none() => {
            let ratio = scheduler.number("start_factor", report).unwrap_or(1.0 / 3.0);
            scheduler.only("end_factor", &Value::Float(1.0), report);
            let by = if by_iteration { WarmupStep::Iteration } else { WarmupStep::Epoch };
            found.warmup = Some(Warmup { epochs: end.unwrap_or(0), ratio, by });
        }
        "MultiStepLR" if found.schedule == Schedule::Fixed => {
            let milestones = scheduler.counts("milestones", report).unwrap_or_default();
            // Milestones are counted from where the scheduler begins.
            let milestones = milestones.into_iter().map(|epoch| epoch.saturating_add(begin)).collect();
            found.schedule = Schedule::Step { milestones, gamma: scheduler.number("gamma", report).unwrap_or(0.1) };
        }
        "CosineAnnealingLR" if found.schedule == Schedule::Fixed => {
            let length = scheduler.count("T_max", report);
            if begin != 0 || length.is_some_and(|length| found.epochs.is_some_and(|epochs| epochs != length)) {
                let text = format!("from epoch {begin} over {} epochs", length.unwrap_or(0));
                report.leftover(scheduler.path_of("T_max"), &Value::Str(text), true);
            }
            found.schedule = Schedule::Cosine { min_lr: scheduler.number("eta_min", report).unwrap_or(0.0) };
        }
        _ => {
            report.leftover(scheduler.path_of("type"), &Value::Str(kind), true);
        }
    }
    scheduler.finish(report);
}
