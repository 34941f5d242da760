//! What the folder of a training or a test holds, by the names that the original gives.
//!
//! 0.x keeps everything in the folder itself. 1.x gives every run a folder of its own in it, called after the time at which
//! it began, for logs; configuration and checkpoints lie beside those. Names alone are known here, no file is opened;
//! [`crate::training_log`] reads the logs.

use ks_domain::Branch;

use crate::training_log::Stamp;

/// A file of such a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkFile {
    /// The configuration with all that it inherits: `<name>.py`.
    Config {
        /// The configuration's name, without ending.
        name: String,
    },
    /// The log for people.
    TextLog(Stamp),
    /// The log for programs, of a training.
    Records(Stamp),
    /// The same once more under the time of the run; 1.x alone.
    RecordsByTime(Stamp),
    /// The metrics of a test; 1.x alone.
    TestMetrics(Stamp),
    /// The configuration of one run; 1.x alone.
    RunConfig(Stamp),
    /// The checkpoint after an epoch.
    Epoch(u32),
    /// The best checkpoint.
    Best {
        /// The metric in which it is best; `/` of the metric's name is `_`.
        metric: String,
        /// The epoch after which it was written, from 1.
        epoch: u32,
    },
    /// A link to the last checkpoint; 0.x alone.
    Latest,
    /// A text with the path of the last checkpoint; 1.x alone.
    LastCheckpoint,
}

impl WorkFile {
    /// What a file is by its path within the folder, with `/` between its parts; `None` if the original writes no such
    /// file.
    pub fn of_path(path: &str, branch: Branch) -> Option<Self> {
        let found = match path.split('/').collect::<Vec<_>>().as_slice() {
            [name] => Self::of_name(name, branch)?,
            [run, "vis_data", "scalars.json"] => Self::Records(Stamp::parse_name(run)?),
            [run, "vis_data", "config.py"] => Self::RunConfig(Stamp::parse_name(run)?),
            [run, "vis_data", _copy] => Self::RecordsByTime(Stamp::parse_name(run)?),
            [run, name] if name.ends_with(".log") => Self::TextLog(Stamp::parse_name(run)?),
            [run, _metrics] => Self::TestMetrics(Stamp::parse_name(run)?),
            _ => return None,
        };
        // What would be called otherwise, or by the other branch, is none of these files.
        (found.path(branch).as_deref() == Some(path)).then_some(found)
    }

    fn of_name(name: &str, branch: Branch) -> Option<Self> {
        if name == "last_checkpoint" {
            return Some(Self::LastCheckpoint);
        }
        // Names of configurations may hold points.
        if let Some(name) = name.strip_suffix(".py") {
            return Some(Self::Config { name: name.to_owned() });
        }
        let (stem, ending) = name.split_once('.')?;
        match (ending, branch) {
            ("log", Branch::V0) => Some(Self::TextLog(Stamp::parse_name(stem)?)),
            ("log.json", Branch::V0) => Some(Self::Records(Stamp::parse_name(stem)?)),
            ("pth", _) if stem == "latest" => Some(Self::Latest),
            ("pth", _) => {
                let (before, epoch) = stem.rsplit_once("epoch_")?;
                let epoch = epoch.parse().ok()?;
                match before.strip_prefix("best_").and_then(|metric| metric.strip_suffix('_')) {
                    Some(metric) => Some(Self::Best { metric: metric.to_owned(), epoch }),
                    None => Some(Self::Epoch(epoch)),
                }
            }
            _ => None,
        }
    }

    /// Its path within the folder; `None` if the branch writes no such file.
    pub fn path(&self, branch: Branch) -> Option<String> {
        Some(match (self, branch) {
            (Self::Config { name }, _) => format!("{name}.py"),
            (Self::Epoch(epoch), _) => format!("epoch_{epoch}.pth"),
            (Self::Best { metric, epoch }, _) => format!("best_{metric}_epoch_{epoch}.pth"),
            (Self::TextLog(run), Branch::V0) => format!("{run}.log"),
            (Self::Records(run), Branch::V0) => format!("{run}.log.json"),
            (Self::Latest, Branch::V0) => "latest.pth".to_owned(),
            (Self::TextLog(run), Branch::V1) => format!("{run}/{run}.log"),
            (Self::Records(run), Branch::V1) => format!("{run}/vis_data/scalars.json"),
            (Self::RecordsByTime(run), Branch::V1) => format!("{run}/vis_data/{run}.json"),
            (Self::TestMetrics(run), Branch::V1) => format!("{run}/{run}.json"),
            (Self::RunConfig(run), Branch::V1) => format!("{run}/vis_data/config.py"),
            (Self::LastCheckpoint, Branch::V1) => "last_checkpoint".to_owned(),
            (Self::RecordsByTime(_) | Self::TestMetrics(_) | Self::RunConfig(_) | Self::LastCheckpoint, Branch::V0)
            | (Self::Latest, Branch::V1) => return None,
        })
    }
}
