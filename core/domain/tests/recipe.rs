//! Recipes: reading, writing, checking, and the published ones against the tables of the original.

use ks_domain::recipe::{
    BatchNormMode, ClipRecipe, CropRecipe, ModelRecipe, Recipe, RecipeError, Schedule, WarmupStep, preset, presets,
};
use ks_domain::{ArchSpec, BottleneckMode, Branch, Normalization, TomlError};

const SHORT: &str = "
    [model]
    mode = 'ip'
    depth = 101
    classes = 7
    [normalization]
    mean = [123.675, 116.28, 103.53]
    std = [58.395, 57.12, 57.375]
    [test]
    sampling = '1.x'
    clip_len = 8
    frame_interval = 2
    num_clips = 10
    short_side = 64
    crop = { kind = 'three', size = 64 }
";

/// A row of the tables: name, mode, depth, batch norm, whether the normalisation is ImageNet's, weights of the backbone,
/// videos on a GPU, learning rate, epochs.
type Row<'a> = (&'a str, BottleneckMode, usize, BatchNormMode, bool, &'a str, u32, f64, u32);

const IR: BottleneckMode = BottleneckMode::Ir;
const IP: BottleneckMode = BottleneckMode::Ip;
const LEARNS: BatchNormMode = BatchNormMode::Train;
const FROZEN: BatchNormMode = BatchNormMode::Frozen;

const V0: [Row; 9] = [
    ("ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb", IR, 50, FROZEN, true, "", 4, 0.08, 180),
    (
        "ircsn_ig65m_pretrained_bnfrozen_r50_32x2x1_58e_kinetics400_rgb",
        IR,
        50,
        FROZEN,
        true,
        "ce545a37",
        3,
        1.25e-4,
        58,
    ),
    ("ircsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb", IR, 152, FROZEN, false, "", 4, 0.08, 180),
    (
        "ircsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        IR,
        152,
        FROZEN,
        false,
        "bcc9c0dd",
        3,
        1.25e-4,
        58,
    ),
    (
        "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        IR,
        152,
        FROZEN,
        true,
        "771c4135",
        3,
        1.25e-4,
        58,
    ),
    ("ipcsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb", IP, 152, FROZEN, false, "", 4, 0.08, 180),
    (
        "ipcsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        IP,
        152,
        FROZEN,
        false,
        "7a7cc5b9",
        3,
        1.25e-4,
        58,
    ),
    (
        "ipcsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        IP,
        152,
        FROZEN,
        true,
        "c4b99d38",
        3,
        1.25e-4,
        58,
    ),
    ("ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb", IR, 152, LEARNS, true, "771c4135", 3, 1.25e-4, 58),
];

/// The meant values where the original inherits others: batch norm of the second, everything of the two 180-epoch ones.
const V1: [Row; 8] = [
    (
        "ircsn_ig65m-pretrained-r152-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
        IR,
        152,
        FROZEN,
        true,
        "771c4135",
        12,
        5e-4,
        58,
    ),
    ("ircsn_ig65m-pretrained-r152_8xb12-32x2x1-58e_kinetics400-rgb", IR, 152, LEARNS, true, "771c4135", 12, 5e-4, 58),
    (
        "ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
        IR,
        50,
        FROZEN,
        true,
        "ce545a37",
        12,
        5e-4,
        58,
    ),
    ("ipcsn_r152_32x2x1-180e_kinetics400-rgb", IP, 152, LEARNS, false, "", 4, 0.08, 180),
    ("ircsn_r152_32x2x1-180e_kinetics400-rgb", IR, 152, LEARNS, false, "", 4, 0.08, 180),
    (
        "ipcsn_ig65m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        IP,
        152,
        FROZEN,
        true,
        "c4b99d38",
        12,
        5e-4,
        58,
    ),
    (
        "ipcsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        IP,
        152,
        FROZEN,
        false,
        "7a7cc5b9",
        12,
        5e-4,
        58,
    ),
    (
        "ircsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        IR,
        152,
        FROZEN,
        false,
        "bcc9c0dd",
        12,
        5e-4,
        58,
    ),
];

fn check(row: Row, rule: Branch) {
    let (name, mode, depth, batch_norm, is_imagenet, init, batch, lr, epochs) = row;
    let recipe = preset(&format!("{name}.py")).unwrap_or_else(|| panic!("there is no preset {name}")).recipe();
    let recipe = recipe.unwrap_or_else(|error| panic!("{name}: {error}"));
    let model = ModelRecipe {
        batch_norm,
        ..ModelRecipe::new(ArchSpec::with_depth(mode, depth, 400).expect("should be a known depth"))
    };
    assert_eq!(recipe.model, model, "{name}");
    let normalization = if is_imagenet { Normalization::IMAGENET } else { Normalization::KINETICS };
    assert_eq!(recipe.normalization, normalization, "{name}");
    assert_eq!(recipe.views_at_once, Some(10), "{name}");
    let training = recipe.training.as_ref().expect("a preset should say how to train");
    match &training.pretrained {
        Some(file) => assert!(!init.is_empty() && file.ends_with(&format!("-{init}.pth")), "{name}: {file}"),
        None => assert_eq!(init, "", "{name}"),
    }
    let numbers = (training.batch_per_gpu, training.lr, training.epochs, training.gpus);
    assert_eq!(numbers, (batch, lr, epochs, 8), "{name}");
    assert_eq!((training.momentum, training.weight_decay, training.clip_norm), (0.9, 1e-4, Some(40.0)), "{name}");
    let (schedule, warmup_epochs) = match epochs {
        180 => (Schedule::Cosine { min_lr: 0.0 }, 40),
        _ => (Schedule::Step { milestones: vec![32, 48], gamma: 0.1 }, 16),
    };
    assert_eq!(training.schedule, schedule, "{name}");
    let warmup = training.warmup.expect("every published schedule has a warm-up");
    assert_eq!((warmup.epochs, warmup.ratio), (warmup_epochs, 0.1), "{name}");
    let by = if rule == Branch::V0 { WarmupStep::Iteration } else { WarmupStep::Epoch };
    assert_eq!(warmup.by, by, "{name}");
    check_clips(&recipe, rule, name);
}

fn check_clips(recipe: &Recipe, sampling: Branch, name: &str) {
    let val = ClipRecipe {
        sampling,
        clip_len: 32,
        frame_interval: 2,
        num_clips: 1,
        out_of_bound: Default::default(),
        short_side: 256,
        crop: CropRecipe::Center { size: 224 },
        flip: 0.0,
    };
    let train = ClipRecipe { crop: CropRecipe::random_resized(224), flip: 0.5, ..val.clone() };
    let test = ClipRecipe { crop: CropRecipe::Three { size: 256 }, num_clips: 10, ..val.clone() };
    assert_eq!(test.views(), 30);
    let found = [recipe.train.as_ref(), recipe.val.as_ref(), recipe.test.as_ref()];
    assert_eq!(found, [Some(&train), Some(&val), Some(&test)], "{name}");
}

#[test]
fn every_row_of_both_tables_is_a_preset_with_the_meant_values() {
    V0.into_iter().for_each(|row| check(row, Branch::V0));
    V1.into_iter().for_each(|row| check(row, Branch::V1));
    let names: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
    let rows: Vec<&str> = V0.iter().chain(&V1).map(|row| row.0).collect();
    assert_eq!(names, rows);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/presets");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), rows.len(), "every file is a preset");
}

#[test]
fn a_preset_that_differs_from_its_original_says_so() {
    for preset in presets() {
        let recipe = preset.recipe().unwrap();
        let is_v0 = recipe.test.as_ref().unwrap().sampling == Branch::V0;
        // Every file of 0.x has the batch size that validation stops at; three of 1.x inherit what their name denies.
        let is_repaired = is_v0 || preset.name.contains("r152_");
        assert_eq!(!recipe.note.is_empty(), is_repaired, "{}", preset.name);
        assert_eq!(is_v0 && preset.name.contains("180e"), recipe.note.contains("cosine alone"), "{}", preset.name);
    }
}

#[test]
fn what_is_written_is_read_again() {
    for preset in presets() {
        let recipe = preset.recipe().unwrap().into_inner();
        let text = recipe.to_toml().unwrap();
        assert_eq!(Recipe::from_toml(&text).unwrap().into_inner(), recipe, "{text}");
        assert!(text.contains("100.63983") || text.contains("123.675,"), "numbers stay readable: {text}");
    }
    let mut recipe = Recipe::from_toml(SHORT).unwrap().into_inner();
    recipe.model.arch.stage_blocks = [1, 2, 1, 1];
    recipe.model.arch.base_channels = 8;
    recipe.model.arch.bn_eps = 1e-5;
    let text = recipe.to_toml().unwrap();
    assert!(text.contains("stage_blocks") && !text.contains("depth"), "{text}");
    assert_eq!(Recipe::from_toml(&text).unwrap().into_inner(), recipe);
}

#[test]
fn the_short_form_becomes_a_whole_network() {
    let recipe = Recipe::from_toml(SHORT).unwrap();
    assert_eq!(recipe.model, ModelRecipe::new(ArchSpec::with_depth(IP, 101, 7).unwrap()));
    assert!(recipe.train.is_none() && recipe.training.is_none());
}

#[test]
fn unknown_fields_and_impossible_depths_are_refused() {
    let error = Recipe::from_toml(&format!("{SHORT}\nstride = 3")).expect_err("should be refused");
    assert!(error.to_string().contains("stride"), "{error}");
    let error = Recipe::from_toml(&SHORT.replace("101", "18")).expect_err("should be refused");
    assert!(error.to_string().contains("choose 50, 101 or 152"), "{error}");
    let error = Recipe::from_toml(&SHORT.replace("depth = 101", "")).expect_err("should be refused");
    assert!(error.to_string().contains("depth is missing"), "{error}");
    let error = Recipe::from_toml(&" ".repeat(2 << 20)).expect_err("should be refused");
    assert!(matches!(error, RecipeError::Text(TomlError::TooLong { .. })), "{error}");
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let mut recipe = presets()[0].recipe().unwrap().into_inner();
    recipe.model.dropout = 1.0;
    recipe.normalization.std[1] = 0.0;
    recipe.test.as_mut().unwrap().crop = CropRecipe::Three { size: 224 };
    recipe.val.as_mut().unwrap().flip = 0.5;
    let training = recipe.training.as_mut().unwrap();
    training.lr = f64::NAN;
    training.schedule = Schedule::Step { milestones: vec![3, 3], gamma: 0.0 };
    let issues = recipe.validate().expect_err("should be refused");
    let fields: Vec<&str> = issues.iter().map(|issue| issue.field.as_str()).collect();
    let expected = [
        "normalization.std",
        "model.dropout",
        "test.crop.size",
        "val.flip",
        "training.lr",
        "training.schedule.milestones",
        "training.schedule.gamma",
    ];
    assert_eq!(fields, expected);
}

#[test]
fn a_recipe_without_clips_is_of_no_use() {
    let mut recipe = Recipe::from_toml(SHORT).unwrap().into_inner();
    recipe.test = None;
    assert_eq!(recipe.validate().expect_err("should be refused")[0].field, "test");
}
