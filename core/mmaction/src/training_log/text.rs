//! The log for people: lines with a time, a logger's name and a level in front.
//!
//! Lines of other kinds than those of [`Message`] are kept as they are, so that a whole log can be read and written.

use ks_domain::Branch;

use super::{Interval, Stamp};
use crate::python_json::two_digit_exponent;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Who writes so.
    pub branch: Branch,
    /// What stands in front; nothing for a line that goes on with the one before.
    pub head: Option<Head>,
    /// The rest.
    pub message: Message,
}

/// What stands in front of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// When.
    pub stamp: Stamp,
    /// Thousandths of the second; 0.x alone writes them.
    pub millis: u16,
    /// `INFO`, `WARNING`…
    pub level: String,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// An interval of iterations of training.
    Train {
        /// Where in the run.
        place: Place,
        /// Seconds that the rest of the run will take.
        eta_secs: u64,
        /// What it gave, rounded.
        interval: Interval,
    },
    /// A validation is under way; 1.x alone says so.
    ValProgress {
        /// Where in it.
        place: Place,
        /// Seconds that the rest of it will take.
        eta_secs: u64,
        /// Most memory of the GPU that tensors took, in MiB; nothing without a GPU.
        memory_mib: Option<u64>,
        /// Seconds that a batch was waited for, on average.
        data_secs: f64,
        /// Seconds of a batch, waiting included.
        secs: f64,
    },
    /// A validation. In 1.x `data_time` and `time` stand behind its metrics.
    Val {
        /// The epoch after which it was made, from 1.
        epoch: u32,
        /// Its batches.
        batches: u64,
        /// Names and values, rounded.
        measures: Vec<(String, f64)>,
    },
    /// A metric by itself, as 0.x writes before the line of the validation: `top1_acc`, tabulator, `0.3333`.
    Metric {
        /// `top1_acc`, `top5_acc`, `mean_acc`.
        name: String,
        /// From 0 to 1, rounded.
        value: f64,
    },
    /// A checkpoint is written after an epoch.
    Saving {
        /// The epoch, from 1.
        epoch: u32,
    },
    /// The best checkpoint so far is written, as 0.x says it.
    BestSaved {
        /// The file's name.
        file: String,
    },
    /// The best checkpoint so far is written, as 1.x says it.
    Best {
        /// What it is best in.
        metric: String,
        /// The metric's value, rounded.
        value: f64,
        /// The epoch, from 1.
        epoch: u32,
        /// The file's name.
        file: String,
    },
    /// Anything else.
    Other(String),
}

/// A place within an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Epoch, from 1.
    pub epoch: u32,
    /// Digits of the number of the last epoch, to which 1.x aligns. 0.x does not.
    pub epoch_digits: usize,
    /// Iteration or batch, from 1.
    pub iteration: u64,
    /// How many there are.
    pub iterations: u64,
}

impl Line {
    /// Reads a line without its end. What is not understood becomes [`Message::Other`], and so does what would be
    /// written otherwise than it was read.
    pub fn parse(text: &str, branch: Branch) -> Self {
        let (head, rest) = match Head::parse(text, branch) {
            Some((head, rest)) => (Some(head), rest),
            None => (None, text),
        };
        let message = Message::parse(rest, branch).filter(|message| message.to_text(branch) == rest);
        Self { branch, head, message: message.unwrap_or_else(|| Message::Other(rest.to_owned())) }
    }

    /// The line as the original writes it, without its end.
    pub fn to_text(&self) -> String {
        let head = self.head.as_ref().map(|head| head.to_text(self.branch)).unwrap_or_default();
        head + &self.message.to_text(self.branch)
    }
}

impl Head {
    fn parse(text: &str, branch: Branch) -> Option<(Self, &str)> {
        let (time, rest) = text.split_once(" - ")?;
        let (stamp, millis, logger) = match branch {
            Branch::V0 => {
                let (time, millis) = time.split_once(',')?;
                (Stamp::parse(time, '-')?, millis.parse().ok()?, "mmaction - ")
            }
            Branch::V1 => (Stamp::parse(time, '/')?, 0, "mmengine - "),
        };
        let (level, message) = rest.strip_prefix(logger)?.split_once(" - ")?;
        Some((Self { stamp, millis, level: level.to_owned() }, message))
    }

    fn to_text(&self, branch: Branch) -> String {
        let Self { stamp, millis, level } = self;
        match branch {
            Branch::V0 => format!("{},{millis:03} - mmaction - {level} - ", stamp.with_separator('-')),
            Branch::V1 => format!("{} - mmengine - {level} - ", stamp.with_separator('/')),
        }
    }
}

impl Message {
    /// The message as the original writes it; what a branch never says has the other one's words.
    pub fn to_text(&self, branch: Branch) -> String {
        match self {
            Self::Train { place, eta_secs, interval } => train_text(branch, place, *eta_secs, interval),
            Self::ValProgress { place, eta_secs, memory_mib, data_secs, secs } => {
                let times =
                    [format!("eta: {}", duration(*eta_secs)), item("time", *secs), item("data_time", *data_secs)];
                let memory = memory_mib.map(|memory| format!("memory: {memory}"));
                let items: Vec<String> = times.into_iter().chain(memory).collect();
                // After the place would come the learning rate, and after the last item those of training.
                format!("{}    {}  ", place.v1("val"), items.join("  "))
            }
            Self::Val { epoch, batches, measures } => {
                let items: Vec<String> = measures.iter().map(|(name, value)| item(name, *value)).collect();
                match branch {
                    Branch::V0 => format!("Epoch(val) [{epoch}][{batches}]\t{}", items.join(", ")),
                    Branch::V1 => format!("Epoch(val) [{epoch}][{batches}/{batches}]    {}", items.join("  ")),
                }
            }
            Self::Metric { name, value } => format!("{name}\t{}", fixed(*value, 4)),
            Self::Saving { epoch } => format!("Saving checkpoint at {epoch} epochs"),
            Self::BestSaved { file } => format!("Now best checkpoint is saved as {file}."),
            Self::Best { metric, value, epoch, file } => {
                let value = fixed(*value, 4);
                format!("The best checkpoint with {value} {metric} at {epoch} epoch is saved to {file}.")
            }
            Self::Other(text) => text.clone(),
        }
    }

    fn parse(text: &str, branch: Branch) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("Saving checkpoint at ") {
            return Some(Self::Saving { epoch: rest.strip_suffix(" epochs")?.parse().ok()? });
        }
        if let Some(rest) = text.strip_prefix("Now best checkpoint is saved as ") {
            return Some(Self::BestSaved { file: rest.strip_suffix('.')?.to_owned() });
        }
        if let Some(rest) = text.strip_prefix("The best checkpoint with ") {
            let (value, rest) = rest.split_once(' ')?;
            let (metric, rest) = rest.split_once(" at ")?;
            let (epoch, file) = rest.split_once(" epoch is saved to ")?;
            let (value, epoch) = (value.parse().ok()?, epoch.parse().ok()?);
            return Some(Self::Best {
                metric: metric.to_owned(),
                value,
                epoch,
                file: file.strip_suffix('.')?.to_owned(),
            });
        }
        match branch {
            Branch::V0 => v0_epoch(text).or_else(|| {
                let (name, value) = text.split_once('\t')?;
                Some(Self::Metric { name: name.to_owned(), value: value.parse().ok()? })
            }),
            Branch::V1 => v1_epoch(text),
        }
    }
}

fn train_text(branch: Branch, place: &Place, eta_secs: u64, interval: &Interval) -> String {
    let Interval { learning_rate, memory_mib, data_secs, secs, measures } = interval;
    let (digits, rate_digits, separator) = match branch {
        Branch::V0 => (3, 3, ", "),
        Branch::V1 => (4, 4, "  "),
    };
    let rate = two_digit_exponent(&format!("{learning_rate:.rate_digits$e}"));
    let mut items = vec![format!("lr: {rate}"), format!("eta: {}", duration(eta_secs))];
    items.push(format!("time: {}", fixed(*secs, digits)));
    items.push(format!("data_time: {}", fixed(*data_secs, digits)));
    items.extend(memory_mib.map(|memory| format!("memory: {memory}")));
    items.extend(measures.iter().map(|(name, value)| item(name, *value)));
    let items = items.join(separator);
    match branch {
        Branch::V0 => format!("Epoch [{}][{}/{}]\t{items}", place.epoch, place.iteration, place.iterations),
        Branch::V1 => format!("{}  {items}", place.v1("train")),
    }
}

impl Place {
    /// `Epoch(train)  [9][ 20/100]`, numbers aligned to the right.
    fn v1(&self, mode: &str) -> String {
        let Self { epoch, epoch_digits, iteration, iterations } = self;
        let width = iterations.to_string().len();
        let bracket = format!("[{epoch}]");
        format!("Epoch({mode}){bracket:>epochs$}[{iteration:>width$}/{iterations}]", epochs = epoch_digits + 3)
    }

    /// Reads `[1][2/3]`, of 1.x with what is before the first bracket.
    fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once(']')?;
        let epoch_digits = epoch.len().saturating_sub(2).max(1);
        let epoch = epoch.trim_start().strip_prefix('[')?.parse().ok()?;
        let (iteration, iterations) = rest.strip_prefix('[')?.strip_suffix(']')?.split_once('/')?;
        let (iteration, iterations) = (iteration.trim_start().parse().ok()?, iterations.parse().ok()?);
        Some(Self { epoch, epoch_digits, iteration, iterations })
    }
}

/// `Epoch [1][2/3]<tab>…` and `Epoch(val) [2][6]<tab>…`.
fn v0_epoch(text: &str) -> Option<Message> {
    let (place, items) = text.split_once('\t')?;
    let mut items = Items::split(items, ", ");
    if let Some(place) = place.strip_prefix("Epoch(val) [") {
        let (epoch, batches) = place.strip_suffix(']')?.split_once("][")?;
        let (epoch, batches) = (epoch.parse().ok()?, batches.parse().ok()?);
        return Some(Message::Val { epoch, batches, measures: items.measures()? });
    }
    // Never aligned.
    let place = Place { epoch_digits: 1, ..Place::parse(place.strip_prefix("Epoch ")?)? };
    items.train(place)
}

/// `Epoch(train) [1][2/3]  …`, `Epoch(val) [3][2/6]    eta: …` and `Epoch(val) [3][6/6]    acc/top1: …`.
fn v1_epoch(text: &str) -> Option<Message> {
    let (place, items) = text.split_once("]  ")?;
    let place = format!("{place}]");
    let mut items = Items::split(items.trim(), "  ");
    if let Some(place) = place.strip_prefix("Epoch(train)") {
        return items.train(Place::parse(place)?);
    }
    let place = Place::parse(place.strip_prefix("Epoch(val)")?)?;
    if !items.has("eta") {
        return Some(Message::Val { epoch: place.epoch, batches: place.iterations, measures: items.measures()? });
    }
    Some(Message::ValProgress {
        place,
        eta_secs: parse_duration(&items.take("eta")?)?,
        memory_mib: items.memory()?,
        data_secs: items.take("data_time")?.parse().ok()?,
        secs: items.take("time")?.parse().ok()?,
    })
}

/// `name: value` by name.
struct Items<'a>(Vec<(&'a str, String)>);

impl<'a> Items<'a> {
    fn split(text: &'a str, separator: &str) -> Self {
        let mut items: Vec<(&str, String)> = Vec::new();
        for item in text.split(separator) {
            match (item.split_once(": "), items.last_mut()) {
                (Some((name, value)), _) => items.push((name, value.to_owned())),
                // `eta: 1 day, 2:00:00` holds the separator of 0.x.
                (None, Some((_, value))) => {
                    value.push_str(separator);
                    value.push_str(item);
                }
                (None, None) => items.push((item, String::new())),
            }
        }
        Self(items)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.remove(place).1)
    }

    /// `None` if there is something else than a number.
    fn memory(&mut self) -> Option<Option<u64>> {
        self.take("memory").map_or(Some(None), |memory| memory.parse().ok().map(Some))
    }

    fn train(&mut self, place: Place) -> Option<Message> {
        let learning_rate = self.take("lr")?.parse().ok()?;
        let eta_secs = parse_duration(&self.take("eta")?)?;
        let secs = self.take("time")?.parse().ok()?;
        let data_secs = self.take("data_time")?.parse().ok()?;
        let memory_mib = self.memory()?;
        let interval = Interval { learning_rate, memory_mib, data_secs, secs, measures: self.measures()? };
        Some(Message::Train { place, eta_secs, interval })
    }

    /// All that are left.
    fn measures(&mut self) -> Option<Vec<(String, f64)>> {
        let rest = std::mem::take(&mut self.0);
        rest.into_iter().map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
    }
}

/// `name: 0.1234`.
fn item(name: &str, value: f64) -> String {
    format!("{name}: {}", fixed(value, 4))
}

/// As Python's `f`: with its words for what is no number.
fn fixed(value: f64, digits: usize) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{value:.digits$}") }
}

/// As Python prints a `timedelta`: `0:01:05`, `1 day, 0:00:00`, `2 days, 12:00:00`.
fn duration(secs: u64) -> String {
    let (days, rest) = (secs / 86_400, secs % 86_400);
    let clock = format!("{}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    match days {
        0 => clock,
        1 => format!("1 day, {clock}"),
        _ => format!("{days} days, {clock}"),
    }
}

fn parse_duration(text: &str) -> Option<u64> {
    let (days, clock) = match text.split_once(", ") {
        Some((days, clock)) => (days.split_once(" day")?.0.parse::<u64>().ok()?, clock),
        None => (0, text),
    };
    let parts: Vec<u64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[hours, minutes, secs] = parts.as_slice() else { return None };
    let day = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(secs)?;
    days.checked_mul(86_400)?.checked_add(day)
}
