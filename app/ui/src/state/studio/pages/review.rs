//! The moments most worth a look, worked off one after the other.
//!
//! The list stays as it was found while labels change, so that “7 of 20” means something; it is found again when the
//! scores, the thresholds or the video change, and when everything in it was looked at.

use std::collections::{BTreeMap, BTreeSet};

use ks_domain::MediaTime;
use ks_domain::project::{
    Moment, Reason, ReviewedClass, SegmentId, SetId, Track, Verdict, VideoId, meets, moments, union,
};

use crate::commands::Command;
use crate::state::studio::Page;
use crate::state::{Action, AppState, Effect, Severity, Video};
use crate::tr;

/// How many moments are shown at once.
const SHOWN: usize = 20;

/// A moment of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReviewItem {
    /// When, which class and why.
    pub moment: Moment,
    /// Whether somebody went there.
    pub is_seen: bool,
    /// What was decided about it since: whether the class occurs.
    pub verdict: Option<bool>,
    /// The newest label that was there when the moment was found.
    label: Option<SegmentId>,
}

impl ReviewItem {
    /// Whether there is nothing left to do about it.
    pub const fn is_done(&self) -> bool {
        self.is_seen || self.verdict.is_some()
    }
}

/// The list, and how far it is worked off.
#[derive(Clone, Debug, Default)]
pub struct Review {
    items: Vec<ReviewItem>,
    current: Option<usize>,
    seen: BTreeSet<(usize, MediaTime, Reason)>,
    made_from: Option<(VideoId, u64, Option<SetId>)>,
    judged_for: Option<u64>,
}

impl Review {
    /// The moments, the worthiest first.
    pub fn items(&self) -> &[ReviewItem] {
        &self.items
    }

    /// The one that was gone to last.
    pub const fn current(&self) -> Option<usize> {
        self.current
    }

    /// How many were looked at.
    pub fn done(&self) -> usize {
        self.items.iter().filter(|item| item.is_done()).count()
    }
}

const fn key(moment: &Moment) -> (usize, MediaTime, Reason) {
    (moment.class, moment.start, moment.reason)
}

impl AppState {
    pub(super) fn refresh_review(&mut self) {
        let Some(video) = self.selected_video() else {
            self.studio.pages.review = Review::default();
            return;
        };
        let made_from = (video.id, video.analysis.lanes.revision(), self.studio.current_set());
        let before = self.studio.pages.review.made_from;
        if before.is_none_or(|(id, ..)| id != made_from.0) {
            self.studio.pages.review = Review::default();
        }
        if before != Some(made_from) {
            self.list_moments(false);
            self.studio.pages.review.made_from = Some(made_from);
        }
        let revision = self.studio.rows.revision();
        if self.studio.pages.review.judged_for != Some(revision) {
            self.note_verdicts();
            self.studio.pages.review.judged_for = Some(revision);
        }
    }

    /// Looks for moments that nobody has looked at.
    pub(super) fn find_moments(&mut self) {
        self.refresh_review();
        self.list_moments(true);
        self.note_verdicts();
    }

    fn list_moments(&mut self, only_new: bool) {
        let Some(video) = self.selected_video() else { return };
        let classes = self.reviewed_classes(video);
        let seen = &self.studio.pages.review.seen;
        let (windows, spans) = (&video.analysis.windows, video.analysis.lanes.spans());
        let found = moments(windows, spans, &classes, SHOWN + if only_new { seen.len() } else { 0 });
        let item = |moment: Moment| ReviewItem {
            moment,
            is_seen: seen.contains(&key(&moment)),
            verdict: None,
            label: self.newest_label(video, &moment).map(|(id, _)| id),
        };
        let mut items: Vec<ReviewItem> = found.into_iter().map(item).collect();
        if only_new {
            items.retain(|item| !item.is_seen);
            items.truncate(SHOWN);
        }
        let review = &mut self.studio.pages.review;
        review.items = items;
        review.current = None;
    }

    /// What is known of each class of the network.
    fn reviewed_classes(&self, video: &Video) -> Vec<ReviewedClass> {
        let count = video.analysis.windows.iter().map(|window| window.scores.len()).max().unwrap_or(0);
        let track = self.studio.project.track(video.id);
        let stretches: Vec<_> =
            track.into_iter().flat_map(Track::stretches).map(|stretch| (stretch.start, stretch.end)).collect();
        let names: Vec<String> = (0..count).map(|class| self.predicted_name(video, class)).collect();
        let place: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(class, name)| (name.as_str(), class)).collect();
        let decided = union(stretches.clone());
        let mut classes: Vec<ReviewedClass> = names
            .iter()
            .map(|name| ReviewedClass {
                threshold: self.studio.rules.rule_for(name).threshold,
                decided: decided.clone(),
                ..ReviewedClass::default()
            })
            .collect();
        for row in self.studio.rows.all() {
            let class = row.predicted.or_else(|| place.get(row.name.as_str()).copied());
            let Some(known) = class.and_then(|class| classes.get_mut(class)) else { continue };
            let bars = row.labels.iter().filter(|bar| !bar.is_unconfirmed);
            let labelled = bars.map(|bar| (bar.start, bar.end));
            known.decided = union(stretches.iter().copied().chain(labelled).collect());
            let denied: Vec<_> =
                row.labels.iter().filter(|bar| bar.is_absent).map(|bar| (bar.start, bar.end)).collect();
            let denied = union(denied);
            known.disagreements = row.disagreements.iter().copied().filter(|span| !meets(&denied, *span)).collect();
            known.predictions.clone_from(&row.predictions);
        }
        classes
    }

    /// The newest label of a moment's class that meets it, and whether it says that the class occurs.
    fn newest_label(&self, video: &Video, moment: &Moment) -> Option<(SegmentId, bool)> {
        let name = self.predicted_name(video, moment.class);
        let row = self.studio.rows.all().iter().find(|row| row.name == name)?;
        let bars = row.labels.iter().filter(|bar| !bar.is_unconfirmed);
        let near = bars.filter(|bar| bar.start < moment.end && moment.start < bar.end);
        near.max_by_key(|bar| bar.id).map(|bar| (bar.id, !bar.is_absent))
    }

    /// Notes what was decided about each moment since the list was made.
    fn note_verdicts(&mut self) {
        let Some(video) = self.selected_video() else { return };
        let items = &self.studio.pages.review.items;
        let verdict = |item: &ReviewItem| {
            let newest = self.newest_label(video, &item.moment);
            newest.filter(|(id, _)| Some(*id) != item.label).map(|(_, occurs)| occurs)
        };
        let verdicts: Vec<Option<bool>> = items.iter().map(verdict).collect();
        for (item, verdict) in self.studio.pages.review.items.iter_mut().zip(verdicts) {
            item.verdict = verdict;
        }
    }

    /// Goes to a moment of the list.
    pub(super) fn open_moment(&mut self, place: usize) -> Vec<Effect> {
        let review = &mut self.studio.pages.review;
        let Some(item) = review.items.get_mut(place) else { return vec![] };
        item.is_seen = true;
        let moment = item.moment;
        review.seen.insert(key(&moment));
        review.current = Some(place);
        self.studio.selection.clear();
        self.apply_action(Action::Seek(moment.start))
    }

    /// Goes to the next moment that nobody has looked at; looks for more if there is none.
    pub(in crate::state) fn next_uncertain(&mut self) -> Vec<Effect> {
        // Why one is taken there stands on the page.
        self.studio.page = Page::Review;
        self.refresh();
        let next = |state: &Self| state.studio.pages.review.items.iter().position(|item| !item.is_done());
        if next(self).is_none() {
            self.find_moments();
        }
        match next(self) {
            Some(place) => self.open_moment(place),
            None => {
                self.announce(Severity::Info, tr!("review-nothing-left"), String::new());
                vec![]
            }
        }
    }

    /// The moment of the review under the playhead, while the review is open.
    pub fn reviewed_moment(&self) -> Option<Moment> {
        let review = &self.studio.pages.review;
        let is_open = self.studio.page == Page::Review;
        let is_same = review.made_from.is_some_and(|(video, ..)| Some(video) == self.selected);
        let item = review.current.filter(|_| is_open && is_same).and_then(|place| review.items.get(place))?;
        let frame_of = |time| self.selected_video().and_then(Video::table).map_or(0, |table| table.frame_at(time));
        let here = frame_of(self.player.position);
        let end = frame_of(item.moment.end);
        (frame_of(item.moment.start)..=end).contains(&here).then_some(item.moment)
    }

    /// Accepts or rejects the class that is in question at a moment of the review: all of its prediction there, or the
    /// moment itself where nothing was predicted.
    pub(in crate::state) fn judge_moment(&mut self, moment: &Moment, command: Command) -> Vec<Effect> {
        let rows = self.studio.rows.all().iter().filter(|row| row.predicted == Some(moment.class));
        let mut predictions = rows.flat_map(|row| &row.predictions);
        let whole = predictions.find(|segment| segment.start < moment.end && moment.start < segment.end);
        let span = whole.map_or((moment.start, moment.end), |segment| (segment.start, segment.end));
        let verdict = if command == Command::AcceptPrediction { Verdict::Present } else { Verdict::Absent };
        self.judge(vec![(moment.class, span)], verdict)
    }
}
