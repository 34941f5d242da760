//! The portable archive: the same tree, and beside the program the folder that makes it keep everything there. And the
//! archive of symbols.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::cross::Program;
use super::tree::Tree;
use super::{about, empty};
use crate::failure::{Failure, Outcome};
use crate::shell;

/// Beside the program; the program looks for the folder alone.
const FOLDER: &str = "bin/portable";

/// Some programs unpack no empty folders; this one is not empty.
const NOTE: &str = "Kinetoscope keeps its settings, data and caches in this folder. Delete the folder, and it keeps them\r\n\
                    where Windows expects them.\r\n";

/// Makes the archive.
pub fn pack(tree: &Tree, to: &Path) -> Outcome {
    let folder = tree.folder.join(FOLDER);
    fs::create_dir_all(&folder).map_err(about(&folder, "cannot be made"))?;
    let note = folder.join("README.txt");
    fs::write(&note, NOTE).map_err(about(&note, "cannot be written"))?;
    let packed = zip(&tree.folder, to);
    // The tree belongs to the setup, too.
    fs::remove_dir_all(&folder).map_err(about(&folder, "cannot be removed"))?;
    packed
}

/// Makes the archive of symbols, in which a debugger finds them by their name.
pub fn pack_symbols(program: &Program, to: &Path) -> Outcome {
    let name = program.symbols.file_name().ok_or_else(|| Failure::failed("the symbols have no name"))?;
    let folder = program.symbols.with_file_name("symbols");
    empty(&folder)?;
    fs::copy(&program.symbols, folder.join(name)).map_err(about(&program.symbols, "cannot be copied"))?;
    zip(&folder, to)?;
    fs::remove_dir_all(&folder).map_err(about(&folder, "cannot be removed"))
}

/// The folder becomes the archive's only entry at the top.
fn zip(folder: &Path, to: &Path) -> Outcome {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(Failure::failed(format!("{} is no folder", folder.display())));
    };
    // `zip` would add to an archive that is there.
    if to.exists() {
        fs::remove_file(to).map_err(about(to, "cannot be replaced"))?;
    }
    let mut command = Command::new("zip");
    // Without the owner of the files and other things that only this computer knows.
    shell::run(command.args(["-X", "-9", "-q", "-r"]).arg(to).arg(name).current_dir(parent))
}
