//! The book of open jobs: what the receiver of events still waits for.
//!
//! It is why no window arrives twice or is missed when the engine's process is replaced, and why a cancelled job is
//! silent from the moment of [`crate::Engine::cancel`] on, whatever the engine still says about it.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;

use crate::{Event, Failure, JobId, Task};

/// All open jobs. A job is open from its submission until its last event was received.
#[derive(Default)]
pub(crate) struct Book {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: u64,
    open: BTreeMap<JobId, Open>,
    /// Events that the façade itself makes; they do not queue behind the engine's.
    own: VecDeque<Event>,
}

struct Open {
    task: Task,
    /// The first window or sample that was not forwarded yet.
    next_part: u64,
    /// The last event was forwarded, though not received yet.
    has_ended: bool,
}

/// A job that an engine process must be told about when it starts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unfinished {
    pub(crate) job: JobId,
    pub(crate) task: Task,
    pub(crate) first_part: u64,
}

impl Book {
    /// Opens a job whose first parts are there already.
    pub(crate) fn open(&self, task: Task, first_part: u64) -> JobId {
        let mut state = self.state.lock();
        state.last += 1;
        let job = JobId(state.last);
        state.open.insert(job, Open { task, next_part: first_part, has_ended: false });
        job
    }

    /// Forgets a job that could not be submitted.
    pub(crate) fn withdraw(&self, job: JobId) {
        self.state.lock().open.remove(&job);
    }

    /// Ends a job at once. False if it was not open.
    pub(crate) fn cancel(&self, job: JobId) -> bool {
        let mut state = self.state.lock();
        let was_open = state.open.remove(&job).is_some();
        if was_open {
            state.own.push_back(Event::Cancelled { job });
        }
        was_open
    }

    /// Ends a job from the façade's side, as failed.
    pub(crate) fn fail(&self, job: JobId, failure: Failure) {
        let mut state = self.state.lock();
        if state.open.remove(&job).is_some() {
            state.own.push_back(Event::Failed { job, failure });
        }
    }

    /// Whether the job is still to be worked on.
    pub(crate) fn is_unfinished(&self, job: JobId) -> bool {
        self.state.lock().open.get(&job).is_some_and(|open| !open.has_ended)
    }

    /// All jobs that are still to be worked on, in order.
    pub(crate) fn unfinished(&self) -> Vec<Unfinished> {
        let state = self.state.lock();
        let unfinished = state.open.iter().filter(|(_, open)| !open.has_ended);
        unfinished
            .map(|(job, open)| Unfinished { job: *job, task: open.task.clone(), first_part: open.next_part })
            .collect()
    }

    /// Enters an event on its way from the engine to the receiver. False if it must not go on.
    pub(crate) fn forward(&self, event: &Event) -> bool {
        let Some(job) = event.job() else { return true };
        let mut state = self.state.lock();
        let Some(open) = state.open.get_mut(&job).filter(|open| !open.has_ended) else { return false };
        if let Event::Window { index, .. } | Event::Sample { index, .. } | Event::SampleFailed { index, .. } = event {
            if *index != open.next_part {
                tracing::error!(%job, index, expected = open.next_part, "a result out of order was dropped");
                return false;
            }
            open.next_part += 1;
        }
        open.has_ended = event.ends().is_some();
        true
    }

    /// Enters an event that the receiver takes. False if it must not see it.
    pub(crate) fn receive(&self, event: &Event) -> bool {
        let Some(job) = event.job() else { return true };
        let mut state = self.state.lock();
        let is_open = state.open.contains_key(&job);
        if event.ends().is_some() {
            state.open.remove(&job);
        }
        is_open
    }

    /// The façade's own next event.
    pub(crate) fn take_own(&self) -> Option<Event> {
        self.state.lock().own.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use ks_domain::{MediaTime, WindowScores};

    use super::*;

    fn window(job: JobId, index: u64) -> Event {
        let (start, end) = (MediaTime::ZERO, MediaTime::ZERO);
        Event::Window { job, index, scores: WindowScores { start_frame: 0, end_frame: 1, start, end, scores: vec![] } }
    }

    #[test]
    fn a_window_is_forwarded_once_and_in_order() {
        let book = Book::default();
        let job = book.open(Task::ListDevices, 0);
        assert!(book.forward(&window(job, 0)));
        assert!(!book.forward(&window(job, 0)));
        assert!(!book.forward(&window(job, 2)));
        assert!(book.forward(&window(job, 1)));
        assert_eq!(book.unfinished(), [Unfinished { job, task: Task::ListDevices, first_part: 2 }]);
    }

    #[test]
    fn a_job_that_was_begun_before_goes_on_with_its_next_window() {
        let book = Book::default();
        let job = book.open(Task::ListDevices, 5);
        assert!(!book.forward(&window(job, 0)));
        assert!(book.forward(&window(job, 5)));
    }

    #[test]
    fn a_cancelled_job_is_silent_at_once() {
        let book = Book::default();
        let job = book.open(Task::ListDevices, 0);
        assert!(book.forward(&window(job, 0)));
        assert!(book.cancel(job));
        assert!(!book.receive(&window(job, 0)));
        assert!(!book.forward(&window(job, 1)));
        assert!(matches!(book.take_own(), Some(Event::Cancelled { job: cancelled }) if cancelled == job));
        assert!(book.unfinished().is_empty());
        assert!(!book.cancel(job));
    }

    #[test]
    fn a_job_that_has_ended_is_not_resumed_though_its_end_waits_to_be_received() {
        let book = Book::default();
        let job = book.open(Task::ListDevices, 0);
        let end = Event::Finished { job, timing: crate::Timing::default() };
        assert!(book.forward(&end));
        assert!(book.unfinished().is_empty());
        assert!(book.receive(&end));
        assert!(!book.receive(&end));
    }
}
