//! The log for programs: a JSON object a line.

use ks_domain::Branch;

use super::{BadLine, Interval, LogError, TrainRecord, ValDetail, ValRecord};
use crate::python_json::Json;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The first line of 0.x: `env_info`, `seed`, `config_name`, `work_dir`, `hook_msgs`. Kept as it is.
    About(Json),
    /// Iterations.
    Train(TrainRecord),
    /// A validation.
    Val(ValRecord),
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// Who wrote it.
    pub branch: Branch,
    /// Its lines.
    pub records: Vec<Record>,
    /// The beginning of a last line that was never finished, because the training was stopped while it was written.
    pub unfinished: Option<String>,
}

impl Records {
    /// Reads a file's content. The first line says which branch wrote it.
    ///
    /// # Errors
    /// If there is no line, or with all lines that are none of such a log.
    pub fn parse(content: &str) -> Result<Self, LogError> {
        let mut lines: Vec<&str> = content.lines().collect();
        let first = lines.iter().find(|line| !line.trim().is_empty()).ok_or(LogError::Empty)?;
        let branch = branch_of(first);
        let mut unfinished = None;
        if !content.ends_with('\n') && lines.last().is_some_and(|last| Json::parse(last).is_err()) {
            unfinished = lines.pop().map(str::to_owned);
        }
        let (mut records, mut bad) = (Vec::new(), Vec::new());
        for (line, text) in (1..).zip(lines).filter(|(_, text)| !text.trim().is_empty()) {
            match read(text, branch) {
                Ok(record) => records.push(record),
                Err(message) => bad.push(BadLine { line, message }),
            }
        }
        if !bad.is_empty() {
            return Err(LogError::BadLines(bad));
        }
        Ok(Self { branch, records, unfinished })
    }

    /// The file's content, without an unfinished line.
    pub fn to_text(&self) -> String {
        self.records.iter().flat_map(|record| [line(record, self.branch), "\n".to_owned()]).collect()
    }
}

/// 0.x names the mode in every line but the first, and what the first one has is nowhere in 1.x.
fn branch_of(first: &str) -> Branch {
    let Ok(Json::Object(pairs)) = Json::parse(first) else { return Branch::V1 };
    let has = |name: &str| pairs.iter().any(|(key, _)| key == name);
    if has("mode") || has("env_info") || has("config_name") { Branch::V0 } else { Branch::V1 }
}

/// The line of a record, without its end. In 0.x floats are rounded to five decimals.
pub fn line(record: &Record, branch: Branch) -> String {
    let mut fields = Fields { branch, pairs: Vec::new() };
    match (record, branch) {
        (Record::About(about), _) => return about.to_text(),
        (Record::Train(train), Branch::V0) => {
            fields.text("mode", "train");
            fields.whole("epoch", train.epoch.into());
            fields.whole("iter", train.iteration);
            fields.real("lr", train.interval.learning_rate);
            fields.memory(train.interval.memory_mib);
            fields.interval(&train.interval);
        }
        (Record::Train(train), Branch::V1) => {
            fields.real("lr", train.interval.learning_rate);
            fields.interval(&train.interval);
            fields.whole("epoch", train.epoch.into());
            fields.whole("iter", train.iteration);
            fields.memory(train.interval.memory_mib);
            fields.whole("step", train.iteration);
        }
        (Record::Val(val), _) => match val.detail {
            ValDetail::V0 { batches, learning_rate } => {
                fields.text("mode", "val");
                fields.whole("epoch", val.epoch.into());
                fields.whole("iter", batches);
                fields.real("lr", learning_rate);
                fields.measures(&val.measures);
            }
            ValDetail::V1 { data_secs, secs } => {
                fields.measures(&val.measures);
                fields.real("data_time", data_secs);
                fields.real("time", secs);
                fields.whole("step", val.epoch.into());
            }
        },
    }
    Json::Object(fields.pairs).to_text()
}

struct Fields {
    branch: Branch,
    pairs: Vec<(String, Json)>,
}

impl Fields {
    fn add(&mut self, name: &str, value: Json) {
        self.pairs.push((name.to_owned(), value));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.add(name, Json::Text(value.to_owned()));
    }

    fn whole(&mut self, name: &str, value: u64) {
        // No training counts beyond 2^63.
        self.add(name, Json::Int(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn real(&mut self, name: &str, value: f64) {
        let value = match self.branch {
            Branch::V0 => rounded(value),
            Branch::V1 => value,
        };
        self.add(name, Json::Float(value));
    }

    fn memory(&mut self, memory: Option<u64>) {
        if let Some(memory) = memory {
            self.whole("memory", memory);
        }
    }

    fn interval(&mut self, interval: &Interval) {
        self.real("data_time", interval.data_secs);
        self.measures(&interval.measures);
        self.real("time", interval.secs);
    }

    fn measures(&mut self, measures: &[(String, f64)]) {
        for (name, value) in measures {
            self.real(name, *value);
        }
    }
}

/// To five decimals, to the even digit where it is a tie, as Python rounds.
fn rounded(value: f64) -> f64 {
    if value.is_finite() { format!("{value:.5}").parse().unwrap_or(value) } else { value }
}

fn read(text: &str, branch: Branch) -> Result<Record, String> {
    let Json::Object(pairs) = Json::parse(text)? else { return Err("it is no JSON object".to_owned()) };
    let mut taker = Taker(pairs);
    match branch {
        Branch::V0 => match taker.mode()? {
            None => Ok(Record::About(Json::Object(taker.0))),
            Some(true) => Ok(Record::Train(TrainRecord {
                epoch: taker.epoch("epoch")?,
                iteration: taker.whole("iter")?,
                interval: taker.interval()?,
            })),
            Some(false) => Ok(Record::Val(ValRecord {
                epoch: taker.epoch("epoch")?,
                detail: ValDetail::V0 { batches: taker.whole("iter")?, learning_rate: taker.real("lr")? },
                measures: taker.measures()?,
            })),
        },
        Branch::V1 if taker.has("lr") => {
            let (epoch, iteration, step) = (taker.epoch("epoch")?, taker.whole("iter")?, taker.whole("step")?);
            if step != iteration {
                return Err(format!("its step is {step}, but its iter {iteration}"));
            }
            Ok(Record::Train(TrainRecord { epoch, iteration, interval: taker.interval()? }))
        }
        Branch::V1 => Ok(Record::Val(ValRecord {
            epoch: taker.epoch("step")?,
            detail: ValDetail::V1 { data_secs: taker.real("data_time")?, secs: taker.real("time")? },
            measures: taker.measures()?,
        })),
    }
}

/// Takes fields out of a line; what is left at the end was measured.
struct Taker(Vec<(String, Json)>);

impl Taker {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    fn take(&mut self, name: &str) -> Result<Json, String> {
        let place = self.0.iter().position(|(key, _)| key == name).ok_or_else(|| format!("“{name}” is missing"))?;
        Ok(self.0.remove(place).1)
    }

    /// Whether it is of training; `None` for the line about the run.
    fn mode(&mut self) -> Result<Option<bool>, String> {
        if !self.has("mode") {
            return Ok(None);
        }
        match self.take("mode")? {
            Json::Text(mode) if mode == "train" => Ok(Some(true)),
            Json::Text(mode) if mode == "val" => Ok(Some(false)),
            other => Err(format!("its mode is {}, not “train” or “val”", other.to_text())),
        }
    }

    fn whole(&mut self, name: &str) -> Result<u64, String> {
        match self.take(name)? {
            Json::Int(value) if value >= 0 => Ok(value.unsigned_abs()),
            other => Err(format!("“{name}” is {}, no whole number from 0 on", other.to_text())),
        }
    }

    fn epoch(&mut self, name: &str) -> Result<u32, String> {
        let epoch = self.whole(name)?;
        u32::try_from(epoch).map_err(|_large| format!("“{name}” is {epoch}, which is no epoch"))
    }

    /// Everything that is left.
    fn interval(&mut self) -> Result<Interval, String> {
        Ok(Interval {
            learning_rate: self.real("lr")?,
            memory_mib: if self.has("memory") { Some(self.whole("memory")?) } else { None },
            data_secs: self.real("data_time")?,
            secs: self.real("time")?,
            measures: self.measures()?,
        })
    }

    fn real(&mut self, name: &str) -> Result<f64, String> {
        real(name, &self.take(name)?)
    }

    fn measures(&mut self) -> Result<Vec<(String, f64)>, String> {
        let rest = std::mem::take(&mut self.0);
        rest.into_iter()
            .map(|(name, value)| {
                let value = real(&name, &value)?;
                Ok((name, value))
            })
            .collect()
    }
}

fn real(name: &str, value: &Json) -> Result<f64, String> {
    match value {
        Json::Float(value) => Ok(*value),
        Json::Int(value) => Ok(*value as f64),
        other => Err(format!("“{name}” is {}, no number", other.to_text())),
    }
}
