//! What can go wrong with the zoo's files, in the user's words.

use std::io;
use std::path::PathBuf;

use ks_domain::zoo::UnknownName;
use thiserror::Error;

/// Why a file of the zoo could not be fetched, imported or checked.
#[derive(Debug, Error)]
pub enum ZooError {
    /// No such entry.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    /// No place for the files.
    #[error("this user has no home folder to keep checkpoints in; name a folder with --store, or set HOME")]
    NoHome,
    /// Known, but its file is not there.
    #[error("the checkpoint {name} is not on this computer yet; fetch it with `kinetoscope zoo fetch {name}`")]
    NotHere {
        /// Our name of it.
        name: String,
    },
    /// Somebody switched the network off.
    #[error(
        "{name} was not fetched, because working offline is switched on ({by}); switch that off, or import the file"
    )]
    Offline {
        /// Our name of the entry.
        name: String,
        /// Where it is switched on.
        by: String,
    },
    /// The user stopped it.
    #[error("cancelled; what was fetched so far is kept, and the next fetch goes on from there")]
    Cancelled,
    /// Two programs at once.
    #[error("another program is fetching the same file now; wait for it, or stop it: {}", .0.display())]
    Busy(PathBuf),
    /// Neither `http` nor `https`, or no host.
    #[error("this is no address that files can be fetched from; it should begin with https:// or http://: {0}")]
    Address(String),
    /// The server was not reached.
    #[error(
        "the server was not reached ({reason}); check the connection and the proxy, or give another place with --mirror: {url}"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The server says that there is no such file.
    #[error(
        "the server has no such file ({status}); it may have moved, so download it by hand and use `kinetoscope zoo import`: {url}"
    )]
    NotThere {
        /// The address.
        url: String,
        /// 404 or 410.
        status: u16,
    },
    /// The server answered something else than the file.
    #[error(
        "the server answered with {status} instead of the file; try again later, or give another place with --mirror: {url}"
    )]
    Refused {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The connection broke.
    #[error("the connection broke off after {} ({reason}); fetch it again to go on from there: {url}", mebibytes(*bytes))]
    Interrupted {
        /// The address.
        url: String,
        /// Bytes that are kept.
        bytes: u64,
        /// What went wrong.
        reason: String,
    },
    /// The file is not the published one.
    #[error(
        "what arrived is not the published file, and was deleted: its SHA-256 begins with {found}, not with {expected}; try again, and if it stays so the server or a proxy on the way alters it: {url}"
    )]
    WrongHash {
        /// The address.
        url: String,
        /// The published beginning.
        expected: String,
        /// As many digits of what arrived.
        found: String,
    },
    /// The disk is full.
    #[error(
        "there is no room left on the disk{}; make room and fetch it again, what has arrived is kept: {}",
        more(*needed), path.display()
    )]
    NoSpace {
        /// The file being written.
        path: PathBuf,
        /// Bytes that are still to come, where known.
        needed: Option<u64>,
    },
    /// A file or folder of the store cannot be written.
    #[error("the file cannot be kept ({source}); check the folder and its permissions: {}", path.display())]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("the file cannot be read ({source}); check its name and permissions: {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is none of the zoo's.
    #[error("{}: {}", not_recognised(*is_of_zoo, what, candidates), path.display())]
    NotRecognised {
        /// The file.
        path: PathBuf,
        /// What it is, as far as it says.
        what: String,
        /// Whether its name is that of an entry.
        is_of_zoo: bool,
        /// Our names of the entries that have the same network.
        candidates: Vec<String>,
    },
    /// A file that cannot be the wanted entry.
    #[error("this cannot be {name}, which is {expected}: the file holds {found}; name another entry or another file: {}", path.display())]
    OtherNetwork {
        /// The file.
        path: PathBuf,
        /// Our name of the entry.
        name: String,
        /// Its network.
        expected: String,
        /// The file's.
        found: String,
    },
    /// The system has no thread left.
    #[error("the operating system refused to start a thread for fetching ({0}); close other programs and try again")]
    Thread(#[source] io::Error),
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn more(needed: Option<u64>) -> String {
    needed.map(|bytes| format!(", {} are still to come", mebibytes(bytes))).unwrap_or_default()
}

fn not_recognised(is_of_zoo: bool, what: &str, candidates: &[String]) -> String {
    let name = if is_of_zoo { ", though it is named like one" } else { "" };
    let advice = if candidates.is_empty() {
        "no entry of the zoo has this network".to_owned()
    } else {
        format!("if you trust it, say which one it is with --as, of {}", candidates.join(", "))
    };
    format!("this is not a published file{name}: its SHA-256 is that of none; it holds {what}; {advice}")
}
