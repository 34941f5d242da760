//! A job that takes many steps, between which other jobs make theirs.

use crossbeam_channel::Select;

use super::models::Models;
use crate::kit::Kit;
use crate::{Event, Failure};

/// How a step went.
pub(crate) enum Step {
    /// Something was done; there may be more.
    Worked,
    /// There is nothing to do before what [`Stepwise::wake`] watches has something.
    Waiting,
    /// The job is done.
    Done(crate::Timing),
}

/// Why a step could not be done.
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// The device gave up in the middle of its work: what it left behind cannot be trusted.
    pub(crate) is_poisoned: bool,
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { failure, is_poisoned: false }
    }
}

/// A job under way.
pub(crate) trait Stepwise {
    /// Does a little: loads the network, or computes what one message of the decode thread holds.
    fn step(&mut self, kit: &dyn Kit, models: &mut Models, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken>;

    /// Told when the job was stopped on request, before it is dropped: the last chance to keep what was done.
    fn stopped(&mut self) {}

    /// Told that its last step failed on the device, perhaps for lack of memory. True if the job can go on from what it has
    /// kept with less at once; it has let go of everything on the device then.
    fn goes_on_with_less(&mut self, _failure: &Failure) -> bool {
        false
    }

    /// Names what the job waits for.
    fn wake<'a>(&'a self, select: &mut Select<'a>);
}
