//! Tables of other programs: the row of headings is found wherever it stands, and columns are found by their names.

use csv::{ReaderBuilder, StringRecord};

/// What separates cells.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];
/// Lines before the headings that are looked at.
const MAX_PREAMBLE: usize = 200;

/// A table whose headings were found.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<(u64, StringRecord)>,
}

/// A heading as it is compared: small letters, single spaces, no underscores.
fn plain(heading: &str) -> String {
    let spaced = heading.to_lowercase().replace(['_', '-'], " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Table {
    /// Finds the first row that is a row of headings, with whichever delimiter makes it one, and reads what follows.
    /// Every other row is passed over. Rows without any text are left out.
    pub fn read(text: &str, is_header: impl Fn(&Headings<'_>) -> bool) -> Option<Self> {
        DELIMITERS.into_iter().find_map(|delimiter| Self::read_delimited(text, delimiter, &is_header))
    }

    fn read_delimited(text: &str, delimiter: u8, is_header: &impl Fn(&Headings<'_>) -> bool) -> Option<Self> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let mut header: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        // The text is UTF-8 and rows may differ in length, so no record fails.
        for (index, record) in reader.records().map_while(Result::ok).enumerate() {
            let line = record.position().map_or(0, csv::Position::line);
            if header.is_some() {
                if record.iter().any(|cell| !cell.trim().is_empty()) {
                    rows.push((line, record));
                }
                continue;
            }
            let names: Vec<String> = record.iter().map(plain).collect();
            if is_header(&Headings(&names)) {
                header = Some(names);
            } else if index >= MAX_PREAMBLE {
                return None;
            }
        }
        Some(Self { header: header?, rows })
    }

    /// The headings.
    pub fn headings(&self) -> Headings<'_> {
        Headings(&self.header)
    }

    /// The rows after the headings, with their line numbers.
    pub fn rows(&self) -> impl Iterator<Item = (u64, Row<'_>)> {
        self.rows.iter().map(|(line, record)| (*line, Row(record)))
    }
}

/// A row of headings.
#[derive(Clone, Copy, Debug)]
pub struct Headings<'a>(&'a [String]);

impl Headings<'_> {
    /// The first column that has one of these names; the names are in order of preference.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.0.iter().position(|heading| heading == name))
    }

    /// All columns whose names begin like this.
    pub fn columns_like(&self, prefix: &str) -> Vec<usize> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_index, name)| name.starts_with(prefix))
            .map(|(index, _name)| index)
            .collect()
    }
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a>(&'a StringRecord);

impl<'a> Row<'a> {
    /// The text of a cell; empty if the row or the table has no such cell.
    pub fn text(&self, column: Option<usize>) -> &'a str {
        column.and_then(|column| self.0.get(column)).unwrap_or_default().trim()
    }
}
