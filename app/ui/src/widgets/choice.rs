//! One of a few things to choose from.

use egui::{ComboBox, Ui};

/// A menu of choices. Returns another choice than the current one if the user made it.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    width: f32,
    (current, all): (T, &[T]),
    text: impl Fn(T) -> String,
) -> Option<T> {
    let mut chosen = None;
    ComboBox::from_id_salt(name)
        .selected_text(text(current))
        .width(width)
        .truncate()
        .show_ui(ui, |ui| {
            for one in all {
                if ui.selectable_label(*one == current, text(*one)).clicked() && *one != current {
                    chosen = Some(*one);
                }
            }
        })
        .response
        .accessible_name(name);
    chosen
}
