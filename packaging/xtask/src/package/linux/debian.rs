//! Debian's own archive: where this machine gets it from, and which package a file of the system belongs to. Installing is done elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::{entries, make_dir, output, read, write};
use crate::failure::{Failure, Outcome};

/// One archive with one suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Address of the mirror.
    pub uri: String,
    /// `bookworm`, `bookworm-updates`, `bookworm-security`, …
    pub suite: String,
}

/// A package that is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// The package's name, which is that of its folder in `/usr/share/doc`.
    pub package: String,
    /// The source package that it was built from.
    pub source: String,
    /// The source's version.
    pub version: String,
}

/// The archives of Debian itself that this machine is set up with.
pub fn sources() -> Outcome<Vec<Source>> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    files.extend(entries(Path::new("/etc/apt/sources.list.d")).unwrap_or_default());
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        let is_stanzas = file.extension().is_some_and(|it| it == "sources");
        let text = read(file)?;
        found.extend(if is_stanzas { stanzas(&text) } else { lines(&text) });
    }
    // Other people's archives stand there, too.
    found.retain(|source| source.uri.trim_end_matches('/').ends_with("/debian") || source.suite.ends_with("-security"));
    if found.is_empty() {
        return Err(Failure::failed("no archive of Debian stands in /etc/apt; this step needs a Debian"));
    }
    Ok(found)
}

/// The mirror for suites without a suffix.
pub fn mirror() -> Outcome<String> {
    let source = sources()?.into_iter().find(|source| !source.suite.contains('-'));
    source.map(|source| source.uri).ok_or_else(|| Failure::failed("no mirror of Debian stands in /etc/apt"))
}

/// `deb [options] URI SUITE COMPONENT…`
fn lines(text: &str) -> Vec<Source> {
    let read = |line: &str| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
        let mut words = rest.split_whitespace();
        Some(Source { uri: words.next()?.to_owned(), suite: words.next()?.to_owned() })
    };
    text.lines().filter_map(read).collect()
}

/// Stanzas of fields, a blank line between them; a stanza may name several suites.
fn stanzas(text: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for stanza in text.split("\n\n") {
        let field = |name: &str| {
            let line = stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default()
        };
        if !field("Types").iter().any(|kind| kind == "deb") {
            continue;
        }
        for uri in field("URIs") {
            found.extend(field("Suites").into_iter().map(|suite| Source { uri: uri.clone(), suite }));
        }
    }
    found
}

/// Fetches a source package into `folder`, checked by the archive's signature, without touching the machine's own lists.
pub fn fetch_source(source: &str, version: &str, folder: &Path) -> Outcome {
    let own = folder.join("apt");
    for part in ["lists/partial", "cache/archives/partial"] {
        make_dir(&own.join(part))?;
    }
    let list: String = sources()?.iter().map(|Source { uri, suite }| format!("deb-src {uri} {suite} main\n")).collect();
    write(&own.join("sources.list"), &list)?;
    let apt = || {
        let mut command = Command::new("apt-get");
        for (name, path) in [
            ("Etc::sourcelist", own.join("sources.list")),
            ("State::lists", own.join("lists")),
            ("Cache", own.join("cache")),
        ] {
            command.arg("-o").arg(format!("Dir::{name}={}", path.display()));
        }
        command.args(["-o", "Dir::Etc::sourceparts=/dev/null", "-o", "APT::Sandbox::User=root"]).current_dir(folder);
        command
    };
    output(apt().arg("update"))?;
    output(apt().args(["source", "--download-only", &format!("{source}={version}")]))?;
    Ok(())
}

/// The package that brought a file of the system.
pub fn package_of(file: &Path) -> Outcome<Installed> {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    // The list of a package may still name the place from before /lib became a link.
    let before = Path::new("/").join(real.strip_prefix("/usr").unwrap_or(&real));
    let found = [&real, &before].into_iter().find_map(|path| output(Command::new("dpkg").arg("-S").arg(path)).ok());
    let owner = found.as_deref().and_then(|text| text.split_once(": ")).map(|(package, _)| package.to_owned());
    let owner = owner.ok_or_else(|| Failure::failed(format!("{} belongs to no package of Debian", real.display())))?;
    installed(&owner)
}

/// What is installed under the name, which may be a pattern.
pub fn installed(package: &str) -> Outcome<Installed> {
    let format = "--showformat=${Package} ${source:Package} ${source:Version}\n";
    let text = output(Command::new("dpkg-query").args(["--show", format, package]))?;
    let mut words = text.lines().next().unwrap_or_default().split(' ').map(str::to_owned);
    let (Some(package), Some(source), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(Failure::failed(format!("dpkg-query says nothing of {package}")));
    };
    Ok(Installed { package, source, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(uri: &str, suite: &str) -> Source {
        Source { uri: uri.to_owned(), suite: suite.to_owned() }
    }

    #[test]
    fn lines_are_read_with_and_without_options() {
        let text = "# deb http://no/debian no main\ndeb http://a/debian bookworm main\ndeb [arch=amd64 signed-by=/k] http://b/debian bookworm-updates main contrib\ndeb-src http://c/debian bookworm main\n";
        assert_eq!(lines(text), [source("http://a/debian", "bookworm"), source("http://b/debian", "bookworm-updates")]);
    }

    #[test]
    fn a_stanza_stands_for_each_of_its_suites() {
        let text = "Types: deb deb-src\n# a note\nURIs: http://a/debian\nSuites: bookworm bookworm-updates\nComponents: main\n\nTypes: deb-src\nURIs: http://b/debian\nSuites: sid\n";
        assert_eq!(
            stanzas(text),
            [source("http://a/debian", "bookworm"), source("http://a/debian", "bookworm-updates")]
        );
    }
}
