//! Fetching a published file: going on where an earlier fetch stopped, and taking nothing that is not the file.

use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use ks_domain::zoo::Entry;
use ks_domain::{CancelToken, Progress};

use super::part::PartFile;
use super::store::{Receipt, ZooStore};
use super::transfer::{self, Answer, Request, Said};
use super::{Presence, ZooError};
use crate::meter::ProgressMeter;

/// Set to anything but `0` or nothing, it forbids fetching.
pub const OFFLINE_VARIABLE: &str = "KINETOSCOPE_OFFLINE";

/// How often a wish to cancel is looked for while nothing arrives.
const POLL: Duration = Duration::from_millis(50);

/// How a file is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOptions {
    /// An address that takes the place of `https://HOST` in the published one.
    pub mirror: Option<String>,
    /// What forbids fetching, in words; `None` if nothing does.
    pub offline_by: Option<String>,
    /// How often a broken connection is made again before giving up; what arrives starts the count again.
    pub attempts: u32,
    /// The pause before that.
    pub pause: Duration,
    /// How long a server may say nothing.
    pub patience: Duration,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            mirror: None,
            offline_by: None,
            attempts: 3,
            pause: Duration::from_secs(2),
            patience: Duration::from_secs(60),
        }
    }
}

/// A file that is in the store now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was there before.
    AlreadyHere(PathBuf),
    /// It has come.
    Done {
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// Bytes of it that had come earlier.
        resumed_from: u64,
    },
}

/// What the environment says about working offline: the reason in words, or `None` if fetching is allowed.
pub fn offline_by_environment() -> Option<String> {
    let value = std::env::var_os(OFFLINE_VARIABLE)?;
    (!value.is_empty() && value != "0").then(|| format!("by the environment variable {OFFLINE_VARIABLE}"))
}

/// Brings an entry's file into the store, unless it is there. Blocks until it is done; `report` hears at most about ten
/// times a second how many bytes have come.
///
/// # Errors
/// If it is forbidden, cancelled, not to be had, not the published file, or cannot be written. What has arrived is kept
/// for the next fetch, except when it turned out not to be the published file.
pub fn fetch(
    store: &ZooStore,
    entry: &Entry,
    options: &FetchOptions,
    cancel: &CancelToken,
    report: &mut dyn FnMut(Progress),
) -> Result<Fetched, ZooError> {
    let path = store.path(entry);
    let is_here = || matches!(store.presence(entry), Presence::Here { .. });
    if is_here() {
        return Ok(Fetched::AlreadyHere(path));
    }
    if let Some(by) = &options.offline_by {
        return Err(ZooError::Offline { name: entry.name.clone(), by: by.clone() });
    }
    let url = address(entry, options.mirror.as_deref())?;
    store.create()?;
    let part = PartFile::open(store.part_path(entry), cancel)?;
    if is_here() {
        // Another program has finished it while this one waited for the file.
        return Ok(Fetched::AlreadyHere(path));
    }
    let resumed_from = part.bytes();
    let meter = ProgressMeter::new(Instant::now(), resumed_from);
    let mut download = Download { url: url.clone(), part, meter, total: None, cancel, report };
    download.run(options)?;
    let Download { part, .. } = download;
    let (bytes, sha256) = (part.bytes(), part.sha256());
    if !sha256.starts_with(&entry.sha256_prefix) {
        let found = sha256.get(..entry.sha256_prefix.len()).unwrap_or(&sha256).to_owned();
        part.delete()?;
        return Err(ZooError::WrongHash { url, expected: entry.sha256_prefix.clone(), found });
    }
    part.finish(&path)?;
    let receipt = Receipt { name: entry.name.clone(), bytes, sha256, is_published: true, from: url };
    store.keep_receipt(entry, &receipt)?;
    Ok(Fetched::Done { path, bytes, resumed_from })
}

/// The address of a file, at a mirror if there is one.
fn address(entry: &Entry, mirror: Option<&str>) -> Result<String, ZooError> {
    let Some(mirror) = mirror else { return Ok(entry.source.clone()) };
    let mirror = mirror.trim_end_matches('/');
    let has_host =
        ["https://", "http://"].iter().any(|scheme| mirror.len() > scheme.len() && mirror.starts_with(scheme));
    // `https:`, nothing, host, path.
    let path = entry.source.splitn(4, '/').nth(3);
    match path {
        Some(path) if has_host => Ok(format!("{mirror}/{path}")),
        _ => Err(ZooError::Address(mirror.to_owned())),
    }
}

/// How one request ended.
enum Ended {
    /// The file is complete.
    Complete,
    /// To be asked again, because of this.
    Again(ZooError),
    /// To be asked again, for all of it.
    FromStart,
}

struct Download<'a> {
    url: String,
    part: PartFile,
    meter: ProgressMeter,
    total: Option<u64>,
    cancel: &'a CancelToken,
    report: &'a mut dyn FnMut(Progress),
}

impl Download<'_> {
    /// Asks until all has come, or there is no hope.
    fn run(&mut self, options: &FetchOptions) -> Result<(), ZooError> {
        let mut failures = 0;
        loop {
            let before = self.part.bytes();
            let problem = match self.request(options.patience)? {
                Ended::Complete => return Ok(()),
                Ended::FromStart => continue,
                Ended::Again(problem) => problem,
            };
            failures = if self.part.bytes() > before { 1 } else { failures + 1 };
            if failures >= options.attempts {
                return Err(problem);
            }
            tracing::info!(url = self.url, failures, "asking again: {problem}");
            self.wait(options.pause)?;
        }
    }

    fn wait(&self, pause: Duration) -> Result<(), ZooError> {
        let end = Instant::now() + pause;
        while Instant::now() < end {
            self.check_cancel()?;
            std::thread::sleep(POLL.min(pause));
        }
        self.check_cancel()
    }

    fn check_cancel(&self) -> Result<(), ZooError> {
        if self.cancel.is_cancelled() { Err(ZooError::Cancelled) } else { Ok(()) }
    }

    fn request(&mut self, patience: Duration) -> Result<Ended, ZooError> {
        let said = transfer::start(Request { url: self.url.clone(), from: self.part.bytes(), patience })?;
        loop {
            self.check_cancel()?;
            match said.recv_timeout(POLL) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Said::Answer(answer)) => {
                    if let Some(ended) = self.take_answer(&answer)? {
                        return Ok(ended);
                    }
                }
                Ok(Said::Piece(piece)) => self.take_piece(&piece)?,
                // Without a length only the hash can tell.
                Ok(Said::End) if self.total.is_none() && self.part.bytes() > 0 => return Ok(Ended::Complete),
                Ok(Said::End) => return Ok(self.ended("the server hung up")),
                Ok(Said::Unreachable(reason)) => {
                    return Ok(Ended::Again(ZooError::Unreachable { url: self.url.clone(), reason }));
                }
                Ok(Said::Broken(reason)) => return Ok(self.ended(&reason)),
                Err(RecvTimeoutError::Disconnected) => return Ok(self.ended("the transfer stopped")),
            }
        }
    }

    /// Looks whether what follows is what was asked for; what to do otherwise.
    fn take_answer(&mut self, answer: &Answer) -> Result<Option<Ended>, ZooError> {
        let (here, url) = (self.part.bytes(), self.url.clone());
        match answer.status {
            // All of it, whatever was asked for: this server cannot go on in the middle.
            200 => {
                self.part.restart()?;
                self.total = answer.length;
            }
            206 if range_start(answer) == Some(here) => self.total = answer.length.map(|length| here + length),
            // Another part than the wanted one, or none at all: what is here is not the beginning of that file.
            206 | 416 => {
                if answer.status == 416 && here > 0 && range_total(answer) == Some(here) {
                    return Ok(Some(Ended::Complete));
                }
                if here == 0 {
                    return Err(ZooError::Refused { url, status: answer.status });
                }
                self.part.restart()?;
                return Ok(Some(Ended::FromStart));
            }
            404 | 410 => return Err(ZooError::NotThere { url, status: answer.status }),
            status @ (408 | 429 | 500..=599) => return Ok(Some(Ended::Again(ZooError::Refused { url, status }))),
            status => return Err(ZooError::Refused { url, status }),
        }
        self.meter = ProgressMeter::new(Instant::now(), self.part.bytes());
        self.meter.set_total(self.total);
        self.tell();
        Ok(None)
    }

    fn take_piece(&mut self, piece: &[u8]) -> Result<(), ZooError> {
        self.part.write(piece, self.total)?;
        self.meter.set_done(Instant::now(), self.part.bytes());
        self.tell();
        Ok(())
    }

    fn tell(&mut self) {
        if let Some(progress) = self.meter.report(Instant::now()) {
            (self.report)(progress);
        }
    }

    /// What the end of a request means.
    fn ended(&self, reason: &str) -> Ended {
        let bytes = self.part.bytes();
        if self.total.is_some_and(|total| bytes >= total) {
            return Ended::Complete;
        }
        Ended::Again(ZooError::Interrupted { url: self.url.clone(), bytes, reason: reason.to_owned() })
    }
}

/// `N` of `bytes N-M/TOTAL`.
fn range_start(answer: &Answer) -> Option<u64> {
    answer.range.as_deref()?.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// `TOTAL` of `bytes */TOTAL`.
fn range_total(answer: &Answer) -> Option<u64> {
    answer.range.as_deref()?.rsplit_once('/')?.1.trim().parse().ok()
}
