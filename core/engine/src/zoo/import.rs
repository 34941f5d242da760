//! Taking a file that is on the disk already into the store.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ks_domain::zoo::Entry;
use ks_domain::{CancelToken, Progress};

use super::ZooError;
use super::recognise::{self, Recognised};
use super::store::{Receipt, ZooStore, storage};
use crate::hash;
use crate::meter::ProgressMeter;

/// How an imported file was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecognisedBy {
    /// Its hash is the published one.
    Hash,
    /// The user said what it is, and its arrays are those of that network.
    Content,
}

/// A file that is in the store now.
#[derive(Clone, Debug)]
pub struct Imported {
    /// As which entry.
    pub entry: &'static Entry,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How it was recognised.
    pub by: RecognisedBy,
}

/// Takes a file into the store, as what it is by its hash, or else as the entry `claimed` by the user, if its arrays
/// are those of that network. It is copied, or with `link` made a second name of the same file where the file system
/// can do that.
///
/// # Errors
/// If the file cannot be read, is none of the zoo's, is not what the user says, or cannot be kept.
pub fn import(
    store: &ZooStore,
    file: &Path,
    (claimed, link): (Option<&'static Entry>, bool),
    cancel: &CancelToken,
    report: &mut dyn FnMut(Progress),
) -> Result<Imported, ZooError> {
    let unreadable = |source: io::Error| ZooError::Unreadable { path: file.to_owned(), source };
    let mut meter = ProgressMeter::new(Instant::now(), 0);
    meter.set_total(Some(fs::metadata(file).map_err(unreadable)?.len()));
    let mut done = 0;
    let count = |block: &[u8]| {
        done += block.len() as u64;
        meter.set_done(Instant::now(), done);
        if let Some(progress) = meter.report(Instant::now()) {
            report(progress);
        }
        Ok(())
    };
    let digest = hash::digest(file, cancel, count).map_err(unreadable)?.ok_or(ZooError::Cancelled)?;
    let known = recognise::of_digest(file, digest);
    let (entry, by) = decide(file, &known, claimed)?;
    store.create()?;
    let path = store.path(entry);
    if fs::canonicalize(&path).ok().is_none_or(|present| fs::canonicalize(file).ok() != Some(present)) {
        keep(file, &path, &known, link, cancel)?;
    }
    let receipt = Receipt {
        name: entry.name.clone(),
        bytes: known.bytes,
        sha256: known.sha256,
        is_published: by == RecognisedBy::Hash,
        from: std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).display().to_string(),
    };
    store.keep_receipt(entry, &receipt)?;
    Ok(Imported { entry, path, bytes: known.bytes, by })
}

/// Which entry a file is.
fn decide(
    file: &Path,
    known: &Recognised,
    claimed: Option<&'static Entry>,
) -> Result<(&'static Entry, RecognisedBy), ZooError> {
    match (known.by_hash, claimed) {
        (Some(entry), None) => return Ok((entry, RecognisedBy::Hash)),
        (Some(entry), Some(claimed)) if entry.name == claimed.name => return Ok((entry, RecognisedBy::Hash)),
        (Some(entry), Some(claimed)) => {
            let found = format!("the published file of {}", entry.name);
            return Err(other(file, claimed, found));
        }
        (None, _) => {}
    }
    let content = recognise::content(file);
    let Some(claimed) = claimed else {
        let (what, candidates) = match &content {
            Ok(content) => (content.to_string(), content.candidates()),
            Err(error) => (format!("nothing that can be used ({error})"), Vec::new()),
        };
        return Err(ZooError::NotRecognised {
            path: file.to_owned(),
            what,
            is_of_zoo: known.by_name.is_some(),
            candidates,
        });
    };
    match content {
        Ok(content) if content.fits(claimed) => Ok((claimed, RecognisedBy::Content)),
        Ok(content) => Err(other(file, claimed, content.to_string())),
        Err(error) => Err(other(file, claimed, format!("nothing that can be used ({error})"))),
    }
}

fn other(file: &Path, claimed: &Entry, found: String) -> ZooError {
    let expected = match claimed.classes {
        Some(_) => format!("an {}", claimed.arch()),
        None => format!("an {} without its classifier", claimed.architecture()),
    };
    ZooError::OtherNetwork { path: file.to_owned(), name: claimed.name.clone(), expected, found }
}

/// Puts the file into the store, whole or not at all.
fn keep(file: &Path, path: &Path, known: &Recognised, link: bool, cancel: &CancelToken) -> Result<(), ZooError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |source| storage(path.to_owned(), Some(known.bytes), source);
    if link {
        let place = tempfile::Builder::new().make_in(folder, |name| fs::hard_link(file, name));
        if let Ok(place) = place {
            return place.persist(path).map(|_file| ()).map_err(|error| failed(error.error));
        }
        // Another disk, or a file system without links: a copy serves as well.
        tracing::info!("{} cannot be linked and is copied", file.display());
    }
    let mut copy = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let copied = hash::digest(file, cancel, |block| copy.write_all(block)).map_err(failed)?;
    let copied = copied.ok_or(ZooError::Cancelled)?;
    if copied.sha256 != known.sha256 {
        let source = io::Error::other("it changed while it was copied");
        return Err(ZooError::Unreadable { path: file.to_owned(), source });
    }
    copy.as_file().sync_all().map_err(failed)?;
    copy.persist(path).map(|_file| ()).map_err(|error| failed(error.error))
}
