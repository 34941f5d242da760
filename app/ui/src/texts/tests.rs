//! The texts against the sources, and languages that lack some of them.

use super::languages::messages;
use super::*;
use crate::commands::COMMANDS;
use crate::tr;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The sources of this crate without tests, as (path, text).
fn sources() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                // What is said about the program is not said by it.
                let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                out.push((path, lines.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    out
}

/// Every literal that follows a call: `tr!("id"` and `attribute("id", "name"`.
fn used() -> BTreeSet<(String, Option<String>)> {
    let literal = |text: &str| {
        let text = text.trim_start().strip_prefix('"')?;
        text.split_once('"').map(|(id, rest)| (id.to_owned(), rest.to_owned()))
    };
    let mut used = BTreeSet::new();
    for (_, text) in sources() {
        // Not `include_str!(`.
        let text = text.replace("_str!(", "");
        used.extend(text.split("tr!(").skip(1).filter_map(literal).map(|(id, _)| (id, None)));
        for call in text.split("attribute(").skip(1) {
            let Some((id, rest)) = literal(call) else { continue };
            let name = rest.trim_start().strip_prefix(',').and_then(literal).map(|(name, _)| name);
            used.insert((id, name));
        }
        // Columns name their titles in a table.
        used.extend(text.split("title: ").skip(1).filter_map(literal).map(|(id, _)| (id, None)));
    }
    for info in COMMANDS {
        used.insert((info.command.message().to_owned(), None));
        used.insert((info.command.message().to_owned(), Some("tooltip".to_owned())));
    }
    used.insert(("language-name".to_owned(), None));
    used
}

fn english() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (_, source) in SOURCES {
        let bundle = languages::english();
        for id in messages(source) {
            let message = bundle.get_message(&id).unwrap_or_else(|| panic!("{id} should be readable"));
            all.insert(id, message.attributes().map(|attribute| attribute.id().to_owned()).collect());
        }
    }
    all
}

#[test]
fn everything_that_is_said_exists_in_english() {
    let english = english();
    let missing: Vec<_> = used()
        .into_iter()
        .filter(|(id, attribute)| match (english.get(id), attribute) {
            (Some(attributes), Some(name)) => !attributes.contains(name),
            (found, _) => found.is_none(),
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn everything_in_english_is_said() {
    let used = used();
    // Messages that others are made of: `{ count-files }`.
    let all: String = SOURCES.iter().map(|(_, source)| *source).collect();
    let is_part = |id: &str| all.contains(&format!("{{ {id} }}"));
    let idle: Vec<String> = english()
        .into_iter()
        .flat_map(|(id, attributes)| {
            let message = (!used.contains(&(id.clone(), None)) && !is_part(&id)).then(|| id.clone());
            let idle = attributes.into_iter().filter(|name| !used.contains(&(id.clone(), Some(name.clone()))));
            message.into_iter().chain(idle.map(|name| format!("{id}.{name}"))).collect::<Vec<_>>()
        })
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn every_message_can_be_said() {
    let bundle = languages::english();
    for (_, source) in SOURCES {
        let mut args = FluentArgs::new();
        for name in source.split('$').skip(1) {
            let name: String = name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            args.set(name, 3_u64);
        }
        // Messages of other files may be parts.
        args.set("count", 3_u64);
        args.set("value", 3_u64);
        for id in messages(source) {
            let message = bundle.get_message(&id).unwrap();
            let patterns = message.value().into_iter().chain(message.attributes().map(|attribute| attribute.value()));
            for pattern in patterns {
                let mut errors = Vec::new();
                let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
                assert!(errors.is_empty(), "{id}: {errors:?}");
                assert!(!text.is_empty() && !text.contains('{') && !text.contains('\u{2068}'), "{id}: {text}");
            }
        }
    }
}

/// Text that people would read, written into the sources of what is drawn.
#[test]
fn panels_say_nothing_by_themselves() {
    let mut found = Vec::new();
    for (path, text) in sources() {
        let is_drawn = ["panels", "timeline", "widgets"].iter().any(|folder| path.iter().any(|part| part == *folder));
        if !is_drawn {
            continue;
        }
        for line in text.lines().filter(|line| !line.contains("expect(") && !line.contains("reason = ")) {
            let literals = line.split('"').skip(1).step_by(2);
            let speaks = |literal: &&str| {
                literal.starts_with(|first: char| first.is_uppercase()) && literal.chars().any(char::is_lowercase)
            };
            found.extend(literals.filter(speaks).map(|literal| format!("{}: {literal}", path.display())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn numbers_are_grouped_and_counted() {
    assert_eq!(tr!("count-actions", count = 0_u64), "0 actions");
    assert_eq!(tr!("count-actions", count = 1_usize), "1 action");
    assert_eq!(tr!("count-actions", count = 12_480_u64), "12\u{a0}480 actions");
    let ordinal = |number: u32| tr!("inspector-ordinal", number = number);
    let said: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 111].into_iter().map(ordinal).collect();
    assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "111th"]);
}

const KLINGON: &str = "language-name = tlhIngan Hol\ngo-to-title = poH yIghoS\n\
    count-actions = { $count ->\n    [one] wa' ta'\n   *[other] { $count } ta'mey\n}\n";

#[test]
fn what_a_language_lacks_is_said_in_english() {
    let mut languages = Languages::default();
    languages.add("tlh", KLINGON).unwrap();
    let klingon = languages.find("tlh").unwrap();
    assert_eq!(klingon.name(), "tlhIngan Hol");
    speak(klingon);
    assert_eq!(tr!("go-to-title"), "poH yIghoS");
    assert_eq!(tr!("count-actions", count = 2_u64), "2 ta'mey");
    // A part of a text that is English stays English where the language lacks it.
    assert_eq!(tr!("dialog-close"), "Close");
    assert_eq!(tr!("command-open"), "Open videos…");
    speak(&Language::default());
    assert_eq!(tr!("go-to-title"), "Go to time");
}

#[test]
fn a_file_that_is_no_language_is_explained_and_changes_nothing() {
    let mut languages = Languages::default();
    let mut wrong = |key: &str, source: &str| languages.add(key, source).unwrap_err().to_string();
    assert!(wrong("not a language", KLINGON).contains("like de.ftl"));
    assert!(wrong("en", KLINGON).contains("part of the program"));
    assert!(wrong("de", "go-to-title = Zeit").contains("language-name"));
    let syntax = wrong("de", "language-name = Deutsch\ngo-to-title = { $\nzoo-title { }\n");
    assert!(syntax.contains("line 2") && syntax.contains("line 3"), "{syntax}");
    let unknown = wrong("de", "language-name = Deutsch\ngo-to-titel = Zeit\nzu-tun = nichts\n");
    assert!(unknown.contains("go-to-titel, zu-tun"), "{unknown}");
    assert!(wrong("de", "language-name = Deutsch\nzoo-title = a\nzoo-title = b\n").contains("zoo-title"));
    assert_eq!(languages, Languages::default());
}
