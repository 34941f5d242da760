//! The classes of a label set as a list, with a field for another one.

use egui::{Popup, PopupCloseBehavior, Rect, Role, ScrollArea, Sense, TextEdit, TextStyle, Ui, UiBuilder, WidgetInfo};
use egui::{pos2, vec2};
use ks_domain::project::{ClassId, ClassRecord, NewClass};

use super::class;
use super::field::{Field, bare_field};
use crate::commands::Command;
use crate::keymap::class_keys;
use crate::state::{Action, AppState, LabelAction};
use crate::theme::{class_color, size, tokens};
use crate::tr;
use crate::widgets::{list_item, menu_item, paint_elided, section, wrapped};

/// The longest that the list gets, in rows.
const ROWS: f32 = 11.5;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let set = state.studio.current_set();
    let classes = set.map(|set| state.studio.project.classes_of(set)).unwrap_or_default();
    section(ui, &tr!("labels-classes", count = classes.len()));
    if classes.is_empty() {
        wrapped(ui, egui::RichText::new(tr!("labels-empty")).color(tokens(ui).text_subdued));
    } else {
        list(ui, state, &classes, out);
    }
    add_field(ui, state, out);
    let chosen = state.studio.class.and_then(|class| classes.iter().position(|other| other.id == class));
    if let Some((place, class)) = chosen.and_then(|place| Some((place, *classes.get(place)?))) {
        class::show(ui, state, &classes, class, place, out);
    }
}

fn list(ui: &mut Ui, state: &AppState, classes: &[&ClassRecord], out: &mut Vec<Action>) {
    let editing_id = ui.scope_id().with("renamed class");
    let mut editing: Option<ClassId> = ui.data(|data| data.get_temp(editing_id));
    let keys = keys(state, classes);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt("classes").max_height(ROWS * size::ROW).auto_shrink([false, true]);
        area.show_rows(ui, size::ROW, classes.len(), |ui, places| {
            for place in places {
                let (Some(class), Some(key)) = (classes.get(place), keys.get(place)) else { break };
                row(ui, state, (class, place, key), &mut editing, out);
            }
        });
    });
    ui.data_mut(|data| match editing {
        Some(class) => {
            data.insert_temp(editing_id, class);
        }
        None => {
            data.remove::<ClassId>(editing_id);
        }
    });
}

/// The key that marks each class while a video plays; empty where none is left.
fn keys(state: &AppState, classes: &[&ClassRecord]) -> Vec<String> {
    let free = class_keys(&state.keymap);
    let given: Vec<String> =
        classes.iter().filter_map(|class| class.key).map(|key| key.to_uppercase().to_string()).collect();
    let by_place = |place: usize| {
        let name = free.get(place).map(|key| key.name().to_owned())?;
        (!given.contains(&name.to_uppercase())).then_some(name)
    };
    let key = |(place, class): (usize, &&ClassRecord)| match class.key {
        Some(key) => key.to_uppercase().to_string(),
        None => by_place(place).unwrap_or_default(),
    };
    classes.iter().enumerate().map(key).collect()
}

fn row(
    ui: &mut Ui,
    state: &AppState,
    (class, place, key): (&ClassRecord, usize, &str),
    editing: &mut Option<ClassId>,
    out: &mut Vec<Action>,
) {
    let is_chosen = state.class_to_draw() == Some(class.id);
    let count = state.studio.rows.of_class(class.id).map_or(0, |row| row.labels.len());
    let labels = tr!("count-labels", count = count);
    let said = if key.is_empty() {
        tr!("labels-class-row", name = &class.name, labels = labels)
    } else {
        tr!("labels-class-row-key", name = &class.name, labels = labels, key = key)
    };
    if *editing == Some(class.id) {
        return rename(ui, class, editing, out);
    }
    let t = tokens(ui);
    let response = list_item(ui, size::ROW, &said, is_chosen, |ui, rect| {
        let mono = TextStyle::Monospace.resolve(ui.style());
        let painter = ui.painter();
        let key = painter.layout_no_wrap(key.to_owned(), mono.clone(), t.text);
        let cap = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(18.0, 18.0));
        if !key.is_empty() {
            painter.rect_filled(cap, 3.0, t.control_hover_bg);
        }
        let key_pos = cap.center() - key.size() / 2.0;
        painter.galley(key_pos, key, t.text);
        let number = if count == 0 { String::new() } else { count.to_string() };
        let number = painter.layout_no_wrap(number, mono, t.text_subdued);
        let left = cap.left() - 10.0 - number.size().x;
        painter.galley(pos2(left, rect.center().y - number.size().y / 2.0), number, t.text_subdued);
        let text = Rect::from_min_max(pos2(rect.left() + 28.0, rect.top()), pos2(left - 6.0, rect.bottom()));
        let color = if is_chosen { t.text_strong } else { t.text };
        paint_elided(ui, text, &class.name, TextStyle::Body, color);
    });
    swatch(ui, class, place, response.rect, out);
    if response.clicked() {
        out.push(Action::Label(LabelAction::ChooseClass(class.id)));
    }
    let renames = (response.has_focus() || is_chosen && response.hovered())
        && !ui.ctx().text_edit_focused()
        && ui.input(|input| input.key_pressed(egui::Key::F2));
    if response.double_clicked() || renames {
        *editing = Some(class.id);
    }
    response.context_menu(|ui| {
        if ui.button(tr!("labels-rename")).clicked() {
            *editing = Some(class.id);
            ui.close();
        }
        if ui.button(tr!("labels-delete-class")).clicked() {
            out.push(Action::Label(LabelAction::DeleteClass(class.id)));
            ui.close();
        }
        ui.separator();
        menu_item(ui, Command::Undo, state.can(Command::Undo), out);
    });
    if !class.description.is_empty() {
        response.on_hover_text(&class.description);
    }
}

/// The name as a field, in the row's place.
fn rename(ui: &mut Ui, class: &ClassRecord, editing: &mut Option<ClassId>, out: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let inner = Rect::from_min_max(pos2(rect.left() + 24.0, rect.top()), rect.max);
    let field = Field::new(tr!("labels-class-name"), &class.name);
    let was = ui.scope_id().with("renaming");
    let is_new = ui.data(|data| data.get_temp::<ClassId>(was)) != Some(class.id);
    ui.scope_builder(UiBuilder::new().max_rect(inner).id_salt(("rename", class.id)), |ui| {
        let id = ui.scope_id().with("name");
        if let Some(name) = bare_field(ui, "name", &field, is_new) {
            out.push(Action::Label(LabelAction::EditClass(ClassRecord { name, ..class.clone() })));
        }
        let has_focus = ui.ctx().memory(|memory| memory.has_focus(id.with("edit")));
        if !is_new && !has_focus {
            *editing = None;
        }
    });
    ui.data_mut(|data| match *editing {
        Some(id) => {
            data.insert_temp(was, id);
        }
        None => {
            data.remove::<ClassId>(was);
        }
    });
}

/// The colour of a class; clicking it offers others.
fn swatch(ui: &Ui, class: &ClassRecord, place: usize, row: Rect, out: &mut Vec<Action>) {
    let t = tokens(ui);
    let rect = Rect::from_center_size(pos2(row.left() + 14.0, row.center().y), vec2(12.0, 12.0));
    let response = ui.interact(rect.expand(4.0), ui.scope_id().with(("swatch", class.id)), Sense::click());
    let said = tr!("labels-color-of", name = &class.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    ui.painter().rect_filled(rect, 3.0, class_color(t, place, class.color));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(rect, 3.0, egui::Stroke::new(1.0, t.text_strong), egui::StrokeKind::Outside);
    }
    let popup = Popup::from_toggle_button_response(&response);
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        class::colors(ui, class, place, out);
    });
    response.on_hover_text(said);
}

fn add_field(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let id = ui.scope_id().with("new class");
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    let edit = TextEdit::singleline(&mut text).id(id.with("edit")).hint_text(tr!("labels-add"));
    let response = ui.add(edit.desired_width(f32::INFINITY)).accessible_name(tr!("labels-add-name"));
    let name = text.trim().to_owned();
    let set = state.studio.current_set();
    let is_taken = set.is_some_and(|set| state.studio.project.class_named(set, &name).is_some());
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) && !name.is_empty() && !is_taken {
        out.push(Action::Label(LabelAction::AddClass(NewClass::named(name))));
        text.clear();
        // One class seldom comes alone.
        response.request_focus();
    } else if is_taken {
        let color = tokens(ui).warning;
        wrapped(ui, egui::RichText::new(tr!("labels-taken", name = name)).small().color(color));
    }
    ui.data_mut(|data| data.insert_temp(id, text));
}
