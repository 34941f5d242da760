//! Files as other programs write them.

use ks_domain::project::{Author, Rgb};
use ks_project::exchange::{ClassSource, Extent, ImportOptions, format_named, recognise};

use crate::support::{example, expected, file, known, problems, read, rows};

fn has(said: &[String], part: &str) -> bool {
    said.iter().any(|text| text.contains(part))
}

#[test]
fn elan_tiers_of_any_structure_are_understood() {
    let imported = read(&["elan_2.7.eaf"], "elan");
    let wanted = expected(&[
        ("walk & <turn>", 1.0, 2.0, ""),
        ("rest", 2.0, 3.0, ""),
        ("sting", 5.0, 5.0, ""),
        ("fast", 1.0, 1.5, ""),
        ("slow", 1.5, 2.0, ""),
    ]);
    assert_eq!(rows(&imported, "bees.mp4"), wanted);
    let video = &imported.labels.videos[0];
    assert_eq!(video.path, "C:/Users/Ada/My Videos/bees.mp4");
    assert_eq!(video.segments[0].author, Some(Author::Person("Ada".to_owned())));
    let said = problems(&imported);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(has(&said, "ends before it begins") && has(&said, "no time") && has(&said, "entities of its own"));
    let remarks = imported.report.remarks();
    assert!(has(remarks, "not aligned") && has(remarks, "several videos") && has(remarks, "texts of the annotations"));
}

#[test]
fn elan_tiers_name_the_classes_where_the_annotations_do_not() {
    let imported = read(&["elan_tiers.eaf"], "elan");
    assert_eq!(rows(&imported, "bees.mp4"), expected(&[("drinking", 0.1, 0.2, "")]));
    let options = ImportOptions { class_source: ClassSource::Tier, ..known() };
    let imported = format_named("elan").unwrap().import(&[example("elan_2.7.eaf")], &options).unwrap();
    assert_eq!(rows(&imported, "bees.mp4")[2], ("behaviour".to_owned(), 5.0, 5.0, "sting".to_owned()));
}

#[test]
fn a_boris_project_is_paired_by_subject_and_modifiers() {
    let imported = read(&["project.boris"], "boris");
    let wanted = expected(&[
        ("walk", 1.0, 2.25, "subject: queen\nslow"),
        ("walk", 1.5, 3.5, ""),
        ("sting", 3.0, 3.0, "modifiers: hard\nouch"),
        ("rest", 0.0, 1.5, ""),
    ]);
    assert_eq!(rows(&imported, "bees.mp4"), wanted);
    assert_eq!(rows(&imported, "wasps.mp4"), expected(&[("rest", 29.0, 30.0, "")]));
    let classes = &imported.labels.classes;
    assert_eq!(classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>(), ["walk", "sting", "rest"]);
    assert_eq!((classes[0].color, classes[0].key), (Some(Rgb([0x3b, 0x7d, 0xd8])), Some('w')));
    let said = problems(&imported);
    for part in ["UNPAIRED", "“dance” is not among", "no time", "type LIVE", "colour", "independent variables"] {
        assert!(has(&said, part), "{part}: {said:?}");
    }
    assert_eq!(said.len(), 6, "{said:?}");
    let remarks = imported.report.remarks();
    assert!(has(remarks, "next medium") && has(remarks, "beside each other"));
}

#[test]
fn boris_tables_of_events_are_understood_in_both_generations() {
    let old = read(&["boris_events_old.tsv"], "boris-events");
    let wanted = expected(&[("walk", 1.0, 2.25, "subject: queen\nslow"), ("sting", 3.0, 3.0, "")]);
    assert_eq!(rows(&old, "bees.mp4"), wanted);
    assert!(has(&problems(&old), "UNPAIRED") && problems(&old)[0].contains("line 14"), "{:?}", problems(&old));
    let new = read(&["boris_events_new.csv"], "boris-events");
    let wanted = expected(&[
        ("sting", 3.0, 3.0, "modifiers: hard"),
        ("walk", 1.0, 2.25, "subject: queen\nslow"),
        ("walk", 0.0, 1.5, ""),
    ]);
    let mut found = rows(&new, "bees.mp4");
    found.sort_by(|a, b| (&a.0, &b.3).cmp(&(&b.0, &a.3)));
    assert_eq!(found, wanted);
    assert_eq!(rows(&new, "wasps.mp4"), expected(&[("walk", 29.0, 30.0, "")]));
    assert_eq!(problems(&new), Vec::<String>::new());
}

#[test]
fn boris_aggregated_tables_are_understood_in_both_generations() {
    for name in ["boris_aggregated_old.csv", "boris_aggregated_new.csv"] {
        let imported = read(&[name], "boris-aggregated");
        let wanted =
            expected(&[("walk", 1.0, 2.25, "subject: queen\nslow\nthen fast"), ("sting", 3.0, 3.0, "modifiers: hard")]);
        assert_eq!(rows(&imported, "bees.mp4"), wanted, "{name}");
        assert_eq!(problems(&imported).len(), usize::from(name.contains("old")));
    }
}

#[test]
fn tables_of_others_are_read_by_the_names_of_their_columns() {
    let imported = read(&["others.csv"], "csv");
    assert_eq!(rows(&imported, "bees.mp4"), expected(&[("walk", 1.0, 2.25, "slow"), ("rest", 4.5, 6.0, "")]));
    let said = problems(&imported);
    assert!(has(&said, "ends before") && has(&said, "no class") && has(&said, "no video") && has(&said, "“soon”"));
    assert!(has(&said, "others.csv, line 7"), "{said:?}");
}

#[test]
fn frames_are_counted_by_the_video_and_said_to_be_unknown_without_it() {
    let imported = read(&["frames.csv"], "csv");
    assert_eq!(rows(&imported, "bees.mp4"), expected(&[("walk", 1.0, 2.0, "")]));
    assert!(problems(&imported)[0].starts_with("the frame rate of unknown.mp4 is not known; open the video first"));
    let options = ImportOptions { rate: Some(50.0), ..ImportOptions::default() };
    let imported = format_named("csv").unwrap().import(&[example("frames.csv")], &options).unwrap();
    assert_eq!(rows(&imported, "bees.mp4"), expected(&[("walk", 0.5, 1.0, "")]));
}

#[test]
fn activitynet_is_read_as_database_and_as_results() {
    let database = read(&["activitynet.json"], "activitynet");
    assert_eq!(rows(&database, "bees"), expected(&[("walk", 1.0, 2.25, "")]));
    assert_eq!(database.labels.classes.len(), 1);
    assert_eq!(problems(&database).len(), 1);
    let results = read(&["activitynet_results.json"], "activitynet");
    let segment = &results.labels.videos[0].segments[0];
    assert!(segment.is_prediction());
    assert_eq!(segment.score, Some(0.75));
}

#[test]
fn mmaction2_lists_are_read_with_their_label_map() {
    let imported = read(&["train_list.txt", "label_map.txt"], "mmaction2-list");
    assert_eq!(rows(&imported, "bees.mp4"), expected(&[("walk", -1.0, -1.0, ""), ("sting", -1.0, -1.0, "")]));
    assert_eq!(imported.labels.videos[0].path, "my videos/bees.mp4");
    assert_eq!(rows(&imported, "ants"), expected(&[("rest", -1.0, -1.0, "")]));
    assert_eq!(problems(&imported), ["the label map has no class 7 (train_list.txt, line 4)"]);
    let alone = recognise(&[example("train_list.txt")]).unwrap().import(&[example("train_list.txt")], &known());
    assert!(alone.unwrap_err().to_string().contains("give the label map"));
    let localization = read(&["localization.json"], "mmaction2-localization");
    assert_eq!(rows(&localization, "v_bees"), expected(&[("walk", 1.0, 2.25, "")]));
}

#[test]
fn subtitles_are_read_with_tags_entities_and_broken_cues() {
    let vtt = read(&["bees.vtt"], "webvtt");
    let wanted = expected(&[("walk & turn", 1.0, 2.25, "slowly"), ("rest", 3600.0, 3601.0, "")]);
    assert_eq!(rows(&vtt, "bees"), wanted);
    assert_eq!(problems(&vtt), ["a cue has no text, so it names no class (bees.vtt, line 14)"]);
    let srt = read(&["bees.srt"], "srt");
    let wanted = expected(&[("walk", 1.0, 3.0, ""), ("rest", 2.25, 3.0, ""), ("<3 nectar", 5.0, 6.0, "")]);
    assert_eq!(rows(&srt, "bees"), wanted);
    assert_eq!(problems(&srt), ["the times of a cue cannot be read (bees.srt, line 14)"]);
}

#[test]
fn files_that_cannot_be_told_or_do_not_belong_together_are_refused_in_a_sentence() {
    let unknown = recognise(&[file("picture.png", "\u{1}\u{2}")]).map(|format| format.id()).unwrap_err();
    assert!(unknown.to_string().contains("name it with --format"), "{unknown}");
    let mixed = recognise(&[example("bees.srt"), example("bees.vtt")]).map(|format| format.id()).unwrap_err();
    assert_eq!(mixed.to_string(), "bees.srt is SRT, but bees.vtt is WebVTT; import files of one format at a time");
    assert!(format_named("avi").map(|format| format.id()).unwrap_err().to_string().contains("webvtt"));
    let newer = file("new.json", r#"{"format": "kinetoscope-labels", "version": 2, "classes": [], "videos": []}"#);
    let error = recognise(std::slice::from_ref(&newer)).unwrap().import(&[newer], &known()).unwrap_err();
    assert!(error.to_string().contains("newer Kinetoscope"));
}

#[test]
fn a_list_is_about_whole_videos() {
    let imported = read(&["train_list.txt", "label_map.txt"], "mmaction2-list");
    assert!(imported.labels.videos.iter().flat_map(|video| &video.segments).all(|one| one.extent == Extent::Whole));
}
