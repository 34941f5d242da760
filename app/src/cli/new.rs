//! `kinetoscope new`: makes a project of videos, for those who label or train without a window.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::bail;
use clap::Args as ClapArgs;
use ks_domain::Progress;
use ks_domain::project::{Project, Stamp, VideoFacts};
use ks_engine::Places;
use ks_media::MediaError;
use ks_project::{EXTENSION, ProjectFile};

use super::Exit;
use super::console::{Console, Interrupt};
use crate::videos::{MOST_FILES, facts_of, videos_in};

#[derive(Debug, ClapArgs)]
pub(super) struct NewArgs {
    /// The project to make
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// Videos of its queue, and folders whose videos come in
    #[arg(value_name = "VIDEO", required = true)]
    videos: Vec<PathBuf>,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    progress: bool,
}

pub(super) fn run(args: &NewArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    if args.project.extension().is_none_or(|ending| ending != EXTENSION) {
        console.complain(&format!("a project’s name ends in .{EXTENSION}: {}", args.project.display()));
        return Ok(Exit::Usage);
    }
    if args.project.exists() {
        bail!("there is a project of this name already; choose another name: {}", args.project.display());
    }
    let (videos, is_cut) = videos_in(args.videos.clone());
    if videos.is_empty() {
        bail!("there is no video in the folders; name files, or a folder that holds some");
    }
    if is_cut {
        bail!("there are more than {MOST_FILES} videos; make a project of fewer");
    }
    let Some(known) = read(&videos, interrupt, &mut console)? else { return Ok(Exit::Interrupted) };
    if known.len() < videos.len() {
        console.complain("no project was made; leave out the videos that cannot be read");
        return Ok(Exit::Failed);
    }
    make(&args.project, &known)?;
    writeln!(io::stdout(), "{}", args.project.display())?;
    Ok(Exit::Done)
}

/// What is known of each video that can be read; why the others cannot is said. `None` after Ctrl-C.
fn read(
    videos: &[PathBuf],
    interrupt: &Interrupt,
    console: &mut Console,
) -> anyhow::Result<Option<Vec<(String, VideoFacts)>>> {
    let cache = Places::find(None).map(|places| places.cache_dir);
    let mut known = Vec::new();
    for video in videos {
        let path = std::path::absolute(video)?;
        let shown = video.display().to_string();
        let mut tell = |progress: Progress| console.progress("listing frames", &progress, &shown);
        let facts = facts_of(&path, cache.as_deref(), interrupt.token(), &mut tell);
        console.clear();
        match facts {
            Ok(facts) => known.push((path.to_string_lossy().into_owned(), facts)),
            Err(MediaError::Cancelled) => return Ok(None),
            Err(error) => console.complain(&error.to_string()),
        }
    }
    Ok(Some(known))
}

fn make(path: &Path, known: &[(String, VideoFacts)]) -> anyhow::Result<()> {
    let mut project = Project::default();
    let paths: Vec<String> = known.iter().map(|(path, _facts)| path.clone()).collect();
    let unix_millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let stamp = Stamp { unix_millis, person: String::new() };
    let entry = project.add_videos(&paths).map(|change| project.commit(change, stamp)).transpose()?;
    let mut file = ProjectFile::create(path)?;
    file.append(entry.as_slice())?;
    for video in project.queue() {
        if let Some((_path, facts)) = known.iter().find(|(path, _facts)| *path == video.path) {
            file.learn(video.id, facts)?;
        }
    }
    Ok(())
}
