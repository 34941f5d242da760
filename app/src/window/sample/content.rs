//! What the sample project holds: one video whose labels are known, and two in which a ninth motion is to be taught.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ks_domain::MediaTime;
use ks_domain::project::{Change, ChangeKind, NewClass, NewSegment, Project, Stamp, VideoId, ViewRules};
use ks_media::demo::{Format, Mixture, Motion};
use ks_project::EXTENSION;

/// Who drew its labels.
pub(super) const PERSON: &str = "Kinetoscope";

/// How its videos look.
pub(in crate::window) const FORMAT: Format = Format { width: 240, height: 180, fps: 20 };

/// The motion that the network does not know.
pub(in crate::window) const NINTH: Motion = Motion::Teleport;

/// A video of the sample.
pub(in crate::window) struct Film {
    /// The file's name without extension.
    pub(super) stem: &'static str,
    /// Where its chance comes from.
    pub(in crate::window) seed: u64,
    /// What happens, and for how many seconds.
    pub(in crate::window) parts: Vec<(Motion, f64)>,
    /// Whether all of it is labelled.
    pub(super) is_labelled: bool,
    /// What people shall do with it.
    pub(super) note: &'static str,
}

/// The videos, in the order of the queue.
pub(in crate::window) fn films() -> [Film; 3] {
    let long = |motions: &[Motion]| motions.iter().map(|motion| (*motion, 2.5)).collect();
    let [pan_left, pan_right, zoom_in, zoom_out, rotate_left, rotate_right, bounce, shake] = Motion::DEFAULT;
    let eight = [
        pan_left,
        bounce,
        rotate_right,
        zoom_in,
        shake,
        pan_right,
        rotate_left,
        zoom_out,
        bounce,
        pan_right,
        zoom_out,
        rotate_right,
        pan_left,
        shake,
        zoom_in,
        rotate_left,
    ];
    let lesson = [NINTH, bounce, NINTH, pan_left, NINTH, zoom_in, NINTH, shake, NINTH, rotate_left, NINTH];
    let exam = [pan_right, NINTH, zoom_out, NINTH, rotate_right, NINTH];
    [
        Film {
            stem: "eight motions",
            seed: 11,
            parts: long(&eight),
            is_labelled: true,
            note: "All of it is labelled: compare the labels with what the network sees.",
        },
        Film {
            stem: "a ninth motion",
            seed: 23,
            parts: long(&lesson),
            is_labelled: false,
            note: "The network does not know what a shape does that jumps from place to place. Label all six of them as teleport (key 9) and press Improve.",
        },
        Film {
            stem: "the ninth again",
            seed: 37,
            parts: long(&exam),
            is_labelled: false,
            note: "Analyse it after Improve: is the ninth motion found here too?",
        },
    ]
}

/// Where the project lies in the sample's folder.
pub(super) fn project_in(folder: &Path) -> PathBuf {
    folder.join("Sample").with_extension(EXTENSION)
}

/// A video that was written.
pub(super) struct Written {
    pub(super) film: Film,
    pub(super) mixture: Mixture,
    /// Where it will lie.
    pub(super) path: PathBuf,
}

/// The changes that make the project, one after the other; `commit` takes each of them in.
pub(super) fn compose(
    project: &mut Project,
    written: &[Written],
    commit: &mut dyn FnMut(&mut Project, Change) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<VideoId>> {
    let paths: Vec<String> = written.iter().map(|video| video.path.to_string_lossy().into_owned()).collect();
    commit_some(project, project.add_videos(&paths), commit)?;
    let videos: Vec<VideoId> = project.queue().iter().map(|video| video.id).collect();
    let set = project.add_set("Motions", "What the shape does in the sample videos")?;
    commit(project, set)?;
    let set = project.sets().last().context("the set that was just made is gone")?.id;
    let classes = Motion::DEFAULT.into_iter().chain([NINTH]).zip('1'..='9').map(|(motion, key)| NewClass {
        key: Some(key),
        description: description(motion).to_owned(),
        ..NewClass::named(motion.name())
    });
    let classes = project.add_classes(set, classes.collect())?;
    commit(project, classes)?;
    // Between the motions the shapes rest, which is none of the eight: what is short or doubtful is not shown.
    let rules =
        ViewRules { threshold: 0.5, smoothing: 1, min_length: MediaTime::from_secs_f64(1.0), ..ViewRules::default() };
    commit_some(project, project.set_rules(rules), commit)?;
    for (video, Written { film, mixture, .. }) in videos.iter().zip(written) {
        commit_some(project, project.note_video(*video, film.note), commit)?;
        if !film.is_labelled {
            continue;
        }
        let bars = mixture.spans.iter().filter_map(|span| {
            let class = project.class_named(set, span.motion.name())?.id;
            let (start, end) = (FORMAT.time_of(span.frames.start), FORMAT.time_of(span.frames.end));
            Some(NewSegment::by_person(class, start, end, PERSON))
        });
        commit_some(project, project.draw(*video, ChangeKind::DrawSegment, bars.collect()), commit)?;
        let (start, end) = (FORMAT.time_of(0), FORMAT.time_of(mixture.frames));
        commit_some(project, project.mark_fully_labelled(*video, start, end), commit)?;
    }
    Ok(videos)
}

fn commit_some(
    project: &mut Project,
    change: Option<Change>,
    commit: &mut dyn FnMut(&mut Project, Change) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    change.map_or(Ok(()), |change| commit(project, change))
}

/// The stamp of its changes.
pub(super) fn stamp(unix_millis: u64) -> Stamp {
    Stamp { unix_millis, person: PERSON.to_owned() }
}

/// What counts as a motion.
const fn description(motion: Motion) -> &'static str {
    match motion {
        Motion::PanLeft => "The shape goes to the left",
        Motion::PanRight => "The shape goes to the right",
        Motion::ZoomIn => "The shape becomes larger",
        Motion::ZoomOut => "The shape becomes smaller",
        Motion::RotateLeft => "The shape turns counter-clockwise",
        Motion::RotateRight => "The shape turns clockwise",
        Motion::Bounce => "The shape falls and jumps up again",
        Motion::Shake => "The shape moves to and fro, fast and a little",
        Motion::Teleport => "The shape jumps from place to place",
        Motion::Still => "The shape stays where it is",
    }
}
