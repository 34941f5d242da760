//! What the tests share: a video with an uneven frame table, files beside the tests, and going out and in again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ks_domain::project::{NewClass, Project, SetId, Stamp, VideoFacts, VideoId};
use ks_domain::{FrameEntry, FrameTable, MediaTime};
use ks_project::exchange::{
    Clock, ExportOptions, Extent, ImportOptions, Imported, InputFile, KnownVideo, Labels, SegmentLabel, Target,
    VideoLabels, format_named, read_input, recognise,
};

pub const BEES: &str = "/data/hive one/bees.mp4";
pub const WASPS: &str = "/data/hive one/wasps.mp4";

pub fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

pub fn stamp() -> Stamp {
    Stamp { unix_millis: 1, person: "Ada".to_owned() }
}

/// 600 frames of 30000/1001 a second, every seventh of them late: no time of it is a whole millisecond.
pub fn table() -> Arc<FrameTable> {
    let entries = (0..600u64).map(|frame| FrameEntry {
        time: MediaTime::from_nanos(frame * 33_366_667 + if frame % 7 == 3 { 9_876_543 } else { 0 }),
        is_key: frame % 30 == 0,
    });
    let table = FrameTable::new(entries.collect(), MediaTime::from_nanos(600 * 33_366_667));
    Arc::new(table.expect("should ascend"))
}

/// Two videos of twenty seconds, a set with three classes.
pub fn project() -> (Project, SetId, [VideoId; 2]) {
    let mut project = Project::default();
    let videos = project.add_videos(&[BEES.to_owned(), WASPS.to_owned()]).unwrap();
    project.commit(videos, stamp()).unwrap();
    project.commit(project.add_set("Bees", "").unwrap(), stamp()).unwrap();
    let set = project.sets().next().unwrap().id;
    let classes = ["walk", "rest", "sting"].map(NewClass::named).to_vec();
    project.commit(project.add_classes(set, classes).unwrap(), stamp()).unwrap();
    let videos: Vec<VideoId> = project.queue().iter().map(|video| video.id).collect();
    for (number, video) in videos.iter().enumerate() {
        let hash = format!("{number:064}");
        let duration = table().end();
        project.learn(*video, VideoFacts { hash, bytes: 1, frames: 600, duration });
    }
    (project, set, videos.try_into().unwrap())
}

pub fn tables(videos: &[VideoId]) -> BTreeMap<VideoId, Arc<FrameTable>> {
    videos.iter().map(|video| (*video, table())).collect()
}

pub fn target(set: SetId, tables: &BTreeMap<VideoId, Arc<FrameTable>>) -> Target<'_> {
    Target { set: Some(set), new_set: "", person: "Ada", tables, into: None }
}

/// A file that lies beside the tests.
pub fn example(name: &str) -> InputFile {
    read_input(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)).unwrap()
}

pub fn file(name: &str, text: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Reads example files in the format that they are recognised as, which has to be this one.
pub fn read(names: &[&str], format: &str) -> Imported {
    let files: Vec<InputFile> = names.iter().map(|name| example(name)).collect();
    let found = recognise(&files).unwrap();
    assert_eq!(found.id(), format);
    found.import(&files, &known()).unwrap()
}

/// What a project with the two videos knows.
pub fn known() -> ImportOptions {
    let clock = Clock { duration: Some(secs(20.0)), rate: Some(25.0), table: None };
    let known = [BEES, WASPS].map(|path| KnownVideo { path: path.to_owned(), clock: clock.clone() });
    ImportOptions { known: known.to_vec(), ..ImportOptions::default() }
}

/// What comes back of labels that go out in a format.
pub fn there_and_back(labels: &Labels, format: &str) -> Imported {
    let format = format_named(format).unwrap();
    let options = ExportOptions { unix_millis: 1_700_000_000_000 };
    let files = format.export(labels, &options).unwrap();
    let inputs: Vec<InputFile> =
        files.into_iter().map(|file| InputFile { name: file.name, bytes: file.bytes }).collect();
    assert_eq!(recognise(&inputs).unwrap().id(), format.id());
    let known = labels.videos.iter().map(|video| KnownVideo { path: video.path.clone(), clock: video.clock.clone() });
    let options = ImportOptions { known: known.collect(), ..ImportOptions::default() };
    let imported = format.import(&inputs, &options).unwrap();
    assert_eq!(imported.report.problems(), []);
    imported
}

/// Class, start and end in seconds, note: of one video of an import.
pub fn rows(imported: &Imported, video: &str) -> Vec<(String, f64, f64, String)> {
    let found = imported.labels.videos.iter().filter(|found| found.name == video);
    found.flat_map(|video| &video.segments).map(row).collect()
}

fn row(segment: &SegmentLabel) -> (String, f64, f64, String) {
    let (start, end) = match segment.extent {
        Extent::Span(start, end) => (start.secs_f64(), end.secs_f64()),
        Extent::Moment(time) => (time.secs_f64(), time.secs_f64()),
        Extent::Whole => (-1.0, -1.0),
    };
    (segment.class.clone(), start, end, segment.note.clone())
}

pub fn expected(rows: &[(&str, f64, f64, &str)]) -> Vec<(String, f64, f64, String)> {
    rows.iter().map(|(class, start, end, note)| ((*class).to_owned(), *start, *end, (*note).to_owned())).collect()
}

/// What was said could not be taken, in short.
pub fn problems(imported: &Imported) -> Vec<String> {
    imported.report.problems().iter().map(ToString::to_string).collect()
}

/// A video of a document with these labels.
pub fn video(path: &str, segments: Vec<SegmentLabel>) -> VideoLabels {
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    VideoLabels { name, path: path.to_owned(), clock: Clock::exact(table()), segments, ..VideoLabels::default() }
}
