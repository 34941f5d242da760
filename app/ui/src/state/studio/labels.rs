//! The reducer's part for labels: drawing, correcting, and the classes themselves. What networks found is judged in
//! `judging.rs`.

use std::collections::BTreeSet;

use ks_domain::project::{Change, ChangeKind, ClassError, ClassId, NewClass, NewSegment, SegmentId, Verdict, VideoId};
use ks_domain::{FrameTable, MediaTime};

use super::actions::LabelAction;
use crate::commands::Command;
use crate::state::{AppState, Effect, Severity, Video};
use crate::tr;

impl AppState {
    pub(in crate::state) fn apply_label_action(&mut self, action: LabelAction) -> Vec<Effect> {
        match action {
            LabelAction::Select { id, adds } => self.select_segment(id, adds),
            LabelAction::SelectMany(ids) => self.studio.selection = ids.into_iter().collect(),
            LabelAction::ClearSelection => self.studio.selection.clear(),
            LabelAction::Draw { class, start, end } => return self.draw(class, start, end),
            LabelAction::DrawNamed { class, start, end } => {
                let (mut effects, class) = self.ensure_class(&class);
                effects.extend(class.map_or_else(Vec::new, |class| self.draw(class, start, end)));
                return effects;
            }
            LabelAction::Retime { id, start, end } => return self.retime(id, start, end, ChangeKind::TrimSegment),
            LabelAction::Relabel(class) => {
                let ids = self.selected_ids();
                return self.change_watched(|project, video| project.relabel(video, &ids, class));
            }
            LabelAction::Note { id, text } => {
                return self.change_watched(|project, video| project.note_segment(video, id, &text));
            }
            LabelAction::ChooseClass(class) => self.studio.class = Some(class),
            LabelAction::ChooseSet(set) => {
                self.studio.set = Some(set);
                self.studio.class = None;
            }
            LabelAction::Paint(class) => return self.paint(class),
            LabelAction::MoveSelected { from, to } => return self.move_selected(from, to),
            LabelAction::Accept { class, start, end } => {
                return self.judge(vec![(class, (start, end))], Verdict::Present);
            }
            LabelAction::Reject { class, start, end } => {
                return self.judge(vec![(class, (start, end))], Verdict::Absent);
            }
            LabelAction::Confirm { id, verdict } => return self.confirm(&[id], verdict),
            LabelAction::AcceptAbove { score, class } => return self.accept_above(score, class),
            LabelAction::EditMarker { id, time, text } => {
                return self.change_watched(|project, video| project.edit_marker(video, id, time, &text));
            }
            LabelAction::DeleteMarker(id) => {
                return self.change_watched(|project, video| project.delete_marker(video, id));
            }
            LabelAction::SetFullyLabelled { start, end, is: true } => {
                return self.change_watched(|project, video| project.mark_fully_labelled(video, start, end));
            }
            LabelAction::SetFullyLabelled { start, end, is: false } => {
                return self.change_watched(|project, video| project.unmark_fully_labelled(video, start, end));
            }
            LabelAction::AddClass(_)
            | LabelAction::EditClass(_)
            | LabelAction::MergeClasses { .. }
            | LabelAction::DeleteClass(_)
            | LabelAction::AddSet(_)
            | LabelAction::EditSet { .. } => return self.change_classes(action),
        }
        vec![]
    }

    /// Carries out a command about labels.
    pub(in crate::state) fn label_command(&mut self, command: Command) -> Vec<Effect> {
        let here = self.player.position;
        match command {
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::MarkIn => {
                self.studio.mark_in = Some(here);
                vec![]
            }
            Command::MarkOut => self.mark_out(),
            Command::SplitSegment => {
                let at = self.snapped(here);
                let under = self.segments_here();
                let ids: Vec<SegmentId> = if self.studio.selection.is_empty() { under } else { self.selected_ids() };
                ids.into_iter()
                    .flat_map(|id| self.change_watched(|project, video| project.split(video, id, at)))
                    .collect()
            }
            Command::DeleteSegment => {
                let ids = self.selected_ids();
                self.change_watched(|project, video| project.delete_segments(video, &ids))
            }
            Command::MergeSegments => {
                let ids = self.selected_ids();
                self.change_watched(|project, video| project.join(video, &ids))
            }
            Command::NudgeStartBack => self.nudge(-1, true),
            Command::NudgeStartForward => self.nudge(1, true),
            Command::NudgeEndBack => self.nudge(-1, false),
            Command::NudgeEndForward => self.nudge(1, false),
            Command::AcceptPrediction => self.judge_here(Verdict::Present),
            Command::RejectPrediction => self.judge_here(Verdict::Absent),
            Command::AddMarker => self.change_watched(|project, video| project.add_marker(video, here, "")),
            Command::ToggleFullyLabelled => self.toggle_fully_labelled(),
            _ => vec![],
        }
    }

    /// Changes the watched video, if there is one and the change is one.
    pub(super) fn change_watched(
        &mut self,
        change: impl FnOnce(&ks_domain::project::Project, VideoId) -> Option<Change>,
    ) -> Vec<Effect> {
        let change = self.selected.and_then(|video| change(&self.studio.project, video));
        self.commit_some(change)
    }

    fn selected_ids(&self) -> Vec<SegmentId> {
        self.studio.selection.iter().copied().collect()
    }

    fn select_segment(&mut self, id: SegmentId, adds: bool) {
        let selection = &mut self.studio.selection;
        if !adds {
            selection.clear();
            selection.insert(id);
        } else if !selection.remove(&id) {
            selection.insert(id);
        }
        let track = self.selected.and_then(|video| self.studio.project.track(video));
        let class = track.and_then(|track| track.segment(id)).map(|segment| segment.class);
        let class = class.and_then(|class| self.studio.project.class_of(class)).map(|class| class.id);
        self.studio.class = class.or(self.studio.class);
    }

    /// The segments of people under the playhead.
    fn segments_here(&self) -> Vec<SegmentId> {
        let here = self.player.position;
        let bars = self.studio.rows.all().iter().flat_map(|row| &row.labels);
        bars.filter(|bar| bar.start <= here && here < bar.end).map(|bar| bar.id).collect()
    }

    /// The edge between two frames that is nearest to a moment; the moment itself while the frames are not known.
    pub(crate) fn snapped(&self, time: MediaTime) -> MediaTime {
        self.selected_video().and_then(Video::table).map_or(time, |table| nearest_edge(table, time))
    }

    fn draw(&mut self, class: ClassId, start: MediaTime, end: MediaTime) -> Vec<Effect> {
        let (start, end) = (self.snapped(start.min(end)), self.snapped(start.max(end)));
        // Where both ends meet on one edge, the frame that begins there is meant.
        let end = match self.selected_video().and_then(Video::table) {
            Some(table) if end <= start => table.end_of(table.frame_at(start)),
            _ => end,
        };
        self.studio.class = Some(class);
        let segment = NewSegment::by_person(class, start, end, &self.studio.person);
        self.change_watched(|project, video| project.draw(video, ChangeKind::DrawSegment, vec![segment]))
    }

    fn retime(&mut self, id: SegmentId, start: MediaTime, end: MediaTime, kind: ChangeKind) -> Vec<Effect> {
        let span = (self.snapped(start), self.snapped(end));
        self.change_watched(|project, video| project.retime(video, id, span, kind))
    }

    /// Moves the selected segments together: what begins at one moment begins at the other afterwards. They stay in the
    /// video, and each goes to the nearest frames.
    fn move_selected(&mut self, from: MediaTime, to: MediaTime) -> Vec<Effect> {
        let Some((first, last)) = self.selection_span() else { return vec![] };
        let end = self.selected_video().and_then(Video::duration).unwrap_or(MediaTime::from_nanos(u64::MAX));
        let by = (to.saturating_sub(from).min(end.saturating_sub(last)), from.saturating_sub(to).min(first));
        let moved = |time: MediaTime| self.snapped(time.saturating_add(by.0).saturating_sub(by.1));
        let spans = self.selected_spans(|start, end| (moved(start), moved(end)));
        self.change_watched(|project, video| project.retime_all(video, &spans, ChangeKind::MoveSegment))
    }

    /// The selected segments with other ends.
    fn selected_spans(
        &self,
        other: impl Fn(MediaTime, MediaTime) -> (MediaTime, MediaTime),
    ) -> Vec<(SegmentId, (MediaTime, MediaTime))> {
        let track = self.selected.and_then(|video| self.studio.project.track(video));
        let selected = self.studio.selection.iter().filter_map(|id| track?.segment(*id));
        selected.map(|segment| (segment.id, other(segment.start, segment.end))).collect()
    }

    /// Moves one end of the selected segments by frames.
    fn nudge(&mut self, frames: i32, is_start: bool) -> Vec<Effect> {
        let Some(table) = self.selected_video().and_then(Video::table).cloned() else { return vec![] };
        let spans = self.selected_spans(|start, end| match is_start {
            true => (moved_edge(&table, start, frames), end),
            false => (start, moved_edge(&table, end, frames)),
        });
        self.change_watched(|project, video| project.retime_all(video, &spans, ChangeKind::NudgeSegment))
    }

    /// Ends the segment that `MarkIn` began, in the class that is drawn with.
    fn mark_out(&mut self) -> Vec<Effect> {
        let (Some(start), Some(class)) = (self.studio.mark_in, self.class_to_draw()) else {
            let needs_start = self.studio.mark_in.is_none();
            let text = if needs_start { tr!("studio-mark-in-first") } else { tr!("studio-class-first") };
            self.announce(Severity::Info, text, String::new());
            return vec![];
        };
        self.studio.mark_in = None;
        self.draw(class, start, self.player.position)
    }

    /// The class that is drawn with: the chosen one, else the first of the set.
    pub fn class_to_draw(&self) -> Option<ClassId> {
        let chosen = self.studio.class.and_then(|class| self.studio.project.class_of(class)).map(|class| class.id);
        let first = || {
            let set = self.studio.current_set()?;
            self.studio.project.classes_of(set).first().map(|class| class.id)
        };
        chosen.or_else(first)
    }

    /// Begins or ends marking a class. While the video plays, the moment is the one that the person reacted to.
    fn paint(&mut self, class: ClassId) -> Vec<Effect> {
        let delay = if self.player.is_playing {
            f64::from(self.studio.reaction_millis) / 1000.0 * self.player.rate
        } else {
            0.0
        };
        let here = self.player.position.saturating_sub(MediaTime::from_secs_f64(delay));
        self.studio.class = Some(class);
        match self.studio.painting.remove(&class) {
            Some(start) => self.draw(class, start, here),
            None => {
                self.studio.painting.insert(class, here);
                vec![]
            }
        }
    }

    /// Ends all marking that goes on, at the playhead: before another video is watched.
    pub(in crate::state) fn end_painting(&mut self) -> Vec<Effect> {
        let painting = std::mem::take(&mut self.studio.painting);
        let here = self.player.position;
        painting.into_iter().flat_map(|(class, start)| self.draw(class, start, here)).collect()
    }

    pub(super) fn known_class(&self, name: &str) -> Option<ClassId> {
        let set = self.studio.current_set()?;
        self.studio.project.class_named(set, name.trim()).map(|class| class.id)
    }

    /// Makes sure that there are classes of these names in the set that is used, with one change for all of them.
    pub(super) fn ensure_classes<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Vec<Effect> {
        let missing: BTreeSet<&str> = names.map(str::trim).filter(|name| self.known_class(name).is_none()).collect();
        let missing: Vec<NewClass> = missing.into_iter().map(NewClass::named).collect();
        if missing.is_empty() {
            return vec![];
        }
        let mut effects = Vec::new();
        effects.extend(self.ensure_set());
        effects.extend(self.add_classes(missing, true));
        effects
    }

    /// Makes sure that there is a label set, together with what is about to come into it.
    fn ensure_set(&mut self) -> Vec<Effect> {
        if self.studio.current_set().is_some() {
            return vec![];
        }
        let change = self.studio.project.add_set(&tr!("studio-first-set"), "").ok();
        self.commit_some(change.map(Change::leading))
    }

    /// `leads` if a label of these classes comes next.
    fn add_classes(&mut self, classes: Vec<NewClass>, leads: bool) -> Vec<Effect> {
        let set = self.studio.current_set().ok_or(ClassError::Gone);
        match set.and_then(|set| self.studio.project.add_classes(set, classes)) {
            Ok(change) => self.commit(if leads { change.leading() } else { change }),
            Err(error) => {
                self.announce(Severity::Warning, crate::format::sentence(&error.to_string()), String::new());
                vec![]
            }
        }
    }

    /// The class of this name in the set that is used, made if need be, and the set with it.
    pub(super) fn ensure_class(&mut self, name: &str) -> (Vec<Effect>, Option<ClassId>) {
        let effects = self.ensure_classes(std::iter::once(name));
        (effects, self.known_class(name))
    }

    fn change_classes(&mut self, action: LabelAction) -> Vec<Effect> {
        let mut effects = Vec::new();
        if matches!(action, LabelAction::AddClass(_)) {
            effects.extend(self.ensure_set());
        }
        let project = &self.studio.project;
        let change: Result<Option<Change>, ClassError> = match action {
            LabelAction::AddClass(class) => {
                effects.extend(self.add_classes(vec![class], false));
                return effects;
            }
            LabelAction::EditClass(class) => project.edit_class(class),
            LabelAction::MergeClasses { from, into } => project.merge_classes(from, into).map(Some),
            LabelAction::DeleteClass(class) => project.delete_class(class).map(Some),
            LabelAction::AddSet(name) => project.add_set(&name, "").map(Some),
            LabelAction::EditSet { id, name, description } => project.edit_set(id, &name, &description),
            _ => Ok(None),
        };
        match change {
            Ok(change) => effects.extend(self.commit_some(change)),
            Err(error) => {
                self.announce(Severity::Warning, crate::format::sentence(&error.to_string()), String::new());
            }
        }
        effects
    }

    /// Says that what the timeline shows is labelled fully; takes it back if it is already.
    fn toggle_fully_labelled(&mut self) -> Vec<Effect> {
        let (start, end) = match self.selection_span() {
            Some(span) => span,
            None => (MediaTime::from_secs_f64(self.range.start), MediaTime::from_secs_f64(self.range.end)),
        };
        let (start, end) = (self.snapped(start), self.snapped(end));
        let is = self.selected.is_some_and(|video| {
            let middle = MediaTime::from_nanos(start.nanos().midpoint(end.nanos()));
            self.studio.project.is_fully_labelled(video, middle)
        });
        self.apply_label_action(LabelAction::SetFullyLabelled { start, end, is: !is })
    }

    /// From the first start to the last end of the selected segments.
    pub fn selection_span(&self) -> Option<(MediaTime, MediaTime)> {
        let track = self.selected.and_then(|video| self.studio.project.track(video))?;
        let selected: Vec<_> = self.studio.selection.iter().filter_map(|id| track.segment(*id)).collect();
        let start = selected.iter().map(|segment| segment.start).min()?;
        let end = selected.iter().map(|segment| segment.end).max()?;
        Some((start, end))
    }
}

fn nearest_edge(table: &FrameTable, time: MediaTime) -> MediaTime {
    let frame = table.frame_at(time);
    let (before, after) = (table.time_of(frame), table.end_of(frame));
    if time.saturating_sub(before) <= after.saturating_sub(time) { before } else { after }
}

/// The edge some frames before or after this one.
fn moved_edge(table: &FrameTable, edge: MediaTime, frames: i32) -> MediaTime {
    // The end of the video is an edge, too, though no frame begins there.
    let here = if edge >= table.end() { table.len() } else { table.frame_at(edge) };
    table.time_of(here.saturating_add_signed(frames).min(table.len()))
}
