//! `packaging/windows/kinetoscope.ico`: the drawing in the sizes that Windows shows. It is kept in the repository, so that
//! building the program needs nothing that can draw.

use std::fs;
use std::process::Command;

use super::{about, require, sources};
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// Edge lengths: lists and title bars, the task bar, the desktop, at all scales of the screen.
const SIZES: [u32; 6] = [16, 24, 32, 48, 64, 256];

/// Draws it anew from `assets/icon/kinetoscope.svg`.
pub fn draw() -> Outcome {
    require(&[("rsvg-convert", "librsvg2-bin")])?;
    let mut pictures = Vec::new();
    for size in SIZES {
        let size_text = size.to_string();
        let mut convert = Command::new("rsvg-convert");
        convert.args(["--width", &size_text, "--height", &size_text]).arg("assets/icon/kinetoscope.svg");
        let output = convert.current_dir(cargo::workspace_root()).output();
        let output = output.map_err(|error| Failure::failed(format!("rsvg-convert did not start: {error}")))?;
        if !output.status.success() {
            return Err(Failure::failed(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        pictures.push((size, output.stdout));
    }
    let path = sources().join("kinetoscope.ico");
    fs::write(&path, container(&pictures)?).map_err(about(&path, "cannot be written"))?;
    println!("{} is drawn", path.display());
    Ok(())
}

/// The container: a header, an entry for each picture, then the pictures as the PNG files that they are.
fn container(pictures: &[(u32, Vec<u8>)]) -> Outcome<Vec<u8>> {
    let too_large = |_| Failure::failed("the icon is too large");
    let count = u16::try_from(pictures.len()).map_err(too_large)?;
    let mut file = Vec::new();
    for number in [0, 1, count] {
        file.extend(u16::to_le_bytes(number));
    }
    let mut offset = 6 + 16 * u32::from(count);
    for (size, png) in pictures {
        // One byte has no room for 256, which is written as 0.
        let edge = u8::try_from(*size).unwrap_or(0);
        let length = u32::try_from(png.len()).map_err(too_large)?;
        // Edge twice, no palette, a reserved byte; one plane, 32 bits for each pixel.
        file.extend([edge, edge, 0, 0, 1, 0, 32, 0]);
        file.extend(length.to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += length;
    }
    for (_, png) in pictures {
        file.extend(png);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edge length and picture of every entry.
    fn entries(file: &[u8]) -> Vec<(u32, &[u8])> {
        let number =
            |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("should be four bytes")) as usize;
        assert_eq!(&file[..4], &[0, 0, 1, 0]);
        let entry = |index: usize| {
            let at = 6 + 16 * index;
            let edge = if file[at] == 0 { 256 } else { u32::from(file[at]) };
            (edge, &file[number(at + 12)..number(at + 12) + number(at + 8)])
        };
        (0..usize::from(file[4])).map(entry).collect()
    }

    #[test]
    fn every_picture_is_found_again() {
        let pictures = [(16, b"small".to_vec()), (256, b"something large".to_vec())];
        let file = container(&pictures).expect("should fit");
        assert_eq!(entries(&file), [(16, &b"small"[..]), (256, &b"something large"[..])]);
    }

    #[test]
    fn the_icon_in_the_repository_has_every_size() {
        let file = fs::read(sources().join("kinetoscope.ico")).expect("should be in the repository");
        let sizes: Vec<_> = entries(&file)
            .into_iter()
            .map(|(edge, png)| {
                assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
                // Width and height stand behind the signature, the length and the name of the first chunk.
                assert_eq!(png[16..20], edge.to_be_bytes());
                assert_eq!(png[20..24], edge.to_be_bytes());
                edge
            })
            .collect();
        assert_eq!(sizes, SIZES);
    }
}
