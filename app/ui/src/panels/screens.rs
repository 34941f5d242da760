//! The switch between the screens, in the bar at the top.

use egui::{ComboBox, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::commands::Command;
use crate::keymap::keymap_of;
use crate::state::{Action, AppState, LearnScreen, Screen};
use crate::theme::{semibold, size, tokens};
use crate::tr;

/// The screens from left to right, and the commands that show them.
const SCREENS: [(Screen, Command); 4] = [
    (Screen::Analyse, Command::ShowVideos),
    (Screen::Learn(LearnScreen::Train), Command::ShowTraining),
    (Screen::Learn(LearnScreen::Checkpoints), Command::ShowCheckpoints),
    (Screen::Zoo, Command::ShowZoo),
];

/// Room that the tabs and what stands at their right want.
const TABS: f32 = 560.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let open = state.screen();
    let unlearnt = state.training.unlearnt.count;
    if ui.available_width() < TABS {
        return menu(ui, open, unlearnt, out);
    }
    ui.add_space(size::PADDING);
    ui.spacing_mut().item_spacing.x = 2.0;
    for (screen, command) in SCREENS {
        let badge = if screen == Screen::Learn(LearnScreen::Train) { unlearnt } else { 0 };
        tab(ui, (command, screen == open), badge, out);
    }
}

/// What a screen is called for assistive technology, with what waits there.
fn spoken(command: Command, badge: usize) -> String {
    if badge == 0 {
        tr!("screen-tab", name = command.text())
    } else {
        tr!("screen-tab-badge", name = command.text(), count = badge)
    }
}

fn tab(ui: &mut Ui, (command, is_open): (Command, bool), badge: usize, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let font = if is_open { egui::FontId::new(size::BODY, semibold()) } else { egui::FontId::proportional(size::BODY) };
    let text = ui.painter().layout_no_wrap(command.text(), font, tokens.text);
    let number = (badge > 0).then(|| {
        let font = egui::FontId::proportional(size::SECTION);
        ui.painter().layout_no_wrap(badge_text(badge), font, tokens.text_on_primary)
    });
    let pill = number.as_ref().map_or(0.0, |number| (number.size().x + 10.0).max(16.0));
    let width = text.size().x + 16.0 + if pill > 0.0 { pill + 6.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_open, spoken(command, badge)));
    if is_open || response.hovered() {
        let fill = if is_open { tokens.control_bg } else { tokens.control_hover_bg };
        ui.painter().rect_filled(rect, size::RADIUS, fill);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect, size::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let color = if is_open { tokens.text_strong } else { tokens.text };
    let at = pos2(rect.left() + 8.0, rect.center().y - text.size().y / 2.0);
    let end = at.x + text.size().x;
    ui.painter().galley_with_override_text_color(at, text, color);
    if let Some(number) = number {
        let place = Rect::from_min_size(pos2(end + 6.0, rect.center().y - 8.0), vec2(pill, 16.0));
        ui.painter().rect_filled(place, 8.0, tokens.primary_bg);
        let corner = place.center() - number.size() / 2.0;
        ui.painter().galley(corner, number, tokens.text_on_primary);
    }
    let mut hover = command.hover_text(&keymap_of(ui));
    if badge > 0 {
        hover = format!("{hover}\n{}", tr!("improve-unlearnt", count = badge));
    }
    if response.on_hover_text(hover).clicked() {
        out.push(command.into());
    }
}

/// The number in a badge; many are many.
pub(super) fn badge_text(count: usize) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

/// One menu where there is no room for tabs.
fn menu(ui: &mut Ui, open: Screen, unlearnt: usize, out: &mut Vec<Action>) {
    let current =
        SCREENS.iter().find(|(screen, _)| *screen == open).map_or(Command::ShowVideos, |(_, command)| *command);
    ui.add_space(4.0);
    ComboBox::from_id_salt("screens")
        .selected_text(current.text())
        .width(84.0)
        .truncate()
        .show_ui(ui, |ui| {
            for (screen, command) in SCREENS {
                let badge = if screen == Screen::Learn(LearnScreen::Train) { unlearnt } else { 0 };
                let text = if badge > 0 {
                    tr!("screen-with-badge", name = command.text(), count = badge_text(badge))
                } else {
                    command.text()
                };
                if ui.selectable_label(screen == open, text).clicked() && screen != open {
                    out.push(command.into());
                }
            }
        })
        .response
        .accessible_name(tr!("screens-menu"));
}
