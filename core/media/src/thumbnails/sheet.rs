//! The file that keeps thumbnails: a line with format version and checksum, a line of JSON, then one JPEG with all of
//! them in rows.
//!
//! It lies beside the frame index of the same content. What cannot be read back, or does not fit the frame table, is
//! treated as absent.

use std::path::{Path, PathBuf};

use image::ImageEncoder as _;
use ks_domain::FrameTable;
use serde::{Deserialize, Serialize};

use super::{Thumbnail, ThumbnailKind, Thumbnails};
use crate::{MediaError, output};

/// Raised whenever pictures made by an older program would be others.
const VERSION: u32 = 1;
const MAGIC: &str = "kinetoscope-thumbnails";
/// Pictures in one row of the sheet.
const COLUMNS: usize = 10;
const QUALITY: u8 = 82;

#[derive(Serialize, Deserialize)]
struct Contents {
    width: u32,
    height: u32,
    /// Frames of the whole video.
    table: u32,
    /// The frames that are shown.
    frames: Vec<u32>,
}

/// Where the thumbnails of a stream are kept.
pub(super) fn file_for(cache_dir: &Path, content: &str, stream_index: u32, kind: ThumbnailKind) -> PathBuf {
    let kind = match kind {
        ThumbnailKind::Single => "single",
        ThumbnailKind::Strip => "strip",
    };
    cache_dir.join(format!("{content}-{stream_index}.{kind}"))
}

/// Reads thumbnails; `None` if there are none, or the file is damaged, old or of another table.
pub(super) fn read(file: &Path, table: &FrameTable) -> Option<Thumbnails> {
    let bytes = std::fs::read(file).ok()?;
    let found = parse(&bytes, table);
    if found.is_none() {
        tracing::warn!("the cached thumbnails are damaged or old and are made again: {}", file.display());
    }
    found
}

fn parse(bytes: &[u8], table: &FrameTable) -> Option<Thumbnails> {
    let (head, body) = split_line(bytes)?;
    if head != header(body).as_bytes() {
        return None;
    }
    let (contents, jpeg) = split_line(body)?;
    let Contents { width, height, table: length, frames } = serde_json::from_slice(contents).ok()?;
    let ascends = frames.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if length != table.len() || frames.is_empty() || !ascends || frames.last().is_some_and(|last| *last >= length) {
        return None;
    }
    let sheet = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).ok()?.into_rgb8();
    let (wide, high) = (width as usize, height as usize);
    let stride = sheet.width() as usize * 3;
    let rgb = sheet.into_raw();
    let picture = |(place, frame): (usize, u32)| {
        let (left, top) = (place % COLUMNS * wide, place / COLUMNS * high);
        let mut part = Vec::with_capacity(wide * high * 3);
        for row in top..top + high {
            let start = row * stride + left * 3;
            part.extend_from_slice(rgb.get(start..start + wide * 3)?);
        }
        Some(Thumbnail { frame, time: table.time_of(frame), rgb: part })
    };
    let pictures: Option<Vec<Thumbnail>> = frames.into_iter().enumerate().map(picture).collect();
    Some(Thumbnails { width, height, pictures: pictures? })
}

/// Everything before the first line break, and everything after it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn header(body: &[u8]) -> String {
    format!("{MAGIC} {VERSION} {}", blake3::hash(body).to_hex())
}

/// Writes thumbnails of a video with so many frames.
pub(super) fn write(file: &Path, thumbnails: &Thumbnails, table: &FrameTable) -> Result<(), MediaError> {
    let Thumbnails { width, height, pictures } = thumbnails;
    let frames = pictures.iter().map(|picture| picture.frame).collect();
    let contents = Contents { width: *width, height: *height, table: table.len(), frames };
    let wrong =
        |error: &dyn std::fmt::Display| MediaError::NotWritable { reason: error.to_string(), path: file.to_owned() };
    let mut body = serde_json::to_vec(&contents).map_err(|error| wrong(&error))?;
    body.push(b'\n');
    body.extend(jpeg_of(thumbnails).map_err(|error| wrong(&error))?);
    let mut bytes = header(&body).into_bytes();
    bytes.push(b'\n');
    bytes.extend(body);
    output::write(file, &bytes)
}

fn jpeg_of(thumbnails: &Thumbnails) -> image::ImageResult<Vec<u8>> {
    let (wide, high) = (thumbnails.width as usize, thumbnails.height as usize);
    let columns = thumbnails.pictures.len().min(COLUMNS);
    let rows = thumbnails.pictures.len().div_ceil(COLUMNS);
    let stride = columns * wide * 3;
    let mut sheet = vec![0; stride * rows * high];
    for (place, picture) in thumbnails.pictures.iter().enumerate() {
        let (left, top) = (place % COLUMNS * wide, place / COLUMNS * high);
        for (row, line) in picture.rgb.chunks_exact(wide * 3).enumerate() {
            let start = (top + row) * stride + left * 3;
            if let Some(to) = sheet.get_mut(start..start + wide * 3) {
                to.copy_from_slice(line);
            }
        }
    }
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, QUALITY).write_image(
        &sheet,
        side(columns * wide),
        side(rows * high),
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use ks_domain::{FrameEntry, MediaTime};

    use super::*;

    fn table(frames: u64) -> FrameTable {
        let entry = |n: u64| FrameEntry { time: MediaTime::from_nanos(n * 40_000_000), is_key: true };
        FrameTable::new((0..frames).map(entry).collect(), MediaTime::ZERO).expect("should ascend")
    }

    #[test]
    fn a_sheet_comes_back_nearly_as_it_was_and_damage_is_noticed() {
        let table = table(100);
        // One grey for each picture.
        let picture =
            |n: u32| Thumbnail { frame: n * 4, time: table.time_of(n * 4), rgb: vec![n as u8 * 10; 16 * 8 * 3] };
        let made = Thumbnails { width: 16, height: 8, pictures: (0..23).map(picture).collect() };
        let folder = tempfile::tempdir().expect("should have a folder");
        let file = file_for(folder.path(), "abc", 0, ThumbnailKind::Strip);
        assert_eq!(read(&file, &table), None);
        write(&file, &made, &table).expect("should write");
        let back = read(&file, &table).expect("should be there");
        assert_eq!((back.width, back.height, back.pictures.len()), (16, 8, 23));
        for (made, back) in made.pictures.iter().zip(&back.pictures) {
            assert_eq!((made.frame, made.time), (back.frame, back.time));
            assert!(made.rgb.iter().zip(&back.rgb).all(|(a, b)| a.abs_diff(*b) <= 6), "frame {}", made.frame);
        }
        assert_eq!(read(&file, &self::table(99)), None, "another video");
        let mut bytes = std::fs::read(&file).expect("should be there");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).expect("should write");
        assert_eq!(read(&file, &table), None, "a flipped bit");
    }
}
