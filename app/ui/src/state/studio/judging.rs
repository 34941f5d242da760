//! The reducer's part for judging: accepting and rejecting what networks found.

use ks_domain::project::{Author, ChangeKind, NewSegment, SegmentId, Verdict};
use ks_domain::{MediaTime, Segment};

use crate::state::{AppState, Bar, Effect, Video};

impl AppState {
    /// Accepts or rejects what is selected or under the playhead: labels that nobody has confirmed, else predictions.
    pub(super) fn judge_here(&mut self, verdict: Verdict) -> Vec<Effect> {
        let here = self.player.position;
        let bars = self.studio.rows.all().iter().flat_map(|row| &row.labels).filter(|bar| bar.is_unconfirmed);
        let is_selected = |id: SegmentId| self.studio.selection.contains(&id);
        let open: Vec<&Bar> = bars.collect();
        let mut ids: Vec<SegmentId> = open.iter().map(|bar| bar.id).filter(|id| is_selected(*id)).collect();
        if ids.is_empty() {
            ids = open.iter().filter(|bar| bar.start <= here && here < bar.end).map(|bar| bar.id).collect();
        }
        if !ids.is_empty() {
            return self.confirm(&ids, verdict);
        }
        let frame_end = self.selected_video().and_then(Video::table).map(|table| table.end_of(table.frame_at(here)));
        let touches = |segment: &&Segment| {
            // A segment that begins inside of the frame that is shown is under the playhead, too.
            segment.end > here
                && segment.start < frame_end.unwrap_or(here).max(here.saturating_add(MediaTime::from_nanos(1)))
        };
        let rows = self.studio.rows.all().iter();
        let found = rows.flat_map(|row| row.predictions.iter().filter(touches));
        let found = found.map(|segment| (segment.class, (segment.start, segment.end))).collect();
        self.judge(found, verdict)
    }

    pub(super) fn confirm(&mut self, ids: &[SegmentId], verdict: Verdict) -> Vec<Effect> {
        let person = self.studio.person.clone();
        self.change_watched(|project, video| project.confirm(video, ids, verdict, &person))
    }

    pub(super) fn accept_above(&mut self, score: f32, only: Option<usize>) -> Vec<Effect> {
        let rows = self.studio.rows.all().iter().filter(|row| only.is_none() || row.predicted == only);
        let wanted = rows.flat_map(|row| {
            let is_free = |segment: &&Segment| {
                let mut labels = row.labels.iter();
                !labels.any(|bar| bar.start < segment.end && segment.start < bar.end)
            };
            let good = row.predictions.iter().filter(move |segment| segment.peak >= score).filter(is_free);
            good.map(|segment| (segment.class, (segment.start, segment.end)))
        });
        let wanted = wanted.collect();
        self.judge(wanted, Verdict::Present)
    }

    /// Turns predicted segments into labels that say whether they are right: one change, of whatever classes they are.
    pub(in crate::state) fn judge(
        &mut self,
        found: Vec<(usize, (MediaTime, MediaTime))>,
        verdict: Verdict,
    ) -> Vec<Effect> {
        let Some(video) = self.selected_video().filter(|_| !found.is_empty()) else { return vec![] };
        let model = video.analysis.model.clone().unwrap_or_default();
        let scored: Vec<(String, (MediaTime, MediaTime), Option<f32>)> = found
            .iter()
            .map(|(class, span)| (self.predicted_name(video, *class), *span, peak_in(video, *class, *span)))
            .collect();
        let mut effects = self.ensure_classes(scored.iter().map(|(name, ..)| name.as_str()));
        let kind = match verdict {
            Verdict::Present => ChangeKind::AcceptPredictions,
            Verdict::Absent => ChangeKind::RejectPredictions,
        };
        let author = Author::Model {
            checkpoint: model.checkpoint.clone(),
            hash: model.hash.clone(),
            accepted_by: Some(self.studio.person.clone()),
        };
        let segments: Vec<NewSegment> = scored
            .into_iter()
            .filter_map(|(name, (start, end), score)| {
                let class = self.known_class(&name)?;
                let (start, end) = (self.snapped(start), self.snapped(end));
                Some(NewSegment { class, start, end, verdict, author: author.clone(), score, note: String::new() })
            })
            .collect();
        effects.extend(self.change_watched(|project, video| project.judge(video, kind, segments)));
        effects
    }
}

/// The highest probability of a class in the windows that speak for a span.
fn peak_in(video: &Video, class: usize, (start, end): (MediaTime, MediaTime)) -> Option<f32> {
    let spans = video.analysis.lanes.spans();
    let first = spans.partition_point(|(_, to)| *to <= start);
    let near = spans.iter().zip(&video.analysis.windows).skip(first).take_while(|((from, _), _)| *from < end);
    near.filter_map(|(_, window)| window.scores.get(class).copied()).reduce(f32::max)
}
