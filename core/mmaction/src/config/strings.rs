//! Texts of a configuration: literals in pieces, names in braces, and what stands in the base files.

use std::path::Path;

use tree_sitter::Node;

use super::Value;
use super::eval::Evaluator;
use super::syntax::only_child;
use super::text;

impl Evaluator<'_, '_> {
    pub(super) fn string(&mut self, node: Node<'_>) -> Option<String> {
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

    pub(super) fn concatenated(&mut self, node: Node<'_>) -> Option<String> {
        let mut walk = node.walk();
        let strings: Vec<Node<'_>> = node.named_children(&mut walk).filter(|part| part.kind() == "string").collect();
        strings.into_iter().map(|part| self.string(part)).collect()
    }

    /// `{{ _base_.name }}` outside of a text, which Python's grammar takes for a set in a set.
    pub(super) fn base_variable(&mut self, node: Node<'_>) -> Option<Value> {
        let inner = only_child(node).filter(|inner| inner.kind() == "set").and_then(only_child);
        let Some(inner) = inner.filter(|inner| matches!(inner.kind(), "attribute" | "identifier")) else {
            self.complain(node, "sets are no setting; write a list".to_owned());
            return None;
        };
        let result = self.lookup_base(self.parsed.slice(inner));
        self.settle(node, result)
    }

    pub(super) fn lookup_base(&mut self, name: &str) -> Result<Value, String> {
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
