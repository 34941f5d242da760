//! Which video of a project a file of labels means.

use std::collections::BTreeMap;

use ks_domain::project::{Project, VideoId};

use crate::exchange::labels::VideoLabels;
use crate::exchange::names::{are_alike, file_name, shared_parts};

/// What was found for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// Nothing.
    None,
    /// One video.
    One(VideoId),
    /// Several that fit equally well, by their paths.
    Several(Vec<String>),
}

/// The videos of a queue.
pub(super) struct Matcher<'a> {
    videos: Vec<(VideoId, &'a str)>,
    by_hash: BTreeMap<&'a str, VideoId>,
    by_path: BTreeMap<&'a str, VideoId>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let videos: Vec<(VideoId, &str)> =
            project.queue().into_iter().map(|video| (video.id, video.path.as_str())).collect();
        let hashes = videos.iter().filter_map(|(id, _path)| Some((project.facts(*id)?.hash.as_str(), *id)));
        let by_hash = hashes.filter(|(hash, _id)| !hash.is_empty()).collect();
        let by_path = videos.iter().map(|(id, path)| (*path, *id)).collect();
        Self { videos, by_hash, by_path }
    }

    /// By content, then by path, then by as many parts of the path as agree, then by the bare name.
    pub(super) fn find(&self, labels: &VideoLabels) -> Match {
        let exact = self.by_path.get(labels.path.as_str()).or_else(|| self.by_hash.get(labels.hash.as_str()));
        if let Some(video) = exact {
            return Match::One(*video);
        }
        let named = if file_name(&labels.path).is_empty() { &labels.name } else { &labels.path };
        self.best(|path| shared_parts(path, named))
            .or_else(|| self.best(|path| shared_parts(path, &labels.name)))
            .or_else(|| self.best(|path| usize::from(are_alike(path, &labels.name))))
            .unwrap_or(Match::None)
    }

    /// The videos with the highest score above zero.
    fn best(&self, score: impl Fn(&str) -> usize) -> Option<Match> {
        let mut best = 1;
        let mut found: Vec<(VideoId, &str)> = Vec::new();
        for (id, path) in &self.videos {
            let score = score(path);
            if score > best {
                best = score;
                found.clear();
            }
            if score == best {
                found.push((*id, path));
            }
        }
        match found.as_slice() {
            [] => None,
            [(id, _path)] => Some(Match::One(*id)),
            several => Some(Match::Several(several.iter().take(5).map(|(_id, path)| (*path).to_owned()).collect())),
        }
    }
}
