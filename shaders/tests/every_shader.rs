//! Every `.wgsl` file of this crate is read and validated without a GPU.

use std::path::Path;

#[test]
fn every_shader_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("should list the crate's folder") {
        let path = entry.expect("should read the folder").path();
        if path.extension().is_some_and(|extension| extension == "wgsl") {
            let source = std::fs::read_to_string(&path).expect("should read the shader");
            let module = naga::front::wgsl::parse_str(&source)
                .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.emit_to_string(&source)));
            let mut validator =
                naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
            validator
                .validate(&module)
                .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.emit_to_string(&source)));
            checked += 1;
        }
    }
    assert!(checked > 0, "no shader found in {}", folder.display());
}
