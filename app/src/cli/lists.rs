//! Annotation lists of mmaction2 as `train` and `test` take them: from the options, or else from the configuration.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use ks_engine::SampleSource;
use ks_mmaction::lists::{LabelRule, ListEntry, ListFormat, ListKind};
use ks_mmaction::translate::DataSource;

/// How lists are read.
#[derive(Debug, ClapArgs)]
pub(super) struct ListArgs {
    /// Folder that the paths of the list begin in
    #[arg(long, value_name = "DIR")]
    data_prefix: Option<PathBuf>,
    /// The list names folders of pictures (path, count, label) whose files are called so
    #[arg(long, value_name = "TEMPLATE", num_args = 0..=1, default_missing_value = "img_{:05}.jpg")]
    raw_frames: Option<String>,
    /// What separates the columns of the list, for paths that hold spaces; without it, any white space
    #[arg(long, value_name = "TEXT")]
    delimiter: Option<String>,
}

impl ListArgs {
    /// The list that an option names, read as the configuration says, or the configuration's own; `None` without either.
    pub(super) fn source(
        &self,
        list: Option<&Path>,
        from_config: Option<DataSource>,
    ) -> anyhow::Result<Option<DataSource>> {
        let mut data = match (from_config, list) {
            (Some(data), _) => data,
            (None, Some(_)) => DataSource::default(),
            (None, None) => return Ok(None),
        };
        if let Some(list) = list {
            data.list = list.to_str().context("the name of the list is not Unicode; rename it")?.to_owned();
            // The configuration's prefix belongs to the configuration's list.
            data.prefix = String::new();
        }
        if let Some(prefix) = &self.data_prefix {
            data.prefix = prefix.to_str().context("the name of the folder is not Unicode; rename it")?.to_owned();
        }
        if let Some(template) = &self.raw_frames {
            data.is_raw_frames = true;
            data.filename_template.clone_from(template);
        }
        if self.delimiter.is_some() {
            data.delimiter.clone_from(&self.delimiter);
        }
        Ok(Some(data))
    }
}

/// Reads the entries of a list; `classes` is how many there are, if that is known. Where samples have several labels,
/// `labels` does not matter.
pub(super) fn entries(data: &DataSource, labels: LabelRule, classes: Option<usize>) -> anyhow::Result<Vec<ListEntry>> {
    let format = ListFormat {
        kind: if data.is_raw_frames { ListKind::RawFrames { has_offset: data.has_offset } } else { ListKind::Videos },
        labels: if data.is_multi_label { LabelRule::Many } else { labels },
        delimiter: data.delimiter.clone(),
        classes,
    };
    let list = PathBuf::from(&data.list);
    format.load(&list).with_context(|| list.display().to_string())
}

/// Where the pictures of an entry are.
pub(super) fn sample_source(entry: &ListEntry, data: &DataSource) -> SampleSource {
    let path = Path::new(&data.prefix).join(&entry.path);
    match entry.frames {
        Some(total_frames) if data.is_raw_frames => SampleSource::RawFrames {
            folder: path,
            total_frames,
            offset: entry.offset,
            template: data.filename_template.clone(),
        },
        _ => SampleSource::Video(path),
    }
}
