//! Annotation lists: both kinds, both branches, bad lines, and what a property test thinks of.

mod support;

use std::path::Path;

use ks_mmaction::lists::{LabelRule, ListEntry, ListError, ListFormat, ListKind};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::{prop_assert_eq, proptest};

fn video(path: &str, labels: &[u32]) -> ListEntry {
    ListEntry { path: path.to_owned(), labels: labels.to_vec(), ..ListEntry::default() }
}

fn frames(path: &str, offset: u32, frames: u32, labels: &[u32]) -> ListEntry {
    ListEntry { offset, frames: Some(frames), ..video(path, labels) }
}

fn format(kind: ListKind, labels: LabelRule) -> ListFormat {
    ListFormat { kind, labels, ..ListFormat::default() }
}

const PLAIN: ListKind = ListKind::RawFrames { has_offset: false };
const OFFSET: ListKind = ListKind::RawFrames { has_offset: true };

#[test]
fn paths_may_hold_spaces() {
    let found = ListFormat::default().parse("\u{feff}arm wrestling/a b.mp4 6\r\n\nb.mp4\t0\n").unwrap();
    assert_eq!(found, [video("arm wrestling/a b.mp4", &[6]), video("b.mp4", &[0])]);
}

#[test]
fn every_column_of_every_kind_is_read() {
    let read = |kind, labels, text: &str| format(kind, labels).parse(text).unwrap().remove(0);
    assert_eq!(read(PLAIN, LabelRule::One, "some dir/x 40 3"), frames("some dir/x", 0, 40, &[3]));
    assert_eq!(read(OFFSET, LabelRule::One, "x 5 40 3"), frames("x", 5, 40, &[3]));
    assert_eq!(read(PLAIN, LabelRule::Many, "x 40 3 5 7"), frames("x", 0, 40, &[3, 5, 7]));
    assert_eq!(read(OFFSET, LabelRule::Many, "x 5 40 3 7"), frames("x", 5, 40, &[3, 7]));
    assert_eq!(read(ListKind::Videos, LabelRule::Many, "a b.mp4 1 2"), video("a b.mp4", &[1, 2]));
    assert_eq!(read(ListKind::Videos, LabelRule::Optional, "my video.mp4"), video("my video.mp4", &[]));
    assert_eq!(read(ListKind::Videos, LabelRule::Optional, "a.mp4 -1"), video("a.mp4", &[]));
    let comma = ListFormat { delimiter: Some(",".to_owned()), ..format(ListKind::Videos, LabelRule::Many) };
    assert_eq!(comma.parse("take 12, 3,4").unwrap(), [video("take 12", &[3, 4])]);
}

#[test]
fn all_bad_lines_are_named_at_once() {
    let format = ListFormat { classes: Some(5), ..ListFormat::default() };
    let error = format.parse("a.mp4 1\nb.mp4\nc.mp4 x\nd.mp4 5\ne.mp4 -1\n 7\n").expect_err("should be refused");
    let ListError::BadLines { bad, count } = &error else { panic!("{error}") };
    let lines: Vec<usize> = bad.iter().map(|bad| bad.line).collect();
    assert_eq!((lines.as_slice(), *count), (&[2, 3, 4, 5, 6][..], 5), "{error}");
    for part in ["line 2: the label is missing", "but is “x”", "label 5 is not below the number of classes, 5"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    let many = "x\n".repeat(1000);
    let error = ListFormat::default().parse(&many).expect_err("should be refused").to_string();
    assert!(error.contains("1000 of the list's lines") && error.contains("and 900 more"), "{error}");
    assert_eq!(ListFormat::default().parse(" \n\n"), Err(ListError::Empty));
    assert!(self::format(PLAIN, LabelRule::One).parse("x 0 3").is_err(), "no frames");
}

#[test]
fn json_lists_of_0x_are_read() {
    let text = r#"[{"filename": "a b.mp4", "label": [3]}, {"filename": "c.mp4", "label": 4, "total_frames": 9}]"#;
    assert_eq!(ListFormat::default().parse_json(text).unwrap(), [video("a b.mp4", &[3]), video("c.mp4", &[4])]);
    let text = r#"[{"frame_dir": "d", "total_frames": 40, "label": [1, 2]}]"#;
    assert_eq!(format(PLAIN, LabelRule::Many).parse_json(text).unwrap(), [frames("d", 0, 40, &[1, 2])]);
    let error = ListFormat::default().parse_json(r#"[{"label": [1]}, {"filename": "x", "label": []}]"#);
    assert!(matches!(&error, Err(ListError::BadLines { count: 2, .. })), "{error:?}");
    assert!(ListFormat::default().parse_json("[{").is_err());
}

#[test]
fn the_fixtures_are_read_and_written_character_for_character() {
    let read = |part: &str, kind: ListKind, expected: &[ListEntry]| {
        let Some(path) = support::shared(part) else { return };
        let format = format(kind, LabelRule::One);
        let found = format.load(&path).unwrap();
        assert_eq!(&found[..expected.len()], expected);
        assert_eq!(format.write(&found).unwrap(), std::fs::read_to_string(path).unwrap());
    };
    read("fixtures/cli/v0/ann.txt", ListKind::Videos, &[video("demo.mp4", &[6]), video("test.mp4", &[0])]);
    read(
        "fixtures/pipeline/rawframes_list.txt",
        PLAIN,
        &[frames("frames", 0, 40, &[3]), frames("frames", 0, 40, &[5])],
    );
}

#[test]
fn what_no_line_can_hold_is_not_written() {
    let write = |entry: ListEntry| ListFormat::default().write(&[entry]);
    for path in ["", "a\nb.mp4", " a.mp4", "a.mp4 "] {
        assert!(write(video(path, &[1])).is_err(), "{path:?}");
    }
    assert!(write(video("a.mp4", &[1, 2])).is_err(), "two labels");
    assert!(format(ListKind::Videos, LabelRule::Many).write(&[video("take 12", &[3])]).is_err(), "two readings");
    assert_eq!(write(video("take 12", &[3])).unwrap(), "take 12 3\n");
}

#[test]
fn the_prefix_goes_in_front_of_relative_paths_only() {
    assert_eq!(video("a/b.mp4", &[]).path_under(Path::new("data")), Path::new("data/a/b.mp4"));
    assert_eq!(video("/a/b.mp4", &[]).path_under(Path::new("data")), Path::new("/a/b.mp4"));
}

fn any_format() -> impl Strategy<Value = ListFormat> {
    let kinds = prop_oneof![Just(ListKind::Videos), Just(PLAIN), Just(OFFSET)];
    let labels = prop_oneof![Just(LabelRule::One), Just(LabelRule::Optional), Just(LabelRule::Many)];
    let delimiters = prop_oneof![Just(None), Just(Some(",".to_owned())), Just(Some("\t".to_owned()))];
    (kinds, labels, delimiters, prop::option::of(1..500_usize))
        .prop_map(|(kind, labels, delimiter, classes)| ListFormat { kind, labels, delimiter, classes })
}

proptest! {
    #[test]
    fn any_text_is_a_list_or_an_error(format in any_format(), text in any::<String>()) {
        let _ = format.parse_json(&text);
        if let Ok(entries) = format.parse(&text) {
            proptest::prop_assert!(!entries.is_empty());
        }
    }

    #[test]
    fn any_list_that_is_written_is_read_again(
        format in any_format(),
        paths in prop::collection::vec("[a-z0-9 ,/._-]{0,12}", 1..6),
        numbers in prop::collection::vec(0..100_u32, 3),
    ) {
        let entry = |path: &String| {
            let labels = if format.labels == LabelRule::Many { numbers.clone() } else { vec![numbers[0]] };
            match format.kind {
                ListKind::Videos => video(path, &labels),
                ListKind::RawFrames { has_offset } => frames(path, if has_offset { 5 } else { 0 }, 7, &labels),
            }
        };
        let entries: Vec<ListEntry> = paths.iter().map(entry).collect();
        if let Ok(text) = format.write(&entries) {
            prop_assert_eq!(format.parse(&text).unwrap(), entries);
        }
    }

    #[test]
    fn lines_of_words_and_numbers_never_confuse_the_reader(
        format in any_format(),
        lines in prop::collection::vec("([a-z]{1,3}|-?[0-9]{1,12}|[ \t,]){0,8}", 0..20),
    ) {
        let text = lines.join("\n");
        match format.parse(&text) {
            Ok(entries) => proptest::prop_assert!(entries.iter().all(|entry| !entry.path.is_empty())),
            Err(ListError::BadLines { bad, count }) => proptest::prop_assert!(bad.len() <= count && count <= lines.len()),
            Err(error) => prop_assert_eq!(error, ListError::Empty),
        }
    }
}
