//! Python's syntax tree of a file, its statements, and what is said about syntax that is no literal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tree_sitter::{Node, Parser, Tree};

use super::eval::Evaluator;
use super::value::Measure;
use super::{ConfigError, Dict, Problem, Value};

/// Levels of nesting, in the source and in values.
pub(super) const MAX_DEPTH: usize = 100;
/// Problems after which the rest of a file is not looked at.
const MAX_PROBLEMS: usize = 50;

/// What all values of a configuration together may hold, so that names that repeat names cannot grow without bound.
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: 1_000_000 }
    }

    pub(super) fn spend(&mut self, measure: Measure) -> Result<(), String> {
        if measure.depth > MAX_DEPTH {
            return Err(format!("values are nested more than {MAX_DEPTH} deep; no configuration is"));
        }
        let message = || "the values together are too large for a configuration; is it the right file?".to_owned();
        self.left = self.left.checked_sub(measure.weight).ok_or_else(message)?;
        Ok(())
    }
}

/// A file as a syntax tree.
pub(super) struct Parsed<'a> {
    pub(super) path: &'a Path,
    text: &'a str,
    tree: Tree,
}

/// What a file's assignments are worth.
pub(super) struct Evaluated {
    pub(super) settings: Dict,
    /// The last line that each name is assigned on.
    pub(super) lines: BTreeMap<String, usize>,
    /// Names that other assignments make use of.
    pub(super) helpers: BTreeSet<String>,
}

impl<'a> Parsed<'a> {
    /// Parses; errors of syntax are named with their lines.
    pub(super) fn new(path: &'a Path, text: &'a str) -> Result<Self, ConfigError> {
        let mut parser = Parser::new();
        let refuse = |line: usize, message: String| {
            Err(ConfigError::Problems(vec![Problem { file: path.to_owned(), line, message }]))
        };
        if parser.set_language(&tree_sitter_python::LANGUAGE.into()).is_err() {
            return refuse(1, "Python's grammar does not fit this program; please report it".to_owned());
        }
        let Some(tree) = parser.parse(text, None) else {
            return refuse(1, "the file cannot be parsed; is it a Python file?".to_owned());
        };
        let mut problems = Vec::new();
        if tree.root_node().has_error() {
            let mut cursor = tree.walk();
            find_errors(&mut cursor, path, &mut problems);
        }
        if problems.is_empty() { Ok(Self { path, text, tree }) } else { Err(ConfigError::Problems(problems)) }
    }

    /// The files that `_base_` names, each with the line of that assignment.
    pub(super) fn bases(&self, budget: &mut Budget) -> Result<Vec<(String, usize)>, ConfigError> {
        let root = self.tree.root_node();
        let mut walk = root.walk();
        let mut found = Vec::new();
        for statement in root.named_children(&mut walk) {
            let Some((name, right)) = assignment(statement).and_then(|(left, right)| Some((self.slice(left), right?)))
            else {
                continue;
            };
            if name != "_base_" {
                continue;
            }
            let empty = Dict::new();
            let mut evaluator = Evaluator::new(self, &empty, budget);
            let value = evaluator.value(right, 0);
            let line = line_of(statement);
            let names = match value {
                Some(Value::Str(name)) => Some(vec![name]),
                Some(Value::List(items) | Value::Tuple(items)) => items
                    .into_iter()
                    .map(|item| if let Value::Str(name) = item { Some(name) } else { None })
                    .collect::<Option<Vec<_>>>(),
                _ => None,
            };
            let Some(names) = names else {
                evaluator.complain(statement, "`_base_` must be a path or a list of paths in quotes".to_owned());
                return Err(ConfigError::Problems(evaluator.problems));
            };
            found.extend(names.into_iter().map(|name| (name, line)));
        }
        Ok(found)
    }

    /// Evaluates every assignment in order.
    pub(super) fn evaluate(&self, base: &Dict, budget: &mut Budget) -> Result<Evaluated, ConfigError> {
        let mut evaluator = Evaluator::new(self, base, budget);
        let root = self.tree.root_node();
        let mut walk = root.walk();
        for statement in root.named_children(&mut walk) {
            evaluator.statement(statement);
            if evaluator.problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        if !evaluator.problems.is_empty() {
            return Err(ConfigError::Problems(evaluator.problems));
        }
        let Evaluator { mut names, lines, helpers, .. } = evaluator;
        names.remove("_base_");
        let settings = names.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(Evaluated { settings, lines, helpers })
    }

    pub(super) fn slice(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

/// The sides of an assignment statement.
pub(super) fn assignment(statement: Node<'_>) -> Option<(Node<'_>, Option<Node<'_>>)> {
    let inner = if statement.kind() == "expression_statement" { statement.named_child(0)? } else { statement };
    if inner.kind() != "assignment" {
        return None;
    }
    Some((inner.child_by_field_name("left")?, inner.child_by_field_name("right")))
}

pub(super) fn line_of(node: Node<'_>) -> usize {
    node.start_position().row + 1
}

/// Walks without recursion, as a broken file may be nested at will.
fn find_errors(cursor: &mut tree_sitter::TreeCursor<'_>, path: &Path, problems: &mut Vec<Problem>) {
    loop {
        let node = cursor.node();
        let is_wrong = node.is_error() || node.is_missing();
        if is_wrong && problems.last().is_none_or(|last: &Problem| last.line != line_of(node)) {
            let message = "this is no Python that can be understood; look for a missing bracket, comma or quote";
            problems.push(Problem { file: path.to_owned(), line: line_of(node), message: message.to_owned() });
        }
        if problems.len() >= MAX_PROBLEMS {
            return;
        }
        if node.has_error() && !is_wrong && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The one named child that is no comment.
pub(super) fn only_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut walk = node.walk();
    let mut parts = node.named_children(&mut walk).filter(|part| part.kind() != "comment");
    parts.next().filter(|_| parts.next().is_none())
}

/// What is said about syntax that is no literal.
pub(super) fn refusal(kind: &str) -> String {
    let what = match kind {
        "import_statement" | "import_from_statement" | "future_import_statement" => {
            return "imports would have to be run, and nothing is; remove the line and write values out".to_owned();
        }
        "with_statement" => {
            return "`with read_base()` is not understood; name the base files in a list: `_base_ = ['…py']`"
                .to_owned();
        }
        "augmented_assignment" => "an assignment that changes a value",
        "if_statement" | "conditional_expression" => "a condition",
        "for_statement" | "while_statement" => "a loop",
        "list_comprehension" | "dictionary_comprehension" | "set_comprehension" | "generator_expression" => {
            "a loop inside an expression"
        }
        "function_definition" | "class_definition" | "decorated_definition" | "lambda" => "a definition",
        "attribute" => "a part of an object",
        "comparison_operator" | "boolean_operator" | "not_operator" => "a comparison",
        _ => "this",
    };
    format!("{what} would have to be run, and nothing is; write the resulting value")
}
