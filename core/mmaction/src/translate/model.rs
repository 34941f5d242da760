//! The network: `model` of both branches.

use ks_domain::recipe::{AverageClips, BatchNormMode, ModelRecipe};
use ks_domain::{ArchSpec, BottleneckMode, Normalization, StrideStyle};

use super::taker::Taker;
use super::{Branch, Report, average_clips};
use crate::config::Value;

/// What `model` says.
pub(super) struct Taken {
    /// `None` if a problem was named.
    pub(super) recipe: Option<ModelRecipe>,
    pub(super) average_clips: AverageClips,
    pub(super) views_at_once: Option<u32>,
    /// Of the preprocessor of 1.x.
    pub(super) normalization: Option<Normalization>,
    /// Weights that the backbone begins with.
    pub(super) pretrained: Option<String>,
}

pub(super) fn take(top: &mut Taker, branch: Branch, report: &mut Report) -> Taken {
    let mut taken = Taken {
        recipe: None,
        average_clips: AverageClips::Prob,
        views_at_once: None,
        normalization: None,
        pretrained: None,
    };
    let Some(mut model) = top.dict("model", report) else {
        report
            .problem("`model` is missing; is it a whole configuration, with everything that it builds on?".to_owned());
        return taken;
    };
    expect_kind(&mut model, "Recognizer3D", report);
    let backbone = model.dict("backbone", report);
    let head = model.dict("cls_head", report);
    let mut head_average = None;
    match (backbone, head) {
        (Some(backbone), Some(mut head)) => {
            head_average = head.take_written("average_clips");
            let (network, pretrained) = take_backbone(backbone, report);
            taken.pretrained = pretrained;
            taken.recipe = network.and_then(|network| take_head(head, network, report));
        }
        _ => report.problem("model.backbone and model.cls_head must both be there".to_owned()),
    }
    take_testing(top, &mut model, branch, head_average, &mut taken, report);
    if let Some(preprocessor) = model.dict("data_preprocessor", report) {
        taken.normalization = take_preprocessor(preprocessor, report);
    }
    model.only("train_cfg", &Value::None, report);
    model.finish(report);
    taken
}

fn expect_kind(taker: &mut Taker, wanted: &str, report: &mut Report) {
    let kind = taker.kind(report);
    if kind != wanted {
        let path = taker.path_of("type");
        report.problem(format!("{path} is '{kind}', but only {wanted} is known here"));
    }
}

fn take_backbone(mut backbone: Taker, report: &mut Report) -> (Option<ModelRecipe>, Option<String>) {
    let before = report.problems.len();
    expect_kind(&mut backbone, "ResNet3dCSN", report);
    let mode = match backbone.text("bottleneck_mode", report).as_deref() {
        None | Some("ir") => BottleneckMode::Ir,
        Some("ip") => BottleneckMode::Ip,
        Some(other) => {
            report.problem(format!("model.backbone.bottleneck_mode is '{other}', but should be 'ir' or 'ip'"));
            BottleneckMode::Ir
        }
    };
    let plain = ArchSpec::new(mode, 1);
    let depth = backbone.size("depth", report);
    let own_blocks = backbone.four("stage_blocks", report);
    let stage_blocks = match (own_blocks, depth) {
        (Some(blocks), _) => blocks,
        (None, Some(depth)) => ArchSpec::with_depth(mode, depth, 1).map_or_else(
            |message| {
                report.problem(format!("model.backbone.depth: {message}"));
                plain.stage_blocks
            },
            |arch| arch.stage_blocks,
        ),
        (None, None) => {
            report.problem("model.backbone.depth is missing; it should be 50, 101 or 152".to_owned());
            plain.stage_blocks
        }
    };
    let style = match backbone.text("style", report).as_deref() {
        None | Some("pytorch") => StrideStyle::Pytorch,
        Some("caffe") => StrideStyle::Caffe,
        Some(other) => {
            report.problem(format!("model.backbone.style is '{other}', but should be 'pytorch' or 'caffe'"));
            StrideStyle::Pytorch
        }
    };
    let arch = ArchSpec {
        stage_blocks,
        style,
        base_channels: backbone.size("base_channels", report).unwrap_or(plain.base_channels),
        in_channels: backbone.size("in_channels", report).unwrap_or(plain.in_channels),
        conv1_stride_t: backbone.size("conv1_stride_t", report).unwrap_or(plain.conv1_stride_t),
        with_pool1: backbone.flag("with_pool1", report).unwrap_or(plain.with_pool1),
        pool1_stride_t: backbone.size("pool1_stride_t", report).unwrap_or(plain.pool1_stride_t),
        // The class of the original has it where a file says nothing; every published file says no.
        with_pool2: backbone.flag("with_pool2", report).unwrap_or(true),
        spatial_strides: backbone.four("spatial_strides", report).unwrap_or(plain.spatial_strides),
        temporal_strides: backbone.four("temporal_strides", report).unwrap_or(plain.temporal_strides),
        dilations: backbone.four("dilations", report).unwrap_or(plain.dilations),
        bn_eps: take_eps(&mut backbone, report).unwrap_or(plain.bn_eps),
        ..plain
    };
    let batch_norm = take_batch_norm(&mut backbone, report);
    let pretrained = take_pretrained(&mut backbone, report);
    take_fixed(&mut backbone, report);
    backbone.finish(report);
    let recipe = ModelRecipe { batch_norm, ..ModelRecipe::new(arch) };
    ((report.problems.len() == before).then_some(recipe), pretrained)
}

fn take_batch_norm(backbone: &mut Taker, report: &mut Report) -> BatchNormMode {
    let is_eval = backbone.flag("norm_eval", report).unwrap_or(false);
    let is_frozen = backbone.flag("bn_frozen", report).unwrap_or(false);
    match (is_eval, is_frozen) {
        (true, true) => BatchNormMode::Frozen,
        (true, false) => BatchNormMode::Eval,
        (false, false) => BatchNormMode::Train,
        (false, true) => {
            report.note("model.backbone.bn_frozen without norm_eval has no effect in the original, and none here.");
            BatchNormMode::Train
        }
    }
}

fn take_pretrained(backbone: &mut Taker, report: &mut Report) -> Option<String> {
    let pretrained = backbone.text("pretrained", report);
    let inflates = backbone.flag("pretrained2d", report).unwrap_or(true);
    if inflates && pretrained.is_some() {
        let message = "model.backbone.pretrained2d would make 3-D weights of 2-D ones, which is not possible here; set it to False and name 3-D weights";
        report.problem(message.to_owned());
    }
    // What is fetched from the network is known here by its file name.
    pretrained.map(|name| match name.split_once("://").and_then(|(_, rest)| rest.rsplit('/').next()) {
        Some(file) => file.to_owned(),
        None => name,
    })
}

/// Epsilon of the batch normalisations.
fn take_eps(backbone: &mut Taker, report: &mut Report) -> Option<f64> {
    let mut norm = backbone.dict("norm_cfg", report)?;
    let kind = norm.kind(report);
    if !matches!(kind.as_str(), "BN3d" | "BN" | "SyncBN") {
        report.problem(format!("model.backbone.norm_cfg.type is '{kind}', but only BN3d is known here"));
    }
    norm.only("requires_grad", &Value::Bool(true), report);
    let eps = norm.number("eps", report);
    norm.finish(report);
    eps
}

/// Settings that can only be as in the published networks.
fn take_fixed(backbone: &mut Taker, report: &mut Report) {
    backbone.only("num_stages", &Value::Int(4), report);
    backbone.only("conv1_stride_s", &Value::Int(2), report);
    backbone.only("pool1_stride_s", &Value::Int(2), report);
    backbone.only("inflate_style", &Value::Str("3x3x3".to_owned()), report);
    backbone.only("out_indices", &Value::Tuple(vec![Value::Int(3)]), report);
    backbone.only("frozen_stages", &Value::Int(-1), report);
    backbone.only("zero_init_residual", &Value::Bool(false), report);
    let zeros = Value::Tuple(vec![Value::Int(0); 4]);
    backbone.only("non_local", &zeros, report);
    let kernel = Value::Tuple(vec![Value::Int(3), Value::Int(7), Value::Int(7)]);
    backbone.only("conv1_kernel", &kernel, report);
    for (key, kind) in [("conv_cfg", "Conv3d"), ("act_cfg", "ReLU")] {
        if let Some(mut inner) = backbone.dict(key, report) {
            inner.only("type", &Value::Str(kind.to_owned()), report);
            inner.runtime(&["inplace"], report);
            inner.finish(report);
        }
    }
    backbone.runtime(&["with_cp"], report);
}

fn take_head(mut head: Taker, network: ModelRecipe, report: &mut Report) -> Option<ModelRecipe> {
    expect_kind(&mut head, "I3DHead", report);
    let Some(classes) = head.size("num_classes", report) else {
        report.problem("model.cls_head.num_classes is missing".to_owned());
        return None;
    };
    let recipe = ModelRecipe {
        arch: ArchSpec { classes, ..network.arch.clone() },
        dropout: head.number("dropout_ratio", report).unwrap_or(network.dropout),
        init_std: head.number("init_std", report).unwrap_or(network.init_std),
        ..network
    };
    let features = recipe.arch.features();
    if let Some(inputs) = head.size("in_channels", report).filter(|inputs| *inputs != features) {
        report.problem(format!("model.cls_head.in_channels is {inputs}, but the backbone gives {features} channels"));
    }
    head.only("spatial_type", &Value::Str("avg".to_owned()), report);
    if let Some(mut loss) = head.dict("loss_cls", report) {
        loss.only("type", &Value::Str("CrossEntropyLoss".to_owned()), report);
        loss.only("loss_weight", &Value::Float(1.0), report);
        loss.finish(report);
    }
    head.finish(report);
    Some(recipe)
}

/// How views are averaged, and how many are computed at once.
fn take_testing(
    top: &mut Taker,
    model: &mut Taker,
    branch: Branch,
    head_average: Option<Value>,
    taken: &mut Taken,
    report: &mut Report,
) {
    let mut testing = model.dict("test_cfg", report);
    if testing.is_none() && branch == Branch::V0 {
        // Where old files of 0.x have it.
        testing = top.dict("test_cfg", report);
    }
    if branch == Branch::V0 {
        top.only("train_cfg", &Value::None, report);
    }
    let in_testing = testing.as_mut().and_then(|testing| testing.take_written("average_clips"));
    taken.average_clips = match branch {
        Branch::V0 if in_testing.is_none() => {
            report.note(
                "The file does not say how views are averaged; their probabilities are, as in every published file.",
            );
            AverageClips::Prob
        }
        Branch::V0 => average_clips(in_testing.as_ref(), "model.test_cfg.average_clips", report),
        Branch::V1 => {
            average_clips(head_average.as_ref().or(in_testing.as_ref()), "model.cls_head.average_clips", report)
        }
    };
    if let Some(mut testing) = testing {
        taken.views_at_once = testing.count("max_testing_views", report);
        testing.finish(report);
    }
}

fn take_preprocessor(mut preprocessor: Taker, report: &mut Report) -> Option<Normalization> {
    expect_kind(&mut preprocessor, "ActionDataPreprocessor", report);
    preprocessor.only("format_shape", &Value::Str("NCTHW".to_owned()), report);
    let found = take_normalization(&mut preprocessor, report);
    preprocessor.finish(report);
    found
}

/// `mean`, `std` and the order of the channels.
pub(super) fn take_normalization(taker: &mut Taker, report: &mut Report) -> Option<Normalization> {
    let mean = taker.numbers::<3>("mean", report);
    let std = taker.numbers::<3>("std", report);
    if taker.flag("to_bgr", report).or_else(|| taker.flag("bgr_to_rgb", report)).unwrap_or(false) {
        let path = taker.path_of("to_bgr");
        report.problem(format!("{path} swaps red and blue, which is not possible here; set it to False"));
    }
    let narrow = |numbers: [f64; 3]| numbers.map(|number| number as f32);
    Some(Normalization { mean: narrow(mean?), std: narrow(std?) })
}
