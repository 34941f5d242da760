//! Languages beside the settings: every `*.ftl` of the folder `languages`.

use std::path::{Path, PathBuf};

use ks_ui::texts::Languages;

/// Reads all languages of a configuration folder. Comes with a sentence for each file that is none.
pub(super) fn read(config_dir: &Path) -> (Languages, Vec<String>) {
    let mut languages = Languages::default();
    let mut issues = Vec::new();
    let folder = config_dir.join("languages");
    let mut files: Vec<PathBuf> = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![],
        Err(error) => {
            issues.push(format!("Languages cannot be read ({error}); check the folder {}", folder.display()));
            vec![]
        }
    };
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ftl"));
    files.sort();
    for file in files {
        let key = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let added = match std::fs::read_to_string(&file) {
            Ok(source) => languages.add(&key, &source).map_err(|error| error.to_string()),
            Err(error) => Err(format!("this language cannot be read ({error})")),
        };
        if let Err(text) = added {
            issues.push(format!("{}: {}", ks_ui::format::sentence(&text), file.display()));
        }
    }
    (languages, issues)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_files_and_those_that_are_none_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let (languages, issues) = read(folder.path());
        assert_eq!((languages.all().len(), issues.len()), (1, 0));
        let inside = folder.path().join("languages");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("de.ftl"), "language-name = Deutsch\ngo-to-title = Gehe zu Zeit\n").unwrap();
        std::fs::write(inside.join("fr.ftl"), "go-to-title = Aller\n").unwrap();
        std::fs::write(inside.join("notes.txt"), "no language").unwrap();
        let (languages, issues) = read(folder.path());
        assert_eq!(languages.find("de").map(|language| language.name().to_owned()).as_deref(), Some("Deutsch"));
        assert!(languages.find("fr").is_none());
        assert!(matches!(issues.as_slice(), [issue] if issue.contains("fr.ftl")), "{issues:?}");
    }
}
