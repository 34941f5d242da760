//! Reading a theme file into colours by meaning.

use egui::Color32;
use serde::Deserialize;

/// How many hues tell classes apart.
pub const CLASS_HUES: usize = 12;

/// Why a text is not a theme.
#[derive(Debug)]
pub enum ThemeError {
    /// Not TOML, a token is missing or one is unknown.
    Syntax(toml::de::Error),
    /// Not a colour in the form `#rrggbb`.
    Color(String),
    /// A step that the ramp does not have.
    Step(usize),
    /// Another number of class hues.
    Hues(usize),
}

impl std::fmt::Display for ThemeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "the theme cannot be read: {error}"),
            Self::Color(text) => write!(f, "“{text}” is not a colour; write it as #rrggbb"),
            Self::Step(step) => write!(f, "the ramp has no step {step}"),
            Self::Hues(found) => write!(f, "a theme has {CLASS_HUES} class hues, this one has {found}"),
        }
    }
}

impl std::error::Error for ThemeError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ramp: Vec<String>,
    tokens: Table,
    classes: Classes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Classes {
    hues: Vec<String>,
}

/// A token's value: a step of the ramp or a colour.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Step(usize),
    Color(String),
}

/// Declares the tokens once, for the file and for the program.
macro_rules! tokens {
    ($($(#[doc = $doc:literal])+ $name:ident),+ $(,)?) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table { $($name: Value),+ }

        /// The colours of one theme, by meaning.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Tokens {
            $($(#[doc = $doc])+ pub $name: Color32,)+
            /// Hues that tell classes apart.
            pub class_hues: Vec<Color32>,
        }

        impl Tokens {
            fn from_file(file: &File) -> Result<Self, ThemeError> {
                let hues: Result<Vec<Color32>, ThemeError> = file.classes.hues.iter().map(|hue| color(hue)).collect();
                let class_hues = hues?;
                if class_hues.len() != CLASS_HUES {
                    return Err(ThemeError::Hues(class_hues.len()));
                }
                Ok(Self { $($name: value(&file.tokens.$name, &file.ramp)?,)+ class_hues })
            }
        }
    };
}

tokens! {
    /// Behind all panels.
    window_bg,
    /// Panels.
    panel_bg,
    /// Menus, tooltips, dialogs and cards.
    raised_bg,
    /// Buttons and fields at rest.
    control_bg,
    /// Buttons and fields under the pointer.
    control_hover_bg,
    /// Buttons held down, and open menus.
    control_active_bg,
    /// Lines between panels.
    border,
    /// Outlines that must be seen, such as the drop target's.
    border_strong,
    /// Around the picture.
    picture_bg,
    /// Even lanes of the timeline.
    lane_bg,
    /// Odd lanes of the timeline.
    lane_alt_bg,
    /// Text of controls that cannot be used now.
    text_disabled,
    /// Secondary text.
    text_subdued,
    /// Text.
    text,
    /// Emphasised text.
    text_strong,
    /// The one big button of a panel.
    primary_bg,
    /// The same under the pointer.
    primary_hover_bg,
    /// Text on the big button.
    text_on_primary,
    /// Focus and progress.
    accent,
    /// Selected rows and text.
    selection_bg,
    /// The playhead.
    playhead,
    /// Something went well.
    success,
    /// Something needs attention.
    warning,
    /// Something failed.
    error,
    /// Behind a success message.
    success_bg,
    /// Behind a warning.
    warning_bg,
    /// Behind a failure message.
    error_bg,
}

impl Tokens {
    /// Reads a theme file.
    ///
    /// # Errors
    /// If a token is missing or unknown, or a colour cannot be read.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text).map_err(ThemeError::Syntax)?;
        Self::from_file(&file)
    }
}

fn color(text: &str) -> Result<Color32, ThemeError> {
    if text.len() != 7 {
        return Err(ThemeError::Color(text.to_owned()));
    }
    Color32::from_hex(text).map_err(|_not_hex| ThemeError::Color(text.to_owned()))
}

fn value(value: &Value, ramp: &[String]) -> Result<Color32, ThemeError> {
    match value {
        Value::Step(step) => color(ramp.get(*step).ok_or(ThemeError::Step(*step))?),
        Value::Color(text) => color(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::tokens_of;

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |color: Color32| {
            let [r, g, b, _] = color.to_array().map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn assert_contrast(least: f64, what: &str, a: Color32, b: Color32) {
        let found = contrast(a, b);
        assert!(found >= least, "{what}: contrast is {found:.2}, less than {least}");
    }

    #[test]
    fn text_can_be_read_on_every_background_of_both_themes() {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let t = tokens_of(theme);
            let backgrounds = [
                ("window", t.window_bg),
                ("panel", t.panel_bg),
                ("raised", t.raised_bg),
                ("control", t.control_bg),
                ("control under the pointer", t.control_hover_bg),
                ("selection", t.selection_bg),
                ("lane", t.lane_bg),
                ("other lane", t.lane_alt_bg),
                ("picture", t.picture_bg),
            ];
            for (name, background) in backgrounds {
                for (text, color) in [("subdued", t.text_subdued), ("text", t.text), ("strong", t.text_strong)] {
                    assert_contrast(4.5, &format!("{theme:?}: {text} on {name}"), color, background);
                }
            }
            let status = [
                (t.success, t.success_bg),
                (t.warning, t.warning_bg),
                (t.error, t.error_bg),
                (t.text_on_primary, t.primary_bg),
                (t.text_on_primary, t.primary_hover_bg),
            ];
            for (text, background) in status {
                assert_contrast(4.5, &format!("{theme:?}: status or big button"), text, background);
            }
            for status in [t.success, t.warning, t.error, t.accent] {
                assert_contrast(4.5, &format!("{theme:?}: status on a panel"), status, t.panel_bg);
            }
        }
    }

    #[test]
    fn bars_stand_out_from_their_lanes() {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let t = tokens_of(theme);
            for (class, hue) in t.class_hues.iter().enumerate() {
                assert_contrast(3.0, &format!("{theme:?}: hue {class}"), *hue, t.lane_bg);
                assert_contrast(3.0, &format!("{theme:?}: hue {class}"), *hue, t.lane_alt_bg);
            }
        }
    }

    #[test]
    fn a_wrong_theme_says_what_is_wrong() {
        let text = include_str!("../../../../assets/theme/dark.toml");
        let wrong =
            |from: &str, to: &str| Tokens::parse(&text.replace(from, to)).expect_err("should be refused").to_string();
        assert!(wrong("accent = \"#5b9bff\"", "accent = \"blue\"").contains("“blue” is not a colour"));
        assert!(wrong("picture_bg = 0", "picture_bg = 14").contains("no step 14"));
        assert!(wrong("playhead = 13\n", "").contains("playhead"));
        assert!(wrong("\"#6db3f2\", ", "").contains("12 class hues"));
    }
}
