//! Where rows and bars are on screen, and what is under a point. Nothing is drawn here.

use egui::{Pos2, Rangef, Rect};
use ks_domain::project::{MarkerId, SegmentId};
use ks_domain::{MediaTime, Segment};

use super::scale::TimeScale;
use crate::state::{AppState, Bar, Row, Studio, Video};

/// How near the pointer must be to an edge, in points.
pub(super) const NEAR_EDGE: f32 = 5.0;

/// How near it must be to a threshold.
const NEAR_LINE: f32 = 3.0;

/// Side of the handle of a threshold, at the right end of its line.
pub(super) const HANDLE: f32 = 9.0;

/// Height of a predicted bar.
pub(super) const PREDICTED_BAR: f32 = 7.0;

/// How high the two parts of a row are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heights {
    pub labels: f32,
    pub predictions: f32,
}

impl Heights {
    /// A video that nobody has analysed needs no room for predictions.
    pub(super) fn of(video: &Video) -> Self {
        if video.analysis.windows.is_empty() {
            Self { labels: 24.0, predictions: 0.0 }
        } else {
            Self { labels: 16.0, predictions: 20.0 }
        }
    }

    pub(super) fn row(self) -> f32 {
        self.labels + self.predictions
    }

    /// Both parts of a row that begins at `rect`'s upper edge.
    pub(super) fn split(self, rect: Rect) -> (Rect, Rect) {
        let middle = rect.top() + self.labels;
        (rect.with_max_y(middle), rect.with_min_y(middle).with_max_y(middle + self.predictions))
    }
}

/// Where the rows are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub heights: Heights,
    /// The upper edge of the first row, which may be scrolled out of sight.
    pub top: f32,
    /// What is seen of the rows.
    pub seen: Rect,
    pub ruler: Rect,
}

/// What is under a point.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hit {
    Ruler,
    Marker(MarkerId),
    /// The part of a row for people's labels, and which bar.
    Label {
        row: usize,
        bar: Option<(SegmentId, Part)>,
    },
    /// The part for predictions.
    Predicted {
        row: usize,
        segment: Option<Segment>,
        is_threshold: bool,
    },
    Nothing,
}

/// Which part of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    Middle,
    End,
}

impl Places {
    /// A row, as wide as the times.
    pub(super) fn row(&self, number: usize) -> Rect {
        let top = self.top + self.heights.row() * number as f32;
        self.seen.with_min_y(top).with_max_y(top + self.heights.row())
    }

    /// What is under a point.
    pub(super) fn hit(&self, state: &AppState, scale: &TimeScale, pos: Pos2) -> Hit {
        if self.ruler.contains(pos) {
            return marker_at(state, scale, self.ruler, pos).map_or(Hit::Ruler, Hit::Marker);
        }
        let number = ((pos.y - self.top) / self.heights.row()).floor();
        if number < 0.0 || !self.seen.contains(pos) {
            return Hit::Nothing;
        }
        let number = number as usize;
        let Some(row) = state.studio.rows.all().get(number) else { return Hit::Nothing };
        let (labels, predictions) = self.heights.split(self.row(number));
        if pos.y < labels.bottom() {
            return Hit::Label { row: number, bar: bar_at(row, &state.studio, scale, pos.x) };
        }
        let on_line = row.predicted.is_some() && (pos.y - threshold_y(predictions, row.threshold)).abs() <= NEAR_LINE;
        let on_handle = on_line && pos.x >= scale.x.max - HANDLE * 1.5;
        let at = scale.time_at(pos.x);
        let in_bar = pos.y >= predictions.bottom() - PREDICTED_BAR - 3.0;
        let segment = segment_at(row, at).filter(|_| in_bar && !on_handle).copied();
        let is_threshold = on_line && segment.is_none();
        Hit::Predicted { row: number, segment, is_threshold }
    }
}

/// Where the line of a threshold is.
pub(super) fn threshold_y(predictions: Rect, threshold: f32) -> f32 {
    predictions.bottom() - 1.0 - (predictions.height() - 2.0) * threshold
}

/// The predicted segment of a row at a moment.
pub(super) fn segment_at(row: &Row, time: MediaTime) -> Option<&Segment> {
    let after = row.predictions.partition_point(|segment| segment.start <= time);
    row.predictions.get(after.checked_sub(1)?).filter(|segment| time < segment.end)
}

/// The label at a place and which part of it: one that the place is inside of before one that is near, a selected one
/// before others, the shortest of those.
fn bar_at(row: &Row, studio: &Studio, scale: &TimeScale, x: f32) -> Option<(SegmentId, Part)> {
    let near = |bar: &&Bar| scale.x_of(bar.start) - NEAR_EDGE <= x && x <= scale.x_of(bar.end) + NEAR_EDGE;
    let rank = |bar: &Bar| {
        let is_outside = x < scale.x_of(bar.start) || x > scale.x_of(bar.end);
        (is_outside, !studio.selection.contains(&bar.id), bar.end.saturating_sub(bar.start))
    };
    let bar = row.labels.iter().filter(near).min_by_key(|bar| rank(bar))?;
    let (left, right) = (scale.x_of(bar.start), scale.x_of(bar.end));
    // A short bar keeps a middle by which it can be moved.
    let reach = NEAR_EDGE.min((right - left) / 3.0).max(1.0);
    let part = match () {
        () if x <= left + reach && left >= scale.x.min - NEAR_EDGE => Part::Start,
        () if x >= right - reach && right <= scale.x.max + NEAR_EDGE => Part::End,
        () => Part::Middle,
    };
    Some((bar.id, part))
}

fn marker_at(state: &AppState, scale: &TimeScale, ruler: Rect, pos: Pos2) -> Option<MarkerId> {
    if pos.y > ruler.top() + 16.0 {
        return None;
    }
    let track = state.selected.and_then(|video| state.studio.project.track(video))?;
    let away = |time| (scale.x_of(time) - pos.x).abs();
    let nearest = track.markers().min_by(|a, b| away(a.time).total_cmp(&away(b.time)))?;
    (away(nearest.time) <= 6.0).then_some(nearest.id)
}

/// The moment nearest to `time` among playhead, edges of labels, predictions and stretches, and edges of frames, if
/// one is near on screen; and whether it is anything but a frame. The edges of the segment `except` do not count.
pub(super) fn snap(
    state: &AppState,
    scale: &TimeScale,
    time: MediaTime,
    except: Option<SegmentId>,
) -> (MediaTime, bool) {
    let reach = MediaTime::from_secs_f64(f64::from(NEAR_EDGE + 1.0) / scale.pixels_per_sec());
    let away = |other: MediaTime| other.saturating_sub(time).max(time.saturating_sub(other));
    let studio = &state.studio;
    let rows = studio.rows.all();
    let labels = rows.iter().flat_map(|row| &row.labels).filter(|bar| Some(bar.id) != except);
    let labels = labels.flat_map(|bar| [bar.start, bar.end]);
    let predicted = rows.iter().flat_map(|row| &row.predictions).flat_map(|segment| [segment.start, segment.end]);
    let track = state.selected.and_then(|video| studio.project.track(video));
    let stretches = track.into_iter().flat_map(|track| track.stretches());
    let stretches = stretches.flat_map(|stretch| [stretch.start, stretch.end]);
    let moments = [Some(state.player.position), studio.mark_in].into_iter().flatten();
    let near = moments.chain(labels).chain(predicted).chain(stretches).filter(|other| away(*other) <= reach);
    match near.min_by_key(|other| away(*other)) {
        Some(other) => (state.snapped(other), true),
        None => (state.snapped(time), false),
    }
}

/// The part of a span that is seen, from left to right; at least two points wide.
pub(super) fn extent(scale: &TimeScale, start: MediaTime, end: MediaTime) -> Rangef {
    let left = scale.x_of(start).max(scale.x.min - 4.0);
    Rangef::new(left, scale.x_of(end).min(scale.x.max + 4.0).max(left + 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::ViewRange;

    fn secs(secs: f64) -> MediaTime {
        MediaTime::from_secs_f64(secs)
    }

    fn bar(number: u64, start: f64, end: f64) -> Bar {
        let id = SegmentId(number);
        let (start, end) = (secs(start), secs(end));
        Bar { id, start, end, is_absent: false, is_unconfirmed: false, has_note: false }
    }

    fn row(labels: Vec<Bar>) -> Row {
        Row {
            name: "walk".to_owned(),
            class: None,
            predicted: None,
            hue: 0,
            color: None,
            peak: 0.0,
            threshold: 0.5,
            labels,
            predictions: vec![],
            disagreements: vec![],
        }
    }

    fn scale() -> TimeScale {
        TimeScale { range: ViewRange::all(10.0), x: Rangef::new(0.0, 1000.0) }
    }

    #[test]
    fn edges_of_a_bar_can_be_gripped_from_both_sides_and_its_middle_stays() {
        let row = row(vec![bar(1, 1.0, 2.0), bar(2, 5.0, 5.06)]);
        let at = |x| bar_at(&row, &Studio::default(), &scale(), x);
        assert_eq!(at(97.0), Some((SegmentId(1), Part::Start)));
        assert_eq!(at(103.0), Some((SegmentId(1), Part::Start)));
        assert_eq!(at(150.0), Some((SegmentId(1), Part::Middle)));
        assert_eq!(at(203.0), Some((SegmentId(1), Part::End)));
        assert_eq!(at(207.0), None);
        assert_eq!(at(503.0), Some((SegmentId(2), Part::Middle)));
    }

    #[test]
    fn where_bars_touch_each_is_gripped_on_its_own_side() {
        let row = row(vec![bar(1, 1.0, 2.0), bar(2, 2.0, 3.0)]);
        let at = |x| bar_at(&row, &Studio::default(), &scale(), x);
        assert_eq!(at(198.0), Some((SegmentId(1), Part::End)));
        assert_eq!(at(202.0), Some((SegmentId(2), Part::Start)));
    }

    #[test]
    fn a_short_bar_over_a_long_one_is_reached_and_a_selected_one_first() {
        let row = row(vec![bar(1, 1.0, 9.0), bar(2, 4.0, 5.0)]);
        let mut studio = Studio::default();
        assert_eq!(bar_at(&row, &studio, &scale(), 450.0), Some((SegmentId(2), Part::Middle)));
        studio.selection.insert(SegmentId(1));
        assert_eq!(bar_at(&row, &studio, &scale(), 450.0), Some((SegmentId(1), Part::Middle)));
    }

    #[test]
    fn moments_snap_to_the_playhead_only_when_it_is_near() {
        let mut state = AppState::default();
        state.player.position = secs(4.0);
        assert_eq!(snap(&state, &scale(), secs(4.05), None), (secs(4.0), true));
        assert_eq!(snap(&state, &scale(), secs(4.2), None), (secs(4.2), false));
    }
}
