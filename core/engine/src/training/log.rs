//! Lines of a run's log in the original's words and fields, so that programs that read its logs read ours.

use std::time::{SystemTime, UNIX_EPOCH};

use ks_domain::Branch;
use ks_domain::training::{Evaluation, StepRecord};
use ks_mmaction::training_log::text::{Head, Line, Message, Place};
use ks_mmaction::training_log::{Interval, Stamp, TrainRecord, ValDetail, ValRecord, records};

/// Makes lines for people (`train.log`) and for programs (`train.log.json`).
pub(crate) struct LogLines {
    branch: Branch,
    epochs: u32,
}

impl LogLines {
    /// In the words of a branch.
    pub(crate) const fn new(branch: Branch, epochs: u32) -> Self {
        Self { branch, epochs }
    }

    fn line(&self, level: &str, message: Message) -> String {
        let (stamp, millis) = now();
        let head = Head { stamp, millis, level: level.to_owned() };
        Line { branch: self.branch, head: Some(head), message }.to_text()
    }

    /// Anything.
    pub(crate) fn other(&self, level: &str, text: &str) -> String {
        self.line(level, Message::Other(text.replace('\n', " ")))
    }

    /// A checkpoint is about to be written.
    pub(crate) fn saving(&self, epoch: u32) -> String {
        self.line("INFO", Message::Saving { epoch })
    }

    /// Steps, for people and for programs.
    pub(crate) fn steps(&self, record: &StepRecord) -> [String; 2] {
        let interval = Interval {
            learning_rate: record.learning_rate,
            memory_mib: Some(record.memory_bytes >> 20),
            data_secs: record.data_time,
            secs: record.time,
            measures: self.measures(record),
        };
        let place = Place {
            epoch: record.epoch,
            epoch_digits: self.epochs.to_string().len(),
            iteration: record.step,
            iterations: record.steps_per_epoch,
        };
        // The number of an iteration counts within the epoch in 0.x and over the whole run in 1.x.
        let iteration = match self.branch {
            Branch::V0 => record.step,
            Branch::V1 => u64::from(record.epoch.saturating_sub(1)) * record.steps_per_epoch + record.step,
        };
        let eta_secs = record.eta.max(0.0) as u64;
        let for_people = self.line("INFO", Message::Train { place, eta_secs, interval: interval.clone() });
        let for_programs = records::Record::Train(TrainRecord { epoch: record.epoch, iteration, interval });
        [for_people, records::line(&for_programs, self.branch)]
    }

    fn measures(&self, record: &StepRecord) -> Vec<(String, f64)> {
        let StepRecord { top1, top5, loss, grad_norm, .. } = *record;
        let named: &[(&str, f64)] = match self.branch {
            Branch::V0 => {
                &[("top1_acc", top1), ("top5_acc", top5), ("loss_cls", loss), ("loss", loss), ("grad_norm", grad_norm)]
            }
            Branch::V1 => {
                &[("grad_norm", grad_norm), ("loss", loss), ("top1_acc", top1), ("top5_acc", top5), ("loss_cls", loss)]
            }
        };
        named.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    /// A validation, for people and for programs.
    pub(crate) fn validation(
        &self,
        epoch: u32,
        batches: u64,
        learning_rate: f64,
        secs: f64,
        found: &Evaluation,
    ) -> [String; 2] {
        let mean = found.mean_class_accuracy.or(found.map).unwrap_or_default();
        let names = match self.branch {
            Branch::V0 => ["top1_acc", "top5_acc", "mean_class_accuracy"],
            Branch::V1 => ["acc/top1", "acc/top5", "acc/mean1"],
        };
        let measures: Vec<(String, f64)> =
            names.iter().map(|name| (*name).to_owned()).zip([found.top1, found.top5, mean]).collect();
        let detail = match self.branch {
            Branch::V0 => ValDetail::V0 { batches, learning_rate },
            Branch::V1 => ValDetail::V1 { data_secs: 0.0, secs: secs / batches.max(1) as f64 },
        };
        let for_people = self.line("INFO", Message::Val { epoch, batches, measures: measures.clone() });
        let record = records::Record::Val(ValRecord { epoch, detail, measures });
        [for_people, records::line(&record, self.branch)]
    }
}

/// The moment in UTC, and thousandths of the second.
fn now() -> (Stamp, u16) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (stamp_of(since.as_secs()), u16::try_from(since.subsec_millis()).unwrap_or_default())
}

/// Civil time of seconds since 1970 in UTC (the proleptic Gregorian calendar, counted from March so that the leap day is
/// a year's last).
fn stamp_of(secs: u64) -> Stamp {
    let (days, of_day) = (secs / 86_400, secs % 86_400);
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let small = |number: u64| u8::try_from(number).unwrap_or_default();
    Stamp {
        year: u16::try_from(year).unwrap_or(9999),
        month: small(month),
        day: small(day),
        hour: small(of_day / 3600),
        minute: small(of_day / 60 % 60),
        second: small(of_day % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_the_date_that_they_are() {
        let text = |secs| stamp_of(secs).to_string();
        assert_eq!(text(0), stamp(1970, 1, 1, 0, 0, 0).to_string());
        assert_eq!(stamp_of(951_827_696), stamp(2000, 2, 29, 12, 34, 56));
        assert_eq!(stamp_of(1_795_392_000), stamp(2026, 11, 23, 0, 0, 0));
    }

    fn stamp(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Stamp {
        Stamp { year, month, day, hour, minute, second }
    }

    #[test]
    fn lines_are_read_back_as_the_originals() {
        let record = StepRecord {
            epoch: 2,
            step: 20,
            steps_per_epoch: 30,
            learning_rate: 0.0125,
            loss: 1.5,
            top1: 0.5,
            top5: 1.0,
            grad_norm: 3.25,
            time: 0.5,
            data_time: 0.125,
            clips_per_second: 8.0,
            eta: 61.0,
            memory_bytes: 5 << 20,
        };
        for branch in [Branch::V0, Branch::V1] {
            let [people, programs] = LogLines::new(branch, 10).steps(&record);
            assert!(matches!(Line::parse(&people, branch).message, Message::Train { .. }), "{people}");
            let read = records::Records::parse(&format!("{programs}\n")).expect("should be a record");
            assert!(matches!(read.records.as_slice(), [records::Record::Train(_)]), "{programs}");
        }
    }
}
