//! What Windows reads out of the program's file before it runs: icon, version, and the manifest with what the program
//! can deal with. On other systems there is nothing to do.

use std::env;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // What we are built for, not what we are built on.
    if env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../packaging/windows");
    let file = |name: &str| {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        path.to_str().map(str::to_owned).ok_or("the folder of the sources has a name that is not Unicode")
    };
    let mut resource = winresource::WindowsResource::new();
    resource.set_icon(&file("kinetoscope.ico")?).set_manifest_file(&file("kinetoscope.manifest")?);
    resource.set("ProductName", "Kinetoscope").set("FileDescription", "Kinetoscope");
    resource.set("InternalName", "kinetoscope").set("OriginalFilename", "kinetoscope.exe");
    resource.set("LegalCopyright", "MIT OR Apache-2.0");
    // For the program alone: tests have no icon.
    resource.compile_for("kinetoscope")?;
    // The window is drawn on the main thread, which has as much room elsewhere and a quarter of it or less here.
    let stack = if env::var("CARGO_CFG_TARGET_ENV")? == "msvc" { "/STACK:8388608" } else { "-Wl,--stack,8388608" };
    println!("cargo::rustc-link-arg-bins={stack}");
    Ok(())
}
