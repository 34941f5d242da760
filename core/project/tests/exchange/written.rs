//! Writes one document in every format into the folder that `KS_LABELS_OUT` names, for `packaging/checks/check_labels.py`
//! to read with the libraries of others. Without that variable the files go into a folder that is thrown away.

use std::path::{Path, PathBuf};

use ks_domain::project::{Author, Rgb, Verdict, WorkState};
use ks_project::exchange::{
    ClassLabel, Destination, ExportOptions, Extent, FORMATS, Labels, SegmentLabel, VideoLabels, write_outputs,
};

use crate::support::{BEES, WASPS, secs, video};

/// What the check in Python expects: see there.
fn labels() -> Labels {
    let span =
        |class: &str, from: f64, to: f64| SegmentLabel::new(class.to_owned(), Extent::Span(secs(from), secs(to)));
    let mut slow = span("walk", 1.0, 2.25);
    slow.note = "slow\n2 < 3 & \"so\"".to_owned();
    slow.author = Some(Author::Person("Ada".to_owned()));
    let mut found = span("Schwänzeltanz", 4.5, 6.125);
    found.score = Some(0.75);
    found.author = Some(Author::Model { checkpoint: "csn.pth".into(), hash: "ab".into(), accepted_by: None });
    let absent = SegmentLabel { verdict: Verdict::Absent, ..span("rest & <turn>", 7.0, 8.0) };
    let overlapping = span("walk", 2.0, 3.5);
    let beside = span("rest & <turn>", 1.5, 2.0);
    let bees = VideoLabels {
        markers: vec![(secs(3.0), "queen".to_owned())],
        stretches: vec![(secs(0.0), secs(5.0))],
        note: "sunny".to_owned(),
        work: WorkState::Done,
        ..video(BEES, vec![slow, beside, overlapping, found, absent])
    };
    let walk = ClassLabel {
        color: Some(Rgb([0x3b, 0x7d, 0xd8])),
        key: Some('w'),
        description: "on her legs".to_owned(),
        ..ClassLabel::named("walk")
    };
    let classes = vec![walk, ClassLabel::named("rest & <turn>"), ClassLabel::named("Schwänzeltanz")];
    let wasps = video(WASPS, vec![span("=walk", 0.5, 1.5)]);
    Labels { title: "Bees".to_owned(), classes, videos: vec![bees, wasps] }
}

#[test]
fn every_format_writes_files_that_are_found_again() {
    let temporary = tempfile::tempdir().unwrap();
    let out = std::env::var_os("KS_LABELS_OUT").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    for format in FORMATS {
        let folder = out.join(format.id());
        let files = format.export(&labels(), &ExportOptions { unix_millis: 1_700_000_000_000 }).unwrap();
        let destination = Destination { path: Path::new(&folder), overwrite: true };
        let written = write_outputs(&files, &[], destination).unwrap();
        assert!(!written.is_empty() && written.iter().all(|path| path.metadata().unwrap().len() > 0));
    }
}
