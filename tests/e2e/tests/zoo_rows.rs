//! Every row of the zoo's two tables, from its preset and a checkpoint of its layout to the scores of a real video, with
//! all of its thirty views.
//!
//! On two cores that takes half an hour, so it runs only when it is asked for, one row after the other:
//!
//! ```sh
//! cargo test --release --workspace --test zoo_rows -- --ignored --nocapture --test-threads 1
//! cargo test --release --workspace --test zoo_rows -- --ignored --nocapture --test-threads 1 ircsn_bnfrozen_r50
//! ```
//!
//! Each prints a row of the table in `docs/performance.md`.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod published;

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use ks_domain::recipe::{preset, presets};
use ks_domain::{ArchSpec, BottleneckMode, ClipShape, CropMode, Cut, zoo};
use ks_tests_e2e::{Scratch, shared};

use published::Container;

/// What is known of the original's networks of 400 classes: parameters, entries of the state dict, thousand millions
/// of multiply-accumulates of one clip of 32 × 256².
const KNOWN: [(BottleneckMode, usize, usize, usize, &str); 3] = [
    (BottleneckMode::Ir, 50, 13_131_152, 320, "55.260"),
    (BottleneckMode::Ir, 152, 29_703_568, 932, "96.713"),
    (BottleneckMode::Ip, 152, 33_016_592, 1_232, "108.793"),
];

/// PyTorch wrote archives from 1.6 on, of July 2020; the trainings of that year still used 1.3 to 1.5.
fn container(file: &str) -> Container {
    let date = file.rsplit_once('_').and_then(|(_, date)| date.split_once('-')).map(|(date, _hash)| date);
    let date: u32 = date.and_then(|date| date.parse().ok()).unwrap_or_else(|| panic!("{file} should hold a date"));
    if date < 20_210_101 { Container::Stream } else { Container::Archive }
}

/// Writes the checkpoint of a row and says how many numbers it trains.
fn write_checkpoint(scratch: &Scratch, arch: &ArchSpec, file: &str) -> usize {
    let entries = published::state_dict(arch);
    let known = KNOWN.iter().find(|known| (known.0, Some(known.1)) == (arch.mode, arch.depth()));
    let (_, _, parameters, count, gmacs) = known.unwrap_or_else(|| panic!("{arch} should be known"));
    assert_eq!(entries.len(), *count, "{arch}");
    assert_eq!(format!("{:.3}", arch.macs(ClipShape::square(32, 256)) as f64 / 1e9), *gmacs, "{arch}");
    let counted = entries.iter().filter(|entry| entry.is_parameter()).map(published::Entry::numbers).sum::<usize>();
    assert_eq!((counted, arch.parameters()), (*parameters, *parameters), "{arch}");
    let to = BufWriter::new(File::create(scratch.path(file)).unwrap());
    published::write(&entries, container(file), to).unwrap();
    counted
}

fn check(name: &str) {
    let Some(shared) = shared(name) else { return };
    let recipe = preset(name).unwrap_or_else(|| panic!("{name} should be a preset")).recipe().unwrap();
    let entry = zoo::find(name).unwrap();
    let arch = &recipe.model.arch;
    let clips = recipe.test.as_ref().unwrap();
    let views = (clips.clip_len, clips.num_clips, clips.framing().map(|framing| framing.cut));
    assert_eq!(views, (32, 10, Some(Cut::Squares(CropMode::Three, 256))), "{name}");

    let scratch = Scratch::new();
    let parameters = write_checkpoint(&scratch, arch, &entry.file);
    std::fs::copy(shared.join("videos/arm_wrestling_340x256.mp4"), scratch.path("a video.mp4")).unwrap();
    scratch.file("list.txt", "a video.mp4 6\n");
    let began = Instant::now();
    let run = scratch.run([
        "test",
        name,
        &entry.file,
        "--data",
        "list.txt",
        "--device",
        "cpu",
        "--out",
        "scores.json",
        "--eval",
        "top_k_accuracy",
        "--progress",
    ]);
    let secs = began.elapsed().as_secs_f64();
    // A tensor too many or too few would have been refused.
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains(&format!("{arch} on ")), "{run:?}");
    assert!(run.stdout.contains("top1_acc: ") && run.stdout.contains("top5_acc: "), "{run:?}");
    let scores = std::fs::read_to_string(scratch.path("scores.json")).unwrap();
    let scores: Vec<Vec<f64>> = serde_json::from_str(&scores).unwrap();
    assert_eq!((scores.len(), scores[0].len()), (1, 400), "{name}");
    assert!(scores[0].iter().all(|score| (0.0..=1.0).contains(score)), "{name}: {:?}", scores[0]);
    let sum: f64 = scores[0].iter().sum();
    assert!((sum - 1.0).abs() < 1e-4, "{name}: the scores add up to {sum}");
    let gmacs = arch.macs(ClipShape::square(32, 256)) as f64 / 1e9;
    eprintln!("| `{name}` | {} | {parameters} | {gmacs:.3} | {secs:.0} |", scores[0].len());
}

macro_rules! rows {
    ($($test:ident: $name:literal,)*) => {
        const TESTED: &[&str] = &[$($name),*];
        $(
            #[test]
            #[ignore = "a minute or more; see the top of this file"]
            fn $test() {
                check($name);
            }
        )*
    };
}

rows! {
    v0_ircsn_bnfrozen_r50: "ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb",
    v0_ircsn_ig65m_bnfrozen_r50: "ircsn_ig65m_pretrained_bnfrozen_r50_32x2x1_58e_kinetics400_rgb",
    v0_ircsn_bnfrozen_r152: "ircsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb",
    v0_ircsn_sports1m_bnfrozen_r152: "ircsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
    v0_ircsn_ig65m_bnfrozen_r152: "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
    v0_ipcsn_bnfrozen_r152: "ipcsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb",
    v0_ipcsn_sports1m_bnfrozen_r152: "ipcsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
    v0_ipcsn_ig65m_bnfrozen_r152: "ipcsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
    v0_ircsn_ig65m_r152: "ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb",
    v1_ircsn_ig65m_r152_bnfrozen: "ircsn_ig65m-pretrained-r152-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
    v1_ircsn_ig65m_r152: "ircsn_ig65m-pretrained-r152_8xb12-32x2x1-58e_kinetics400-rgb",
    v1_ircsn_ig65m_r50_bnfrozen: "ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
    v1_ipcsn_r152: "ipcsn_r152_32x2x1-180e_kinetics400-rgb",
    v1_ircsn_r152: "ircsn_r152_32x2x1-180e_kinetics400-rgb",
    v1_ipcsn_ig65m_r152_bnfrozen: "ipcsn_ig65m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
    v1_ipcsn_sports1m_r152_bnfrozen: "ipcsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
    v1_ircsn_sports1m_r152_bnfrozen: "ircsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
}

#[test]
fn every_row_has_its_test() {
    let rows: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
    assert_eq!(TESTED, rows);
}

/// A smaller network, so that what is shown for the large ones is seen in every run of the tests.
#[test]
fn both_containers_are_read_and_a_tensor_too_few_is_refused() {
    let scratch = Scratch::new();
    let arch = ArchSpec { base_channels: 4, stage_blocks: [1; 4], ..ArchSpec::new(BottleneckMode::Ip, 7) };
    let mut entries = published::state_dict(&arch);
    let write = |entries: &[published::Entry], file: &str, container| {
        published::write(entries, container, File::create(scratch.path(file)).unwrap()).unwrap();
        scratch.run(["convert", file, &format!("{file}.safetensors")])
    };
    for (file, container) in [("stream.pth", Container::Stream), ("archive.pth", Container::Archive)] {
        let run = write(&entries, file, container);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(&arch.to_string()), "{run:?}");
    }
    let same = ["stream.pth.safetensors", "archive.pth.safetensors"].map(|file| tensors(&scratch, file));
    assert!(same[0] == same[1], "the containers should hold the same tensors");
    entries.retain(|entry| entry.name != "backbone.layer3.0.conv2.1.bn.bias");
    let run = write(&entries, "short.pth", Container::Stream);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("backbone.layer3.0.conv2.1.bn.bias"), "{run:?}");
}

/// The tensors of a safetensors file, as bytes, without what stands in its header.
fn tensors(scratch: &Scratch, file: &str) -> Vec<u8> {
    let bytes = std::fs::read(scratch.path(file)).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    bytes[8 + usize::try_from(header).unwrap()..].to_vec()
}
