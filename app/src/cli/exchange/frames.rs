//! The frame tables of a project's videos, from the cache or by decoding them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ks_domain::FrameTable;
use ks_domain::project::{Project, VideoId};
use ks_engine::Places;

use crate::cli::console::{Console, Interrupt};

/// Lists the frames of videos. Those that cannot be read are told and left out; `None` after Ctrl-C.
pub(in crate::cli) fn tables(
    project: &Project,
    videos: impl IntoIterator<Item = VideoId>,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Option<BTreeMap<VideoId, Arc<FrameTable>>> {
    let cache = Places::find(None).map(|places| places.cache_dir);
    let mut tables = BTreeMap::new();
    for video in videos.into_iter().filter_map(|video| project.video(video)) {
        let path = Path::new(&video.path);
        let index = ks_media::probe(path).and_then(|info| {
            ks_media::index(path, &info, cache.as_deref(), interrupt.token(), &mut |progress| {
                console.progress("listing frames", &progress, &video.path);
            })
        });
        console.clear();
        if interrupt.is_asked() {
            return None;
        }
        match index {
            Ok(index) => _ = tables.insert(video.id, Arc::new(index.table)),
            Err(error) => {
                console
                    .complain(&format!("its frames are not known, so times may be rounded: {}: {error}", video.path));
            }
        }
    }
    Some(tables)
}
