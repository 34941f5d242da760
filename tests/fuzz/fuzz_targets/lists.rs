//! Any bytes as an annotation list of every kind, and as a result file of every format.

#![no_main]

use ks_mmaction::lists::{LabelRule, ListFormat, ListKind};
use ks_mmaction::results::{ResultFormat, Results};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    let Some((choice, content)) = content.split_first() else { return };
    if choice & 0x80 != 0 {
        let formats = [ResultFormat::Json, ResultFormat::Yaml, ResultFormat::Pickle, ResultFormat::Csv];
        let _ = Results::parse(content, formats[usize::from(choice & 3)]);
        return;
    }
    let kinds =
        [ListKind::Videos, ListKind::RawFrames { has_offset: false }, ListKind::RawFrames { has_offset: true }];
    let rules = [LabelRule::One, LabelRule::Optional, LabelRule::Many];
    let format = ListFormat {
        kind: kinds[usize::from(choice % 3)],
        labels: rules[usize::from(choice / 3 % 3)],
        delimiter: (choice & 0x20 != 0).then(|| ",".to_owned()),
        classes: (choice & 0x40 != 0).then_some(400),
    };
    let Ok(text) = std::str::from_utf8(content) else { return };
    let _ = format.parse_json(text);
    if let Ok(entries) = format.parse(text)
        && let Ok(text) = format.write(&entries)
    {
        assert_eq!(format.parse(&text).expect("what is written should be readable"), entries);
    }
});
