//! From Python's syntax tree to values: assignments of literals, and nothing else. Texts are put together in `strings`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tree_sitter::Node;

use super::syntax::{Budget, MAX_DEPTH, Parsed, assignment, line_of, only_child, refusal};
use super::text;
use super::{Dict, Problem, Value};

/// Evaluates the assignments of one file.
pub(super) struct Evaluator<'a, 'b> {
    pub(super) parsed: &'b Parsed<'a>,
    pub(super) base: &'b Dict,
    pub(super) budget: &'b mut Budget,
    /// `None` stands for a name whose value had a problem that was named already.
    pub(super) names: BTreeMap<String, Option<Value>>,
    pub(super) lines: BTreeMap<String, usize>,
    pub(super) helpers: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

impl<'a, 'b> Evaluator<'a, 'b> {
    pub(super) fn new(parsed: &'b Parsed<'a>, base: &'b Dict, budget: &'b mut Budget) -> Self {
        let (names, lines, helpers) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { parsed, base, budget, names, lines, helpers, problems: Vec::new() }
    }

    pub(super) fn complain(&mut self, node: Node<'_>, message: String) {
        let file: PathBuf = self.parsed.path.to_owned();
        self.problems.push(Problem { file, line: line_of(node), message });
    }

    pub(super) fn settle<T>(&mut self, node: Node<'_>, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.complain(node, message)).ok()
    }

    pub(super) fn statement(&mut self, statement: Node<'_>) {
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
    pub(super) fn value(&mut self, node: Node<'_>, depth: usize) -> Option<Value> {
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

    pub(super) fn name(&mut self, node: Node<'_>) -> Option<Value> {
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
