//! The look: colours by meaning, fonts and sizes.
//!
//! Colours are data in `assets/theme/*.toml`; this module reads them, and [`apply`] turns them into egui's styles.
//! No other module names a colour.

mod fonts;
mod style;
mod tokens;

use std::sync::LazyLock;

use egui::Color32;

use crate::tr;

pub use self::fonts::semibold;
pub use self::style::{apply, reduce_motion, still_wheel};
pub use self::tokens::{ThemeError, Tokens};

/// Sizes in points that every panel uses.
pub mod size {
    /// Rows, buttons and section titles.
    pub const ROW: f32 = 24.0;
    /// The bar at the top of the window.
    pub const TOP_BAR: f32 = 28.0;
    /// Rows of a dense table.
    pub const DENSE_ROW: f32 = 20.0;
    /// Between widgets.
    pub const SPACING: f32 = 8.0;
    /// Inside a panel's edge.
    pub const PADDING: f32 = 12.0;
    /// Side of an icon.
    pub const ICON: f32 = 14.0;
    /// Corner radius of controls.
    pub const RADIUS: u8 = 4;
    /// Corner radius of windows, menus and large areas.
    pub const LARGE_RADIUS: u8 = 6;
    /// Body text.
    pub const BODY: f32 = 12.0;
    /// Headings.
    pub const HEADING: f32 = 16.0;
    /// Section headers.
    pub const SECTION: f32 = 11.0;
}

/// Which theme the user wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Always dark.
    Dark,
    /// Always light.
    Light,
}

impl ThemeChoice {
    /// All choices in menu order.
    pub const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// The name in menus.
    pub fn text(self) -> String {
        match self {
            Self::System => tr!("theme-system"),
            Self::Dark => tr!("theme-dark"),
            Self::Light => tr!("theme-light"),
        }
    }

    /// The name in the configuration file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The choice with this name in a configuration file.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.key() == key)
    }

    /// What egui calls it.
    pub const fn preference(self) -> egui::ThemePreference {
        match self {
            Self::System => egui::ThemePreference::System,
            Self::Dark => egui::ThemePreference::Dark,
            Self::Light => egui::ThemePreference::Light,
        }
    }
}

static DARK: LazyLock<Tokens> = LazyLock::new(|| {
    Tokens::parse(include_str!("../../../../assets/theme/dark.toml")).expect("should be a theme: a test reads the file")
});
static LIGHT: LazyLock<Tokens> = LazyLock::new(|| {
    Tokens::parse(include_str!("../../../../assets/theme/light.toml"))
        .expect("should be a theme: a test reads the file")
});

/// The tokens of one of egui's two themes.
pub fn tokens_of(theme: egui::Theme) -> &'static Tokens {
    match theme {
        egui::Theme::Dark => &DARK,
        egui::Theme::Light => &LIGHT,
    }
}

/// The tokens of the theme that a `Ui` is drawn in.
pub fn tokens(ui: &egui::Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// The hue of a class: the same for the same class index, always.
pub fn class_hue(tokens: &Tokens, class: usize) -> Color32 {
    tokens.class_hues.get(class % tokens.class_hues.len().max(1)).copied().unwrap_or(tokens.text)
}

/// The colour of a class: the one that somebody gave it, else its hue.
pub fn class_color(tokens: &Tokens, hue: usize, given: Option<ks_domain::project::Rgb>) -> Color32 {
    given.map_or_else(
        || class_hue(tokens, hue),
        |ks_domain::project::Rgb([r, g, b])| Color32::from_rgba_premultiplied(r, g, b, u8::MAX),
    )
}
