//! The licences of the crates, by `cargo about`. What it may accept is read out of `deny.toml`.

use std::fmt::Write as _;
use std::path::Path;

use super::{read, write};
use crate::failure::{Failure, Outcome};
use crate::package::tool::Tool;
use crate::{cargo, shell};

pub const DENY: &str = "deny.toml";
pub const CONFIG: &str = "packaging/licences/about.toml";
pub const TEMPLATE: &str = "packaging/licences/page.hbs";

const TOOL: Tool = Tool { name: "cargo-about", version: "0.9.3" };

/// The page as `cargo about` fills it in; files come and go in `folder`.
pub fn page(folder: &Path) -> Outcome<String> {
    let (config, page) = (folder.join("about.toml"), folder.join("crates.html"));
    write(&config, &config_text(&read(DENY)?, &read(CONFIG)?)?)?;
    // All of them have to be here, also those of other systems: `--frozen` below looks nowhere else.
    shell::run(&mut cargo::cargo_in_root(&["fetch", "--locked", "--quiet"]))?;
    let mut about = TOOL.command()?;
    // With all features, so that the page is true for the builds with CUDA too.
    about.args(["generate", "--frozen", "--fail", "--all-features", "--manifest-path", "app/Cargo.toml"]);
    about.arg("--config").arg(&config).arg("--output-file").arg(&page).arg(TEMPLATE);
    shell::run(&mut about)?;
    std::fs::read_to_string(&page)
        .map_err(|error| Failure::failed(format!("{} cannot be read: {error}", page.display())))
}

/// The whole configuration: tables of single crates have to come last.
fn config_text(deny: &str, ours: &str) -> Outcome<String> {
    let accepted = accepted(deny);
    if accepted.is_empty() {
        return Err(Failure::failed(format!("{DENY} has no list “allow” of accepted licences where we look for it")));
    }
    let mut text = format!("accepted = {accepted:?}\n\n{ours}");
    for (name, licences) in exceptions(deny) {
        write!(text, "\n[{name}]\naccepted = {licences:?}\n").expect("should always be possible to write to a string");
    }
    Ok(text)
}

/// The licences of the first `allow`, in its order.
fn accepted(deny: &str) -> Vec<&str> {
    let after = deny.split_once("\nallow = [").map_or("", |(_, after)| after);
    quoted(after.split_once(']').map_or("", |(list, _)| list))
}

/// Crates that may have other licences, and which.
fn exceptions(deny: &str) -> Vec<(&str, Vec<&str>)> {
    let of_a_crate = deny.lines().filter(|line| line.trim_start().starts_with("{ crate = "));
    let named = of_a_crate.filter_map(|line| {
        let (name, licences) = line.split_once(", allow = ")?;
        Some((*quoted(name).first()?, quoted(licences)))
    });
    named.collect()
}

/// What stands between quotation marks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: &str = r#"
[graph]
targets = ["x86_64-unknown-linux-gnu"]

[licenses]
# allow = ["no"]
allow = [
    "Apache-2.0",
    # A comment.
    "MIT",
]
exceptions = [
    # Why.
    { crate = "fonts", allow = ["OFL-1.1", "Ubuntu-font-1.0"] },
]
"#;

    #[test]
    fn what_deny_accepts_is_what_about_accepts() {
        let text = config_text(SOME, "targets = []\n").expect("should be made");
        let expected = "accepted = [\"Apache-2.0\", \"MIT\"]\n\ntargets = []\n\n[fonts]\naccepted = [\"OFL-1.1\", \"Ubuntu-font-1.0\"]\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_list_of_the_repository_is_understood() {
        let deny = read(DENY).expect("should be there");
        assert!(accepted(&deny).contains(&"MIT"), "{:?}", accepted(&deny));
        let written = deny.lines().filter(|line| line.contains("{ crate =")).count();
        let understood = exceptions(&deny);
        assert_eq!(understood.len(), written);
        assert!(understood.iter().all(|(name, licences)| !name.is_empty() && !licences.is_empty()), "{understood:?}");
    }

    #[test]
    fn a_list_that_is_not_there_is_a_failure() {
        assert!(config_text("[licenses]\n", "").is_err());
    }
}
