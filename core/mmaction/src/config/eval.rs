//! From Python's syntax tree to values: assignments of literals, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tree_sitter::{Node, Parser, Tree};

use super::text;
use super::value::Measure;
use super::{ConfigError, Dict, Problem, Value};

/// Levels of nesting, in the source and in values.
const MAX_DEPTH: usize = 100;
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

    fn spend(&mut self, measure: Measure) -> Result<(), String> {
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
    path: &'a Path,
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

    fn slice(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

/// The sides of an assignment statement.
fn assignment(statement: Node<'_>) -> Option<(Node<'_>, Option<Node<'_>>)> {
    let inner = if statement.kind() == "expression_statement" { statement.named_child(0)? } else { statement };
    if inner.kind() != "assignment" {
        return None;
    }
    Some((inner.child_by_field_name("left")?, inner.child_by_field_name("right")))
}

fn line_of(node: Node<'_>) -> usize {
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

pub(super) struct Evaluator<'a, 'b> {
    parsed: &'b Parsed<'a>,
    base: &'b Dict,
    budget: &'b mut Budget,
    /// `None` stands for a name whose value had a problem that was named already.
    names: BTreeMap<String, Option<Value>>,
    lines: BTreeMap<String, usize>,
    helpers: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a, 'b> Evaluator<'a, 'b> {
    fn new(parsed: &'b Parsed<'a>, base: &'b Dict, budget: &'b mut Budget) -> Self {
        let (names, lines, helpers) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { parsed, base, budget, names, lines, helpers, problems: Vec::new() }
    }

    fn complain(&mut self, node: Node<'_>, message: String) {
        let file: PathBuf = self.parsed.path.to_owned();
        self.problems.push(Problem { file, line: line_of(node), message });
    }

    fn settle<T>(&mut self, node: Node<'_>, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.complain(node, message)).ok()
    }

    fn statement(&mut self, statement: Node<'_>) {
        let kind = statement.kind();
        if kind == "comment" || kind == "pass_statement" {
            return;
        }
        let inner = if kind == "expression_statement" { statement.named_child(0) } else { None };
        if inner.is_some_and(|inner| matches!(inner.kind(), "string" | "concatenated_string")) {
            // A text that stands alone is a comment.
            return;
        }
        let Some((left, Some(right))) = assignment(statement) else {
            self.complain(statement, refusal(kind));
            return;
        };
        if left.kind() != "identifier" {
            self.complain(left, "only whole names can be assigned; write the value into the dictionary".to_owned());
            return;
        }
        let name = self.parsed.slice(left).to_owned();
        let value = if right.kind() == "assignment" {
            self.complain(right, "two names are assigned at once; write one assignment a line".to_owned());
            None
        } else {
            self.value(right, 0)
        };
        // A value made of values is measured when it is kept, so that depth cannot grow from line to line.
        let value = value.and_then(|value| {
            let fits = self.budget.spend(value.measure());
            self.settle(right, fits).map(|()| value)
        });
        self.lines.insert(name.clone(), line_of(statement));
        self.names.insert(name, value);
    }

    /// The value of an expression; `None` when a problem was named.
    fn value(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            self.complain(node, format!("expressions are nested more than {MAX_DEPTH} deep; no configuration is"));
            return None;
        }
        let text = self.parsed.slice(node);
        match node.kind() {
            "none" => Some(Value::None),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "integer" => self.settle(node, text::integer(text)),
            "float" => self.settle(node, text::float(text)),
            "string" => self.string(node).map(Value::Str),
            "concatenated_string" => self.concatenated(node).map(Value::Str),
            "identifier" => self.name(node),
            "list" => self.items(node, depth).map(Value::List),
            "tuple" | "expression_list" => self.items(node, depth).map(Value::Tuple),
            "dictionary" => self.dictionary(node, depth).map(Value::Dict),
            "call" => self.call(node, depth).map(Value::Dict),
            "parenthesized_expression" => {
                let inner = only_child(node);
                inner.and_then(|inner| self.value(inner, depth + 1))
            }
            "unary_operator" => self.unary(node, depth),
            "binary_operator" => self.binary(node, depth),
            "set" => self.base_variable(node),
            "subscript" => self.subscript(node, depth),
            kind => {
                let message = refusal(kind);
                self.complain(node, message);
                None
            }
        }
    }

    fn string(&mut self, node: Node<'_>) -> Option<String> {
        let mut walk = node.walk();
        let mut prefix = String::new();
        let mut whole = String::new();
        for part in node.children(&mut walk) {
            let text = self.parsed.slice(part);
            match part.kind() {
                "string_start" => prefix = text.trim_end_matches(['"', '\'']).to_ascii_lowercase(),
                "string_content" => {
                    let is_raw = prefix.contains('r');
                    let content = self.settle(part, text::unescape(text, is_raw))?;
                    // In an f-string, doubled braces stand for one.
                    let is_format = prefix.contains('f');
                    whole.push_str(&if is_format { content.replace("{{", "{").replace("}}", "}") } else { content });
                }
                "interpolation" => {
                    let expression = part.child_by_field_name("expression").filter(|_| part.named_child_count() == 1);
                    let value =
                        expression.filter(|inner| inner.kind() == "identifier").and_then(|inner| self.name(inner));
                    match value {
                        Some(Value::Str(text)) => whole.push_str(&text),
                        Some(Value::Int(number)) => whole.push_str(&number.to_string()),
                        _ => {
                            let message =
                                "only plain names of texts and whole numbers can stand in braces; write the text out";
                            self.complain(part, message.to_owned());
                            return None;
                        }
                    }
                }
                _ => {}
            }
        }
        if prefix.contains('b') {
            self.complain(node, "bytes are no setting; remove the `b` before the quote".to_owned());
            return None;
        }
        self.fill_in(node, whole, prefix.contains('f'))
    }

    /// Replaces `{{ _base_.name }}` and `{{ fileDirname }}` and its like in a text.
    fn fill_in(&mut self, node: Node<'_>, text: String, is_format: bool) -> Option<String> {
        if is_format || !text.contains("{{") {
            return Some(text);
        }
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some((before, (inside, after))) =
            rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
        {
            filled.push_str(before);
            let name = inside.trim();
            let value = self.predefined(name).map(|text| Ok(Value::Str(text)));
            let value = value.unwrap_or_else(|| self.lookup_base(name));
            match self.settle(node, value)? {
                Value::Str(text) => filled.push_str(&text),
                Value::Int(number) => filled.push_str(&number.to_string()),
                Value::Float(number) => filled.push_str(&format!("{number:?}")),
                other => {
                    self.complain(node, format!("`{name}` is {}, which cannot stand inside a text", other.kind()));
                    return None;
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn predefined(&self, name: &str) -> Option<String> {
        let path = self.parsed.path;
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        match name {
            "fileDirname" => Some(path.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned()),
            "fileBasename" => Some(text(path.file_name())),
            "fileBasenameNoExtension" => Some(text(path.file_stem())),
            "fileExtname" => Some(format!(".{}", text(path.extension()))),
            _ => None,
        }
    }

    fn concatenated(&mut self, node: Node<'_>) -> Option<String> {
        let mut walk = node.walk();
        let strings: Vec<Node<'_>> = node.named_children(&mut walk).filter(|part| part.kind() == "string").collect();
        strings.into_iter().map(|part| self.string(part)).collect()
    }

    fn name(&mut self, node: Node<'_>) -> Option<Value> {
        let name = self.parsed.slice(node);
        match self.names.get(name) {
            // Its problem was named where it was assigned.
            Some(None) => {
                self.complain(node, format!("`{name}` has no value, as its own line could not be read"));
                None
            }
            Some(Some(value)) => {
                let fits = self.budget.spend(value.measure());
                let value = value.clone();
                self.helpers.insert(name.to_owned());
                self.settle(node, fits).map(|()| value)
            }
            None => {
                let hint = if self.base.contains_key(name) {
                    format!("; it stands in a base file, so write `{{{{ _base_.{name} }}}}`")
                } else {
                    "; assign it further up, or write its value".to_owned()
                };
                self.complain(node, format!("the name `{name}` is not known here{hint}"));
                None
            }
        }
    }

    fn items(&mut self, node: Node<'_>, depth: usize) -> Option<Vec<Value>> {
        let mut walk = node.walk();
        let parts: Vec<Node<'_>> = node.named_children(&mut walk).filter(|part| part.kind() != "comment").collect();
        let mut items = Vec::new();
        let mut is_good = true;
        for part in parts {
            if part.kind() == "list_splat" {
                let inner = part.named_child(0).and_then(|inner| self.value(inner, depth + 1));
                match inner {
                    Some(Value::List(more) | Value::Tuple(more)) => items.extend(more),
                    Some(_) => {
                        self.complain(part, "a `*` can stand before a list or a tuple only".to_owned());
                        is_good = false;
                    }
                    None => is_good = false,
                }
                continue;
            }
            // The rest is looked at all the same, so that all problems are named at once.
            match self.value(part, depth + 1) {
                Some(item) => items.push(item),
                None => is_good = false,
            }
        }
        is_good.then_some(items)
    }

    fn dictionary(&mut self, node: Node<'_>, depth: usize) -> Option<Dict> {
        let mut walk = node.walk();
        let parts: Vec<Node<'_>> = node.named_children(&mut walk).filter(|part| part.kind() != "comment").collect();
        let mut dict = Dict::new();
        let mut is_good = true;
        for part in parts {
            let added = match part.kind() {
                "dictionary_splat" => self.splat(part, depth, &mut dict),
                "pair" => self.pair(part, depth).map(|(key, value)| {
                    dict.insert(key, value);
                }),
                kind => {
                    let message = refusal(kind);
                    self.complain(part, message);
                    None
                }
            };
            is_good &= added.is_some();
        }
        is_good.then_some(dict)
    }

    fn pair(&mut self, node: Node<'_>, depth: usize) -> Option<(String, Value)> {
        let key = node.child_by_field_name("key").and_then(|key| self.value(key, depth + 1));
        let value = node.child_by_field_name("value").and_then(|value| self.value(value, depth + 1));
        match key? {
            Value::Str(key) => Some((key, value?)),
            Value::Int(key) => Some((key.to_string(), value?)),
            other => {
                self.complain(node, format!("the key of a setting must be text, but this one is {}", other.kind()));
                None
            }
        }
    }

    fn splat(&mut self, node: Node<'_>, depth: usize, dict: &mut Dict) -> Option<()> {
        let inner = node.named_child(0)?;
        if let Value::Dict(more) = self.value(inner, depth + 1)? {
            dict.extend(more);
            return Some(());
        }
        self.complain(node, "two stars can stand before a dictionary only".to_owned());
        None
    }

    /// `dict(…)`, the only call that is understood.
    fn call(&mut self, node: Node<'_>, depth: usize) -> Option<Dict> {
        let function = node.child_by_field_name("function").map_or("", |function| self.parsed.slice(function));
        let arguments = node.child_by_field_name("arguments").filter(|inner| inner.kind() == "argument_list");
        let (true, Some(arguments)) = (function == "dict", arguments) else {
            let message = format!("`{function}(…)` would have to be run, and nothing is; write what it gives instead");
            self.complain(node, message);
            return None;
        };
        let mut walk = arguments.walk();
        let parts: Vec<Node<'_>> =
            arguments.named_children(&mut walk).filter(|part| part.kind() != "comment").collect();
        let mut dict = Dict::new();
        let mut is_good = true;
        for part in parts {
            let added = match part.kind() {
                "dictionary_splat" => self.splat(part, depth, &mut dict),
                "keyword_argument" => {
                    let name = part.child_by_field_name("name").map_or("", |name| self.parsed.slice(name));
                    let value = part.child_by_field_name("value").and_then(|value| self.value(value, depth + 1));
                    value.map(|value| {
                        dict.insert(name.to_owned(), value);
                    })
                }
                _ => {
                    self.complain(part, "in `dict(…)` every value needs a name: `name=value`".to_owned());
                    None
                }
            };
            is_good &= added.is_some();
        }
        is_good.then_some(dict)
    }

    fn unary(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.parsed.slice(operator));
        let value = node.child_by_field_name("argument").and_then(|inner| self.value(inner, depth + 1))?;
        let result = match (operator, value) {
            ("-", Value::Int(number)) => number.checked_neg().map(Value::Int),
            ("-", Value::Float(number)) => Some(Value::Float(-number)),
            ("+", value @ (Value::Int(_) | Value::Float(_))) => Some(value),
            _ => None,
        };
        let message = || format!("`{operator}` cannot be reckoned here; write the result");
        let result = result.ok_or_else(message);
        self.settle(node, result)
    }

    fn binary(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.parsed.slice(operator));
        let left = node.child_by_field_name("left").and_then(|inner| self.value(inner, depth + 1));
        let right = node.child_by_field_name("right").and_then(|inner| self.value(inner, depth + 1));
        let result = reckon(operator, left?, right?);
        self.settle(node, result)
    }

    /// `name['key']` and `name[0]`.
    fn subscript(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
        let value = node.child_by_field_name("value").and_then(|inner| self.value(inner, depth + 1))?;
        let index = node.child_by_field_name("subscript").and_then(|inner| self.value(inner, depth + 1))?;
        let found = match (&value, &index) {
            (Value::Dict(dict), Value::Str(key)) => dict.get(key).cloned(),
            (Value::List(items) | Value::Tuple(items), Value::Int(at)) => {
                let at = if *at < 0 { at.checked_add_unsigned(items.len() as u64) } else { Some(*at) };
                at.and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at)).cloned()
            }
            _ => None,
        };
        self.settle(node, found.ok_or_else(|| format!("there is no `{index}` in it; write the value itself")))
    }

    /// `{{ _base_.name }}` outside of a text, which Python's grammar takes for a set in a set.
    fn base_variable(&mut self, node: Node<'_>) -> Option<Value> {
        let inner = only_child(node).filter(|inner| inner.kind() == "set").and_then(only_child);
        let Some(inner) = inner.filter(|inner| matches!(inner.kind(), "attribute" | "identifier")) else {
            self.complain(node, "sets are no setting; write a list".to_owned());
            return None;
        };
        let result = self.lookup_base(self.parsed.slice(inner));
        self.settle(node, result)
    }

    fn lookup_base(&mut self, name: &str) -> Result<Value, String> {
        let unknown = || format!("`{name}` does not stand in the base files; write `_base_.` and a name that does");
        let mut parts = name.strip_prefix("_base_.").ok_or_else(unknown)?.split('.');
        let first = parts.next().and_then(|part| self.base.get(part));
        let found = parts.fold(first, |found, part| match found {
            Some(Value::Dict(dict)) => dict.get(part),
            _ => None,
        });
        let found = found.ok_or_else(unknown)?;
        self.budget.spend(found.measure())?;
        Ok(found.clone())
    }
}

/// The one named child that is no comment.
fn only_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut walk = node.walk();
    let mut parts = node.named_children(&mut walk).filter(|part| part.kind() != "comment");
    parts.next().filter(|_| parts.next().is_none())
}

fn reckon(operator: &str, left: Value, right: Value) -> Result<Value, String> {
    let finite = |number: f64| Some(Value::Float(number)).filter(|_| number.is_finite());
    let result = match (operator, left, right) {
        ("+", Value::Str(left), Value::Str(right)) => Some(Value::Str(left + &right)),
        ("+", Value::List(mut left), Value::List(right)) => {
            left.extend(right);
            Some(Value::List(left))
        }
        ("+", Value::Int(left), Value::Int(right)) => left.checked_add(right).map(Value::Int),
        ("-", Value::Int(left), Value::Int(right)) => left.checked_sub(right).map(Value::Int),
        ("*", Value::Int(left), Value::Int(right)) => left.checked_mul(right).map(Value::Int),
        ("//", Value::Int(left), Value::Int(right)) if right > 0 => Some(Value::Int(left.div_euclid(right))),
        (operator, left, right) => match (operator, left.number(), right.number()) {
            ("+", Some(left), Some(right)) => finite(left + right),
            ("-", Some(left), Some(right)) => finite(left - right),
            ("*", Some(left), Some(right)) => finite(left * right),
            ("/", Some(left), Some(right)) => finite(left / right),
            _ => None,
        },
    };
    result.ok_or_else(|| format!("`{operator}` of these two cannot be reckoned; write the result"))
}

/// What is said about syntax that is no literal.
fn refusal(kind: &str) -> String {
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
