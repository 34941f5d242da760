//! One key with its modifiers: how it is pressed, written and read.

use egui::{Key, Modifiers};

/// What the key of commands is called on this platform.
pub const COMMAND_KEY: &str = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shortcut {
    key: Key,
    command: bool,
    shift: bool,
    alt: bool,
}

/// Why a text is not a shortcut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The part that is no key and no modifier.
    pub part: String,
}

/// Whether keyboards differ in what it takes to reach this key: `?` is Shift+/ here and Shift+ß there, and `+` needs no
/// Shift at all on many. Such a key counts with and without Shift.
const fn reaches_by_layout(key: Key) -> bool {
    matches!(
        key,
        Key::Questionmark
            | Key::Exclamationmark
            | Key::Plus
            | Key::Minus
            | Key::Colon
            | Key::Pipe
            | Key::OpenCurlyBracket
            | Key::CloseCurlyBracket
    )
}

/// Whether the key only changes what others mean.
pub(crate) const fn is_modifier(key: Key) -> bool {
    matches!(
        key,
        Key::ShiftLeft
            | Key::ShiftRight
            | Key::ControlLeft
            | Key::ControlRight
            | Key::AltLeft
            | Key::AltRight
            | Key::SuperLeft
            | Key::SuperRight
            | Key::CapsLock
            | Key::NumLock
            | Key::Fn
    )
}

impl Shortcut {
    /// A key as it was pressed.
    pub const fn new(key: Key, modifiers: Modifiers) -> Self {
        let shift = modifiers.shift && !reaches_by_layout(key);
        Self { key, command: modifiers.command, shift, alt: modifiers.alt }
    }

    /// The key.
    pub const fn key(&self) -> Key {
        self.key
    }

    /// Whether no modifier belongs to it.
    pub const fn is_plain(&self) -> bool {
        !self.command && !self.shift && !self.alt
    }

    /// Reads `Space`, `Ctrl+Shift+Z`, `Alt+,`, `Ctrl++`. Case does not matter, nor does the order of modifiers.
    ///
    /// # Errors
    /// If a part of it is neither a modifier nor a key.
    pub fn parse(text: &str) -> Result<Self, UnknownKey> {
        let mut modifiers = Modifiers::NONE;
        let mut rest = text.trim();
        // The key itself may be `+`, so that the text is read from the left.
        while let Some((first, later)) =
            rest.split_once('+').filter(|(first, later)| !first.is_empty() && !later.is_empty())
        {
            match first.trim().to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" => modifiers.command = true,
                "shift" => modifiers.shift = true,
                "alt" | "option" => modifiers.alt = true,
                _ => return Err(UnknownKey { part: first.trim().to_owned() }),
            }
            rest = later;
        }
        let key = key_of(rest.trim()).ok_or_else(|| UnknownKey { part: rest.trim().to_owned() })?;
        Ok(Self::new(key, modifiers))
    }

    /// How the configuration file writes it, on every platform alike: `Ctrl+Shift+Z`.
    pub fn written(&self) -> String {
        self.join("Ctrl", self.key.symbol())
    }

    /// The keys as people read them.
    pub fn text(&self) -> String {
        let key = match self.key {
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::Minus => "−",
            Key::PageUp => "PgUp",
            Key::PageDown => "PgDn",
            Key::Delete => "Del",
            other => other.symbol(),
        };
        self.join(COMMAND_KEY, key)
    }

    fn join(&self, command: &str, key: &str) -> String {
        let mut text = String::new();
        for (is_on, name) in [(self.command, command), (self.alt, "Alt"), (self.shift, "Shift")] {
            if is_on {
                text.push_str(name);
                text.push('+');
            }
        }
        text.push_str(key);
        text
    }
}

/// The key of a name, whatever its case.
fn key_of(name: &str) -> Option<Key> {
    let same = |key: &&Key| key.symbol().eq_ignore_ascii_case(name) || key.name().eq_ignore_ascii_case(name);
    let key = Key::from_name(name).or_else(|| Key::ALL.iter().find(same).copied());
    key.filter(|key| !is_modifier(*key) && *key != Key::Escape)
}

/// How we write a key.
trait Symbol {
    /// The character that it prints, or its name.
    fn symbol(&self) -> &'static str;
}

impl Symbol for Key {
    fn symbol(&self) -> &'static str {
        match self {
            Self::ArrowLeft | Self::ArrowRight | Self::ArrowUp | Self::ArrowDown => self.name(),
            Self::Minus => "-",
            Self::Quote => "'",
            other => other.symbol_or_name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_for_every_key() {
        for key in Key::ALL.iter().filter(|key| !is_modifier(**key) && **key != Key::Escape) {
            for bits in 0..8 {
                let modifiers = Modifiers {
                    alt: bits & 1 != 0,
                    shift: bits & 2 != 0,
                    command: bits & 4 != 0,
                    ctrl: bits & 4 != 0,
                    mac_cmd: false,
                };
                let shortcut = Shortcut::new(*key, modifiers);
                assert_eq!(Shortcut::parse(&shortcut.written()), Ok(shortcut), "{}", shortcut.written());
            }
        }
    }

    #[test]
    fn shortcuts_are_read_as_people_write_them() {
        let written = |text| Shortcut::parse(text).map(|shortcut| shortcut.written());
        assert_eq!(written(" shift+ctrl+z ").as_deref(), Ok("Ctrl+Shift+Z"));
        assert_eq!(written("Ctrl++").as_deref(), Ok("Ctrl++"));
        assert_eq!(written("+").as_deref(), Ok("+"));
        // Whether `?` needs Shift is the keyboard's affair.
        assert_eq!(written("Shift+?").as_deref(), Ok("?"));
        for (text, part) in
            [("Ctlr+Z", "Ctlr"), ("Ctrl+Zz", "Zz"), ("", ""), ("Ctrl+ShiftLeft", "ShiftLeft"), ("Esc", "Esc")]
        {
            assert_eq!(Shortcut::parse(text), Err(UnknownKey { part: part.to_owned() }), "{text}");
        }
    }
}
