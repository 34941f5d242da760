//! Long lists of rows of one height, of which only the visible ones are made, walked through with the arrow keys.

use egui::{EventFilter, Id, Key, Modifiers, Rect, Response, ScrollArea, Ui, pos2, vec2};

/// What a list is drawn from.
pub struct Browse<'a> {
    /// Tells it from other lists.
    pub id: &'a str,
    /// Height of a row.
    pub row: f32,
    /// How many rows there are.
    pub count: usize,
    /// The row that the keyboard is at.
    pub cursor: Option<usize>,
}

impl Browse<'_> {
    /// Draws the visible rows; `draw` gets the number of each and returns what was interacted with. Returns how many
    /// rows the user went down with the arrow keys, 0 for none.
    pub fn show(&self, ui: &mut Ui, mut draw: impl FnMut(&mut Ui, usize) -> Response) -> isize {
        let wants_focus = Id::unique(("browse", self.id));
        let follows = ui.data(|data| data.get_temp::<bool>(wants_focus)).unwrap_or(false);
        let target = self.cursor.filter(|_| follows);
        let mut focused = None;
        let mut is_reached = false;
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt(self.id).auto_shrink(false);
        area.show_rows(ui, self.row, self.count, |ui, rows| {
            let top = ui.min_rect().min;
            if let Some(place) = target {
                let y = top.y + (place as f32 - rows.start as f32) * self.row;
                let rect = Rect::from_min_size(pos2(top.x, y), vec2(1.0, self.row));
                ui.scroll_to_rect_animation(rect, None, egui::style::ScrollAnimation::none());
            }
            for place in rows {
                let response = ui.push_id(place, |ui| draw(ui, place)).inner;
                if target == Some(place) {
                    response.request_focus();
                    is_reached = true;
                }
                if response.has_focus() {
                    focused = Some(response.id);
                }
            }
        });
        if is_reached {
            ui.data_mut(|data| data.remove_temp::<bool>(wants_focus));
        } else if target.is_some() {
            ui.ctx().request_repaint();
        }
        let step = focused.map_or(0, |id| arrow_step(ui, id));
        if step != 0 {
            ui.data_mut(|data| data.insert_temp(wants_focus, true));
        }
        step
    }
}

/// Takes the arrow keys for the row that has the focus.
fn arrow_step(ui: &Ui, focused: Id) -> isize {
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focused, filter));
    ui.input_mut(|input| {
        let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key);
        let (down, up) = (count(Key::ArrowDown), count(Key::ArrowUp));
        isize::try_from(down).unwrap_or(0) - isize::try_from(up).unwrap_or(0)
    })
}
