//! Totals by class, of the watched video, of those selected, or of the whole project.

use std::collections::BTreeMap;

use ks_domain::MediaTime;
use ks_domain::project::{Occurrence, Rgb, SetId, Totals, Track, Verdict, VideoId, VideoOccurrences, totals};

use crate::state::{AppState, Video};

/// Which videos are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TotalsScope {
    /// The watched one.
    #[default]
    Video,
    /// Those that are selected in the queue.
    Selected,
    /// All of the queue.
    All,
}

impl TotalsScope {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Video, Self::Selected, Self::All];
}

/// Which number is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TotalsMeasure {
    /// How many segments.
    #[default]
    Count,
    /// How long together.
    Duration,
    /// How long one is in the mean.
    Mean,
    /// Which share of the time.
    Share,
    /// How many a minute.
    Rate,
    /// When the first one begins.
    First,
}

impl TotalsMeasure {
    /// All of them in menu order.
    pub const ALL: [Self; 6] = [Self::Count, Self::Duration, Self::Mean, Self::Share, Self::Rate, Self::First];
}

/// A class as it is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TotalsClass {
    /// Its name.
    pub name: String,
    /// Which of the class hues is its own.
    pub hue: usize,
    /// The colour that somebody gave it.
    pub color: Option<Rgb>,
}

/// The totals and how they are looked at.
#[derive(Clone, Debug, Default)]
pub struct TotalsView {
    /// Which videos.
    pub scope: TotalsScope,
    /// Which label set is counted; `None` for the one that is used.
    pub set: Option<SetId>,
    /// Which number is drawn.
    pub measure: TotalsMeasure,
    /// The numbers; their classes are places in `classes`.
    pub totals: Totals,
    /// The classes.
    pub classes: Vec<TotalsClass>,
    made_from: Option<MadeFrom>,
}

/// What the totals were made from.
#[derive(Clone, Debug, PartialEq)]
struct MadeFrom {
    scope: TotalsScope,
    set: Option<SetId>,
    journal: usize,
    /// Revisions of labels and predictions, and the length.
    videos: Vec<(VideoId, u64, u64, Option<MediaTime>)>,
}

impl TotalsView {
    /// The totals as a table for other programs.
    pub fn to_csv(&self) -> String {
        self.totals.to_csv(|class| self.classes.get(class).map(|class| class.name.clone()).unwrap_or_default())
    }
}

/// Gives every name a place.
#[derive(Default)]
struct Names {
    classes: Vec<TotalsClass>,
    places: BTreeMap<String, usize>,
}

impl Names {
    fn place(&mut self, name: &str, hue: usize, color: Option<Rgb>) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.classes.len();
        self.places.insert(name.to_owned(), place);
        self.classes.push(TotalsClass { name: name.to_owned(), hue, color });
        place
    }
}

impl AppState {
    /// The label set that the totals count.
    pub fn totals_set(&self) -> Option<SetId> {
        let chosen = self.studio.pages.totals.set.filter(|set| self.studio.project.set(*set).is_some());
        chosen.or_else(|| self.studio.current_set())
    }

    pub(super) fn refresh_totals(&mut self) {
        let scope = self.studio.pages.totals.scope;
        let ids: Vec<VideoId> = match scope {
            TotalsScope::Video => self.selected.into_iter().collect(),
            TotalsScope::Selected => self.marked_or_selected(),
            TotalsScope::All => self.videos.iter().map(|video| video.id).collect(),
        };
        let videos: Vec<&Video> = ids.iter().filter_map(|id| self.video(*id)).collect();
        let revisions = videos.iter().map(|video| {
            let track = self.studio.project.track(video.id).map_or(0, Track::revision);
            (video.id, track, video.analysis.lanes.revision(), video.duration())
        });
        let made_from = MadeFrom {
            scope,
            set: self.totals_set(),
            journal: self.studio.project.history().entries().len(),
            videos: revisions.collect(),
        };
        if self.studio.pages.totals.made_from.as_ref() == Some(&made_from) {
            return;
        }
        let mut names = Names::default();
        for (place, class) in
            made_from.set.map(|set| self.studio.project.classes_of(set)).unwrap_or_default().iter().enumerate()
        {
            names.place(&class.name, place, class.color);
        }
        let counted: Vec<VideoOccurrences> =
            videos.iter().map(|video| self.occurrences(video, made_from.set, &mut names)).collect();
        let view = &mut self.studio.pages.totals;
        view.totals = totals(&counted);
        view.classes = names.classes;
        view.made_from = Some(made_from);
    }

    fn occurrences(&self, video: &Video, set: Option<SetId>, names: &mut Names) -> VideoOccurrences {
        let track = self.studio.project.track(video.id);
        let known = video.duration().or_else(|| self.studio.project.facts(video.id).map(|facts| facts.duration));
        let mut out = VideoOccurrences { duration: known.unwrap_or_default(), ..VideoOccurrences::default() };
        for segment in track.into_iter().flat_map(Track::segments) {
            let class = self.studio.project.class_of(segment.class).filter(|class| Some(class.set) == set);
            if let (Some(class), Verdict::Present) = (class, segment.verdict) {
                let class = names.place(&class.name, 0, class.color);
                out.labels.push(Occurrence { class, start: segment.start, end: segment.end });
            }
        }
        for lane in video.analysis.lanes.all() {
            let class = names.place(&self.predicted_name(video, lane.class), lane.class, None);
            let found = lane.segments.iter();
            out.predictions.extend(found.map(|one| Occurrence { class, start: one.start, end: one.end }));
        }
        out.stretches =
            track.into_iter().flat_map(Track::stretches).map(|stretch| (stretch.start, stretch.end)).collect();
        out
    }
}
