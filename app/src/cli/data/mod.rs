//! `kinetoscope data`: annotation lists and a label map out of a data set, and a look at every video.

mod args;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use ks_domain::{LabelSet, Progress, VideoInfo};
use ks_mmaction::dataset::official::{self, NamedText};
use ks_mmaction::dataset::{DataError, Plan, Prepared, Trouble, Verdict};
use ks_mmaction::results::write_whole;
use serde::Serialize;

pub(super) use self::args::DataArgs;
use self::args::{DataCommonArgs, DataSet, OfficialSplitArgs};
use super::Exit;
use super::console::{Console, Interrupt};

/// Bytes of an annotation file or a labels file.
const MAX_TEXT: u64 = 256 << 20;

/// What `--json` prints. The fields are described in `docs/cli.md`.
#[derive(Serialize)]
struct Report {
    classes: usize,
    /// Samples in the list of each split.
    listed: BTreeMap<String, usize>,
    missing: usize,
    unreadable: usize,
    short: usize,
    /// What was written.
    files: Vec<String>,
}

pub(super) fn run(args: DataArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let (DataSet::Kinetics { common, .. }
    | DataSet::Ucf101 { common, .. }
    | DataSet::Hmdb51 { common, .. }
    | DataSet::Folders { common, .. }) = &args.data_set;
    let mut console = Console::new(common.progress);
    let files = list_files(&common.videos, interrupt)?;
    if interrupt.is_asked() {
        return Ok(Exit::Interrupted);
    }
    let plan = plan(&args.data_set, &files)?;
    let plan = match &common.labels {
        Some(path) => plan.with_labels(LabelSet::parse(&read(path)?).context(path.display().to_string())?.names())?,
        None => plan,
    };
    // Once before the threads: what it needs is loaded by one of them otherwise, and the others wait.
    ks_media::init()?;
    let prepared = match check(plan, &files, common, interrupt, &mut console) {
        Err(DataError::Cancelled) => return Ok(Exit::Interrupted),
        other => other?,
    };
    console.clear();
    let report = write(&prepared, &common.out)?;
    tell(&report, common.json)?;
    if report.listed.values().sum::<usize>() == 0 {
        bail!("none of the videos can be used; report.csv says why: {}", common.out.display());
    }
    Ok(Exit::Done)
}

fn plan(data_set: &DataSet, files: &[String]) -> anyhow::Result<Plan> {
    let plan = match data_set {
        DataSet::Kinetics { annotations, .. } => {
            let texts = annotations.iter().map(|path| named(path)).collect::<anyhow::Result<Vec<_>>>()?;
            official::kinetics(&texts)
        }
        DataSet::Ucf101 { official, .. } => {
            let text = |name: &str| named(&official.annotations.join(name));
            let list = |name: &str| text(&format!("{name}list{:02}.txt", official.split));
            official::ucf101(&text("classInd.txt")?, &list("train")?, &list("test")?)
        }
        DataSet::Hmdb51 { official, .. } => official::hmdb51(&split_files(official)?),
        DataSet::Folders { val_every, .. } => official::folders(files, *val_every),
    };
    Ok(plan?)
}

/// The files of one split of HMDB51.
fn split_files(official: &OfficialSplitArgs) -> anyhow::Result<Vec<NamedText>> {
    let folder = &official.annotations;
    let ending = format!("_test_split{}.txt", official.split);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| cannot_read(folder))? {
        let path = entry.with_context(|| cannot_read(folder))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&ending)) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        bail!("no file ends in {ending}; name the folder of the official splits: {}", folder.display());
    }
    paths.sort();
    paths.iter().map(|path| named(path)).collect()
}

fn cannot_read(path: &Path) -> String {
    format!("cannot be read; check its name and permissions: {}", path.display())
}

fn named(path: &Path) -> anyhow::Result<NamedText> {
    Ok((path.display().to_string(), read(path)?))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let length = fs::metadata(path).with_context(|| cannot_read(path))?.len();
    if length > MAX_TEXT {
        bail!("the file has {length} bytes, which no annotation file has: {}", path.display());
    }
    fs::read_to_string(path).with_context(|| cannot_read(path))
}

/// All files of a folder and those inside it, relative, with `/`, sorted. Links to folders are followed once.
pub(super) fn list_files(folder: &Path, interrupt: &Interrupt) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut left: Vec<(PathBuf, String)> = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = left.pop() {
        if interrupt.is_asked() {
            break;
        }
        let real = fs::canonicalize(&path).with_context(|| cannot_read(&path))?;
        // A link back into the folder would never end.
        if !seen.insert(real) {
            continue;
        }
        for entry in fs::read_dir(&path).with_context(|| cannot_read(&path))? {
            let entry = entry.with_context(|| cannot_read(&path))?;
            // A list is text, so a file whose name is none cannot stand in it.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let relative = format!("{prefix}{name}");
            let path = entry.path();
            if path.is_dir() { left.push((path, format!("{relative}/"))) } else { files.push(relative) }
        }
    }
    files.sort();
    Ok(files)
}

fn check(
    plan: Plan,
    files: &[String],
    common: &DataCommonArgs,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Result<Prepared, DataError> {
    let matched = plan.matched(files);
    let threads = common.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let look = |path: &str| match ks_media::probe(&common.videos.join(path)) {
        Ok(info) => verdict(&info, common.min_frames),
        Err(error) => Verdict::Unreadable { reason: error.to_string() },
    };
    let start = Instant::now();
    let mut progress = |done: usize, all: usize| {
        let secs = start.elapsed().as_secs_f64();
        let rate = if secs > 0.0 { done as f64 / secs } else { 0.0 };
        let progress = Progress { done: done as u64, total: Some(all as u64), rate, elapsed_secs: secs };
        console.progress("checking videos", &progress, &format!("{done} of {all}"));
    };
    matched.checked(threads, common.leave_out_short, interrupt.token(), &look, &mut progress)
}

/// By the length and the rate that the container states; where it states none, the video is taken as long enough.
fn verdict(info: &VideoInfo, min_frames: u32) -> Verdict {
    let frames = info.duration.zip(info.video.stated_rate).map(|(length, rate)| (length.secs_f64() * rate).round());
    match frames {
        Some(frames) if frames < f64::from(min_frames) => {
            Verdict::Short { reason: format!("about {frames} frames, fewer than {min_frames}") }
        }
        _ => Verdict::Good,
    }
}

/// Writes everything; each file is whole or not there.
fn write(prepared: &Prepared, out: &Path) -> anyhow::Result<Report> {
    fs::create_dir_all(out).with_context(|| format!("the folder cannot be made: {}", out.display()))?;
    let mut report = Report {
        classes: prepared.classes.len(),
        listed: prepared.lists.iter().map(|(split, list)| (split.clone(), list.len())).collect(),
        missing: prepared.count(Trouble::Missing),
        unreadable: prepared.count(Trouble::Unreadable),
        short: prepared.count(Trouble::Short),
        files: Vec::new(),
    };
    let mut put = |name: &str, text: String| -> anyhow::Result<()> {
        let path = out.join(name);
        write_whole(&path, text.as_bytes()).with_context(|| format!("cannot be written: {}", path.display()))?;
        report.files.push(path.display().to_string());
        Ok(())
    };
    for (split, list) in &prepared.lists {
        // A split whose videos are all missing has a report and no list.
        if !list.is_empty() {
            put(&format!("{}.txt", file_safe(split)), prepared.list(split)?)?;
        }
    }
    put("label_map.txt", prepared.label_map())?;
    put("report.csv", prepared.report_csv())?;
    Ok(report)
}

/// A split's name comes from an annotation file and must not lead out of the folder.
fn file_safe(split: &str) -> String {
    let keep = |character: char| if character.is_alphanumeric() || "_-".contains(character) { character } else { '_' };
    split.chars().map(keep).collect()
}

fn tell(report: &Report, is_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if is_json {
        writeln!(out, "{}", serde_json::to_string_pretty(report)?)?;
    } else {
        writeln!(out, "classes     {}", report.classes)?;
        for (split, count) in &report.listed {
            writeln!(out, "{split:<11} {count}")?;
        }
        writeln!(out, "missing     {}", report.missing)?;
        writeln!(out, "unreadable  {}", report.unreadable)?;
        writeln!(out, "short       {}", report.short)?;
        for file in &report.files {
            writeln!(out, "written     {file}")?;
        }
    }
    out.flush()?;
    Ok(())
}
