//! Frame indexes on disk, by the content of the video.
//!
//! One file per video stream: a line with format version and checksum, then the index as JSON. What cannot be read
//! back exactly is treated as absent. Nothing is ever deleted here.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use ks_domain::{FrameTable, MediaTime};
use serde::{Deserialize, Serialize};

use crate::{FrameIndex, MediaWarning};

/// Raised whenever an index made by an older program could be wrong.
const VERSION: u32 = 1;
const MAGIC: &str = "kinetoscope-frame-index";

#[derive(Serialize, Deserialize)]
struct Stored {
    table: FrameTable,
    warnings: Vec<(Option<MediaTime>, String)>,
}

/// Where the index of a stream is kept.
pub(crate) fn file_for(cache_dir: &Path, content: &str, stream_index: u32) -> PathBuf {
    cache_dir.join(format!("{content}-{stream_index}.frames"))
}

/// Reads an index; `None` if there is none or it is damaged or old.
pub(crate) fn read(file: &Path) -> Option<FrameIndex> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!("the cached frame index cannot be read ({error}) and is made again: {}", file.display());
            }
            return None;
        }
    };
    let index = parse(&bytes);
    if index.is_none() {
        tracing::warn!("the cached frame index is damaged or old and is made again: {}", file.display());
    }
    index
}

fn parse(bytes: &[u8]) -> Option<FrameIndex> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    if head != header(body).as_bytes() {
        return None;
    }
    let stored: Stored = serde_json::from_slice(body).ok()?;
    let table = FrameTable::new(stored.table.entries().to_vec(), stored.table.end()).ok()?;
    let warnings = stored.warnings.into_iter().map(|(time, message)| MediaWarning { time, message }).collect();
    Some(FrameIndex { table, warnings })
}

fn header(body: &[u8]) -> String {
    format!("{MAGIC} {VERSION} {}", blake3::hash(body).to_hex())
}

/// Writes an index under a temporary name, syncs and renames it, so that a reader sees all of it or nothing.
pub(crate) fn write(file: &Path, index: &FrameIndex) -> std::io::Result<()> {
    let directory = file.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(directory)?;
    let warnings = index.warnings.iter().map(|warning| (warning.time, warning.message.clone())).collect();
    let body = serde_json::to_vec(&Stored { table: index.table.clone(), warnings })?;
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    temporary.write_all(header(&body).as_bytes())?;
    temporary.write_all(b"\n")?;
    temporary.write_all(&body)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}
