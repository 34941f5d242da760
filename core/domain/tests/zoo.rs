//! The model zoo against mmaction2's tables and the list of addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ks_domain::zoo::{self, BatchNorm, Branch, Kind, Origin, PixelSet, Pretraining};
use ks_domain::{ArchSpec, BottleneckMode, ClipShape};

/// A row of a table: configuration, depth and mode, batch normalisation, start, pixels, accuracies, last digits of the
/// file.
type Row = (&'static str, (usize, &'static str), BatchNorm, Pretraining, PixelSet, (f64, f64), &'static str);

use BatchNorm::{Frozen, Live};
use PixelSet::{Imagenet, Kinetics};
use Pretraining::{Ig65m, None as Scratch, Sports1m};

/// The nine rows of 0.x.
const V0: [Row; 9] = [
    ("ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb", (50, "ir"), Frozen, Scratch, Imagenet, (73.6, 91.3), "4e29e2e8"),
    (
        "ircsn_ig65m_pretrained_bnfrozen_r50_32x2x1_58e_kinetics400_rgb",
        (50, "ir"),
        Frozen,
        Ig65m,
        Imagenet,
        (79.0, 94.2),
        "86d33018",
    ),
    (
        "ircsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb",
        (152, "ir"),
        Frozen,
        Scratch,
        Kinetics,
        (76.5, 92.1),
        "5c933ae1",
    ),
    (
        "ircsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        (152, "ir"),
        Frozen,
        Sports1m,
        Kinetics,
        (78.2, 93.0),
        "b9b10241",
    ),
    (
        "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        (152, "ir"),
        Frozen,
        Ig65m,
        Imagenet,
        (82.76, 95.68),
        "9037a758",
    ),
    (
        "ipcsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb",
        (152, "ip"),
        Frozen,
        Scratch,
        Kinetics,
        (77.8, 92.8),
        "d565828d",
    ),
    (
        "ipcsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        (152, "ip"),
        Frozen,
        Sports1m,
        Kinetics,
        (78.8, 93.5),
        "3367437a",
    ),
    (
        "ipcsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb",
        (152, "ip"),
        Frozen,
        Ig65m,
        Imagenet,
        (82.5, 95.3),
        "c3be9793",
    ),
    (
        "ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb",
        (152, "ir"),
        Live,
        Ig65m,
        Imagenet,
        (80.14, 94.93),
        "fc66ce8d",
    ),
];

/// The eight rows of 1.x, with the batch normalisation that their files really ask for.
const V1: [Row; 8] = [
    (
        "ircsn_ig65m-pretrained-r152-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
        (152, "ir"),
        Frozen,
        Ig65m,
        Imagenet,
        (82.84, 95.92),
        "7d1dacde",
    ),
    (
        "ircsn_ig65m-pretrained-r152_8xb12-32x2x1-58e_kinetics400-rgb",
        (152, "ir"),
        Frozen,
        Ig65m,
        Imagenet,
        (82.87, 95.90),
        "c7a3cc5b",
    ),
    (
        "ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb",
        (50, "ir"),
        Frozen,
        Ig65m,
        Imagenet,
        (79.44, 94.26),
        "44395bae",
    ),
    ("ipcsn_r152_32x2x1-180e_kinetics400-rgb", (152, "ip"), Frozen, Scratch, Kinetics, (77.80, 93.10), "d565828d"),
    ("ircsn_r152_32x2x1-180e_kinetics400-rgb", (152, "ir"), Frozen, Scratch, Kinetics, (76.53, 92.28), "5c933ae1"),
    (
        "ipcsn_ig65m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        (152, "ip"),
        Frozen,
        Ig65m,
        Imagenet,
        (82.68, 95.69),
        "c3be9793",
    ),
    (
        "ipcsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        (152, "ip"),
        Frozen,
        Sports1m,
        Kinetics,
        (79.07, 93.82),
        "3367437a",
    ),
    (
        "ircsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb",
        (152, "ir"),
        Frozen,
        Sports1m,
        Kinetics,
        (78.57, 93.44),
        "b9b10241",
    ),
];

fn mode(name: &str) -> BottleneckMode {
    if name == "ip" { BottleneckMode::Ip } else { BottleneckMode::Ir }
}

#[test]
fn every_row_of_both_tables_is_there_with_its_values() {
    let mut checked = 0;
    for (branch, rows) in [(Branch::V0, V0.as_slice()), (Branch::V1, V1.as_slice())] {
        for (config, (depth, mode_name), batch_norm, pretraining, pixels, accuracy, hash) in rows {
            let entry = zoo::find(config).unwrap_or_else(|error| panic!("{error}"));
            let row = entry.published.iter().find(|row| row.name == *config).expect("should hold the row");
            assert_eq!((row.branch, row.config.as_str(), row.recipe.as_str()), (branch, *config, *config));
            assert_eq!((row.top1, row.top5), *accuracy, "{config}");
            assert_eq!((entry.depth, entry.mode), (*depth, mode(mode_name)), "{config}");
            assert_eq!((entry.batch_norm, entry.pretraining), (Some(*batch_norm), *pretraining), "{config}");
            assert_eq!((entry.normalization, entry.sha256_prefix.as_str()), (*pixels, *hash), "{config}");
            assert!(row.protocol.contains("10 clips x 3 crops"), "{config}");
            checked += 1;
        }
    }
    assert_eq!(checked, 17);
    let rows: usize = zoo::entries().iter().map(|entry| entry.published.len()).sum();
    // One row of 0.x has two files.
    assert_eq!(rows, 18);
}

#[test]
fn what_the_tables_say_about_training_machines_is_there() {
    let known = |name: &str| {
        let entry = zoo::find(name).unwrap();
        (entry.published[0].gpus, entry.published[0].memory_mb)
    };
    assert_eq!(known("ircsn-r152-ig65m"), (Some(32), Some(8516)));
    assert_eq!(known("ircsn-r152-ig65m-live"), (Some(32), Some(8517)));
    assert_eq!(known("ircsn-r152-ig65m-1x"), (Some(8), None));
    assert_eq!(known("ipcsn-r152-vmz"), (None, None));
}

#[test]
fn names_are_unique_and_files_end_in_their_hash() {
    let mut seen = BTreeMap::new();
    for entry in zoo::entries() {
        let own: BTreeSet<&str> = entry.names().collect();
        for name in own {
            let before = seen.insert(name.to_owned(), &entry.name);
            assert_eq!(before, None, "{name} means two files");
        }
        assert!(entry.file.ends_with(&format!("-{}.pth", entry.sha256_prefix)), "{}", entry.file);
        assert!(entry.sha256_prefix.len() == 8 && entry.sha256_prefix.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(entry.source.ends_with(&format!("/{}", entry.file)) && entry.source.starts_with("https://"));
        assert_eq!(
            entry.origin == Origin::Vmz,
            entry.file.contains("vmz_") || entry.kind == Kind::Backbone,
            "{}",
            entry.name
        );
        assert_eq!(entry.licence, "Apache-2.0");
        assert!(!entry.citations.is_empty());
        assert_eq!(entry.kind == Kind::Recognizer, entry.classes == Some(400) && !entry.published.is_empty());
    }
    assert_eq!(zoo::entries().len(), 18);
}

#[test]
fn every_file_in_the_folder_is_an_entry() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/zoo");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut entries: Vec<&str> = zoo::entries().iter().map(|entry| entry.name.as_str()).collect();
    entries.sort_unstable();
    assert_eq!(names, entries);
}

#[test]
fn parameters_and_multiply_accumulates_are_those_of_the_reference() {
    let rows = [
        ("ir", 50, 13_131_152, 42.309, 55.260),
        ("ip", 50, 14_396_176, 47.652, 62.239),
        ("ir", 101, 22_213_776, 56.468, 73.754),
        ("ip", 101, 24_601_616, 63.559, 83.015),
        ("ir", 152, 29_703_568, 74.046, 96.713),
        ("ip", 152, 33_016_592, 83.295, 108.793),
    ];
    for (name, depth, parameters, at_224, at_256) in rows {
        let spec = ArchSpec::with_depth(mode(name), depth, 400).unwrap();
        let gmacs = |side| format!("{:.3}", spec.macs(ClipShape::square(32, side)) as f64 / 1e9);
        assert_eq!(spec.parameters(), parameters, "{spec}");
        assert_eq!((gmacs(224), gmacs(256)), (format!("{at_224:.3}"), format!("{at_256:.3}")), "{spec}");
    }
}

#[test]
fn the_cost_in_the_files_is_the_cost_that_is_counted() {
    for entry in zoo::entries() {
        let spec = entry.arch();
        let (parameters, macs): (usize, fn(&ArchSpec, ClipShape) -> u64) = match entry.kind {
            Kind::Recognizer => (spec.parameters(), ArchSpec::macs),
            Kind::Backbone => (spec.backbone_parameters(), ArchSpec::backbone_macs),
        };
        assert_eq!(entry.cost.parameters, parameters as u64, "{}", entry.name);
        for (side, stated) in [(224, entry.cost.gmacs_224), (256, entry.cost.gmacs_256)] {
            let counted = macs(&spec, ClipShape::square(32, side)) as f64 / 1e9;
            assert_eq!(format!("{counted:.3}"), format!("{stated:.3}"), "{} at {side}", entry.name);
        }
    }
}

#[test]
fn strides_that_no_published_network_has_are_counted_too() {
    let plain = ArchSpec::new(BottleneckMode::Ip, 400);
    let clip = ClipShape::square(32, 224);
    let with_pool = ArchSpec { with_pool2: true, ..plain.clone() };
    let stem = 64 * 3 * 147 * 32 * 112 * 112;
    assert!(with_pool.macs(clip) < plain.macs(clip) && with_pool.macs(clip) > stem);
    let caffe = ArchSpec { style: ks_domain::StrideStyle::Caffe, ..plain.clone() };
    assert!(caffe.macs(clip) < plain.macs(clip), "what comes before the stride is larger");
}

#[test]
fn weights_take_four_bytes_a_number() {
    // 13 131 152 parameters, 53 120 running means and variances, 53 counters of eight bytes.
    assert_eq!(ArchSpec::new(BottleneckMode::Ir, 400).weight_bytes(), 4 * (13_131_152 + 53_120) + 8 * 53);
}

#[test]
fn names_are_found_however_they_are_written_and_near_misses_are_offered() {
    for name in [
        "ircsn-r152-ig65m",
        "IRCSN_R152_IG65M",
        "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb.py",
        "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb_20200812-9037a758.pth",
        " ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb_20200812-9037a758",
    ] {
        assert_eq!(zoo::find(name).map(|entry| entry.name.as_str()), Ok("ircsn-r152-ig65m"), "{name}");
    }
    let second = zoo::find("vmz_ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb").unwrap();
    assert_eq!(second.name, "ircsn-r152-ig65m-vmz");
    let error = zoo::find("ircsn-r512-ig65m").unwrap_err();
    assert_eq!(error.suggestions.first(), Some(&"ircsn-r152-ig65m"));
    assert!(error.to_string().contains("did you mean ircsn-r152-ig65m"), "{error}");
    assert!(zoo::find("ipcsn-r152-sp").unwrap_err().suggestions.iter().all(|name| name.starts_with("ipcsn")));
    assert_eq!(zoo::find("slowfast").unwrap_err().suggestions, Vec::<&str>::new());
    assert_eq!(zoo::find("").unwrap_err().suggestions, Vec::<&str>::new());
}

#[test]
fn addresses_are_those_of_the_list() {
    let shared = std::env::var_os("KS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(list) = std::fs::read_to_string(shared.join("facts/zoo-addresses.csv")) else {
        eprintln!("skipped: addresses of the model zoo: there is no list in {}", shared.display());
        return;
    };
    let mut listed = BTreeSet::new();
    for line in list.lines().skip(1) {
        let [branch, config, kind, address] = *line.split(',').collect::<Vec<_>>() else { panic!("{line}") };
        if !address.ends_with(".pth") {
            continue;
        }
        listed.insert(address);
        let entry = zoo::entries().iter().find(|entry| entry.source == address).unwrap_or_else(|| panic!("{address}"));
        if kind != "backbone_init" {
            let config = config.strip_suffix(".py").unwrap();
            let rows = entry.published.iter().any(|row| row.config == config && row.branch.to_string() == branch);
            assert!(rows, "{line}");
        }
    }
    let ours: BTreeSet<&str> = zoo::entries()
        .iter()
        .filter(|entry| entry.kind == Kind::Recognizer)
        .map(|entry| entry.source.as_str())
        .collect();
    assert!(ours.is_subset(&listed), "{:?}", ours.difference(&listed));
}
