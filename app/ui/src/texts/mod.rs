//! Every text that the window shows, as messages of Fluent: `assets/texts/*.ftl` for English, one file for any other
//! language.
//!
//! [`tr!`](crate::tr) says a message in the language of this thread, which [`speak`] sets from the state before
//! anything is said. What another language lacks is said in English. Errors of the other crates come as sentences
//! and are shown as they are; they are not here.
//!
//! ```
//! use ks_ui::tr;
//! assert_eq!(tr!("count-actions", count = 2_u64), "2 actions");
//! ```

mod languages;
mod of_settings;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentMessage, FluentResource};

pub use fluent_bundle::FluentValue;

pub use self::languages::{ENGLISH, Language, LanguageError, Languages};
pub(crate) use self::of_settings::{help_of, name_of, name_of_section, purpose_of};

/// The English texts, by subject. Those of the settings of a training are made from their table (`of_settings.rs`).
pub(crate) const SOURCES: &[(&str, &str)] = &[
    ("common", include_str!("../../../../assets/texts/common.ftl")),
    ("commands", include_str!("../../../../assets/texts/commands.ftl")),
    ("dialogs", include_str!("../../../../assets/texts/dialogs.ftl")),
    ("inspector", include_str!("../../../../assets/texts/inspector.ftl")),
    ("labels", include_str!("../../../../assets/texts/labels.ftl")),
    ("pages", include_str!("../../../../assets/texts/pages.ftl")),
    ("player", include_str!("../../../../assets/texts/player.ftl")),
    ("queue", include_str!("../../../../assets/texts/queue.ftl")),
    ("settings", include_str!("../../../../assets/texts/settings.ftl")),
    ("training", include_str!("../../../../assets/texts/training.ftl")),
    ("checkpoints", include_str!("../../../../assets/texts/checkpoints.ftl")),
    ("timeline", include_str!("../../../../assets/texts/timeline.ftl")),
    ("studio", include_str!("../../../../assets/texts/studio.ftl")),
    ("zoo", include_str!("../../../../assets/texts/zoo.ftl")),
];

/// All English texts.
pub(crate) fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    SOURCES.iter().copied().chain([("settings of a training", of_settings::source())])
}

pub(crate) type Bundle = FluentBundle<FluentResource>;

/// Says a message: `tr!("dialog-close")`, or with arguments `tr!("count-actions", count = n)`.
#[macro_export]
macro_rules! tr {
    ($id:expr) => { $crate::texts::text($id, &[]) };
    ($id:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::texts::text($id, &[$((stringify!($name), $crate::texts::FluentValue::from($value))),+])
    };
}

/// What one thread says, and in which language.
struct Speaker {
    english: Bundle,
    /// Another language, and what it was made from.
    other: Option<(Language, Bundle)>,
}

thread_local! {
    static SPEAKER: RefCell<Speaker> = RefCell::new(Speaker { english: languages::english(), other: None });
}

/// Says everything in a language from now on, on this thread. Cheap if nothing changes.
pub fn speak(language: &Language) {
    SPEAKER.with_borrow_mut(|speaker| {
        let spoken = speaker.other.as_ref().map(|(spoken, _)| spoken);
        let wanted = (!language.is_english()).then_some(language);
        if spoken != wanted {
            speaker.other = wanted.map(|wanted| (wanted.clone(), wanted.bundle()));
        }
    });
}

/// The text of a message with its arguments, in the language of this thread. The call form is [`tr!`](crate::tr).
pub fn text(id: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    say(id, None, args)
}

/// The text of an attribute of a message, such as a tooltip.
pub fn attribute(id: &str, attribute: &str) -> String {
    say(id, Some(attribute), &[])
}

fn say(id: &str, attribute: Option<&str>, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let args = (!args.is_empty()).then(|| {
        let mut all = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            all.set(Cow::Borrowed(*name), value.clone());
        }
        all
    });
    SPEAKER.with_borrow(|speaker| {
        let other = speaker.other.as_ref().map(|(_, bundle)| bundle);
        let said = other.into_iter().chain([&speaker.english]).find_map(|bundle| {
            let message = bundle.get_message(id)?;
            format_in(bundle, &message, attribute, args.as_ref())
        });
        // A test looks for each that the sources name, so this is seen while a message is being written.
        said.unwrap_or_else(|| format!("[{id}]"))
    })
}

/// A message of one language; `None` if it lacks it, or if what it says does not fit the arguments.
fn format_in(
    bundle: &Bundle,
    message: &FluentMessage<'_>,
    attribute: Option<&str>,
    args: Option<&FluentArgs<'_>>,
) -> Option<String> {
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
    errors.is_empty().then_some(text)
}
