//! Result files: the original's own, every format there and back, and what is refused.

mod support;

use ks_mmaction::results::{ResultError, ResultFormat, Results};
use proptest::prelude::{any, prop};
use proptest::{prop_assert_eq, proptest};

const ALL: [ResultFormat; 4] = [ResultFormat::Json, ResultFormat::Yaml, ResultFormat::Pickle, ResultFormat::Csv];

fn results(scores: &[&[f32]]) -> Results {
    Results { scores: scores.iter().map(|row| row.to_vec()).collect(), ..Results::default() }
}

fn text(scores: &[&[f32]], format: ResultFormat) -> String {
    String::from_utf8(results(scores).to_bytes(format, None)).expect("the format should be text")
}

#[test]
fn the_result_of_the_original_is_read_and_written_character_for_character() {
    let Some(path) = support::shared("fixtures/cli/v0/result.json") else { return };
    let found = Results::load(&path).unwrap();
    assert_eq!((found.scores.len(), found.scores[0].len()), (6, 7));
    assert_eq!(found.scores[0][0], 0.147_356_42);
    assert_eq!(found.to_bytes(ResultFormat::Json, None), std::fs::read(path).unwrap());
}

#[test]
fn numbers_are_written_as_python_writes_them() {
    let row: &[f32] = &[0.5, 1.0, 0.0, -0.0, 1e-5, 1.5e-5, 0.000_1, 1e16, f32::NAN, f32::NEG_INFINITY];
    let expected = "[[0.5, 1.0, 0.0, -0.0, 9.999999747378752e-06, 1.4999999621068127e-05, 9.999999747378752e-05, 1.0000000272564224e+16, NaN, -Infinity]]";
    assert_eq!(text(&[row], ResultFormat::Json), expected);
    assert_eq!(
        text(&[&[2.0_f32.powi(-40), 2.0_f32.powi(60)]], ResultFormat::Json),
        "[[9.094947017729282e-13, 1.152921504606847e+18]]"
    );
    assert_eq!(text(&[&[0.5, 0.25], &[1.0]], ResultFormat::Yaml), "- - 0.5\n  - 0.25\n- - 1.0\n");
    assert_eq!(text(&[&[f32::INFINITY]], ResultFormat::Yaml), "- - .inf\n");
}

#[test]
fn csv_holds_paths_and_labels() {
    let all = Results {
        scores: vec![vec![0.25, 0.75], vec![0.5, 0.5]],
        paths: vec!["a, \"b\".mp4".to_owned(), "c.mp4".to_owned()],
        labels: vec![vec![1], vec![0, 1]],
    };
    let names = ["arm wrestling".to_owned(), "bowling".to_owned()];
    let bytes = all.to_bytes(ResultFormat::Csv, Some(&names));
    let expected = "path,labels,arm wrestling,bowling\r\n\"a, \"\"b\"\".mp4\",1,0.25,0.75\r\nc.mp4,0 1,0.5,0.5\r\n";
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
    assert_eq!(Results::parse(&bytes, ResultFormat::Csv).unwrap(), all);
}

#[test]
fn pickles_of_numpy_are_read_without_running_them() {
    // Protocol 2, as mmcv writes it: bytes are a text that `_codecs.encode` would turn back. Two rows share a kind.
    let mut content = b"\x80\x02]q\x00(".to_vec();
    for bytes in [[0.5_f32, 0.25], [1.0, 2.0]] {
        content.extend(b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85q\x03c_codecs\nencode\nq\x04X\x01\x00\x00\x00bq\x05X\x06\x00\x00\x00latin1q\x06\x86q\x07Rq\x08\x87q\x09Rq\x0a");
        content.extend(b"(K\x01K\x02\x85q\x0bcnumpy\ndtype\nq\x0cX\x02\x00\x00\x00f4q\x0d\x89\x88\x87q\x0eRq\x0f(K\x03X\x01\x00\x00\x00<q\x10NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x11b\x89h\x04");
        let text: String = bytes.iter().flat_map(|number| number.to_le_bytes()).map(char::from).collect();
        content.push(b'X');
        content.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        content.extend(text.bytes());
        content.extend(b"h\x06\x86q\x12Rq\x13tq\x14b");
    }
    content.extend(b"e.");
    let found = Results::parse(&content, ResultFormat::Pickle).unwrap();
    assert_eq!(found.scores, [[0.5, 0.25], [1.0, 2.0]]);
    let lists = b"\x80\x03]q\x00(]q\x01(G?\xe0\x00\x00\x00\x00\x00\x00K\x01ee.";
    assert_eq!(Results::parse(lists, ResultFormat::Pickle).unwrap().scores, [[0.5, 1.0]]);
}

#[test]
fn a_pickle_that_wants_to_run_something_is_refused() {
    let error = Results::parse(b"cos\nsystem\n(S'true'\ntR.", ResultFormat::Pickle).expect_err("should be refused");
    assert!(error.to_string().contains("`os system`"), "{error}");
    // A list that holds itself, and one that repeats a row without end.
    assert!(Results::parse(b"]q\x00h\x00a.", ResultFormat::Pickle).is_err());
    let mut bomb = b"](](".to_vec();
    bomb.extend([b'K', 1].repeat(500));
    bomb.extend(b"eq\x01");
    bomb.extend([b'h', 1].repeat(1000));
    bomb.extend(b"e.");
    assert!(Results::parse(&bomb, ResultFormat::Pickle).is_err());
}

#[test]
fn a_dump_of_1x_is_refused_with_the_way_out() {
    let Some(path) = support::shared("fixtures/cli/v1/res.pkl") else { return };
    let error = Results::load(&path).expect_err("should be refused");
    assert!(matches!(error, ResultError::TorchDump), "{error}");
    assert!(error.to_string().contains("pred_score"), "{error}");
}

#[test]
fn files_are_saved_whole_under_the_name_that_says_their_format() {
    let folder = tempfile::tempdir().unwrap();
    let all = results(&[&[0.25, 0.75]]);
    for name in ["r.json", "r.yaml", "r.YML", "r.pkl", "r.pickle", "r.csv"] {
        let path = folder.path().join(name);
        all.save(&path, None).unwrap();
        assert_eq!(Results::load(&path).unwrap().scores, all.scores, "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6, "nothing else is left");
    let error = all.save(&folder.path().join("r.txt"), None).expect_err("should be refused");
    assert!(error.to_string().contains("must end in .json"), "{error}");
    assert!(all.save(&folder.path().join("no/r.json"), None).is_err());
    assert!(matches!(Results::load(&folder.path().join("none.json")), Err(ResultError::File { .. })));
}

#[test]
fn what_is_no_result_is_refused() {
    for (content, format) in [
        ("{}", ResultFormat::Json),
        ("[[1, 'a']]", ResultFormat::Json),
        ("- a: 1", ResultFormat::Yaml),
        ("  - 1.0", ResultFormat::Yaml),
        ("a,b\n1,2", ResultFormat::Csv),
        ("path,labels,x\n\"a,1,2", ResultFormat::Csv),
        ("path,labels,x\na,1", ResultFormat::Csv),
    ] {
        let result = Results::parse(content.as_bytes(), format);
        assert!(matches!(result, Err(ResultError::Malformed { .. })), "{content}: {result:?}");
    }
}

proptest! {
    #[test]
    fn any_scores_come_back_from_every_format(
        scores in prop::collection::vec(prop::collection::vec(-1e30_f32..1e30, 4), 1..5),
    ) {
        for format in ALL {
            let all = Results { scores: scores.clone(), ..Results::default() };
            let bytes = all.to_bytes(format, None);
            prop_assert_eq!(&Results::parse(&bytes, format).unwrap().scores, &scores, "{:?}", format);
        }
    }

    #[test]
    fn any_bytes_are_results_or_an_error(content in any::<Vec<u8>>()) {
        for format in ALL {
            let _ = Results::parse(&content, format);
        }
    }
}
