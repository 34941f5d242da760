//! CSV (RFC 4180): a header, then path, labels and scores of each sample.

use super::{ResultError, Results, malformed};

pub(super) fn write(results: &Results, class_names: Option<&[String]>) -> String {
    let classes = results.scores.first().map_or(0, Vec::len);
    let mut text = String::from("path,labels");
    for class in 0..classes {
        let name = class_names.and_then(|names| names.get(class)).cloned();
        text.push(',');
        text.push_str(&quoted(&name.unwrap_or_else(|| format!("class_{class}"))));
    }
    text.push_str("\r\n");
    for (index, row) in results.scores.iter().enumerate() {
        text.push_str(&quoted(results.paths.get(index).map_or("", String::as_str)));
        text.push(',');
        let labels: Vec<String> = results.labels.get(index).into_iter().flatten().map(u32::to_string).collect();
        text.push_str(&labels.join(" "));
        for score in row {
            text.push(',');
            // The shortest digits that give the same score again.
            text.push_str(&format!("{score:?}"));
        }
        text.push_str("\r\n");
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

pub(super) fn read(text: &str) -> Result<Results, ResultError> {
    let mut rows = Rows { rest: text.trim_start_matches('\u{feff}') };
    let header = rows.next_row()?.unwrap_or_default();
    if header.len() < 2 || header[0] != "path" || header[1] != "labels" {
        return Err(malformed("the first line should begin with path,labels"));
    }
    let mut results = Results::default();
    let mut number = 1;
    while let Some(row) = rows.next_row()? {
        number += 1;
        if row.len() != header.len() {
            return Err(malformed(format!("row {number} has {} columns instead of {}", row.len(), header.len())));
        }
        let wrong = |what: &str| malformed(format!("row {number}: {what} cannot be read"));
        let mut columns = row.into_iter();
        results.paths.extend(columns.next());
        let labels = columns.next().unwrap_or_default();
        let labels: Result<Vec<u32>, _> = labels.split_whitespace().map(str::parse).collect();
        results.labels.push(labels.map_err(|_error| wrong("a label"))?);
        let scores: Result<Vec<f32>, _> = columns.map(|score| score.parse()).collect();
        results.scores.push(scores.map_err(|_error| wrong("a score"))?);
    }
    Ok(results)
}

/// Takes row after row from a text.
struct Rows<'a> {
    rest: &'a str,
}

impl Rows<'_> {
    fn next_row(&mut self) -> Result<Option<Vec<String>>, ResultError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut row = Vec::new();
        loop {
            row.push(self.field()?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            self.rest = rest.strip_prefix('\n').unwrap_or(rest);
            return Ok(Some(row));
        }
    }

    fn field(&mut self) -> Result<String, ResultError> {
        let Some(mut rest) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(field.to_owned());
        };
        let mut field = String::new();
        loop {
            let (before, after) = rest.split_once('"').ok_or_else(|| malformed("a quote is not closed"))?;
            field.push_str(before);
            match after.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    rest = after;
                }
                None if after.is_empty() || after.starts_with([',', '\n', '\r']) => {
                    self.rest = after;
                    return Ok(field);
                }
                None => return Err(malformed("text stands behind a closing quote")),
            }
        }
    }
}
