//! What an improvement has gained, read from the folder of its run: so it does not matter how often it was interrupted.

use std::path::Path;

use ks_domain::training::{TrainNews, ValidationRecord};
use ks_engine::checkpoint_about;
use ks_engine::training::{RunFolder, TrainSpec, TrainStart, read_news};
use ks_ui::format::sentence;
use ks_ui::state::{Failure, Improvement};

use super::runs::{AboutRun, id_of};

/// Whether the network that a training begins with knows all of its classes by name.
pub(super) fn knows(spec: &TrainSpec) -> bool {
    let TrainStart::Checkpoint { path, .. } = &spec.start else { return false };
    let labels = checkpoint_about(path).ok().and_then(|about| about.labels);
    labels.is_some_and(|labels| spec.data.classes.iter().all(|class| labels.names().contains(class)))
}

/// What a finished improvement has gained.
///
/// # Errors
/// If the folder of the run cannot be read any more.
pub(super) fn of(folder: &Path) -> Result<Improvement, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(sentence(&error.to_string()));
    let about = AboutRun::read(folder).map_err(|error| failed(&error))?;
    let spec = RunFolder::spec_of(folder).map_err(|error| failed(&error))?;
    let validations: Vec<ValidationRecord> = read_news(folder)
        .map_err(|error| failed(&error))?
        .into_iter()
        .filter_map(|news| match news {
            TrainNews::Validated(record) => Some(record),
            _ => None,
        })
        .collect();
    let first = validations.iter().find(|record| record.epoch == 0).filter(|_| about.knew_classes);
    let mut later = validations.iter().filter(|record| record.epoch > 0).map(|record| record.evaluation.top1);
    // Where nothing got better than it was there is no best one, and the last one is what was learnt.
    let best = folder.join("best.safetensors");
    let (checkpoint, after) = if best.is_file() {
        (best, later.reduce(f64::max))
    } else {
        (folder.join("last.safetensors"), later.next_back())
    };
    let held_out = validations.last().map_or(0, |record| record.evaluation.samples.len());
    Ok(Improvement {
        run: id_of(folder),
        checkpoint,
        classes: spec.data.classes,
        before: first.map(|record| record.evaluation.top1),
        after,
        held_out: u32::try_from(held_out).unwrap_or(u32::MAX),
    })
}
