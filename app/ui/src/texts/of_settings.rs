//! The names and purposes of the settings of a training and of its presets as English messages. The domain's tables
//! (`ks_domain::training::{FIELDS, TRAIN_PRESETS}`) are their only source; another language says them in its file like
//! everything else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use ks_domain::training::{FIELDS, Field, TRAIN_PRESETS};

use crate::format;

static SOURCE: LazyLock<String> = LazyLock::new(|| {
    let mut source = String::new();
    let sections: BTreeSet<&str> = FIELDS.iter().map(Field::section).collect();
    for section in sections {
        // Writing to a text cannot fail.
        _ = writeln!(source, "{} = {}", section_id(section), words(section));
    }
    for field in FIELDS {
        _ = writeln!(source, "{} = {}\n    .help = {}", id(field), words(field.name()), plain(field.help));
    }
    for preset in TRAIN_PRESETS {
        _ = writeln!(source, "{} = {}", purpose_id(preset.name), plain(preset.purpose));
    }
    source
});

/// The messages, as a file of Fluent.
pub(crate) fn source() -> &'static str {
    &SOURCE
}

fn id(field: &Field) -> String {
    format!("setting-{}", field.key.replace(['.', '_'], "-"))
}

fn section_id(section: &str) -> String {
    format!("settings-{}", section.replace('_', "-"))
}

fn purpose_id(preset: &str) -> String {
    format!("purpose-{preset}")
}

/// What a setting is called.
pub(crate) fn name_of(field: &Field) -> String {
    super::text(&id(field), &[])
}

/// What a setting does, in a sentence.
pub(crate) fn help_of(field: &Field) -> String {
    super::attribute(&id(field), "help")
}

/// What a section of the settings is called.
pub(crate) fn name_of_section(section: &str) -> String {
    super::text(&section_id(section), &[])
}

/// What a preset of ours is for.
pub(crate) fn purpose_of(preset: &str) -> String {
    super::text(&purpose_id(preset), &[])
}

/// The name of a section or setting of the file as people write it: `batch_norm` becomes `Batch norm`.
fn words(name: &str) -> String {
    format::sentence(&name.replace(['_', '.'], " "))
}

/// Braces mean something in Fluent.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '{' | '}') { format!("{{\"{c}\"}}") } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Language, Languages, speak};

    #[test]
    fn every_setting_has_a_name_and_a_purpose_and_another_language_says_them() {
        for field in FIELDS {
            assert_eq!((name_of(field), help_of(field)), (words(field.name()), field.help.to_owned()), "{}", field.key);
            assert!(!name_of_section(field.section()).starts_with('['), "{}", field.key);
        }
        for preset in TRAIN_PRESETS {
            assert_eq!(purpose_of(preset.name), preset.purpose);
        }
        let mut languages = Languages::default();
        let german =
            "language-name = Deutsch\nsetting-network-dropout = Ausgelassen\n    .help = Anteil der Merkmale\n";
        languages.add("de", german).unwrap();
        speak(languages.find("de").unwrap());
        let field = ks_domain::training::field("network.dropout").unwrap();
        assert_eq!((name_of(field), help_of(field)), ("Ausgelassen".to_owned(), "Anteil der Merkmale".to_owned()));
        speak(&Language::default());
    }
}
