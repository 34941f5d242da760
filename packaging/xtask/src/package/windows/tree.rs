//! What an installation consists of: the program, the plugins that it needs, every DLL that one of them asks for, and licences.
//!
//! ```text
//! bin/kinetoscope.exe, kinetoscope.com, *.dll    lib/gstreamer-1.0/*.dll
//! libexec/gstreamer-1.0/gst-plugin-scanner.exe   licences/*
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cross::Program;
use super::sdk::Sdk;
use super::{MINGW, about, carried, empty, names, pe, sources};
use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::package::parts;

/// The plugins that go along. The GPL's encoders are in wheels that we leave out.
pub const PLUGINS: &[&str] = &[
    // The frame: files, queues, finding out what is in a file, handing frames over.
    "app",
    "coreelements",
    "gio",
    "pbtypes",
    "playback",
    "rawparse",
    "typefindfunctions",
    // Pictures.
    "videoconvertscale",
    "videocrop",
    "videofilter",
    "videoparsersbad",
    "videorate",
    // Sound, and the devices that make it audible.
    "audioconvert",
    "audiofx",
    "audioparsers",
    "audiorate",
    "audioresample",
    "autodetect",
    "volume",
    "wasapi2",
    // Containers.
    "apetag",
    "asf",
    "avi",
    "flv",
    "id3demux",
    "isomp4",
    "matroska",
    "mpegpsdemux",
    "mpegtsdemux",
    "mxf",
    "ogg",
    "subparse",
    "wavparse",
    // Codecs.
    "dav1d",
    "flac",
    "libav",
    "mpg123",
    "opus",
    "opusparse",
    "vorbis",
    "vpx",
    // Codecs of the graphics card and of Windows.
    "d3d11",
    "d3d12",
    "mediafoundation",
    "nvcodec",
];

/// GStreamer looks at plugins in a process of its own, so that a bad one takes nothing with it.
const SCANNER: &str = "libexec/gstreamer-1.0/gst-plugin-scanner.exe";

/// DLLs that are part of Windows 10. What is neither here nor in the wheels would be missing on other computers.
const OF_WINDOWS: &[&str] = &[
    "advapi32",
    "avrt",
    "bcrypt",
    "bcryptprimitives",
    "combase",
    "comctl32",
    "comdlg32",
    "crypt32",
    "d2d1",
    "d3d11",
    "d3d12",
    "d3dcompiler_47",
    "dnsapi",
    "dwmapi",
    "dxgi",
    "dxva2",
    "evr",
    "gdi32",
    "imm32",
    "iphlpapi",
    "kernel32",
    "ksuser",
    "mf",
    "mfplat",
    "mfreadwrite",
    "mmdevapi",
    "msvcrt",
    "ncrypt",
    "ntdll",
    "ole32",
    "oleaut32",
    "opengl32",
    "pdh",
    "powrprof",
    "propsys",
    "psapi",
    "rpcrt4",
    "runtimeobject",
    "secur32",
    "setupapi",
    "shcore",
    "shell32",
    "shlwapi",
    "uiautomationcore",
    "user32",
    "userenv",
    "uxtheme",
    "version",
    "winmm",
    "ws2_32",
];

/// The same, by how their names begin.
const OF_WINDOWS_BY_START: &[&str] = &["api-ms-win-", "ext-ms-win-"];

/// The program, in an installation.
pub const PROGRAM: &str = "bin/kinetoscope.exe";

/// The same for terminals.
pub const TWIN: &str = "bin/kinetoscope.com";

/// An installation, as a folder.
pub struct Tree {
    /// Its root.
    pub folder: PathBuf,
}

impl Tree {
    /// Every file, as a path from the root with `/`, in order.
    pub fn files(&self) -> Outcome<Vec<String>> {
        let mut files = Vec::new();
        collect(&self.folder, "", &mut files)?;
        Ok(files)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Outcome {
    for name in names(folder)? {
        let (path, within) = (folder.join(&name), format!("{prefix}{name}"));
        if path.is_dir() {
            collect(&path, &format!("{within}/"), files)?;
        } else {
            files.push(within);
        }
    }
    Ok(())
}

/// Puts everything in its place.
pub fn lay_out(sdk: &Sdk, program: &Program) -> Outcome<Tree> {
    let private =
        cargo::private_dir("windows").map_err(|error| Failure::failed(format!("no folder to work in: {error}")))?;
    let tree = Tree { folder: private.join("Kinetoscope") };
    empty(&tree.folder)?;
    let put = |from: &Path, within: &str| copy(from, &tree.folder.join(within));
    put(&program.window, PROGRAM)?;
    put(&program.terminal, TWIN)?;
    put(&sdk.folder.join(SCANNER), SCANNER)?;
    hide_console(&tree.folder.join(SCANNER))?;
    let mut asking = vec![program.window.clone(), sdk.folder.join(SCANNER)];
    for name in PLUGINS {
        let plugin = sdk.plugin(name);
        put(&plugin, &format!("lib/gstreamer-1.0/gst{name}.dll"))?;
        asking.push(plugin);
    }
    for dll in closure(sdk, asking)? {
        put(&sdk.bin().join(&dll), &format!("bin/{dll}"))?;
    }
    licences(&tree)?;
    Ok(tree)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    let folder = to.parent().expect("should be a file in a folder of the tree");
    fs::create_dir_all(folder).map_err(about(folder, "cannot be made"))?;
    fs::copy(from, to).map_err(about(from, "cannot be copied"))?;
    Ok(())
}

/// GStreamer starts the program plainly, and Windows would show a console for it whenever plugins are looked at.
fn hide_console(program: &Path) -> Outcome {
    let mut bytes = fs::read(program).map_err(about(program, "cannot be read"))?;
    pe::set_subsystem(&mut bytes, pe::Subsystem::Window)
        .map_err(|text| Failure::failed(format!("{}: {text}", program.display())))?;
    fs::write(program, bytes).map_err(about(program, "cannot be written"))
}

/// The DLLs of the wheels that the files ask for, directly or not.
fn closure(sdk: &Sdk, mut asking: Vec<PathBuf>) -> Outcome<BTreeSet<String>> {
    // Windows does not tell upper from lower case here.
    let here: BTreeMap<_, _> = names(&sdk.bin())?.into_iter().map(|name| (name.to_lowercase(), name)).collect();
    let mut taken = BTreeSet::new();
    while let Some(file) = asking.pop() {
        for wanted in imports(&file)? {
            let wanted = wanted.to_lowercase();
            if let Some(name) = here.get(&wanted) {
                if taken.insert(name.clone()) {
                    asking.push(sdk.bin().join(name));
                }
            } else if !is_of_windows(&wanted) {
                let text = format!(
                    "{} asks for {wanted}, which is neither in the wheels nor known as Windows' own",
                    file.display()
                );
                return Err(Failure::failed(text));
            }
        }
    }
    Ok(taken)
}

fn is_of_windows(dll: &str) -> bool {
    let stem = dll.strip_suffix(".dll").or_else(|| dll.strip_suffix(".drv")).unwrap_or(dll);
    OF_WINDOWS.contains(&stem) || OF_WINDOWS_BY_START.iter().any(|start| stem.starts_with(start))
}

/// The DLLs that a file asks for.
fn imports(file: &Path) -> Outcome<Vec<String>> {
    let program = format!("{MINGW}-objdump");
    let output = Command::new(&program).arg("--private-headers").arg(file).output();
    let output = output.map_err(|error| Failure::failed(format!("{program} did not start: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::failed(format!("{} cannot be looked into: {}", file.display(), said.trim())));
    }
    Ok(dll_names(&String::from_utf8_lossy(&output.stdout)))
}

fn dll_names(headers: &str) -> Vec<String> {
    headers.lines().filter_map(|line| Some(line.trim().strip_prefix("DLL Name: ")?.trim().to_owned())).collect()
}

/// Ours, those of the crates, and those of every library that goes along: nothing goes along that is not accounted for.
fn licences(tree: &Tree) -> Outcome {
    let put = |from: &Path, name: &str| copy(from, &tree.folder.join("licences").join(name));
    let root = cargo::workspace_root();
    put(&root.join("LICENSE-MIT"), "LICENSE-MIT.txt")?;
    put(&root.join("LICENSE-APACHE"), "LICENSE-APACHE.txt")?;
    let third_party = parts::licences()?;
    let name = third_party.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    put(&third_party, &name)?;
    let parts = carried::read(&sources().join("carried.toml"))?;
    carried::check(&parts, &tree.files()?)?;
    let path = tree.folder.join("licences/LIBRARIES.txt");
    fs::write(&path, carried::in_words(&parts)).map_err(about(&path, "cannot be written"))?;
    let texts = sources().join("licences");
    for name in names(&texts)? {
        put(&texts.join(&name), &name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_from_what_objdump_says() {
        let said = "The Import Tables (interpreted .idata section contents)\n\tDLL Name: KERNEL32.dll\n\tvma:  Hint\n\n\tDLL Name: dav1d.dll\n";
        assert_eq!(dll_names(said), ["KERNEL32.dll", "dav1d.dll"]);
    }

    #[test]
    fn windows_own_libraries_are_known() {
        for dll in ["kernel32.dll", "api-ms-win-crt-runtime-l1-1-0.dll", "d3d12.dll"] {
            assert!(is_of_windows(dll), "{dll}");
        }
        for dll in ["vcruntime140.dll", "avcodec-61.dll", "libgcc_s_seh-1.dll", "nvcuda.dll"] {
            assert!(!is_of_windows(dll), "{dll}");
        }
    }
}
