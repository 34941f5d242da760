//! Reading mmaction2's configuration files, which are Python, without running anything.
//!
//! A file is a list of assignments of literals: numbers, text, lists, tuples, dictionaries, names defined before, and a
//! little arithmetic. Everything else (imports, functions, conditions) is refused with its line and a word on what to
//! write instead. `_base_` names files that a file builds on; dictionaries are merged as the original merges them, with
//! `_delete_=True` to replace instead. What the settings mean is not known here but in [`crate::translate`].
//!
//! Only the file that was given and those that `_base_` names are opened. Sizes, nesting and the number of files are
//! limited, so that a hostile file is an error and nothing worse.

mod error;
mod eval;
mod merge;
mod strings;
mod syntax;
mod text;
mod value;

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

pub use self::error::{ConfigError, Problem};
pub use self::value::{Dict, Value};

use self::syntax::{Budget, Parsed};

/// Bytes of one file.
const MAX_FILE: usize = 1 << 20;
/// Files of one configuration.
const MAX_FILES: usize = 64;
/// Files that build on each other in a row.
const MAX_CHAIN: usize = 16;

/// A configuration with everything that it builds on.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// All settings.
    pub settings: Dict,
    /// Names that only serve other settings, such as `train_pipeline`.
    pub helpers: BTreeSet<String>,
    /// The file itself and all that it builds on, in the order in which they were opened.
    pub files: Vec<PathBuf>,
}

/// Gives the content of a file.
pub type Opener<'a> = dyn FnMut(&Path) -> io::Result<Vec<u8>> + 'a;

impl Config {
    /// Reads a configuration file and what it builds on.
    ///
    /// # Errors
    /// If a file cannot be read, or holds anything but assignments of literals.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_with(path, &mut |path| {
            let mut content = Vec::new();
            // One byte more than is allowed shows that a file is too long without reading all of it.
            std::fs::File::open(path)?.take(MAX_FILE as u64 + 1).read_to_end(&mut content)?;
            Ok(content)
        })
    }

    /// Reads a configuration whose files come from `open`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_with(path: &Path, open: &mut Opener<'_>) -> Result<Self, ConfigError> {
        let mut loader = Loader { open, files: Vec::new(), chain: Vec::new(), budget: Budget::new() };
        let content = (loader.open)(path)
            .map_err(|error| ConfigError::Unreadable { reason: error.to_string(), path: path.to_owned() })?;
        let (settings, helpers) = loader.read(path, content)?;
        Ok(Self { settings, helpers, files: loader.files })
    }
}

struct Loader<'a, 'b> {
    open: &'a mut Opener<'b>,
    files: Vec<PathBuf>,
    chain: Vec<PathBuf>,
    budget: Budget,
}

impl Loader<'_, '_> {
    fn read(&mut self, path: &Path, content: Vec<u8>) -> Result<(Dict, BTreeSet<String>), ConfigError> {
        let refuse = |message: String| Err(ConfigError::Bases { file: path.to_owned(), message });
        if self.chain.iter().any(|file| file == path) {
            return refuse("the file builds on itself through `_base_`; remove it from one of the lists".to_owned());
        }
        if self.chain.len() >= MAX_CHAIN || self.files.len() >= MAX_FILES {
            return refuse(format!(
                "more than {MAX_FILES} files, or {MAX_CHAIN} in a row, build on each other; join some of them"
            ));
        }
        if content.len() > MAX_FILE {
            return Err(ConfigError::TooLarge { bytes: content.len(), limit: MAX_FILE, path: path.to_owned() });
        }
        let text = String::from_utf8(content).map_err(|_error| ConfigError::Unreadable {
            reason: "it is not text in UTF-8".to_owned(),
            path: path.to_owned(),
        })?;
        self.files.push(path.to_owned());
        self.chain.push(path.to_owned());
        let parsed = Parsed::new(path, &text)?;
        let (base, mut helpers) = self.read_bases(path, &parsed)?;
        let evaluated = parsed.evaluate(&base, &mut self.budget)?;
        let settings = merge::child_over_base(evaluated.settings, base, &evaluated.lines, path)?;
        helpers.extend(evaluated.helpers);
        self.chain.pop();
        Ok((settings, helpers))
    }

    fn read_bases(&mut self, path: &Path, parsed: &Parsed<'_>) -> Result<(Dict, BTreeSet<String>), ConfigError> {
        let (mut base, mut helpers) = (Dict::new(), BTreeSet::new());
        for (name, line) in parsed.bases(&mut self.budget)? {
            let wrong = |message: String| ConfigError::Problems(vec![Problem { file: path.to_owned(), line, message }]);
            if name.contains("::") || !name.ends_with(".py") {
                return Err(wrong(format!(
                    "`{name}` is no path of a .py file; copy the file beside this one and name it by its path"
                )));
            }
            let found = tidy(&path.parent().unwrap_or(Path::new("")).join(&name));
            let content = (self.open)(&found).map_err(|error| ConfigError::MissingBase {
                file: path.to_owned(),
                line,
                base: name.clone(),
                path: found.clone(),
                reason: error.to_string(),
            })?;
            let (settings, more) = self.read(&found, content)?;
            if let Some(name) = settings.keys().find(|name| base.contains_key(*name)) {
                return Err(wrong(format!("`{name}` stands in two of the base files; remove it from one of them")));
            }
            base.extend(settings);
            helpers.extend(more);
        }
        Ok((base, helpers))
    }
}

/// The path without `x/..` in the middle, so that a circle is recognised.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        let can_go_up = matches!(tidied.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if can_go_up => {
                tidied.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::ParentDir | Component::Normal(_) => {
                tidied.push(part);
            }
        }
    }
    tidied
}
