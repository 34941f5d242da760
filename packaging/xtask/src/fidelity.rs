//! `cargo xtask fidelity`: writes `docs/fidelity.md`, a row for every reference file, from what our own programs print.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

const HEAD: &str = "\
# How close we are to the original

Made by `cargo xtask fidelity`; not edited by hand. The reference values were computed by mmaction2 itself (1.2.0 and
0.24.1); each row is one of their files, or a case in it, what it checks, and how far we are from it. Every one of these
files is run by a test too; `tests/e2e/tests/fixtures_covered.rs` says by which, and fails if one is not.

## Frames, pixels, learning rates, metrics

| file | what | cases | difference | remarks |
| --- | --- | --- | --- | --- |
";

const FILES: &str = "
## Files of the original's programs

Lists, configurations, results, logs, folders: `cli/*`.

| file | what | cases | difference | remarks |
| --- | --- | --- | --- | --- |
";

const NETWORK: &str = "
## Networks, checkpoints, gradients, training steps

On the processor. Files of the other tables are left out here.

| file | what | absolute | relative | allowed |
| --- | --- | --- | --- | --- |
";

const LONG_VIDEO: &str = "
## Long videos

`classify --like-mmaction2` beside the JSON of the original's `long_video_demo`, to the character.

| file | arguments | result |
| --- | --- | --- |
";

/// The original's runs, and the arguments that stand for theirs.
const LONG_VIDEOS: &[(&str, &[&str])] = &[
    ("stride0", &[]),
    ("stride05", &["--drop", "0.5"]),
    ("stride1_thr", &["--drop", "1", "--threshold", "0.2"]),
    ("step1_thrhigh", &["--drop", "0.25", "--threshold", "0.99"]),
];

/// Runs everything and writes the page. Fails if anything differs more than it may; the page is written all the same.
pub fn fidelity() -> Outcome {
    let beside = || cargo::workspace_root().join("../shared");
    let shared = env::var_os("KS_SHARED").map_or_else(beside, PathBuf::from);
    if !shared.join("fixtures/manifest.json").is_file() {
        let place = shared.display();
        return Err(Failure::failed(format!("there are no reference files in {place}; set KS_SHARED to their folder")));
    }
    // Chosen over the workspace for the same reason as in `run`.
    let mut build = cargo::cargo_in_root(&["build", "--release", "--workspace", "--bin", "kinetoscope"]);
    shell::run(build.args(["--example", "fidelity", "--example", "fidelity_files"]))?;
    let example = |name: &str| {
        let mut example = Command::new(cargo::target_dir().join("release/examples").join(name));
        rows(example.env("KS_SHARED", &shared))
    };
    let (exact, files) = (example("fidelity")?, example("fidelity_files")?);
    let mut verify = Command::new(cargo::release_binary("kinetoscope"));
    verify.arg("verify").arg(shared.join("fixtures")).args(["--device", "cpu", "--markdown"]);
    let network = rows(&mut verify)?;
    let long = long_videos(&shared)?;
    let page = [HEAD, &exact.text, FILES, &files.text, NETWORK, &network.text, LONG_VIDEO, &long.text].concat();
    let path = cargo::workspace_root().join("docs/fidelity.md");
    fs::write(&path, page)
        .map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))?;
    println!("{} is written", path.display());
    if [&exact, &files, &network, &long].iter().all(|part| part.is_good) {
        Ok(())
    } else {
        Err(Failure::failed("something differs more than it may; the page says what".to_owned()))
    }
}

struct Rows {
    text: String,
    is_good: bool,
}

fn rows(command: &mut Command) -> Outcome<Rows> {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    Ok(Rows { text: String::from_utf8_lossy(&output.stdout).into_owned(), is_good: output.status.success() })
}

fn long_videos(shared: &Path) -> Outcome<Rows> {
    let mut all = Rows { text: String::new(), is_good: true };
    let folder = shared.join("fixtures/longvideo");
    for (name, arguments) in LONG_VIDEOS {
        let mut command = Command::new(cargo::release_binary("kinetoscope"));
        command.arg("classify").arg(shared.join("videos/arm_wrestling_340x256.mp4"));
        command.arg("--checkpoint").arg(folder.join("ir8.pth")).arg("--labels").arg(folder.join("labels.txt"));
        command.args(["--device", "cpu"]).arg("--like-mmaction2").arg(folder.join("config_0x.py")).args(*arguments);
        let ours = rows(&mut command)?;
        let theirs = fs::read_to_string(folder.join(format!("{name}.json")));
        let is_same = ours.is_good && theirs.is_ok_and(|theirs| theirs == ours.text);
        let result = if is_same { "the same" } else { "**different**" };
        all.text.push_str(&format!("| `longvideo/{name}.json` | `{}` | {result} |\n", arguments.join(" ")));
        all.is_good &= is_same;
    }
    Ok(all)
}
