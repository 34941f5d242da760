//! Changes to the queue of videos: add, take out, reorder, and find a file again that has moved.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Edit, Record, Scope};
use super::ids::VideoId;
use super::records::VideoRecord;
use super::state::Project;

impl Project {
    /// Adds the videos at these paths at the end of the queue. Those that are in it already are left out, those that
    /// were taken out come back with their labels.
    pub fn add_videos(&self, paths: &[String]) -> Option<Change> {
        let mut place = self.queue().last().map_or(0, |video| video.place + 1);
        let mut next = self.next_number();
        let mut seen = BTreeSet::new();
        let mut edits = Vec::new();
        for path in paths.iter().filter(|path| seen.insert(path.as_str())) {
            match self.all_videos().find(|video| video.path == **path) {
                Some(known) if !known.is_removed => continue,
                Some(known) => {
                    let back = VideoRecord { is_removed: false, place, ..known.clone() };
                    edits.push(Edit::replace(Record::Video(known.clone()), Record::Video(back)));
                }
                None => {
                    let id = VideoId(next);
                    next += 1;
                    edits.push(Edit::add(Record::Video(VideoRecord {
                        id,
                        path: path.clone(),
                        place,
                        is_removed: false,
                    })));
                }
            }
            place += 1;
        }
        of_queue(ChangeKind::AddVideos, edits)
    }

    /// Takes videos out of the queue; their labels stay in the project.
    pub fn remove_videos(&self, ids: &[VideoId]) -> Option<Change> {
        self.edit_videos(ids, ChangeKind::RemoveVideos, |video| video.is_removed = true)
    }

    /// Puts the queue into this order; videos that are not named keep their places after those that are.
    pub fn reorder_videos(&self, order: &[VideoId]) -> Option<Change> {
        let named: BTreeSet<VideoId> = order.iter().copied().collect();
        let rest = self.queue().into_iter().map(|video| video.id).filter(|id| !named.contains(id));
        let whole: Vec<VideoId> = order.iter().copied().chain(rest).collect();
        let places: std::collections::BTreeMap<VideoId, u32> = whole.iter().copied().zip(0..).collect();
        self.edit_videos(&whole, ChangeKind::ReorderVideos, |video| {
            video.place = places.get(&video.id).copied().unwrap_or(video.place);
        })
    }

    /// Says where the file of a video is now.
    pub fn relink_video(&self, id: VideoId, path: &str) -> Option<Change> {
        self.edit_videos(&[id], ChangeKind::RelinkVideo, |video| path.clone_into(&mut video.path))
    }

    fn edit_videos(&self, ids: &[VideoId], kind: ChangeKind, edit: impl Fn(&mut VideoRecord)) -> Option<Change> {
        let unique: BTreeSet<VideoId> = ids.iter().copied().collect();
        let edits = unique
            .into_iter()
            .filter_map(|id| self.video(id))
            .filter_map(|before| {
                let mut after = before.clone();
                edit(&mut after);
                (after != *before).then(|| Edit::replace(Record::Video(before.clone()), Record::Video(after)))
            })
            .collect();
        of_queue(kind, edits)
    }
}

fn of_queue(kind: ChangeKind, edits: Vec<Edit>) -> Option<Change> {
    (!edits.is_empty()).then_some(Change { scope: Scope::Queue, kind, edits, leads: false })
}
