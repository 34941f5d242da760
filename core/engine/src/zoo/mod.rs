//! The model zoo's files: the folder that keeps them, fetching, recognising, checking.
//!
//! What is published is known to `ks_domain::zoo`. Here a [`ZooStore`] keeps the files; [`fetch`] gets one from where it
//! is published, and goes on where an earlier one stopped; [`import`] takes in a file that is on the disk already; and
//! [`verify`] compares files with what was published. Nothing here runs unless it was asked for, and nothing else in
//! Kinetoscope speaks to the network.
//!
//! These are plain functions that block and can be cancelled, to be called from a thread of the caller: they need no
//! tensors, so they are no jobs of the engine's process, and a lost GPU does not stop a download.

mod error;
mod fetch;
mod import;
mod part;
mod recognise;
mod store;
mod transfer;
mod verify;

pub use self::error::ZooError;
pub use self::fetch::{FetchOptions, Fetched, OFFLINE_VARIABLE, offline_by_environment};
pub use self::import::{Imported, RecognisedBy, import};
pub use self::recognise::{Recognised, recognise};
pub use self::store::{Presence, Receipt, STORE_VARIABLE, Stored, ZooStore};
pub(crate) use self::transfer::agent;
pub use self::verify::{Verdict, Verified, verify};

pub use self::fetch::fetch;
