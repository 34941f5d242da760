//! The embedded fonts.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

const SEMIBOLD: &str = "Inter SemiBold";

/// The family of headings and emphasised text.
pub fn semibold() -> FontFamily {
    FontFamily::Name(SEMIBOLD.into())
}

/// Inter for text, JetBrains Mono for times and numbers; egui's own fonts behind them for what they lack.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let embedded: [(&str, &'static [u8]); 3] = [
        ("Inter", include_bytes!("../../../../assets/fonts/Inter-Regular.otf")),
        (SEMIBOLD, include_bytes!("../../../../assets/fonts/Inter-SemiBold.otf")),
        ("JetBrains Mono", include_bytes!("../../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in embedded {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "Inter".to_owned());
    let mut strong = proportional.clone();
    strong.insert(0, SEMIBOLD.to_owned());
    fonts.families.insert(semibold(), strong);
    let mono = fonts.families.entry(FontFamily::Monospace).or_default();
    mono.insert(0, "JetBrains Mono".to_owned());
    fonts
}
