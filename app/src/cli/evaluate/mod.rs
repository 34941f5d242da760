//! `kinetoscope evaluate`: what networks found in the videos of a project, against what people labelled there.
//!
//! Nothing is computed: the analyses are those that the project keeps. What comes out is printed by [`report`].

mod args;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;
use ks_domain::metrics::{JudgedVideo, WholeVideoFigures};
use ks_domain::project::{AnalysisRecord, LabelSegment, Project, SetId, Span, UsedModel, Verdict, VideoId};
use ks_domain::{FrameEntry, FrameTable, MediaTime, SegmentRule};
use ks_project::{Opened, ProjectFile};

pub(super) use self::args::EvaluateArgs;
use self::report::Judged;
use super::Exit;
use super::console::{Console, Interrupt};
use super::exchange::{set_of, tables, videos_of};

pub(super) fn run(args: &EvaluateArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    // For reading only: it may be open in a window.
    let opened = ProjectFile::open_for_reading(&args.project)?;
    let project = &opened.project;
    let Some(set) = set_of(project, args.set.as_deref())? else {
        bail!("the project has no such label set, so there is nothing to compare with; label some moments first");
    };
    let is_labelled = |video: &VideoId| project.track(*video).is_some_and(|track| track.stretches().next().is_some());
    let videos: Vec<VideoId> = videos_of(project, &args.video)?.into_iter().filter(is_labelled).collect();
    if videos.is_empty() {
        bail!(
            "none of the videos has a stretch that is marked as fully labelled, so nobody knows what does not happen; mark one in the window"
        );
    }
    let frames = if args.no_frames {
        BTreeMap::new()
    } else {
        match tables(project, videos.iter().copied(), interrupt, &mut console) {
            Some(frames) => frames,
            None => return Ok(Exit::Interrupted),
        }
    };
    let networks = analyses(&opened, &videos, &mut console)?;
    let judge = |(model, analyses): &(UsedModel, Vec<AnalysisRecord>)| {
        judge(&opened, set.id, model, analyses, &frames, &mut console)
    };
    let judged: Vec<Judged> = networks.iter().map(judge).collect();
    if judged.iter().all(|judged| judged.figures.frames == 0) {
        bail!("none of the fully labelled videos was analysed to its end; analyse them in the window first");
    }
    report::print(&judged, args.json)?;
    Ok(Exit::Done)
}

/// The last whole analysis of each video, by network.
fn analyses(
    opened: &Opened,
    videos: &[VideoId],
    console: &mut Console,
) -> anyhow::Result<Vec<(UsedModel, Vec<AnalysisRecord>)>> {
    let mut networks: Vec<(UsedModel, Vec<AnalysisRecord>)> = Vec::new();
    for video in videos {
        let path = opened.project.video(*video).map_or("", |video| video.path.as_str());
        let Some(analysis) = opened.file.latest_analysis(*video)? else {
            console.complain(&format!("note: this video was not analysed and is left out: {path}"));
            continue;
        };
        if !analysis.is_complete {
            console.complain(&format!("note: this video was not analysed to its end and is left out: {path}"));
            continue;
        }
        match networks.iter_mut().find(|(model, _)| *model == analysis.model) {
            Some((_, analyses)) => analyses.push(analysis),
            None => networks.push((analysis.model.clone(), vec![analysis])),
        }
    }
    Ok(networks)
}

/// Judges the analyses of one network.
fn judge(
    opened: &Opened,
    set: SetId,
    model: &UsedModel,
    analyses: &[AnalysisRecord],
    frames: &BTreeMap<VideoId, Arc<FrameTable>>,
    console: &mut Console,
) -> Judged {
    let (project, rules) = (&opened.project, &opened.rules);
    let wanted: Vec<String> = project.classes_of(set).iter().map(|class| class.name.clone()).collect();
    // The network's classes, as its scores are in their order, and behind them those that it does not know.
    let mut names = model.class_names.clone();
    let unknown: Vec<String> = wanted.iter().filter(|name| !names.contains(name)).cloned().collect();
    names.extend(unknown.iter().cloned());
    let rule = |name: &String| wanted.contains(name).then(|| rules.rule_for(name));
    let believed: Vec<Option<SegmentRule>> = names.iter().map(rule).collect();
    let known = believed.get(..model.class_names.len()).unwrap_or_default();
    let mut videos = Vec::new();
    for analysis in analyses {
        let table = frames.get(&analysis.video).cloned().or_else(|| by_mean_rate(project, analysis.video));
        let Some(table) = table else {
            let path = project.video(analysis.video).map_or("", |video| video.path.as_str());
            console.complain(&format!("note: how many frames this video has is not known; it is left out: {path}"));
            continue;
        };
        let (parts, labels) = labels_of(project, set, analysis.video, &names);
        videos.push(JudgedVideo::new(&table, &parts, &labels, &analysis.windows, known));
    }
    let thresholds: Vec<Option<f32>> = believed.iter().map(|rule| rule.map(|rule| rule.threshold)).collect();
    let figures = WholeVideoFigures::new(&videos, &thresholds, false);
    Judged { model: model.clone(), names, unknown, figures }
}

/// The fully labelled stretches of a video, and which class of a list happens when.
fn labels_of(project: &Project, set: SetId, video: VideoId, names: &[String]) -> (Vec<Span>, Vec<(usize, Span)>) {
    let Some(track) = project.track(video) else { return Default::default() };
    let parts = track.stretches().map(|stretch| (stretch.start, stretch.end)).collect();
    let label = |segment: &LabelSegment| {
        let class = project.class_of(segment.class).filter(|class| class.set == set)?;
        let place = names.iter().position(|name| *name == class.name)?;
        Some((place, (segment.start, segment.end)))
    };
    let is_there = |segment: &&LabelSegment| segment.is_confirmed() && segment.verdict == Verdict::Present;
    (parts, track.segments().filter(is_there).filter_map(label).collect())
}

/// Frames at equal distances, where only their number is known.
fn by_mean_rate(project: &Project, video: VideoId) -> Option<Arc<FrameTable>> {
    let facts = project.facts(video).filter(|facts| facts.frames > 0 && facts.duration > MediaTime::ZERO)?;
    let time = |frame: u32| {
        let nanos = u128::from(facts.duration.nanos()) * u128::from(frame) / u128::from(facts.frames);
        MediaTime::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    };
    let entries = (0..facts.frames).map(|frame| FrameEntry { time: time(frame), is_key: false }).collect();
    FrameTable::new(entries, facts.duration).ok().map(Arc::new)
}
