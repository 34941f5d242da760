//! What is in the program and is no crate: our own licence, fonts, a network, names of classes, and Rust's standard library.

use std::fmt::Write as _;
use std::fs;

use super::read;
use crate::failure::{Failure, Outcome};
use crate::package::VERSION;
use crate::shell;

/// One thing that is in the program.
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its version; empty where only the crate that brings it knows, and then the list of parts asks that crate.
    pub version: &'static str,
    /// SPDX.
    pub licence: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// CycloneDX's word for what it is.
    pub kind: &'static str,
    /// The build that alone holds it; empty when all do.
    pub only_in: &'static str,
    /// What it is and whose, in a sentence or two.
    text: &'static str,
    /// Its licence's text, a file of the repository.
    file: Option<&'static str>,
}

/// All of them.
pub const PARTS: [Part; 9] = [
    Part {
        name: "Inter",
        version: "3.019",
        licence: "OFL-1.1",
        source: "https://github.com/rsms/inter",
        kind: "data",
        only_in: "",
        text: "The typeface of the window, regular and semi-bold, unchanged.",
        file: Some("assets/fonts/Inter-LICENSE.txt"),
    },
    Part {
        name: "JetBrains Mono",
        version: "2.242",
        licence: "OFL-1.1",
        source: "https://github.com/JetBrains/JetBrainsMono",
        kind: "data",
        only_in: "",
        text: "The typeface of numbers and paths, unchanged.",
        file: Some("assets/fonts/JetBrainsMono-LICENSE.txt"),
    },
    Part {
        name: "Network of eight motions",
        version: VERSION,
        licence: "MIT OR Apache-2.0",
        source: "https://github.com/kinetoscope/kinetoscope/blob/main/docs/demo.md",
        kind: "machine-learning-model",
        only_in: "",
        text: "Made by this project from videos that the program draws itself. No recording of anybody is in it, and no weights of another network.",
        file: None,
    },
    Part {
        name: "Class names of Kinetics-400",
        version: "2017",
        licence: "CC-BY-4.0",
        source: "https://arxiv.org/abs/1705.06950",
        kind: "data",
        only_in: "",
        text: "The 400 names of actions, in their usual order, from “The Kinetics Human Action Video Dataset” by Kay et al., \
               published by Google under the Creative Commons Attribution 4.0 International licence \
               (https://creativecommons.org/licenses/by/4.0/legalcode). No video of it is in the program.",
        file: None,
    },
    Part {
        name: "Training configurations of MMAction2",
        version: "0.x and 1.x",
        licence: "Apache-2.0",
        source: "https://github.com/open-mmlab/mmaction2",
        kind: "data",
        only_in: "",
        text: "The presets for training hold the settings of MMAction2's published configurations, written anew in our own format. \
               Copyright OpenMMLab.",
        file: Some("LICENSE-APACHE"),
    },
    Part {
        name: "SQLite",
        version: "",
        licence: "blessing",
        source: "https://www.sqlite.org/copyright.html",
        kind: "library",
        only_in: "",
        text: "Linked into the program through the crate libsqlite3-sys. Its authors have given it to the public domain.",
        file: None,
    },
    Part {
        name: "mimalloc",
        version: "",
        licence: "MIT",
        source: "https://github.com/microsoft/mimalloc",
        kind: "library",
        only_in: "",
        text: "Linked into the program through the crate libmimalloc-sys.",
        file: Some("packaging/licences/mimalloc.txt"),
    },
    Part {
        name: "Parts of ICU",
        version: "",
        licence: "ICU",
        source: "https://icu.unicode.org",
        kind: "library",
        only_in: "",
        text: "A few headers about Unicode, compiled in with the crate tree-sitter.",
        file: Some("packaging/licences/icu.txt"),
    },
    Part {
        name: "LLVM",
        version: "23.1",
        licence: "Apache-2.0 WITH LLVM-exception",
        source: "https://llvm.org/LICENSE.txt",
        kind: "library",
        only_in: "cuda",
        text: "Linked into the builds with CUDA alone, through the crate llvm-sys.",
        file: Some("LICENSE-APACHE"),
    },
];

/// The files of the repository that [`complete`] reads.
pub fn files() -> impl Iterator<Item = &'static str> {
    ["LICENSE-MIT"].into_iter().chain(PARTS.iter().filter_map(|part| part.file))
}

/// Puts into the page what `cargo about` does not know; `rust` is what [`rust_licences`] gave.
pub fn complete(page: &str, rust: &str) -> Outcome<String> {
    let places =
        page.split_once("<!-- own -->").and_then(|(head, rest)| Some((head, rest.split_once("<!-- rust -->")?)));
    let (head, (crates, end)) = places.ok_or_else(|| {
        Failure::failed("the page of licences has lost its places for fonts and Rust: look into its template")
    })?;
    Ok(format!("{head}{}{crates}{}{end}", sections()?, rust_section(rust)))
}

/// The notices that come with every Rust of rustup.
pub fn rust_licences() -> Outcome<String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let root = shell::output_of(&rustc, &["--print", "sysroot"])
        .ok_or_else(|| Failure::failed(format!("{rustc} does not say where it lives")))?;
    let path = std::path::Path::new(&root).join("share/doc/rust/COPYRIGHT-library.html");
    fs::read_to_string(&path).map_err(|error| {
        Failure::failed(format!(
            "{} cannot be read: {error}. The notices of Rust's standard library come with the Rust of https://rustup.rs",
            path.display()
        ))
    })
}

fn sections() -> Outcome<String> {
    let mut html = format!(
        "<p>Kinetoscope {VERSION} may be used under the MIT licence or the Apache License 2.0, as you like. It holds, and is linked with, what is \
         listed here. GStreamer, FFmpeg and other libraries that a package carries beside the program have their licences in that package's own \
         folder of licences.</p>\n<details><summary>MIT licence</summary>\n<pre>{}</pre>\n</details>\n",
        escaped(&read("LICENSE-MIT")?)
    );
    html.push_str("<h2 id=\"own\">Fonts, data and other things in the program</h2>\n");
    for part in &PARTS {
        let Part { name, version, licence, source, text, .. } = part;
        let gap = if version.is_empty() { "" } else { " " };
        write!(html, "<h3>{name}{gap}{version}</h3>\n<p>{text} {licence}; <a href=\"{source}\">{source}</a></p>\n")
            .expect("should always be possible to write to a string");
        if let Some(file) = part.file {
            let text = escaped(&read(file)?);
            write!(html, "<details><summary>Text</summary>\n<pre>{text}</pre>\n</details>\n")
                .expect("should always be possible to write to a string");
        }
    }
    Ok(html)
}

/// Their page is a whole document, and we want what it says.
fn rust_section(page: &str) -> String {
    let body = page.split_once("<body>").map_or(page, |(_, rest)| rest);
    let body = body.split_once("</body>").map_or(body, |(body, _)| body);
    // One level below our own headings, and no second table of contents that leads into ours.
    let body = body.replace("<h1", "<h3").replace("</h1>", "</h3>").replace("<h2", "<h3").replace("</h2>", "</h3>");
    format!("<h2 id=\"rust\">Rust's standard library</h2>\n<details><summary>Notices</summary>\n{body}\n</details>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = "<html><body>\n<h1>Notices of Rust</h1>\n</body></html>";

    #[test]
    fn the_page_gets_both_parts_and_keeps_the_rest() {
        let page =
            complete("<h1>A</h1><!-- own --><h2>crates</h2><!-- rust --></body>", RUST).expect("should be complete");
        let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what} should be there"));
        assert!(at("<h1>A</h1>") < at("SIL OPEN FONT LICENSE") && at("JetBrains") < at("<h2>crates</h2>"));
        assert!(at("<h2>crates</h2>") < at("<h3>Notices of Rust</h3>"));
        assert!(page.ends_with("</body>") && page.matches("</body>").count() == 1);
    }

    #[test]
    fn a_template_without_the_places_is_refused() {
        assert!(complete("<!-- own -->", RUST).is_err());
        assert!(complete("<!-- rust -->", RUST).is_err());
    }

    #[test]
    fn a_licence_cannot_become_markup() {
        assert_eq!(escaped("<a> & b"), "&lt;a&gt; &amp; b");
    }
}
