//! All segments of the watched video as a table: sorted, searched, and gone to.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use ks_domain::MediaTime;
use ks_domain::project::{Author, SegmentId, Track, Verdict, meets, union};

use crate::state::studio::{LabelAction, Row};
use crate::state::{Action, AppState, Effect};
use crate::tr;

/// A column of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultColumn {
    /// The name of the class.
    Class,
    /// When it begins.
    #[default]
    Start,
    /// When it ends.
    End,
    /// How long it is.
    Length,
    /// How probable the network held it.
    Score,
    /// Who or what drew it.
    Who,
}

impl ResultColumn {
    /// All columns from left to right.
    pub const ALL: [Self; 6] = [Self::Class, Self::Start, Self::End, Self::Length, Self::Score, Self::Who];
}

/// Which segments the table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultFilter {
    /// All.
    #[default]
    All,
    /// What people labelled.
    Labels,
    /// What the network found.
    Predictions,
    /// Where the two contradict each other.
    Disagreements,
}

impl ResultFilter {
    /// All kinds in menu order.
    pub const ALL: [Self; 4] = [Self::All, Self::Labels, Self::Predictions, Self::Disagreements];
}

/// Names a segment of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultKey {
    /// A label.
    Label(SegmentId),
    /// A prediction.
    Prediction {
        /// The class of the network.
        class: usize,
        /// When it begins.
        start: MediaTime,
    },
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultItem {
    /// Which segment.
    pub key: ResultKey,
    /// The row of the timeline in which it is.
    pub row: usize,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// How probable the network held it; `None` where no network was asked.
    pub score: Option<f32>,
    /// Who or what drew it.
    pub who: Arc<str>,
    /// Whether it says that the class does not occur.
    pub is_absent: bool,
    /// For a prediction: whether a label of its class is there already.
    pub is_judged: bool,
    /// Whether it contradicts the other side.
    pub disagrees: bool,
}

impl ResultItem {
    /// How long it is.
    pub const fn length(&self) -> MediaTime {
        self.end.saturating_sub(self.start)
    }

    /// Whether the network found it and nobody has said whether it is right.
    pub const fn is_open(&self) -> bool {
        matches!(self.key, ResultKey::Prediction { .. }) && !self.is_judged
    }
}

/// The table.
#[derive(Clone, Debug)]
pub struct Results {
    /// What it is narrowed down to.
    pub search: String,
    /// Which segments it shows.
    pub filter: ResultFilter,
    /// Which column it is sorted by.
    pub column: ResultColumn,
    /// Whether the highest come first.
    pub is_descending: bool,
    /// From which probability on all that are shown are accepted, 0 to 1.
    pub least: f32,
    /// The segment that was gone to last.
    pub cursor: Option<ResultKey>,
    items: Vec<ResultItem>,
    shown: Vec<usize>,
    made_from: Option<u64>,
    shown_for: Option<(String, ResultFilter, ResultColumn, bool)>,
}

impl Default for Results {
    fn default() -> Self {
        Self {
            search: String::new(),
            filter: ResultFilter::All,
            column: ResultColumn::Start,
            is_descending: false,
            least: 0.8,
            cursor: None,
            items: Vec::new(),
            shown: Vec::new(),
            made_from: None,
            shown_for: None,
        }
    }
}

impl Results {
    /// How many segments there are, shown or not.
    pub const fn total(&self) -> usize {
        self.items.len()
    }

    /// How many are shown.
    pub const fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    pub const fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The line at a place.
    pub fn get(&self, place: usize) -> Option<&ResultItem> {
        self.shown.get(place).and_then(|index| self.items.get(*index))
    }

    /// The lines that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &ResultItem> {
        self.shown.iter().filter_map(|index| self.items.get(*index))
    }

    /// The predictions that accepting all that are shown would accept.
    pub fn acceptable(&self) -> impl Iterator<Item = &ResultItem> {
        let is_good = |item: &&ResultItem| item.is_open() && item.score.is_some_and(|score| score >= self.least);
        self.shown().filter(is_good)
    }

    /// Where a segment stands.
    pub fn place_of(&self, key: ResultKey) -> Option<usize> {
        self.shown().position(|item| item.key == key)
    }

    pub(super) fn stepped(&self, step: isize) -> Option<ResultKey> {
        let last = self.len().checked_sub(1)?;
        let place = match self.cursor.and_then(|key| self.place_of(key)) {
            Some(place) => place.saturating_add_signed(step).min(last),
            None => 0,
        };
        self.get(place).map(|item| item.key)
    }

    pub(super) fn sort_by(&mut self, column: ResultColumn) {
        // What is long or probable is looked for first, names and times from the beginning.
        let falls = matches!(column, ResultColumn::Length | ResultColumn::Score);
        self.is_descending = if self.column == column { !self.is_descending } else { falls };
        self.column = column;
    }

    fn arrange(&mut self, rows: &[Row]) {
        let wanted = (self.search.clone(), self.filter, self.column, self.is_descending);
        if self.shown_for.as_ref() == Some(&wanted) {
            return;
        }
        let search = self.search.trim().to_lowercase();
        let names: Vec<String> = rows.iter().map(|row| row.name.to_lowercase()).collect();
        let holds = |item: &ResultItem| {
            search.is_empty()
                || names.get(item.row).is_some_and(|name| name.contains(&search))
                || item.who.to_lowercase().contains(&search)
        };
        let is_kind = |item: &ResultItem| match self.filter {
            ResultFilter::All => true,
            ResultFilter::Labels => matches!(item.key, ResultKey::Label(_)),
            ResultFilter::Predictions => matches!(item.key, ResultKey::Prediction { .. }),
            ResultFilter::Disagreements => item.disagrees,
        };
        let mut shown: Vec<(usize, &ResultItem)> =
            self.items.iter().enumerate().filter(|(_, item)| is_kind(item) && holds(item)).collect();
        let name = |item: &ResultItem| names.get(item.row);
        let by_column = |a: &ResultItem, b: &ResultItem| match self.column {
            ResultColumn::Class => name(a).cmp(&name(b)),
            ResultColumn::Start => a.start.cmp(&b.start),
            ResultColumn::End => a.end.cmp(&b.end),
            ResultColumn::Length => a.length().cmp(&b.length()),
            ResultColumn::Score => a.score.unwrap_or(-1.0).total_cmp(&b.score.unwrap_or(-1.0)),
            ResultColumn::Who => a.who.cmp(&b.who),
        };
        let turned = |order: Ordering| if self.is_descending { order.reverse() } else { order };
        // Equals stay in the order of time, whichever way the column is sorted.
        shown.sort_by(|(_, a), (_, b)| {
            turned(by_column(a, b)).then(a.start.cmp(&b.start)).then(a.row.cmp(&b.row)).then(a.end.cmp(&b.end))
        });
        self.shown = shown.into_iter().map(|(index, _)| index).collect();
        self.shown_for = Some(wanted);
    }
}

/// Who or what drew a segment, shortly.
pub(in crate::state) fn who(author: &Author, verdict: Verdict) -> String {
    let person = |name: &str| if name.is_empty() { tr!("who-nobody") } else { name.to_owned() };
    match author {
        Author::Person(name) => person(name),
        Author::Model { checkpoint, accepted_by: None, .. } => checkpoint.clone(),
        Author::Model { accepted_by: Some(name), .. } => match verdict {
            Verdict::Present => tr!("who-accepted", person = person(name)),
            Verdict::Absent => tr!("who-rejected", person = person(name)),
        },
    }
}

fn make(rows: &[Row], track: Option<&Track>, network: &Arc<str>) -> Vec<ResultItem> {
    let mut items = Vec::new();
    // Few people draw many segments: one name each is enough.
    let mut people: BTreeMap<String, Arc<str>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let disagrees = |span| row.disagreements.binary_search(&span).is_ok();
        for bar in &row.labels {
            let segment = track.and_then(|track| track.segment(bar.id));
            let name = segment.map(|segment| who(&segment.author, segment.verdict)).unwrap_or_default();
            let who = people.entry(name).or_insert_with_key(|name| Arc::from(name.as_str()));
            items.push(ResultItem {
                key: ResultKey::Label(bar.id),
                row: place,
                start: bar.start,
                end: bar.end,
                score: segment.and_then(|segment| segment.score),
                who: Arc::clone(who),
                is_absent: bar.is_absent,
                is_judged: false,
                disagrees: disagrees((bar.start, bar.end)),
            });
        }
        let labelled = union(row.labels.iter().map(|bar| (bar.start, bar.end)).collect());
        for segment in &row.predictions {
            let span = (segment.start, segment.end);
            items.push(ResultItem {
                key: ResultKey::Prediction { class: segment.class, start: segment.start },
                row: place,
                start: segment.start,
                end: segment.end,
                score: Some(segment.peak),
                who: Arc::clone(network),
                is_absent: false,
                is_judged: meets(&labelled, span),
                disagrees: disagrees(span),
            });
        }
    }
    items
}

impl AppState {
    pub(super) fn refresh_results(&mut self) {
        let mut results = std::mem::take(&mut self.studio.pages.results);
        let rows = &self.studio.rows;
        if results.made_from != Some(rows.revision()) {
            let track = self.selected.and_then(|video| self.studio.project.track(video));
            let model = self.selected_video().and_then(|video| video.analysis.model.clone());
            let network: Arc<str> = model.map_or_else(|| tr!("who-network"), |model| model.checkpoint.clone()).into();
            results.items = make(rows.all(), track, &network);
            results.made_from = Some(rows.revision());
            results.shown_for = None;
        }
        results.arrange(rows.all());
        self.studio.pages.results = results;
    }

    /// Goes to a segment of the table and selects it.
    pub(super) fn open_result(&mut self, key: ResultKey) -> Vec<Effect> {
        let item = self.studio.pages.results.items.iter().find(|item| item.key == key);
        let Some(start) = item.map(|item| item.start) else { return vec![] };
        self.studio.pages.results.cursor = Some(key);
        let select = match key {
            ResultKey::Label(id) => LabelAction::Select { id, adds: false },
            ResultKey::Prediction { .. } => LabelAction::ClearSelection,
        };
        let mut effects = self.apply_label_action(select);
        effects.extend(self.apply_action(Action::Seek(start)));
        effects
    }

    /// Accepts the predictions that the table shows and that are probable enough.
    pub(super) fn accept_shown(&mut self) -> Vec<Effect> {
        self.refresh_results();
        let shown = self.studio.pages.results.acceptable().filter_map(|item| match item.key {
            ResultKey::Prediction { class, .. } => Some((class, (item.start, item.end))),
            ResultKey::Label(_) => None,
        });
        let shown = shown.collect();
        self.judge(shown, Verdict::Present)
    }
}
