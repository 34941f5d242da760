//! Files that were made to do harm, or were cut off, or are something else.

use ks_project::exchange::{FORMATS, ImportOptions, InputFile, format_named};
use proptest::prelude::{Strategy, any, prop, proptest};

use crate::support::{example, file, known};

const EXAMPLES: [&str; 17] = [
    "elan_2.7.eaf",
    "elan_tiers.eaf",
    "project.boris",
    "boris_events_old.tsv",
    "boris_events_new.csv",
    "boris_aggregated_old.csv",
    "boris_aggregated_new.csv",
    "others.csv",
    "frames.csv",
    "activitynet.json",
    "activitynet_results.json",
    "localization.json",
    "label_map.txt",
    "train_list.txt",
    "bees.vtt",
    "bees.srt",
    "labels.json",
];

fn try_all(file: &InputFile, options: &ImportOptions) {
    for format in FORMATS {
        let _is_one = format.recognises(file);
        if let Err(error) = format.import(std::slice::from_ref(file), options) {
            assert!(!error.to_string().is_empty());
        }
    }
}

/// An example with some of its bytes replaced, left out or doubled.
fn damaged() -> impl Strategy<Value = InputFile> {
    let edits = prop::collection::vec((any::<u16>(), any::<u8>(), 0u8..4), 0..12);
    (0..EXAMPLES.len(), edits).prop_map(|(index, edits)| {
        let mut file = example(EXAMPLES[index]);
        for (place, byte, how) in edits {
            let at = usize::from(place) % file.bytes.len().max(1);
            match how {
                0 => file.bytes[at] = byte,
                1 if file.bytes.len() > 1 => _ = file.bytes.remove(at),
                2 => file.bytes.insert(at, byte),
                _ => file.bytes.truncate(at.max(1)),
            }
        }
        file
    })
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn no_reader_fails_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        try_all(&InputFile { name: "x.txt".to_owned(), bytes }, &known());
    }

}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

    #[test]
    fn no_reader_fails_on_any_text(text in "(?s)[\\[\\]{}\":,<>/&;a-z0-9 .\\-=\n\r\t]{0,300}") {
        for start in ["", "WEBVTT\n", "1\n00:00:01,000 --> 00:00:02,000\n", "class,start,end\n", "<ANNOTATION_DOCUMENT>"] {
            try_all(&file("x.csv", &format!("{start}{text}")), &known());
        }
    }

    #[test]
    fn no_reader_fails_on_a_damaged_file(file in damaged()) {
        try_all(&file, &known());
    }
}

fn refused(format: &str, file: &InputFile) -> String {
    let error = format_named(format).unwrap().import(std::slice::from_ref(file), &known()).unwrap_err();
    error.to_string()
}

#[test]
fn brackets_without_end_are_refused() {
    for format in ["json", "boris", "activitynet", "mmaction2-localization"] {
        let deep = file("deep.json", &format!("{{\"videos\":{}", "[".repeat(1_000_000)));
        let said = refused(format, &deep);
        assert!(said.contains("deep.json is no"), "{said}");
    }
}

#[test]
fn entities_are_not_expanded_and_elements_not_nested_without_end() {
    let laughs: String =
        (1..20).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let text = format!(
        "<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]><ANNOTATION_DOCUMENT><HEADER TIME_UNITS=\"milliseconds\"/>\
         <TIER TIER_ID=\"&l19;\"><ANNOTATION><ANNOTATION_VALUE>&l19;</ANNOTATION_VALUE></ANNOTATION></TIER>\
         </ANNOTATION_DOCUMENT>"
    );
    let bomb = file("bomb.eaf", &text);
    let imported = format_named("elan").unwrap().import(&[bomb], &known()).unwrap();
    assert!(imported.report.problems()[0].text.contains("entities of its own"));
    let deep = file("deep.eaf", &format!("<ANNOTATION_DOCUMENT>{}", "<a>".repeat(100_000)));
    assert!(refused("elan", &deep).contains("nested too deeply"));
    let cut = file("cut.eaf", "<ANNOTATION_DOCUMENT><TIER TIER_ID=\"a\">");
    assert!(refused("elan", &cut).contains("ends in the middle"));
}

#[test]
fn parents_that_lead_in_a_circle_have_no_time() {
    let reference = |id: &str, parent: &str| {
        format!(
            "<REF_ANNOTATION ANNOTATION_ID=\"{id}\" ANNOTATION_REF=\"{parent}\"><ANNOTATION_VALUE>x</ANNOTATION_VALUE></REF_ANNOTATION>"
        )
    };
    let text = format!(
        "<ANNOTATION_DOCUMENT><TIER TIER_ID=\"t\">{}{}</TIER></ANNOTATION_DOCUMENT>",
        reference("a", "b"),
        reference("b", "a"),
    );
    let imported = format_named("elan").unwrap().import(&[file("circle.eaf", &text)], &known()).unwrap();
    assert_eq!(imported.report.problems()[0].count, 2);
}

#[test]
fn what_is_no_text_is_said_with_its_place() {
    let bytes = b"class,start,end\nwalk,1,2\xff\n".to_vec();
    let said = refused("csv", &InputFile { name: "latin.csv".to_owned(), bytes });
    assert!(said.contains("byte 24") && said.contains("save it as UTF-8"), "{said}");
    let wide: Vec<u8> =
        "\u{feff}class,start,end,video\r\nwalk,1,2,bees.mp4\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = InputFile { name: "wide.csv".to_owned(), bytes: wide };
    let imported = format_named("csv").unwrap().import(&[wide], &known()).unwrap();
    assert_eq!(imported.labels.videos[0].segments.len(), 1);
}

#[test]
fn enormous_numbers_are_said_to_be_none() {
    let text = r#"{"format":"kinetoscope-labels","version":1,"classes":[],"videos":[{"name":"a.mp4","segments":[
        {"class":"walk","start_seconds":1e300,"end_seconds":-1},{"class":"walk","start_seconds":0,"end_seconds":1}]}]}"#;
    let imported = format_named("json").unwrap().import(&[file("big.json", text)], &known()).unwrap();
    assert_eq!((imported.labels.videos[0].segments.len(), imported.report.problems().len()), (1, 1));
    let text = "WEBVTT\n\n99999999999:00:00.000 --> 99999999999:00:01.000\nwalk\n";
    let imported = format_named("webvtt").unwrap().import(&[file("big.vtt", text)], &known()).unwrap();
    assert_eq!(imported.report.problems().len(), 1);
}
