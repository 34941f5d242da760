//! `packaging/windows/carried.toml`: which library every DLL belongs to, under which licence, and where its source is.
//!
//! The file is a list of tables of texts, and only that much of TOML is read here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::about;
use crate::failure::{Failure, Outcome};

/// One library.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The files that it consists of, without folders. Empty for what is inside another's files.
    pub files: Vec<String>,
    /// What it is called.
    pub name: String,
    /// Its version.
    pub version: String,
    /// As an SPDX expression.
    pub licence: String,
    /// Where its source can be had.
    pub source: String,
}

/// Reads the file.
pub fn read(path: &Path) -> Outcome<Vec<Part>> {
    let text = fs::read_to_string(path).map_err(about(path, "cannot be read"))?;
    parse(&text).map_err(|(line, what)| Failure::failed(format!("{}:{line}: {what}", path.display())))
}

fn parse(text: &str) -> Result<Vec<Part>, (usize, &'static str)> {
    let mut parts: Vec<Part> = Vec::new();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    while let Some((number, line)) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[part]]" {
            parts.push(Part::default());
            continue;
        }
        let (key, value) = line.split_once('=').ok_or((number, "neither a table nor a key with a value"))?;
        let mut value = value.trim().to_owned();
        while value.starts_with('[') && !value.ends_with(']') {
            let (_, more) = lines.next().ok_or((number, "a list without an end"))?;
            value.push_str(more);
        }
        let part = parts.last_mut().ok_or((number, "a key before the first [[part]]"))?;
        let text = || quoted(&value).ok_or((number, "no text in quotation marks"));
        match key.trim() {
            "files" => part.files = list(&value).ok_or((number, "no list of texts"))?,
            "name" => part.name = text()?,
            "version" => part.version = text()?,
            "licence" => part.licence = text()?,
            "source" => part.source = text()?,
            _ => return Err((number, "an unknown key")),
        }
    }
    Ok(parts)
}

fn quoted(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then(|| inner.to_owned())
}

fn list(value: &str) -> Option<Vec<String>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(quoted).collect()
}

/// Every DLL among `files` has to be told of, and nothing else may be; each part has to say everything.
pub fn check(parts: &[Part], files: &[String]) -> Outcome {
    let name_of = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let is_foreign = |name: &String| !["kinetoscope.exe", "kinetoscope.com"].contains(&name.as_str());
    let is_code = |name: &String| name.ends_with(".dll") || name.ends_with(".exe");
    let carried: BTreeSet<_> = files.iter().map(name_of).filter(|name| is_code(name) && is_foreign(name)).collect();
    let told: BTreeSet<_> = parts.iter().flat_map(|part| part.files.iter().cloned()).collect();
    let mut wrong: Vec<_> =
        carried.difference(&told).map(|name| format!("{name} goes along without an entry")).collect();
    wrong.extend(told.difference(&carried).map(|name| format!("{name} has an entry and does not go along")));
    for part in parts {
        if [&part.name, &part.version, &part.licence, &part.source].iter().any(|text| text.is_empty()) {
            wrong.push(format!("the entry “{}” is not complete", part.name));
        }
        if part.licence.split([' ', '(', ')']).any(|word| word.starts_with("GPL-") || word.starts_with("AGPL-")) {
            wrong.push(format!("{} is under the GPL, which the package would then be, too", part.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::failed(format!("carried.toml: {}", wrong.join("; ")))) }
}

/// The list as people read it beside the program.
pub fn in_words(parts: &[Part]) -> String {
    let mut text = String::from(
        "Libraries of others that Kinetoscope for Windows carries\n\
         \n\
         They are files of their own in bin, lib and libexec: you may replace each one by another build of the same\n\
         interface. Their sources are where it says; texts and notices of the licences lie beside this file.\n",
    );
    for part in parts {
        let Part { files, name, version, licence, source } = part;
        let files = if files.is_empty() { "inside the files of others".to_owned() } else { files.join(", ") };
        write!(text, "\n{name} {version}\n  licence: {licence}\n  source:  {source}\n  files:   {files}\n")
            .expect("should always be possible to write to a string");
    }
    // Notepad of older systems knows no other ends of lines.
    text.replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a comment\n[[part]]\nfiles = [\n    \"a-1.dll\",\n    \"b.dll\",\n]\nname = \"A\"\nversion = \"1.0\"\n\
                        licence = \"LGPL-2.1-or-later\"\nsource = \"https://example.org/a\"\n\n[[part]]\nfiles = []\nname = \"C\"\n\
                        version = \"2\"\nlicence = \"MIT\"\nsource = \"https://example.org/c\"\n";

    #[test]
    fn parts_are_read() {
        let parts = parse(TEXT).expect("should parse");
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].files, ["a-1.dll", "b.dll"]);
        assert_eq!((parts[1].name.as_str(), parts[1].licence.as_str()), ("C", "MIT"));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        assert_eq!(parse("name = \"A\"").expect_err("should fail").0, 1);
        for (text, line) in
            [("[[part]]\nfiles = [\n\"a\"", 2), ("[[part]]\n\nname = A", 3), ("[[part]]\nsize = \"1\"", 2)]
        {
            assert_eq!(parse(text).expect_err(text).0, line, "{text}");
        }
    }

    #[test]
    fn every_file_has_an_entry_and_every_entry_a_file() {
        let parts = parse(TEXT).expect("should parse");
        let files = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let all = files(&["bin/a-1.dll", "lib/b.dll", "bin/kinetoscope.exe", "licences/x.txt"]);
        check(&parts, &all).expect("should be complete");
        let more = check(&parts, &[all.clone(), files(&["bin/c.dll"])].concat()).expect_err("should fail");
        assert!(more.text.contains("c.dll goes along without an entry"), "{more}");
        let fewer = check(&parts, &all[1..]).expect_err("should fail");
        assert!(fewer.text.contains("a-1.dll has an entry"), "{fewer}");
    }

    #[test]
    fn the_gpl_is_refused_and_the_lgpl_is_not() {
        let files = ["bin/a-1.dll".to_owned(), "bin/b.dll".to_owned()];
        let mut parts = parse(TEXT).expect("should parse");
        check(&parts, &files).expect("should be complete");
        parts[1].licence = "MIT AND (GPL-2.0-or-later OR MIT)".to_owned();
        assert!(check(&parts, &files).expect_err("should fail").text.contains("C is under the GPL"));
    }
}
