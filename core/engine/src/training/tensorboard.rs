//! Event files for TensorBoard, on request: the curves of a run for those who watch many of them in one place.
//!
//! A file is a row of records, each with its length and two checksums (TensorFlow's `record_writer`: CRC-32C, rotated and
//! shifted), and a record is an `Event` of TensorFlow's `event.proto`, of which a time, a step and numbers with names are
//! written. Nothing reads these files back; when a run goes on, it begins another file, as TensorBoard expects.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ks_domain::training::TrainNews;

/// A file that grows event by event.
#[derive(Debug)]
pub(crate) struct EventFile {
    file: File,
    pub(crate) path: PathBuf,
}

impl EventFile {
    /// Begins a file in the folder of a run.
    pub(crate) fn begin(run: &Path) -> io::Result<Self> {
        let millis = now().as_millis();
        let path = run.join(format!("events.out.tfevents.{millis}.kinetoscope"));
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let mut begun = Self { file, path };
        let mut event = Message::default();
        event.double(1, now().as_secs_f64());
        event.bytes(3, b"brain.Event:2");
        begun.record(&event.0)?;
        Ok(begun)
    }

    /// Writes the numbers of what was told, if there are any.
    pub(crate) fn tell(&mut self, news: &TrainNews, steps_per_epoch: u64) -> io::Result<()> {
        let (step, numbers) = match news {
            TrainNews::Steps(record) => {
                let step = u64::from(record.epoch.saturating_sub(1)) * steps_per_epoch + record.step;
                let numbers = vec![
                    ("train/loss", record.loss),
                    ("train/top1_acc", record.top1),
                    ("train/grad_norm", record.grad_norm),
                    ("learning_rate", record.learning_rate),
                    ("clips_per_second", record.clips_per_second),
                ];
                (step, numbers)
            }
            TrainNews::Validated(record) => {
                let found = &record.evaluation;
                let mut numbers =
                    vec![("val/loss", found.loss), ("val/top1_acc", found.top1), ("val/top5_acc", found.top5)];
                numbers.extend(found.mean_class_accuracy.map(|value| ("val/mean_class_accuracy", value)));
                numbers.extend(found.map.map(|value| ("val/mean_average_precision", value)));
                (record.step, numbers)
            }
            _ => return Ok(()),
        };
        let mut event = Message::default();
        event.double(1, now().as_secs_f64());
        event.varint(2, step);
        let mut summary = Message::default();
        for (tag, value) in numbers {
            let mut number = Message::default();
            number.bytes(1, tag.as_bytes());
            number.float(2, value as f32);
            summary.bytes(1, &number.0);
        }
        event.bytes(5, &summary.0);
        self.record(&event.0)
    }

    fn record(&mut self, data: &[u8]) -> io::Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        let mut record = length.to_vec();
        record.extend(masked(&length).to_le_bytes());
        record.extend(data);
        record.extend(masked(data).to_le_bytes());
        self.file.write_all(&record)
    }
}

fn now() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A message in the wire format of protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value as u8 & 0x7F) | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn varint(&mut self, field: u64, value: u64) {
        self.number(field << 3);
        self.number(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.number(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn float(&mut self, field: u64, value: f32) {
        self.number(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.number(field << 3 | 2);
        self.number(value.len() as u64);
        self.0.extend(value);
    }
}

/// A record's checksum.
fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// CRC-32C (Castagnoli), bit by bit: the records are short.
fn crc32c(data: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in data {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 1 { (rest >> 1) ^ 0x82F6_3B78 } else { rest >> 1 };
        }
    }
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720, B.4, and the usual check value.
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn records_are_whole_and_hold_the_numbers() {
        let folder = tempfile::tempdir().expect("should be made");
        let mut events = EventFile::begin(folder.path()).expect("should begin");
        let evaluation = ks_domain::training::Evaluation { top1: 0.5, ..Default::default() };
        let record = ks_domain::training::ValidationRecord { epoch: 1, step: 300, evaluation, is_best: true };
        events.tell(&TrainNews::Validated(record), 100).expect("should be written");
        events.tell(&TrainNews::Note { message: String::new() }, 100).expect("should be left out");
        let bytes = std::fs::read(&events.path).expect("should be there");
        let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
        while let Some((length, after)) = rest.split_first_chunk::<8>() {
            let (check, after) = after.split_first_chunk::<4>().expect("should have a checksum");
            assert_eq!(u32::from_le_bytes(*check), masked(length));
            let (data, after) = after.split_at(u64::from_le_bytes(*length) as usize);
            let (check, after) = after.split_first_chunk::<4>().expect("should have a checksum");
            assert_eq!(u32::from_le_bytes(*check), masked(data));
            records.push(data.to_vec());
            rest = after;
        }
        assert_eq!(records.len(), 2);
        let has = |part: &[u8]| records[1].windows(part.len()).any(|window| window == part);
        assert!(has(b"val/top1_acc") && has(&0.5_f32.to_le_bytes()) && has(&[0x10, 0xAC, 0x02]));
    }
}
