//! Keys that set classes while a video plays: digits, then letters, as far as no command uses them.

use egui::{Key, Modifiers};

use super::{Keymap, Shortcut, candidates};

/// In the order of the classes.
const LAYER: [Key; 36] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
    Key::Num0,
    Key::A,
    Key::B,
    Key::C,
    Key::D,
    Key::E,
    Key::F,
    Key::G,
    Key::H,
    Key::I,
    Key::J,
    Key::K,
    Key::L,
    Key::M,
    Key::N,
    Key::O,
    Key::P,
    Key::Q,
    Key::R,
    Key::S,
    Key::T,
    Key::U,
    Key::V,
    Key::W,
    Key::X,
    Key::Y,
    Key::Z,
];

/// Letters that never become class keys: people who change the profile should not find their hands paint.
const RESERVED: [Key; 7] = [Key::J, Key::K, Key::L, Key::I, Key::O, Key::B, Key::G];

/// The keys of the first, second, third … class.
pub fn class_keys(keymap: &Keymap) -> Vec<Key> {
    let is_free = |key: &Key| !RESERVED.contains(key) && keymap.owner(Shortcut::new(*key, Modifiers::NONE)).is_none();
    LAYER.into_iter().filter(is_free).collect()
}

/// Which class a key press means, counted from 0, if it means no command.
pub fn class_of_key(keymap: &Keymap, key: Key, physical: Option<Key>, modifiers: Modifiers) -> Option<usize> {
    if modifiers.any() || keymap.command_for(key, physical, modifiers).is_some() {
        return None;
    }
    let keys = class_keys(keymap);
    candidates(key, physical).find_map(|key| keys.iter().position(|own| *own == key))
}
