//! The frame index against PyAV, on all real clips.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use ks_domain::MediaTime;

/// PyAV's times as exact fractions, in nanoseconds, from the first frame's own number.
fn expected_nanos(entry: &serde_json::Value) -> Vec<i128> {
    let number = |value: &serde_json::Value| i128::from(value.as_i64().unwrap());
    let (numer, denom) = (number(&entry["time_base"][0]), number(&entry["time_base"][1]));
    let mut ticks = number(&entry["first"]);
    let mut times = vec![ticks * numer * 1_000_000_000 / denom];
    for step in entry["steps"].as_array().unwrap() {
        ticks += number(step);
        times.push(ticks * numer * 1_000_000_000 / denom);
    }
    times
}

#[test]
fn count_order_and_times_of_all_frames_equal_pyav() {
    let Some(videos) = common::shared("videos") else { return };
    let reference = common::reference("frames.json");
    for (name, entry) in reference.as_object().unwrap() {
        let (info, index) = common::open(&videos.join(name));
        let times: Vec<i128> = index.table.entries().iter().map(|frame| frame.time.nanos().into()).collect();
        let expected = expected_nanos(entry);
        assert_eq!(times.len(), expected.len(), "{name}: frames");
        assert_eq!(i64::from(info.video.stream_index), entry["stream"].as_i64().unwrap(), "{name}: stream");
        // libav numbers AVI frames by when the decoder gives them, one frame late; our clock starts at 0.
        let shift = if name.ends_with(".avi") { expected[0] } else { 0 };
        for (frame, (ours, theirs)) in times.iter().zip(&expected).enumerate() {
            assert!((ours - (theirs - shift)).abs() <= 1, "{name}: frame {frame} at {ours}, PyAV says {theirs}");
        }
    }
}

#[test]
fn key_frames_equal_pyav() {
    let Some(videos) = common::shared("videos") else { return };
    for (name, entry) in common::reference("frames.json").as_object().unwrap() {
        let (_, index) = common::open(&videos.join(name));
        let ours: Vec<usize> =
            index.table.entries().iter().enumerate().filter(|(_, frame)| frame.is_key).map(|(n, _)| n).collect();
        let mut ticks = entry["first"].as_i64().unwrap();
        let mut all = vec![ticks];
        for step in entry["steps"].as_array().unwrap() {
            ticks += step.as_i64().unwrap();
            all.push(ticks);
        }
        let keys = entry["keys"].as_array().unwrap();
        let theirs: Vec<usize> = keys.iter().map(|key| all.binary_search(&key.as_i64().unwrap()).unwrap()).collect();
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn a_damaged_file_gives_the_frames_that_decode_and_says_where() {
    let Some(videos) = common::shared("videos") else { return };
    let (_, index) = common::open(&videos.join("corrupted.mp4"));
    assert_eq!(index.table.len(), 49);
    let lost = index.warnings.iter().find(|warning| warning.message.contains("could not be decoded"));
    assert_eq!(lost.unwrap().time, Some(MediaTime::from_nanos(3_000_000_000)), "{:?}", index.warnings);
}
