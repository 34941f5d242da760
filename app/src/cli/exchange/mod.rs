//! `kinetoscope export` and `kinetoscope import`: labels of a project to and from the files of other programs.

mod args;
mod export;
mod frames;
mod import;

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::bail;
use ks_domain::project::{Project, SetRecord, VideoId};

pub(super) use self::args::{ExportArgs, ImportArgs};
pub(super) use self::export::{run as export, videos as videos_of};
pub(super) use self::frames::tables;
pub(super) use self::import::run as import;

/// Milliseconds since 1970, UTC.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The label set that was named, or the only one; `None` if it is not there.
pub(super) fn set_of<'a>(project: &'a Project, name: Option<&str>) -> anyhow::Result<Option<&'a SetRecord>> {
    let sets: Vec<&SetRecord> = project.sets().collect();
    match (name, sets.as_slice()) {
        (Some(name), sets) => Ok(sets.iter().copied().find(|set| set.name == name)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(*only)),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|set| set.name.as_str()).collect();
            bail!("the project has several label sets; choose one with --set: {}", names.join(", "))
        }
    }
}

/// The videos that a name means: by path, or by file name.
fn videos_named(project: &Project, name: &str) -> anyhow::Result<Vec<VideoId>> {
    let queue = project.queue();
    let ends_so =
        |path: &str| path == name || path.ends_with(&format!("/{name}")) || path.ends_with(&format!("\\{name}"));
    let found: Vec<VideoId> = queue.iter().filter(|video| ends_so(&video.path)).map(|video| video.id).collect();
    if found.is_empty() {
        bail!("the project has no video of this name: {name}");
    }
    Ok(found)
}
