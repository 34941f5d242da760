//! Made-up videos as files: what is in a data set, what a mixed video says of itself, and what is left when it is stopped.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::Path;

use ks_domain::CancelToken;
use ks_media::MediaError;
use ks_media::demo::{DemoSet, Format, Motion, write_data_set, write_mixture};

const SMALL: Format = Format { width: 98, height: 72, fps: 16 };

/// Whether something can be encoded here.
fn can_write(result: Result<(), &MediaError>) -> bool {
    if result == Err(&MediaError::NoEncoder) {
        eprintln!("skipped: no video encoder is installed");
        return false;
    }
    true
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_data_set_has_a_folder_for_each_class_and_lists_of_all_videos() {
    let folder = tempfile::tempdir().unwrap();
    let motions = vec![Motion::PanLeft, Motion::Teleport];
    let set = DemoSet { motions, clips_per_class: 3, seed: 5, format: SMALL, seconds: 1.5 };
    let mut told = Vec::new();
    let written = write_data_set(folder.path(), &set, &CancelToken::new(), &mut |progress| told.push(progress.done));
    if !can_write(written.as_ref().map(|_| ())) {
        return;
    }
    let written = written.unwrap();
    assert_eq!((written.videos, written.frames), (6, 6 * 24));
    assert_eq!(told, [1, 2, 3, 4, 5, 6]);
    assert_eq!(lines(&written.classes), ["pan_left", "teleport"]);
    let (train, validation) = (lines(&written.train), lines(&written.validation));
    assert_eq!((train.len(), validation.len()), (4, 2));
    for line in train.iter().chain(&validation) {
        let (file, class) = line.rsplit_once(' ').unwrap();
        assert_eq!(file.split('/').next(), Some(["pan_left", "teleport"][class.parse::<usize>().unwrap()]));
        let (info, index) = common::open(&folder.path().join(file));
        assert_eq!((info.video.width, info.video.height, index.table.len()), (98, 72, 24), "{file}");
        assert!((index.table.mean_rate() - 16.0).abs() < 0.1 && index.warnings.is_empty(), "{file}");
    }
    assert!(train.iter().all(|line| !validation.contains(line)));
}

#[test]
fn a_mixed_video_has_the_frames_that_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let parts = [(Motion::ZoomIn, 1.0), (Motion::Shake, 1.5)];
    let mixture =
        write_mixture(&folder.path().join("mixed"), &parts, (3, SMALL), &CancelToken::new(), &mut |_frame, _of| {});
    if !can_write(mixture.as_ref().map(|_| ())) {
        return;
    }
    let mixture = mixture.unwrap();
    let (_, index) = common::open(&mixture.path);
    assert_eq!(index.table.len(), mixture.frames);
    let lengths: Vec<(Motion, usize)> = mixture.spans.iter().map(|span| (span.motion, span.frames.len())).collect();
    assert_eq!(lengths, [(Motion::ZoomIn, 16), (Motion::Shake, 24)]);
    assert!(mixture.spans[0].frames.end < mixture.spans[1].frames.start);
}

#[test]
fn what_is_stopped_leaves_no_half_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let cancel = CancelToken::new();
    let stop = cancel.clone();
    let set = DemoSet { clips_per_class: 4, format: SMALL, seconds: 1.0, ..DemoSet::default() };
    let written = write_data_set(folder.path(), &set, &cancel, &mut |progress| {
        if progress.done == 2 {
            stop.cancel();
        }
    });
    if !can_write(written.as_ref().map(|_| ())) {
        return;
    }
    assert_eq!(written, Err(MediaError::Cancelled));
    let mut files = Vec::new();
    for class in std::fs::read_dir(folder.path()).unwrap() {
        files.extend(std::fs::read_dir(class.unwrap().path()).unwrap().map(|entry| entry.unwrap().file_name()));
    }
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{files:?}");
}
