//! From configuration files to recipes: the published shapes of both branches, and the shared fixtures.

mod support;

use ks_domain::recipe::{AverageClips, BatchNormMode, CropRecipe, Recipe, Schedule, WarmupStep, preset};
use ks_domain::{ArchSpec, BottleneckMode, Branch, Normalization};
use ks_mmaction::config::Config;
use ks_mmaction::translate::{TranslateError, Translation, to_recipe};

fn translate(path: &std::path::Path) -> Translation {
    let name = path.file_stem().expect("a file should have a name").to_string_lossy().into_owned();
    let config = Config::load(path).unwrap_or_else(|error| panic!("{error}"));
    to_recipe(&config, &name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn beside(name: &str) -> Translation {
    translate(&support::beside(&format!("configs/{name}.py")))
}

fn parse(text: &str) -> Result<Translation, TranslateError> {
    let mut open = |_: &std::path::Path| Ok(text.as_bytes().to_vec());
    to_recipe(&Config::load_with("own.py".as_ref(), &mut open).expect("the text should be literals"), "own")
}

/// Without the note, which differs on purpose.
fn plain(recipe: &Recipe) -> Recipe {
    Recipe { note: String::new(), ..recipe.clone() }
}

fn preset_recipe(name: &str) -> Recipe {
    plain(&preset(name).expect("the preset should exist").recipe().expect("a preset should be valid"))
}

fn leftovers(translation: &Translation, changes_results: bool) -> Vec<&str> {
    let of_kind = translation.leftovers.iter().filter(|leftover| leftover.changes_results == changes_results);
    of_kind.map(|leftover| leftover.path.as_str()).collect()
}

#[test]
fn a_file_of_0x_says_what_its_preset_says() {
    let found = beside("v0/pretrained_58e");
    assert_eq!(found.branch, Branch::V0);
    let expected = preset_recipe("ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb");
    assert_eq!(plain(&found.recipe), expected);
    assert!(found.notes.len() == 1 && found.notes[0].contains("one video at a time"), "{:?}", found.notes);
    assert_eq!(leftovers(&found, true), [""; 0]);
    assert!(leftovers(&found, false).contains(&"log_config"), "{:?}", found.leftovers);
    let data = found.data.test.unwrap();
    assert!(data.is_raw_frames && data.first_frame == 1 && data.filename_template == "img_{:05}.jpg");
    assert_eq!(
        (data.list.as_str(), data.prefix.as_str()),
        ("data/kinetics400/val.txt", "data/kinetics400/rawframes_val")
    );
}

#[test]
fn milestones_in_a_cosine_are_repaired_and_noted() {
    let found = beside("v0/scratch_180e");
    assert_eq!(plain(&found.recipe), preset_recipe("ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb"));
    assert!(found.notes.iter().any(|note| note.contains("lr_config.step=[32, 48]")), "{:?}", found.notes);
    assert!(found.recipe.note.contains("cosine alone"));
}

#[test]
fn a_file_of_1x_says_what_its_preset_says() {
    let found = beside("v1/ircsn_ig65m-pretrained-r152-bnfrozen_8xb12");
    assert_eq!(found.branch, Branch::V1);
    let expected = preset_recipe("ircsn_ig65m-pretrained-r152-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb");
    assert_eq!(plain(&found.recipe), expected);
    assert_eq!((found.notes.as_slice(), leftovers(&found, true)), (&[][..], vec![]));
    assert!(leftovers(&found, false).contains(&"default_hooks.checkpoint.max_keep_ckpts"), "{:?}", found.leftovers);
    assert_eq!(found.data.train.unwrap().prefix, "data/kinetics400/videos_train");
}

#[test]
fn what_a_file_of_1x_inherits_against_its_name_is_kept_and_noted() {
    let found = beside("v1/ipcsn_r152_180e");
    assert_eq!(found.recipe.model.batch_norm, BatchNormMode::Frozen);
    assert_eq!(found.recipe.training.as_ref().unwrap().epochs, 58);
    assert_eq!(found.recipe.normalization, Normalization::KINETICS);
    assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
    assert!(found.notes[0].contains("frozen") && found.notes[1].contains("58 epochs"), "{:?}", found.notes);
}

#[test]
fn the_fixture_of_0x_is_understood_whole() {
    let Some(path) = support::shared("fixtures/cli/v0/tiny0.py") else { return };
    let found = translate(&path);
    let recipe = &found.recipe;
    let arch = ArchSpec { base_channels: 8, ..ArchSpec::new(BottleneckMode::Ir, 7) };
    assert_eq!((&recipe.model.arch, recipe.model.batch_norm), (&arch, BatchNormMode::Frozen));
    let test = recipe.test.as_ref().unwrap();
    assert_eq!((test.clip_len, test.num_clips, test.views(), test.sampling), (4, 10, 30, Branch::V0));
    assert_eq!(recipe.train.as_ref().unwrap().crop, CropRecipe::random_resized(32));
    let training = recipe.training.as_ref().unwrap();
    assert_eq!(training.schedule, Schedule::Step { milestones: vec![3], gamma: 0.1 });
    assert_eq!((training.lr, training.epochs, training.batch_per_gpu, training.validate_every), (0.01, 4, 2, 2));
    let warmup = training.warmup.unwrap();
    assert_eq!((warmup.epochs, warmup.ratio, warmup.by), (2, 0.1, WarmupStep::Iteration));
    assert_eq!((leftovers(&found, true), found.notes.as_slice()), (vec![], &[][..]));
    let data = found.data.test.unwrap();
    assert_eq!((data.is_raw_frames, data.list.as_str(), data.prefix.as_str()), (false, "data/ann.txt", "data"));
}

#[test]
fn the_fixture_of_1x_is_understood_whole() {
    let Some(path) = support::shared("fixtures/cli/v1/tiny1.py") else { return };
    let found = translate(&path);
    let recipe = &found.recipe;
    assert_eq!(recipe.model.arch, ArchSpec { base_channels: 8, ..ArchSpec::new(BottleneckMode::Ip, 7) });
    assert_eq!((recipe.average_clips, recipe.views_at_once), (AverageClips::Prob, Some(10)));
    let training = recipe.training.as_ref().unwrap();
    assert_eq!(training.schedule, Schedule::Step { milestones: vec![3, 4], gamma: 0.1 });
    let warmup = training.warmup.unwrap();
    assert_eq!((warmup.epochs, warmup.by, training.checkpoint_every, training.epochs), (3, WarmupStep::Epoch, 2, 5));
    assert_eq!((leftovers(&found, true), found.notes.as_slice()), (vec![], &[][..]));
}

#[test]
fn a_file_for_testing_alone_is_enough() {
    let Some(path) = support::shared("fixtures/longvideo/config_0x.py") else { return };
    let found = translate(&path);
    let test = found.recipe.test.as_ref().unwrap();
    assert_eq!((test.clip_len, test.num_clips, test.crop), (8, 2, CropRecipe::Center { size: 48 }));
    assert!(found.recipe.train.is_none() && found.recipe.training.is_none() && found.data.test.is_none());
    assert_eq!(found.recipe.views_at_once, None);
}

const SMALL: &str = "
model = dict(type='Recognizer3D', backbone=dict(type='ResNet3dCSN', depth=50, with_pool2=False),
    cls_head=dict(type='I3DHead', num_classes=5, in_channels=2048), test_cfg=dict(average_clips='score'))
norm = dict(mean=[1, 2, 3], std=[4, 5, 6])
data = dict(test=dict(type='VideoDataset', ann_file='l.txt', pipeline=[
    dict(type='SampleFrames', clip_len=8, out_of_bound_opt='repeat_last'), dict(type='Resize', scale=(-1, 64)),
    dict(type='CenterCrop', crop_size=(56, 56)), dict(type='Normalize', **norm), dict(type='FormatShape')]))
";

#[test]
fn settings_without_counterpart_are_named_with_their_paths() {
    let text =
        SMALL.replace("depth=50", "depth=50, frozen_stages=2, with_cp=True") + "magic = dict(a=dict(b=1), c=None)\n";
    let found = parse(&text).unwrap();
    assert_eq!(leftovers(&found, true), ["model.backbone.frozen_stages", "magic.a.b"]);
    assert_eq!(leftovers(&found, false), ["model.backbone.with_cp", "magic.c"]);
    assert_eq!(found.recipe.average_clips, AverageClips::Score);
    assert_eq!(found.recipe.model.batch_norm, BatchNormMode::Train);
}

#[test]
fn the_defaults_of_the_class_count_where_a_file_says_nothing() {
    let found = parse(&SMALL.replace(", with_pool2=False", "")).unwrap();
    assert!(found.recipe.model.arch.with_pool2);
    let found = parse(&SMALL.replace("with_pool2=False", "with_pool2=False, bn_frozen=True")).unwrap();
    assert_eq!(found.recipe.model.batch_norm, BatchNormMode::Train);
    assert!(found.notes[0].contains("without norm_eval"), "{:?}", found.notes);
}

#[test]
fn what_would_give_other_results_is_refused_all_at_once() {
    let text = SMALL
        .replace("'ResNet3dCSN', depth=50", "'ResNet3dCSN', depth=18, bottleneck_mode='xy'")
        .replace("'SampleFrames'", "'DenseSampleFrames'")
        .replace("crop_size=(56, 56)", "crop_size=(56, 48)");
    let problems = parse(&text).expect_err("should be refused").problems;
    for part in
        ["bottleneck_mode is 'xy'", "no CSN of depth 18", "'DenseSampleFrames'", "crop_size", "SampleFrames is missing"]
    {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:?}");
    }
    let other = parse(&SMALL.replace("ResNet3dCSN", "ResNet3dSlowOnly")).expect_err("should be refused");
    assert!(other.to_string().contains("only ResNet3dCSN is known"), "{other}");
    let none = parse("x = 1").expect_err("should be refused");
    assert!(none.to_string().contains("is it a configuration of mmaction2?"), "{none}");
}
