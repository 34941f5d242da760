//! Checkpoints in and out: whatever comes in goes out bit by bit, and what is written is laid out as others expect it.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/torch_files.rs"]
mod torch_files;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ks_domain::{
    ArchSpec, BottleneckMode, Capsule, CapsuleClip, CapsuleMetric, LabelSet, Normalization, Origin, Thresholds,
};
use ks_model::CheckpointError;
use ks_model::weights::write::{Saving, Target, WriteError, save};
use ks_model::weights::{
    FileFormat, RawTensor, StateDict, Strictness, Weights, formula_weights, open_checkpoint, read_about,
    read_checkpoint, read_state_dict,
};

/// Every PyTorch file of the fixtures.
fn fixture_files() -> Vec<PathBuf> {
    let Some(dir) = folder::fixtures() else { return Vec::new() };
    let text = fs::read_to_string(dir.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names = manifest["entries"].as_array().unwrap().iter().filter_map(|entry| entry["file"].as_str());
    let files: Vec<PathBuf> =
        names.filter(|name| name.ends_with(".pth") || name.ends_with(".pyth")).map(|name| dir.join(name)).collect();
    assert!(files.len() >= 17, "{files:?}");
    files
}

fn bits(tensors: &StateDict) -> BTreeMap<&str, (&[usize], Vec<u32>)> {
    let bits = |tensor: &RawTensor| tensor.data.iter().map(|value| value.to_bits()).collect();
    tensors.iter().map(|(name, tensor)| (name.as_str(), (tensor.shape.as_slice(), bits(tensor)))).collect()
}

/// Weights of any fixture; a backbone by itself gets a head.
fn weights_of(path: &Path) -> Weights {
    match read_checkpoint(path) {
        Err(CheckpointError::NoHead) => {
            let strictness = Strictness { new_head: Some(7), ..Strictness::EXACT };
            Weights::from_file(open_checkpoint(path).unwrap(), strictness).unwrap().0
        }
        weights => weights.unwrap(),
    }
}

fn tiny(mode: BottleneckMode) -> Weights {
    formula_weights(&ArchSpec { base_channels: 2, stage_blocks: [1, 2, 1, 1], ..ArchSpec::new(mode, 3) }, 5)
}

fn write(weights: &Weights, path: &Path, target: Target) {
    let saving = Saving { target, half: false, overwrite: false };
    save(weights, &Capsule::new(weights.spec().clone()), path, saving).unwrap();
}

#[test]
fn every_layout_goes_through_all_formats_without_a_changed_bit() {
    let scratch = tempfile::tempdir().unwrap();
    for (number, file) in fixture_files().into_iter().enumerate() {
        let first = weights_of(&file);
        let steps = [
            ("first.pth", Target::Pth),
            ("capsule.safetensors", Target::Capsule),
            ("plain.safetensors", Target::Safetensors),
            ("last.pth", Target::Pth),
        ];
        let mut weights = first.clone();
        for (name, target) in steps {
            let path = scratch.path().join(format!("{number}-{name}"));
            write(&weights, &path, target);
            weights = read_checkpoint(&path).unwrap();
            assert_eq!(bits(weights.tensors()), bits(first.tensors()), "{} as {name}", file.display());
            // Plain safetensors have no place for options such as the epsilon, and nobody finds them again behind it.
            let is_told = matches!(target, Target::Capsule) || name == "first.pth";
            assert!(!is_told || weights.spec() == first.spec(), "{} as {name}", file.display());
        }
    }
}

#[test]
fn every_fixture_is_read_as_another_reader_reads_it() {
    for file in fixture_files() {
        let ours = read_state_dict(&file).unwrap();
        let other = pytorch_reader::PytorchReader::new(&file).unwrap();
        for (name, tensor) in &ours {
            let found = ["", "state_dict.", "model_state.", "module.", "state_dict.module."]
                .iter()
                .find_map(|prefix| other.get(&format!("{prefix}{name}")))
                .unwrap_or_else(|| panic!("{name} of {}", file.display()));
            assert_eq!(found.shape(), tensor.shape.as_slice(), "{name}");
            if found.dtype() == pytorch_reader::DType::F32 {
                let bytes: Vec<u8> = tensor.data.iter().flat_map(|value| value.to_le_bytes()).collect();
                assert!(found.read().unwrap() == bytes, "{name} of {}", file.display());
            }
        }
        assert!(ours.len() > 30, "{}", file.display());
    }
}

fn described(weights: &Weights) -> Capsule {
    Capsule {
        normalization: Some(Normalization::KINETICS),
        clip: Some(CapsuleClip { clip_len: 16, frame_interval: 4, short_side: Some(128), crop_size: None }),
        thresholds: Thresholds { all: Some(0.5), by_class: BTreeMap::from([("run".to_owned(), 0.25)]) },
        metrics: vec![CapsuleMetric { name: "top1_acc".to_owned(), value: 0.75, protocol: "10 clips".to_owned() }],
        origin: Origin { seed: Some(7), licence: Some("Apache-2.0".to_owned()), ..Origin::default() },
        ..Capsule::new(weights.spec().clone()).with_labels(&LabelSet::parse("run\nwalk\njump").unwrap())
    }
}

#[test]
fn a_description_survives_in_every_format_that_has_a_place_for_it() {
    let scratch = tempfile::tempdir().unwrap();
    let mut weights = tiny(BottleneckMode::Ip);
    let spec = ArchSpec { bn_eps: 1e-5, ..weights.spec().clone() };
    weights = Weights::with_spec(spec, weights.tensors().clone()).unwrap();
    let capsule = described(&weights);
    for (name, target) in [("a.safetensors", Target::Capsule), ("a.pth", Target::Pth)] {
        let path = scratch.path().join(name);
        save(&weights, &capsule, &path, Saving { target, half: false, overwrite: false }).unwrap();
        let file = open_checkpoint(&path).unwrap();
        assert_eq!(file.capsule.as_ref(), Some(&capsule));
        let about = read_about(&path).unwrap();
        assert_eq!(about.capsule.as_ref(), Some(&capsule));
        assert_eq!(about.labels.unwrap().names(), ["run", "walk", "jump"]);
        assert_eq!(read_checkpoint(&path).unwrap().spec(), weights.spec());
    }
    let plain = scratch.path().join("plain.safetensors");
    save(&weights, &capsule, &plain, Saving { target: Target::Safetensors, half: false, overwrite: false }).unwrap();
    let file = open_checkpoint(&plain).unwrap();
    assert_eq!((file.format, file.capsule), (FileFormat::Safetensors, None));
}

#[test]
fn files_are_the_same_on_every_run_and_nothing_is_replaced_unasked() {
    let scratch = tempfile::tempdir().unwrap();
    let weights = tiny(BottleneckMode::Ir);
    for (name, target) in [("a.safetensors", Target::Capsule), ("a.pth", Target::Pth), ("a.onnx", Target::Onnx)] {
        let path = scratch.path().join(name);
        write(&weights, &path, target);
        let first = fs::read(&path).unwrap();
        let saving = Saving { target, half: false, overwrite: false };
        let capsule = Capsule::new(weights.spec().clone());
        assert!(matches!(save(&weights, &capsule, &path, saving), Err(WriteError::Exists(_))));
        save(&weights, &capsule, &path, Saving { overwrite: true, ..saving }).unwrap();
        assert!(first == fs::read(&path).unwrap(), "{name}");
    }
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 3, "no temporary file is left");
    let nowhere = scratch.path().join("no/such/folder.pth");
    let saving = Saving { target: Target::Pth, half: false, overwrite: false };
    let error = save(&weights, &Capsule::new(weights.spec().clone()), &nowhere, saving).unwrap_err();
    assert!(error.to_string().contains("folder.pth"), "{error}");
}

#[test]
fn half_precision_is_the_nearest_one_and_comes_back() {
    let scratch = tempfile::tempdir().unwrap();
    let weights = tiny(BottleneckMode::Ir);
    for (name, target) in [("a.safetensors", Target::Capsule), ("a.pth", Target::Pth)] {
        let path = scratch.path().join(name);
        let saving = Saving { target, half: true, overwrite: false };
        save(&weights, &Capsule::new(weights.spec().clone()), &path, saving).unwrap();
        for (name, tensor) in read_checkpoint(&path).unwrap().tensors() {
            let rounded = weights.get(name).iter().map(|value| half::f16::from_f32(*value).to_f32());
            assert!(rounded.eq(tensor.data.iter().copied()), "{name}");
        }
    }
    let saving = Saving { target: Target::Onnx, half: true, overwrite: false };
    let path = scratch.path().join("a.onnx");
    let result = save(&weights, &Capsule::new(weights.spec().clone()), &path, saving);
    assert!(matches!(result, Err(WriteError::HalfOnnx)) && !path.exists());
}

#[test]
fn a_pytorch_file_is_laid_out_as_pytorch_does() {
    let scratch = tempfile::tempdir().unwrap();
    let weights = tiny(BottleneckMode::Ip);
    let path = scratch.path().join("a.pth");
    write(&weights, &path, Target::Pth);
    let bytes = fs::read(&path).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).unwrap();
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
        assert_eq!(entry.data_start().unwrap() % 64, 0, "{:?}", entry.name());
        names.push(entry.name().unwrap().into_owned());
    }
    assert_eq!(names[..3], ["archive/data.pkl", "archive/byteorder", "archive/data/0"]);
    assert_eq!(names.last().map(String::as_str), Some("archive/version"));
    assert_eq!(names.len(), weights.tensors().len() + 3);
    let start = usize::try_from(archive.by_name("archive/data.pkl").unwrap().data_start().unwrap()).unwrap();
    assert_eq!(bytes[start..start + 2], [0x80, 2], "protocol 2, which every PyTorch reads");
    let order: Vec<&str> = weights.in_torch_order().into_iter().map(|(name, _)| name).collect();
    assert_eq!(order.len(), weights.tensors().len());
    assert_eq!(order[0], "backbone.conv1.conv.weight");
    assert_eq!(order.last(), Some(&"cls_head.fc_cls.bias"));
}

#[test]
fn everything_that_does_not_fit_is_listed_and_filled_only_when_allowed() {
    let mut tensors = tiny(BottleneckMode::Ir).tensors().clone();
    tensors.remove("backbone.conv1.bn.weight");
    tensors.remove("backbone.layer4.0.conv1.conv.weight");
    tensors.insert("backbone.extra".to_owned(), RawTensor { shape: vec![1], data: vec![0.0] });
    tensors.insert("backbone.layer1.0.conv1.bn.bias".to_owned(), RawTensor { shape: vec![9], data: vec![0.0; 9] });
    let error = Weights::from_state_dict(tensors.clone()).unwrap_err();
    let details = error.details();
    for line in [
        "missing: backbone.conv1.bn.weight",
        "missing: backbone.layer4.0.conv1.conv.weight",
        "unexpected: backbone.extra",
        "of another shape: backbone.layer1.0.conv1.bn.bias is [9], should be [2]",
    ] {
        assert!(details.lines().any(|found| found == line), "{line} in {details}");
    }
    assert_eq!(details.lines().count(), 4);
    assert!(error.to_string().contains("--allow-partial"), "{error}");
    let partial = Strictness { allow_partial: true, ..Strictness::EXACT };
    let (weights, gaps) = Weights::fitted(None, tensors, partial).unwrap();
    assert_eq!(gaps.lines().join("\n"), details);
    assert_eq!(weights.get("backbone.conv1.bn.weight"), [1.0, 1.0]);
    assert!(weights.get("backbone.layer4.0.conv1.conv.weight").iter().any(|value| *value != 0.0));
    assert!(!weights.tensors().contains_key("backbone.extra"));
}

#[test]
fn a_new_head_takes_the_place_of_any_other_and_of_none() {
    let whole = tiny(BottleneckMode::Ir);
    let new_head = Strictness { new_head: Some(11), ..Strictness::EXACT };
    let backbone: StateDict = (whole.tensors().iter())
        .filter_map(|(name, tensor)| Some((name.strip_prefix("backbone.")?.to_owned(), tensor.clone())))
        .collect();
    let error = Weights::from_state_dict(backbone.clone()).unwrap_err();
    assert!(matches!(error, CheckpointError::NoHead) && error.to_string().contains("--new-head"), "{error}");
    for tensors in [whole.tensors().clone(), backbone] {
        let (weights, gaps) = Weights::fitted(None, tensors, new_head).unwrap();
        assert!(gaps.is_empty() && gaps.head_is_new);
        assert_eq!(weights.spec().classes, 11);
        assert_eq!(weights.get("cls_head.fc_cls.bias"), [0.0; 11]);
        assert_eq!(weights.get("backbone.conv1.conv.weight"), whole.get("backbone.conv1.conv.weight"));
    }
}

#[test]
fn averaged_weights_beside_the_plain_ones_are_set_aside_and_said() {
    let scratch = tempfile::tempdir().unwrap();
    let weights = tiny(BottleneckMode::Ir);
    let bytes: BTreeMap<String, (Vec<usize>, Vec<u8>)> = (weights.tensors().iter())
        .flat_map(|(name, tensor)| {
            let plain: Vec<u8> = tensor.data.iter().flat_map(|value| value.to_le_bytes()).collect();
            let zeros = vec![0; plain.len()];
            let shape = tensor.shape.clone();
            [(name.clone(), (shape.clone(), plain)), (format!("ema_{}", name.replace('.', "_")), (shape, zeros))]
        })
        .collect();
    let views = bytes.iter().map(|(name, (shape, bytes))| {
        (name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
    });
    let path = scratch.path().join("ema.safetensors");
    fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    let file = open_checkpoint(&path).unwrap();
    assert!(file.remarks.iter().any(|remark| remark.contains("ema_")), "{:?}", file.remarks);
    assert_eq!(bits(&file.tensors), bits(weights.tensors()));
}

#[test]
fn wrappers_foreign_objects_and_types_of_numbers_are_understood() {
    use torch_files::{archive, dict, int, pickle, tensor, text, tuple};
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a.pth");
    let one = |class: &str, key: &str| tensor(class, key, 2, 0, &[2], &[1]);
    let state = dict(&[
        ("module.double", one("DoubleStorage", "0")),
        ("module.brain", one("BFloat16Storage", "1")),
        ("module.turned", tensor("FloatStorage", "2", 6, 0, &[3, 2], &[1, 3])),
    ]);
    let foreign = b"cmmengine.logging.history_buffer\nHistoryBuffer\n)\x81}(X\x01\x00\x00\x00aK\x01ub".to_vec();
    let meta = dict(&[("dataset_meta", dict(&[("classes", tuple(&[text("run"), text("walk")]))])), ("epoch", int(3))]);
    let averaged = dict(&[("module.double", one("DoubleStorage", "0")), ("steps", one("LongStorage", "3"))]);
    let root = dict(&[("meta", meta), ("message_hub", foreign), ("state_dict", state), ("ema_state_dict", averaged)]);
    let doubles: Vec<u8> = [0.1f64, -3.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let brains: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|value| half::bf16::from_f32(*value).to_le_bytes()).collect();
    let singles: Vec<u8> = (0..6).flat_map(|value: i16| f32::from(value).to_le_bytes()).collect();
    let storages = [("0", doubles), ("1", brains), ("2", singles), ("3", vec![0; 16])];
    fs::write(&path, archive(&pickle(&root), &storages)).unwrap();
    let file = open_checkpoint(&path).unwrap();
    assert_eq!(file.format, FileFormat::TorchZip);
    assert_eq!(file.tensors["double"].data, [0.1f32, -3.0]);
    assert_eq!(file.tensors["brain"].data, [1.5, -2.0]);
    assert_eq!(file.tensors["turned"].data, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    assert_eq!(file.tensors.len(), 3);
    assert_eq!(file.ignored, ["meta", "message_hub", "ema_state_dict"]);
    assert_eq!(file.labels.unwrap().names(), ["run", "walk"]);
    assert!(file.remarks.iter().any(|remark| remark.contains("double precision")), "{:?}", file.remarks);
    assert!(file.remarks.iter().any(|remark| remark.contains("ema_state_dict")), "{:?}", file.remarks);
}

#[test]
fn descriptions_from_the_future_and_damaged_ones_are_refused_with_a_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let weights = tiny(BottleneckMode::Ir);
    let path = scratch.path().join("a.safetensors");
    let bytes = [0u8; 4];
    let view = || safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1], &bytes).unwrap();
    let mut future = serde_json::to_value(Capsule::new(weights.spec().clone())).unwrap();
    future["version"] = 2.into();
    future["architecture"] = "of another kind".into();
    for (text, says) in [(future.to_string(), "newer Kinetoscope"), ("{}".to_owned(), "cannot be used")] {
        let metadata = std::collections::HashMap::from([("kinetoscope".to_owned(), text)]);
        fs::write(&path, safetensors::serialize([("x", view())], Some(metadata)).unwrap()).unwrap();
        for error in [open_checkpoint(&path).map(|_| ()).unwrap_err(), read_about(&path).map(|_| ()).unwrap_err()] {
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
