//! An analysis from its beginning to its end, for callers that wait for it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use ks_domain::{AnalysisSettings, CancelToken, WindowScores};
use ks_engine::{AnalysisSpec, DeviceChoice, Engine, Event, EventReceiver, ModelSpec, Task, checkpoint_about};
use ks_media::MediaError;

/// How soon a cancellation is seen.
const POLL: Duration = Duration::from_millis(30);

/// A network that says itself what it is, and how it wants its clips.
pub(crate) struct Network {
    pub(crate) settings: AnalysisSettings,
    pub(crate) class_names: Vec<String>,
}

impl Network {
    /// What the checkpoint says of itself.
    pub(crate) fn of(checkpoint: &Path) -> anyhow::Result<Self> {
        let about = checkpoint_about(checkpoint).map_err(|failure| anyhow!(failure.summary))?;
        let capsule = about.capsule.context("the network that comes with the program does not say what it is")?;
        let settings = capsule.analysis().unwrap_or_default();
        let class_names = capsule.labels().map(|labels| labels.names().to_vec()).unwrap_or_default();
        Ok(Self { settings, class_names })
    }
}

/// The scores of all windows of a video.
pub(crate) fn windows(
    (engine, events): (&Engine, &EventReceiver),
    (checkpoint, device): (&Path, DeviceChoice),
    video: &Path,
    settings: AnalysisSettings,
    cancel: &CancelToken,
) -> anyhow::Result<Vec<WindowScores>> {
    let settings = settings
        .validate()
        .map_err(|issues| anyhow!(issues.into_iter().map(|issue| issue.message).collect::<Vec<_>>().join("; ")))?;
    let model = ModelSpec::new(checkpoint.to_owned(), device);
    let task = Task::Analyze(AnalysisSpec { video: video.to_owned(), model, settings, clips: 1 });
    let job = engine.submit(task)?;
    let mut windows = Vec::new();
    loop {
        if cancel.is_cancelled() {
            engine.cancel(job);
        }
        match events.recv_timeout(POLL) {
            Some(Event::Window { scores, .. }) => windows.push(scores),
            Some(Event::Finished { .. }) => return Ok(windows),
            Some(Event::Cancelled { .. }) => return Err(MediaError::Cancelled.into()),
            Some(Event::Failed { failure, .. }) => bail!(failure.summary),
            Some(Event::EngineGaveUp { message, .. }) => bail!(message),
            _ => {}
        }
    }
}
