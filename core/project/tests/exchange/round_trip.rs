//! Whatever goes out comes back, as far as the format can hold it, with its precision.

use ks_domain::MediaTime;
use ks_domain::project::{Author, Rgb, Verdict, WorkState};
use ks_project::exchange::{ClassLabel, Extent, Labels, SegmentLabel, VideoLabels, format_named};
use proptest::prelude::{Strategy, any, prop, proptest};

use crate::support::{BEES, WASPS, table, there_and_back, video};

/// Names that are unlike each other and unlike anything that a format means.
const CLASSES: [&str; 8] = ["walk", "rest & <turn>", "=sum(1)", "Schwänzeltanz", "a \"b\"; c,d", "12", "-x", "''@y"];
const NOTES: [&str; 5] = ["", "slow", "two\nlines", "=1+1, \"quoted\" & <b>", "ünïcode 🐝"];

fn author() -> impl Strategy<Value = Option<Author>> {
    let names = || prop::sample::select(vec!["", "Ada", "=Bo", "a,b"]).prop_map(str::to_owned);
    let model = (names(), names(), prop::option::of(names()))
        .prop_map(|(checkpoint, hash, accepted_by)| Some(Author::Model { checkpoint, hash, accepted_by }));
    prop::strategy::Union::new([names().prop_map(|name| Some(Author::Person(name))).boxed(), model.boxed()])
}

fn segment() -> impl Strategy<Value = SegmentLabel> {
    let class = prop::sample::select(CLASSES.to_vec());
    let note = prop::sample::select(NOTES.to_vec());
    let span = (0u64..19_000_000_000, 1_000_000u64..1_000_000_000);
    (class, span, any::<bool>(), author(), prop::option::of(0.0f32..1.0), note).prop_map(
        |(class, (start, length), present, author, score, note)| SegmentLabel {
            class: class.to_owned(),
            extent: Extent::Span(MediaTime::from_nanos(start), MediaTime::from_nanos(start + length)),
            verdict: if present { Verdict::Present } else { Verdict::Absent },
            author,
            score,
            note: note.to_owned(),
        },
    )
}

fn labels() -> impl Strategy<Value = Labels> {
    let one = |path: &'static str| prop::collection::vec(segment(), 0..12).prop_map(move |all| video(path, all));
    (one(BEES), one(WASPS), prop::option::of(any::<[u8; 3]>()), any::<bool>()).prop_map(
        |(bees, wasps, color, is_done)| {
            let mut classes: Vec<ClassLabel> = CLASSES.map(ClassLabel::named).to_vec();
            classes[0] = ClassLabel {
                color: color.map(Rgb),
                key: Some('w'),
                description: "on her legs".to_owned(),
                ..ClassLabel::named(CLASSES[0])
            };
            let bees = VideoLabels {
                hash: "ab".repeat(32),
                markers: vec![(MediaTime::from_nanos(5), "here".to_owned())],
                stretches: vec![(MediaTime::from_nanos(7), MediaTime::from_nanos(19_999_999_999))],
                note: "sunny".to_owned(),
                work: if is_done { WorkState::Done } else { WorkState::NeedsWork },
                ..bees
            };
            Labels { title: "Bees".to_owned(), classes, videos: vec![bees, wasps] }
        },
    )
}

type Row = (String, String, u64, u64, String);

/// All labels as rows, with times in these units and sorted; `keep` may drop what a format cannot hold.
fn rows(labels: &Labels, unit: u64, mut keep: impl FnMut(&SegmentLabel) -> bool, notes: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for video in &labels.videos {
        for segment in video.segments.iter().filter(|segment| keep(segment)) {
            let Extent::Span(start, end) = segment.extent else { panic!("not a span: {segment:?}") };
            let round = |time: MediaTime| (time.nanos() + unit / 2) / unit;
            let note = if notes { segment.note.clone() } else { String::new() };
            let stem = video.name.split('.').next().unwrap_or_default().to_owned();
            rows.push((stem, segment.class.clone(), round(start), round(end), note));
        }
    }
    rows.sort();
    rows
}

fn present(segment: &SegmentLabel) -> bool {
    segment.verdict == Verdict::Present
}

const MILLI: u64 = 1_000_000;

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn our_json_brings_back_everything(labels in labels()) {
        let back = there_and_back(&labels, "json");
        assert_eq!(back.labels, labels);
        assert_eq!(format_named("json").unwrap().losses(&labels), Vec::<String>::new());
    }

    #[test]
    fn our_csv_brings_back_every_segment(labels in labels()) {
        let back = there_and_back(&labels, "csv");
        let segments = |labels: &Labels| -> Vec<(String, SegmentLabel)> {
            let of = |video: &VideoLabels| -> Vec<(String, SegmentLabel)> {
                video.segments.iter().map(|segment| (video.path.clone(), segment.clone())).collect()
            };
            labels.videos.iter().flat_map(of).collect()
        };
        assert_eq!(segments(&back.labels), segments(&labels));
    }

    #[test]
    fn formats_in_milliseconds_bring_back_segments_and_notes(labels in labels()) {
        let has_some = labels.videos.iter().flat_map(|video| &video.segments).any(present);
        // A file of subtitles without a cue is not written.
        let subtitles = has_some.then_some("webvtt");
        for format in ["elan", "boris", "boris-events", "boris-aggregated"].into_iter().chain(subtitles) {
            let back = there_and_back(&labels, format);
            assert_eq!(rows(&back.labels, MILLI, present, true), rows(&labels, MILLI, present, true), "{format}");
        }
    }

    #[test]
    fn elan_and_boris_bring_back_the_classes(labels in labels()) {
        let boris = there_and_back(&labels, "boris").labels;
        assert_eq!(boris.classes, labels.classes);
        let elan = there_and_back(&labels, "elan").labels;
        let names = |labels: &Labels| -> Vec<String> { labels.classes.iter().map(|class| class.name.clone()).collect() };
        assert_eq!(names(&elan), names(&labels));
    }

    #[test]
    fn activitynet_and_localization_bring_back_exact_times(labels in labels()) {
        let back = there_and_back(&labels, "activitynet");
        assert_eq!(rows(&back.labels, 1, present, false), rows(&labels, 1, present, false));
        let scores = |labels: &Labels| -> Vec<f32> {
            let segments = labels.videos.iter().flat_map(|video| &video.segments);
            let found = segments.filter(|segment| segment.is_prediction() && present(segment));
            let mut scores: Vec<f32> = found.map(|segment| segment.score.unwrap_or(1.0)).collect();
            scores.sort_by(f32::total_cmp);
            scores
        };
        assert_eq!(scores(&back.labels), scores(&labels));
        let back = there_and_back(&labels, "mmaction2-localization");
        assert_eq!(rows(&back.labels, 1, present, false), rows(&labels, 1, present, false));
    }

    #[test]
    fn srt_brings_back_what_is_labelled_at_every_moment(labels in labels()) {
        // Labels of one class that touch or overlap become one, so what counts is where each class occurs.
        let occurs = |labels: &Labels| -> Vec<(String, String, u64, u64)> {
            let mut joined: Vec<(String, String, u64, u64)> = Vec::new();
            for (video, class, start, end, _note) in rows(labels, MILLI, present, false) {
                match joined.last_mut() {
                    Some(last) if (&last.0, &last.1) == (&video, &class) && start <= last.3 => last.3 = last.3.max(end),
                    _ => joined.push((video, class, start, end)),
                }
            }
            joined
        };
        if labels.videos.iter().flat_map(|video| &video.segments).any(present) {
            let back = there_and_back(&labels, "srt");
            assert_eq!(occurs(&back.labels), occurs(&labels));
        }
    }

    #[test]
    fn mmaction2_lists_bring_back_which_classes_occur(labels in labels()) {
        let occurs = |labels: &Labels| -> Vec<(String, String)> {
            let of = |video: &VideoLabels| -> Vec<(String, String)> {
                let present = video.segments.iter().filter(|segment| present(segment));
                present.map(|segment| (video.path.clone(), segment.class.clone())).collect()
            };
            let mut all: Vec<(String, String)> = labels.videos.iter().flat_map(of).collect();
            all.sort();
            all.dedup();
            all
        };
        if labels.videos.iter().flat_map(|video| &video.segments).any(present) {
            assert_eq!(occurs(&there_and_back(&labels, "mmaction2-list").labels), occurs(&labels));
        }
    }
}

#[test]
fn cues_of_srt_never_overlap_and_those_of_webvtt_may() {
    let span = |from: u64, to: u64| Extent::Span(MediaTime::from_nanos(from), MediaTime::from_nanos(to));
    let second = 1_000_000_000;
    let segments = vec![
        SegmentLabel::new("walk".to_owned(), span(0, 3 * second)),
        SegmentLabel::new("rest".to_owned(), span(second, 2 * second)),
    ];
    let labels = Labels { videos: vec![video(BEES, segments)], ..Labels::default() };
    let text = |format: &str| {
        let files = format_named(format).unwrap().export(&labels, &Default::default()).unwrap();
        String::from_utf8(files[0].bytes.clone()).unwrap()
    };
    let srt = "1\n00:00:00,000 --> 00:00:01,000\nwalk\n\n\
               2\n00:00:01,000 --> 00:00:02,000\nrest\nwalk\n\n\
               3\n00:00:02,000 --> 00:00:03,000\nwalk\n\n";
    assert_eq!(text("srt"), srt);
    let vtt = "WEBVTT\n\nNOTE Kinetoscope labels of /data/hive one/bees.mp4\n\n\
               1\n00:00:00.000 --> 00:00:03.000\nwalk\n\n\
               2\n00:00:01.000 --> 00:00:02.000\nrest\n";
    assert_eq!(text("webvtt"), vtt);
}

#[test]
fn what_a_format_cannot_hold_is_said_before_it_is_written() {
    let mut segment = SegmentLabel::new("walk".to_owned(), Extent::Span(MediaTime::ZERO, table().end()));
    segment.score = Some(0.5);
    segment.note = "slow".to_owned();
    let absent = SegmentLabel { verdict: Verdict::Absent, ..segment.clone() };
    let mut labels = Labels { videos: vec![video(BEES, vec![segment, absent])], ..Labels::default() };
    labels.videos[0].markers = vec![(MediaTime::ZERO, "here".to_owned())];
    let said = |format: &str| format_named(format).unwrap().losses(&labels).join("; ");
    assert!(said("csv").contains("1 marker is left out"));
    assert!(said("srt").contains("2 notes on segments are left out"));
    assert!(said("elan").contains("does not occur is left out") && said("elan").contains("rounded to milliseconds"));
    assert!(said("mmaction2-list").contains("1 paths hold spaces"));
    assert_eq!(said("json"), "");
}
