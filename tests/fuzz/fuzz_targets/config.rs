//! Any text as a configuration file: read, and translated where it can be read.

#![no_main]

use std::io;
use std::path::Path;

use ks_domain::recipe::Recipe;
use ks_mmaction::config::Config;
use ks_mmaction::translate::to_recipe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    // The input is several files, so that `_base_` has something to name: `a.py`, `b.py`, …
    let files: Vec<&[u8]> = content.split(|byte| *byte == 0).collect();
    let mut open = |path: &Path| -> io::Result<Vec<u8>> {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.bytes().next().map(|byte| usize::from(byte.wrapping_sub(b'a')));
        let found = number.and_then(|number| files.get(number));
        found.map(|content| content.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    };
    if let Ok(config) = Config::load_with(Path::new("a.py"), &mut open)
        && let Ok(translation) = to_recipe(&config, "a")
    {
        let text = translation.recipe.to_toml().expect("a valid recipe should be writable");
        let again = Recipe::from_toml(&text).expect("what is written should be readable");
        assert_eq!(again, translation.recipe);
    }
});
