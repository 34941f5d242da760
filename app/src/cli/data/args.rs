//! What can be typed after `kinetoscope data`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

const DATA_EXAMPLES: &str = "\
Examples:
  kinetoscope data kinetics --annotations train.csv val.csv --videos k400 --out lists
  kinetoscope data ucf101 --annotations ucfTrainTestlist --split 1 --videos UCF-101 --out lists
  kinetoscope data hmdb51 --annotations testTrainMulti_7030_splits --split 1 --videos hmdb51 --out lists
  kinetoscope data folders --videos my_videos --val-every 5 --out lists

Written are <split>.txt for each split, label_map.txt, and report.csv with all that is missing, unreadable or short.
Paths in the lists are relative to the folder of videos.";

#[derive(Debug, ClapArgs)]
#[command(after_help = DATA_EXAMPLES)]
pub(in crate::cli) struct DataArgs {
    #[command(subcommand)]
    pub(in crate::cli) data_set: DataSet,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DataSet {
    /// Kinetics 400, 600 or 700, from its CSV files
    Kinetics {
        /// The CSV files: label, youtube_id, time_start, time_end and split; without a split column, one file a split
        #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
        annotations: Vec<PathBuf>,
        #[command(flatten)]
        common: DataCommonArgs,
    },
    /// UCF101, from classInd.txt, trainlist and testlist
    Ucf101 {
        #[command(flatten)]
        official: OfficialSplitArgs,
        #[command(flatten)]
        common: DataCommonArgs,
    },
    /// HMDB51, from its <class>_test_split files
    Hmdb51 {
        #[command(flatten)]
        official: OfficialSplitArgs,
        #[command(flatten)]
        common: DataCommonArgs,
    },
    /// Videos in folders that are called like their classes, or like train, val and test with such folders inside
    Folders {
        /// Without folders of splits: every N-th video of a class is for validation; 0 for none
        #[arg(long, value_name = "N", default_value_t = 0)]
        val_every: usize,
        #[command(flatten)]
        common: DataCommonArgs,
    },
}

/// For the data sets with three official splits.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct OfficialSplitArgs {
    /// The folder of the official annotation files
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) annotations: PathBuf,
    /// Which of the official splits
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(in crate::cli) split: u8,
}

/// For all data sets.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct DataCommonArgs {
    /// The folder of the videos
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) videos: PathBuf,
    /// The folder that lists, label map and report are written into
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Labels file whose order gives the class numbers, instead of the data set's own order
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) labels: Option<PathBuf>,
    /// Videos with fewer frames are reported as short
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub(in crate::cli) min_frames: u32,
    /// Leave short videos out of the lists
    #[arg(long)]
    pub(in crate::cli) leave_out_short: bool,
    /// Videos that are checked at once; as many as the computer has processors without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(in crate::cli) progress: bool,
}
