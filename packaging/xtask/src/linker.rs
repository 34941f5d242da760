//! `.cargo/linker.toml`: how cargo is told of clang and mold on machines that have them.
//!
//! `.cargo/config.toml` includes the file when it is there. It cannot be in the repository: on a fresh machine xtask has to
//! be linked before anything is installed. Its flags enter cargo's fingerprints, so they are the same text everywhere.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Outcome};

const FILE: &str = ".cargo/linker.toml";

const TEXT: &str = "\
# Written by `cargo xtask setup` because clang and mold are on this machine, and removed by it when they are not.
[target.x86_64-unknown-linux-gnu]
linker = \"clang\"
rustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]

[target.aarch64-unknown-linux-gnu]
linker = \"clang\"
rustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]
";

/// Makes the file agree with whether the fast linker is here; says so when that changed something.
pub fn agree(root: &Path, has_fast_linker: bool) -> Outcome {
    let path = root.join(FILE);
    let present = fs::read_to_string(&path).ok();
    let done = match (has_fast_linker, present) {
        (true, Some(text)) if text == TEXT => return Ok(()),
        (false, None) => return Ok(()),
        (true, _) => write_whole(&path),
        (false, Some(_)) => fs::remove_file(&path),
    };
    done.map_err(|error| Failure::failed(format!("cannot change {}: {error}", path.display())))?;
    println!("Linker: {}", if has_fast_linker { "clang and mold" } else { "the system's own" });
    Ok(())
}

/// Another cargo may read the file at this moment, so it appears whole or not at all.
fn write_whole(path: &Path) -> std::io::Result<()> {
    let draft = path.with_extension("toml.new");
    fs::write(&draft, TEXT)?;
    fs::rename(draft, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_follows_what_is_installed() {
        let root = std::env::temp_dir().join(format!("xtask-linker-{}", std::process::id()));
        fs::create_dir_all(root.join(".cargo")).expect("should make a folder");
        for has_fast_linker in [false, true, true, false, false] {
            agree(&root, has_fast_linker).expect("should agree");
            assert_eq!(root.join(FILE).exists(), has_fast_linker);
        }
        fs::remove_dir_all(root).expect("should remove the folder");
    }
}
