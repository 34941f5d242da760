//! Test results in the shapes that the original's users already read.
//!
//! What `tools/test.py --out` of 0.x writes is a list of samples in the order of the annotation list, each a list of one
//! number per class:
//!
//! - `.json` as Python's `json.dump` writes it, character for character: the `f32` widened to `f64`, shortest digits;
//! - `.yaml`, `.yml` as PyYAML writes a list of lists;
//! - `.pkl`, `.pickle` as a pickled list of numpy arrays of `f32`; read back without running anything in it;
//! - `.csv` is our own: a header, then the path, the labels (joined by spaces) and the scores of each sample.
//!
//! 1.x dumps a list of dictionaries with `pred_score` (a tensor of C scores), `pred_label` and `gt_label` (tensors of one
//! class), `num_classes` and `img_shape`, pickled. It holds PyTorch's own objects and is not read or written here; the
//! error says how to get the scores out of it.

mod csv;
mod json;
mod pickle;
mod yaml;

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Bytes of a result file.
const MAX_BYTES: u64 = 4 << 30;

/// The scores of a test, sample by sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// One list of scores per sample, in the order of the annotation list; `[samples, classes]`.
    pub scores: Vec<Vec<f32>>,
    /// The path of each sample as in the list; empty where the format does not hold it.
    pub paths: Vec<String>,
    /// The labels of each sample; empty where the format does not hold them.
    pub labels: Vec<Vec<u32>>,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFormat {
    /// `.json`.
    Json,
    /// `.yaml` or `.yml`.
    Yaml,
    /// `.pkl` or `.pickle`.
    Pickle,
    /// `.csv`, with paths and labels.
    Csv,
}

/// Why results cannot be read or written.
#[derive(Debug, Error)]
pub enum ResultError {
    /// The file's name says nothing.
    #[error("a result file must end in .json, .yaml, .yml, .pkl, .pickle or .csv: {}", .path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The system does not give or take the file.
    #[error("the result file cannot be {verb} ({source}): {}", .path.display())]
    File {
        /// `read` or `written`.
        verb: &'static str,
        /// What the system said.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Longer than any result.
    #[error("the result file is longer than {MAX_BYTES} bytes; is it the right file?")]
    TooLong,
    /// The content is none of ours.
    #[error("the result file cannot be read: {reason}")]
    Malformed {
        /// What is wrong, with the place.
        reason: String,
    },
    /// A dump of 1.x.
    #[error(
        "this is a dump of mmaction2 1.x, which holds PyTorch's own objects and is not read here; where PyTorch is installed, \
         `[[float(x) for x in sample['pred_score']] for sample in pickle.load(open('res.pkl', 'rb'))]` saved with json.dump is a result file that is"
    )]
    TorchDump,
}

fn malformed(reason: impl Into<String>) -> ResultError {
    ResultError::Malformed { reason: reason.into() }
}

impl ResultFormat {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// If it ends in none of the known ways.
    pub fn of_path(path: &Path) -> Result<Self, ResultError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "yaml" | "yml" => Ok(Self::Yaml),
            "pkl" | "pickle" => Ok(Self::Pickle),
            "csv" => Ok(Self::Csv),
            _ => Err(ResultError::UnknownFormat { path: path.to_owned() }),
        }
    }
}

impl Results {
    /// The file's content. `class_names` head the columns of CSV; without them, `class_0` and so on do.
    pub fn to_bytes(&self, format: ResultFormat, class_names: Option<&[String]>) -> Vec<u8> {
        match format {
            ResultFormat::Json => json::write(&self.scores).into_bytes(),
            ResultFormat::Yaml => yaml::write(&self.scores).into_bytes(),
            ResultFormat::Pickle => pickle::write(&self.scores),
            ResultFormat::Csv => csv::write(self, class_names).into_bytes(),
        }
    }

    /// Reads a file's content.
    ///
    /// # Errors
    /// If it has not the shape of the format; all samples must have the same number of scores, except in a list of views.
    pub fn parse(content: &[u8], format: ResultFormat) -> Result<Self, ResultError> {
        if content.len() as u64 > MAX_BYTES {
            return Err(ResultError::TooLong);
        }
        if format == ResultFormat::Pickle {
            return Ok(Self { scores: pickle::read(content)?, ..Self::default() });
        }
        let text = std::str::from_utf8(content).map_err(|_error| malformed("it is not text in UTF-8"))?;
        match format {
            ResultFormat::Csv => csv::read(text),
            ResultFormat::Yaml => Ok(Self { scores: yaml::read(text)?, ..Self::default() }),
            ResultFormat::Json | ResultFormat::Pickle => Ok(Self { scores: json::read(text)?, ..Self::default() }),
        }
    }

    /// Reads a result file; its name says the format.
    ///
    /// # Errors
    /// As [`Results::parse`], or if the file cannot be read.
    pub fn load(path: &Path) -> Result<Self, ResultError> {
        let format = ResultFormat::of_path(path)?;
        let wrap = |source| ResultError::File { verb: "read", source, path: path.to_owned() };
        let mut content = Vec::new();
        std::fs::File::open(path).map_err(wrap)?.take(MAX_BYTES + 1).read_to_end(&mut content).map_err(wrap)?;
        Self::parse(&content, format)
    }

    /// Writes a result file; its name says the format. An interruption leaves the old file or none, never half of one.
    ///
    /// # Errors
    /// If the name says no format, or the file cannot be written.
    pub fn save(&self, path: &Path, class_names: Option<&[String]>) -> Result<(), ResultError> {
        let format = ResultFormat::of_path(path)?;
        write_whole(path, &self.to_bytes(format, class_names)).map_err(|source| ResultError::File {
            verb: "written",
            source,
            path: path.to_owned(),
        })
    }
}

/// Writes beside the file, then renames, so that nobody ever sees half of it.
///
/// # Errors
/// What the system says.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let temporary = path.with_file_name(beside);
    let write = || {
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    write().inspect_err(|_error| {
        // What is wrong is told by the error; that the half file stays would not help anybody.
        let _ = std::fs::remove_file(&temporary);
    })
}
