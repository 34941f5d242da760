//! Which languages there are: English, which is complete, and files that may lack some of its messages.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use fluent_bundle::{FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::{Bundle, sources};
use crate::format;

/// The key of the language that is always there.
pub const ENGLISH: &str = "en";

/// The message by which a language names itself.
const NAME: &str = "language-name";

/// One language.
#[derive(Clone, Debug)]
pub struct Language(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    key: String,
    id: LanguageIdentifier,
    name: String,
    source: String,
}

impl PartialEq for Language {
    /// Whether it is the same file, read at the same time.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Language {
    /// English.
    fn default() -> Self {
        static ENGLISH_LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
            let id = identifier(ENGLISH).expect("should be a language: a test reads it");
            let name = "English".to_owned();
            Language(Arc::new(Inner { key: ENGLISH.to_owned(), id, name, source: String::new() }))
        });
        ENGLISH_LANGUAGE.clone()
    }
}

impl Language {
    /// Whether it is the language that is part of the program.
    pub fn is_english(&self) -> bool {
        self.key() == ENGLISH
    }

    /// How settings name it: `en`, `de`, `pt-BR`.
    pub fn key(&self) -> &str {
        &self.0.key
    }

    /// How it names itself.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its messages alone, without English behind them.
    pub(super) fn bundle(&self) -> Bundle {
        let resource = FluentResource::try_new(self.0.source.clone());
        // It was read without errors when the language was added.
        let resource = resource.unwrap_or_else(|(resource, _)| resource);
        bundle(self.0.id.clone(), vec![resource]).0
    }
}

/// Why a file is not a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LanguageError {
    /// Its name is not that of a language.
    Key {
        /// The name.
        key: String,
    },
    /// English is part of the program.
    English,
    /// Messages that cannot be read: line numbers with what is wrong there.
    Syntax {
        /// The language.
        key: String,
        /// All of them.
        issues: Vec<String>,
    },
    /// It does not say how the language is called.
    NoName {
        /// The language.
        key: String,
    },
    /// Messages that English does not have: misspelt or of another version.
    Unknown {
        /// The language.
        key: String,
        /// Their names.
        messages: Vec<String>,
    },
}

impl std::fmt::Display for LanguageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { key } => {
                write!(f, "“{key}” is not the name of a language; call the file like de.ftl or pt-BR.ftl")
            }
            Self::English => write!(f, "English is part of the program; give the file another language’s name"),
            Self::Syntax { key, issues } => {
                write!(f, "the texts of the language {key} cannot be read; correct {}", issues.join("; "))
            }
            Self::NoName { key } => {
                write!(f, "the language {key} does not say how it is called; add a line “{NAME} = …” to it")
            }
            Self::Unknown { key, messages } => write!(
                f,
                "the language {key} has texts that this program does not know; correct or remove {}",
                messages.join(", ")
            ),
        }
    }
}

impl std::error::Error for LanguageError {}

/// The languages that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Languages(Vec<Language>);

impl Default for Languages {
    fn default() -> Self {
        Self(vec![Language::default()])
    }
}

impl Languages {
    /// All of them, English first, the others in the order of their keys.
    pub fn all(&self) -> &[Language] {
        &self.0
    }

    /// The language with this key.
    pub fn find(&self, key: &str) -> Option<&Language> {
        self.0.iter().find(|language| language.key() == key)
    }

    /// Adds a language, in place of an earlier one of the same key.
    ///
    /// # Errors
    /// If the key is no language's, or the source is not what Fluent calls a resource. Messages that English does
    /// not have are an error too; messages that are missing are not.
    pub fn add(&mut self, key: &str, source: &str) -> Result<(), LanguageError> {
        let id = identifier(key).ok_or_else(|| LanguageError::Key { key: key.to_owned() })?;
        if key == ENGLISH {
            return Err(LanguageError::English);
        }
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let line = |at: usize| source.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            let issues = errors.iter().map(|error| format!("line {}: {}", line(error.pos.start), error.kind));
            LanguageError::Syntax { key: key.to_owned(), issues: issues.collect() }
        })?;
        let named = messages(source);
        let known: BTreeSet<String> = sources().flat_map(|(_, source)| messages(source)).collect();
        let unknown: Vec<String> = named.difference(&known).cloned().collect();
        if !unknown.is_empty() {
            return Err(LanguageError::Unknown { key: key.to_owned(), messages: unknown });
        }
        let (own, issues) = bundle(id.clone(), vec![resource]);
        if !issues.is_empty() {
            return Err(LanguageError::Syntax { key: key.to_owned(), issues });
        }
        let name = own.get_message(NAME).and_then(|message| super::format_in(&own, &message, None, None));
        let Some(name) = name else { return Err(LanguageError::NoName { key: key.to_owned() }) };
        let inner = Inner { key: key.to_owned(), id, name, source: source.to_owned() };
        self.0.retain(|language| language.key() != key);
        self.0.push(Language(Arc::new(inner)));
        let (_, others) = self.0.split_first_mut().expect("should hold English: nothing takes it out");
        others.sort_by(|a, b| a.key().cmp(b.key()));
        Ok(())
    }
}

/// The names of the messages of a file; they stand at the beginning of a line.
pub(super) fn messages(source: &str) -> BTreeSet<String> {
    let starts = source.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
    starts.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().to_owned()).collect()
}

fn identifier(key: &str) -> Option<LanguageIdentifier> {
    key.parse().ok().filter(|id: &LanguageIdentifier| *id == key)
}

/// English, which is complete.
pub(super) fn english() -> Bundle {
    let resources = sources().map(|(name, source)| {
        FluentResource::try_new(source.to_owned())
            .unwrap_or_else(|(_, errors)| panic!("{name}.ftl should be without errors: {errors:?}"))
    });
    let (bundle, issues) =
        bundle(identifier(ENGLISH).expect("should be a language: a test reads it"), resources.collect());
    assert!(issues.is_empty(), "English should have each message once: {issues:?}");
    bundle
}

/// Messages ready to be said, and what is wrong with them: names that stand there twice.
fn bundle(id: LanguageIdentifier, resources: Vec<FluentResource>) -> (Bundle, Vec<String>) {
    let mut bundle = Bundle::new(vec![id]);
    // The marks would be drawn as boxes, and whoever looks for a text would have to know them.
    bundle.set_use_isolating(false);
    // `NUMBER` for ordinals; nothing else has this name.
    bundle.add_builtins().ok();
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) if number.value >= 0.0 && number.value.fract() == 0.0 => {
            Some(format::grouped(number.value as u64))
        }
        _ => None,
    }));
    let mut issues = Vec::new();
    for resource in resources {
        let doubled = bundle.add_resource(resource).err().into_iter().flatten();
        issues.extend(doubled.map(|error| error.to_string()));
    }
    (bundle, issues)
}
