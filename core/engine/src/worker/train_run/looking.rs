//! Looking at every video before anything is learnt, on a thread of its own.

use std::io;
use std::sync::Arc;

use super::{Doing, TrainRun};
use crate::meter::ProgressMeter;
use crate::training::{Checked, Sources, TrainSpec, check};
use crate::worker::feed::{self, Feed, Stop};
use crate::worker::step::{Broken, Step};
use crate::{Event, Failure, Stage};

/// Messages that wait at most.
const AHEAD: usize = 4;

/// What the thread says.
pub(super) enum Looked {
    /// So many of so many videos are done.
    Progress(usize, usize),
    /// All of them.
    Done(Checked),
    /// It broke off.
    Failed(Failure),
}

/// Starts the thread.
pub(super) fn start(sources: Arc<Sources>, spec: &TrainSpec) -> io::Result<Feed<Looked>> {
    let (samples, config) = (spec.data.samples.clone(), spec.config.clone().into_inner());
    feed::start(AHEAD, Looked::Failed, move |to| {
        let mut progress = |done, total| {
            // Nobody needs every single one.
            let _ = to.try_send(Looked::Progress(done, total));
        };
        let checked = check(&sources, &samples, &config, &mut progress)?;
        to.send(Looked::Done(checked)).map_err(|_closed| Stop::Closed)
    })
}

impl TrainRun {
    /// Takes what the thread says.
    pub(super) fn look(&mut self, mut feed: Feed<Looked>, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let looked = feed.poll()?;
        match looked {
            Some(Looked::Done(checked)) => return self.go_on(checked, emit),
            Some(Looked::Failed(failure)) => return Err(failure.into()),
            None => {
                self.doing = Doing::Looking(feed);
                return Ok(Step::Waiting);
            }
            Some(Looked::Progress(done, total)) => {
                let mut meter = ProgressMeter::new(self.began, 0);
                meter.set_total(Some(total as u64));
                let now = std::time::Instant::now();
                meter.set_done(now, done as u64);
                if let Some(progress) = meter.report(now) {
                    emit(Event::Progress { job: self.job, stage: Stage::Checking, progress, bottleneck: None });
                }
            }
        }
        self.doing = Doing::Looking(feed);
        Ok(Step::Worked)
    }
}
