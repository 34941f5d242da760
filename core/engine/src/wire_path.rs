//! Paths on the pipe. Serde's own form refuses names that are not Unicode, which file systems allow; these do not.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

#[cfg(unix)]
type Units = Vec<u8>;
#[cfg(windows)]
type Units = Vec<u16>;

#[cfg(unix)]
fn units(path: &Path) -> Units {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn name(units: Units) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(units)
}

#[cfg(windows)]
fn units(path: &Path) -> Units {
    use std::os::windows::ffi::OsStrExt as _;
    path.as_os_str().encode_wide().collect()
}

#[cfg(windows)]
fn name(units: Units) -> OsString {
    use std::os::windows::ffi::OsStringExt as _;
    OsString::from_wide(&units)
}

/// For `#[serde(with = "wire_path")]`.
pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    units(path).serialize(serializer)
}

/// For `#[serde(with = "wire_path")]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    Units::deserialize(deserializer).map(|units| PathBuf::from(name(units)))
}

/// The same for `Option<PathBuf>`.
pub(crate) mod optional {
    use super::{Deserializer, PathBuf, Serializer, Units, name, units};
    use serde::{Deserialize as _, Serialize as _};

    /// For `#[serde(with = "wire_path::optional")]`.
    pub(crate) fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(units).serialize(serializer)
    }

    /// For `#[serde(with = "wire_path::optional")]`.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
        let units = Option::<Units>::deserialize(deserializer)?;
        Ok(units.map(|units| PathBuf::from(name(units))))
    }
}
