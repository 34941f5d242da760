//! Measuring jobs: how far, how fast, and what they wait for. Pure; the clock is handed in.

use std::time::{Duration, Instant};

use ks_domain::Progress;

use crate::{Bottleneck, Timing};

/// A report is due this often at most.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// How long the smoothed rate remembers.
const RATE_MEMORY_SECS: f64 = 5.0;

/// The share of the network's time that it may wait for clips before decoding counts as the bottleneck.
const STARVED_SHARE: f64 = 0.05;

/// Counts units of work and smooths their rate.
pub(crate) struct ProgressMeter {
    began: Instant,
    done: u64,
    total: Option<u64>,
    counted: Option<Instant>,
    rate: f64,
    reported: Option<Instant>,
}

impl ProgressMeter {
    /// `done` units are known to be done already.
    pub(crate) fn new(now: Instant, done: u64) -> Self {
        Self { began: now, done, total: None, counted: None, rate: 0.0, reported: None }
    }

    pub(crate) fn set_total(&mut self, total: Option<u64>) {
        self.total = total;
    }

    /// Sets how many units are done by now.
    pub(crate) fn set_done(&mut self, now: Instant, done: u64) {
        let since = now.saturating_duration_since(self.counted.unwrap_or(self.began)).as_secs_f64();
        let units = done.saturating_sub(self.done) as f64;
        if since > 0.0 && units > 0.0 {
            let present = units / since;
            let keep = if self.rate > 0.0 { (-since / RATE_MEMORY_SECS).exp() } else { 0.0 };
            self.rate = keep * self.rate + (1.0 - keep) * present;
            self.counted = Some(now);
        }
        self.done = self.done.max(done);
    }

    pub(crate) fn progress(&self, now: Instant) -> Progress {
        let elapsed_secs = now.saturating_duration_since(self.began).as_secs_f64();
        Progress { done: self.done, total: self.total, rate: self.rate, elapsed_secs }
    }

    /// The progress, if it is time for another report or the work is complete.
    pub(crate) fn report(&mut self, now: Instant) -> Option<Progress> {
        let is_complete = self.total.is_some_and(|total| self.done >= total);
        let is_due = self.reported.is_none_or(|last| now.saturating_duration_since(last) >= REPORT_INTERVAL);
        if !is_due && !is_complete {
            return None;
        }
        self.reported = Some(now);
        Some(self.progress(now))
    }
}

/// Adds up where an analysis spends its time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stopwatch {
    decode: Duration,
    compute: Duration,
    starved: Duration,
    batches: u64,
}

impl Stopwatch {
    /// The decoder has worked this long in all.
    pub(crate) fn set_decode(&mut self, in_all: Duration) {
        self.decode = in_all;
    }

    /// The network waited for a clip. The wait for the first one is the pipeline filling up and does not count.
    pub(crate) fn add_starved(&mut self, waited: Duration) {
        if self.batches > 0 {
            self.starved += waited;
        }
    }

    /// The network computed a batch.
    pub(crate) fn add_compute(&mut self, worked: Duration) {
        self.compute += worked;
        self.batches += 1;
    }

    /// Known from the second batch on.
    pub(crate) fn bottleneck(&self) -> Option<Bottleneck> {
        if self.batches < 2 {
            return None;
        }
        let starved = self.starved.as_secs_f64();
        let is_starved = starved > STARVED_SHARE * (starved + self.compute.as_secs_f64());
        Some(if is_starved { Bottleneck::Decode } else { Bottleneck::Compute })
    }

    pub(crate) fn timing(&self, total: Duration) -> Timing {
        Timing {
            total_secs: total.as_secs_f64(),
            decode_secs: self.decode.as_secs_f64(),
            compute_secs: self.compute.as_secs_f64(),
            starved_secs: self.starved.as_secs_f64(),
            bottleneck: self.bottleneck(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rate_is_found_and_the_time_left_follows() {
        let began = Instant::now();
        let mut meter = ProgressMeter::new(began, 0);
        meter.set_total(Some(100));
        for second in 1..=20 {
            meter.set_done(began + Duration::from_secs(second), second * 2);
        }
        let progress = meter.progress(began + Duration::from_secs(20));
        assert!((progress.rate - 2.0).abs() < 1e-9, "{progress:?}");
        assert_eq!(progress.done, 40);
        assert!((progress.remaining_secs().unwrap() - 30.0).abs() < 1e-6);
    }

    #[test]
    fn one_slow_unit_moves_the_rate_but_does_not_replace_it() {
        let began = Instant::now();
        let mut meter = ProgressMeter::new(began, 0);
        for tenth in 1..=100u32 {
            meter.set_done(began + Duration::from_millis(100) * tenth, u64::from(tenth));
        }
        meter.set_done(began + Duration::from_secs(11), 101);
        let rate = meter.progress(began + Duration::from_secs(11)).rate;
        assert!(rate > 7.0 && rate < 9.0, "{rate}");
    }

    #[test]
    fn work_resumed_in_the_middle_does_not_count_as_done_in_no_time() {
        let began = Instant::now();
        let mut meter = ProgressMeter::new(began, 50);
        meter.set_done(began + Duration::from_secs(1), 51);
        assert!((meter.progress(began).rate - 1.0).abs() < 1e-9);
    }

    #[test]
    fn reports_are_rare_but_the_last_one_is_never_left_out() {
        let began = Instant::now();
        let mut meter = ProgressMeter::new(began, 0);
        meter.set_total(Some(3));
        assert!(meter.report(began).is_some());
        meter.set_done(began + Duration::from_millis(10), 1);
        assert!(meter.report(began + Duration::from_millis(10)).is_none());
        meter.set_done(began + Duration::from_millis(20), 3);
        assert!(meter.report(began + Duration::from_millis(20)).is_some());
    }

    #[test]
    fn whoever_lets_the_other_wait_is_the_bottleneck() {
        let mut watch = Stopwatch::default();
        watch.add_starved(Duration::from_secs(9));
        watch.add_compute(Duration::from_secs(1));
        assert_eq!(watch.bottleneck(), None);
        watch.add_compute(Duration::from_secs(1));
        assert_eq!(watch.bottleneck(), Some(Bottleneck::Compute));
        watch.add_starved(Duration::from_secs(1));
        assert_eq!(watch.bottleneck(), Some(Bottleneck::Decode));
    }
}
