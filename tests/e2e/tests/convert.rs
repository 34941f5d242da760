//! `convert`, and `classify` with what it wrote.

use std::path::Path;

use ks_tests_e2e::{Scratch, shared};

/// The small checkpoint with labels that classify's tests use.
fn small(shared: &Path) -> (String, String) {
    let file = |name: &str| shared.join("fixtures/longvideo").join(name).display().to_string();
    (file("ir8.pth"), file("labels.txt"))
}

#[test]
fn a_capsule_classifies_without_a_labels_file_as_the_original_does_with_one() {
    let Some(shared) = shared("classify with a capsule") else { return };
    let scratch = Scratch::new();
    let (checkpoint, labels) = small(&shared);
    let run =
        scratch.run(["convert", &checkpoint, "ir8.safetensors", "--labels", &labels, "--normalization", "kinetics"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for line in ["PyTorch file, names of mmaction2", "ir-CSN", "written  ir8.safetensors: capsule"] {
        assert!(run.stdout.contains(line), "{line}: {run:?}");
    }
    let video = shared.join("videos/arm_wrestling_340x256.mp4").display().to_string();
    let cut = "--device cpu --short-side 64 --crop-size 64 --clip-len 8 --stride 90 --csv --top 2";
    let classify = |more: &[&str]| {
        let args = ["classify", &video].into_iter().chain(cut.split(' ')).chain(more.iter().copied());
        let run = scratch.run(args);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout
    };
    let original = classify(&["--checkpoint", &checkpoint, "--labels", &labels, "--normalization", "kinetics"]);
    assert_eq!(classify(&["--checkpoint", "ir8.safetensors"]), original);
    // What is typed wins over what the capsule says.
    assert_ne!(classify(&["--checkpoint", "ir8.safetensors", "--normalization", "imagenet"]), original);
    let run = scratch.run(["classify", &video, "--checkpoint", &checkpoint]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("--labels"), "{run:?}");
}

#[test]
fn all_formats_are_written_and_read_again() {
    let Some(shared) = shared("formats of convert") else { return };
    let scratch = Scratch::new();
    let (checkpoint, labels) = small(&shared);
    let steps: [(&str, &str, &[&str]); 5] = [
        (&checkpoint, "a.safetensors", &["--labels", &labels]),
        ("a.safetensors", "b.safetensors", &["--to", "safetensors"]),
        ("b.safetensors", "c.pth", &[]),
        ("c.pth", "d.onnx", &[]),
        ("c.pth", "half.pth", &["--half"]),
    ];
    for (from, to, more) in steps {
        let run = scratch.run(["convert", from, to].iter().chain(more));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        assert!(run.stdout.contains(&format!("written  {to}")), "{run:?}");
    }
    let size = |name: &str| std::fs::metadata(scratch.path(name)).unwrap().len();
    assert!(size("half.pth") * 3 < size("c.pth") * 2, "{} {}", size("half.pth"), size("c.pth"));
    assert!(size("d.onnx") > 100_000);
}

#[test]
fn what_would_be_lost_or_is_unclear_is_refused() {
    let Some(shared) = shared("refusals of convert") else { return };
    let scratch = Scratch::new();
    let (checkpoint, labels) = small(&shared);
    let backbone = shared.join("fixtures/checkpoints/ip4_backbone_only.pth").display().to_string();
    let there = scratch.file("there.pth", "precious");
    let three = scratch.file("three.txt", "a\nb\nc\n").display().to_string();
    let cases: [(&[&str], i32, &str); 6] = [
        (&[&checkpoint, "there.pth"], 1, "--force"),
        (&[&checkpoint, "what.bin"], 2, "--to"),
        (&[&checkpoint, "a.onnx", "--half"], 2, "--half"),
        (&[&checkpoint, "a.pth", "--labels", &three], 1, "3 names"),
        (&[&backbone, "a.pth"], 1, "--new-head"),
        (&["missing.pth", "a.pth"], 1, "missing.pth"),
    ];
    for (args, code, says) in cases {
        let run = scratch.run(["convert"].iter().chain(args));
        assert_eq!(run.code, Some(code), "{args:?}: {run:?}");
        assert!(run.sentence().contains(says), "{says}: {run:?}");
        assert!(!scratch.path("a.pth").exists());
    }
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "precious");
    let forced = scratch.run(["convert", &checkpoint, "there.pth", "--force", "--labels", &labels]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
}

#[test]
fn a_backbone_gets_a_new_head_for_fine_tuning() {
    let Some(shared) = shared("a new head") else { return };
    let scratch = Scratch::new();
    let backbone = shared.join("fixtures/checkpoints/ip4_backbone_only.pth").display().to_string();
    let labels = scratch.file("mine.txt", "run\nwalk\n").display().to_string();
    let run = scratch.run(["convert", &backbone, "start.safetensors", "--new-head", "2", "--labels", &labels]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("2 classes") && run.stdout.contains("fresh weights"), "{run:?}");
}

#[test]
fn every_checkpoint_of_the_fixtures_becomes_a_capsule() {
    let Some(shared) = shared("checkpoints of all layouts") else { return };
    let scratch = Scratch::new();
    let mut count = 0;
    for folder in ["checkpoints", "train"] {
        for entry in std::fs::read_dir(shared.join("fixtures").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.ends_with(".safetensors") || name.ends_with(".json") {
                continue;
            }
            let mut args = vec!["convert".to_owned(), path.display().to_string(), format!("{name}.safetensors")];
            if name.contains("backbone") {
                args.extend(["--new-head", "3"].map(str::to_owned));
            }
            let run = scratch.run(args);
            assert_eq!(run.code, Some(0), "{run:?}");
            let foreign = if name.contains("vmz") {
                "VMZ"
            } else if name.contains("pytorchvideo") {
                "PyTorchVideo"
            } else {
                "mmaction2"
            };
            assert!(run.stdout.contains(&format!("names of {foreign}")), "{run:?}");
            if name.contains("train1x") {
                assert!(run.stdout.contains("message_hub") && run.stdout.contains("optimizer"), "{run:?}");
            }
            count += 1;
        }
    }
    assert!(count >= 13, "{count}");
}
