//! Laying a file's settings over those that it builds on, as the original does.

use std::collections::BTreeMap;
use std::path::Path;

use super::{ConfigError, Dict, Problem, Value};

/// The key that says: replace, do not merge.
const DELETE: &str = "_delete_";

/// `child` over `base`: dictionaries are merged key by key, everything else is replaced.
///
/// `lines` has the line of each of the child's names.
pub(super) fn child_over_base(
    child: Dict,
    mut base: Dict,
    lines: &BTreeMap<String, usize>,
    file: &Path,
) -> Result<Dict, ConfigError> {
    let mut problems = Vec::new();
    for (name, value) in child {
        let line = lines.get(&name).copied().unwrap_or(1);
        let mut add = |path: &str, message: &str| {
            problems.push(Problem { file: file.to_owned(), line, message: format!("`{path}` {message}") });
        };
        lay(&mut base, &name, value, &name, &mut add);
    }
    if problems.is_empty() { Ok(base) } else { Err(ConfigError::Problems(problems)) }
}

/// Lays one value over the base's; `path` is its dotted name.
fn lay(base: &mut Dict, name: &str, value: Value, path: &str, add: &mut dyn FnMut(&str, &str)) {
    let Value::Dict(mut dict) = value else {
        base.insert(name.to_owned(), value);
        return;
    };
    let replaces = match dict.remove(DELETE) {
        None | Some(Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(_) => {
            add(path, "has a `_delete_` that is neither True nor False");
            return;
        }
    };
    match base.get_mut(name) {
        Some(Value::Dict(below)) if !replaces => {
            for (key, value) in dict {
                let path = format!("{path}.{key}");
                lay(below, &key, value, &path, add);
            }
        }
        Some(below) if !replaces => {
            let message = format!(
                "is a dictionary here but {} in the base file; add `_delete_=True` to it to replace what is there",
                below.kind()
            );
            add(path, &message);
        }
        _ => {
            let mut fresh = Dict::new();
            for (key, value) in dict {
                let path = format!("{path}.{key}");
                lay(&mut fresh, &key, value, &path, add);
            }
            base.insert(name.to_owned(), Value::Dict(fresh));
        }
    }
}
