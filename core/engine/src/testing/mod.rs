//! What a test run keeps and says besides the computing: its shard, its progress file, its metrics.
//!
//! The computing itself is [`crate::Task::Test`]. Here nothing knows of tensors or video; result files in mmaction2's
//! shapes are those of `ks-mmaction`.

mod evaluate;
mod journal;
mod shard;

pub use self::evaluate::{EvaluateError, Measured, Metric, MetricNameError, check_labels, evaluate};
pub use self::journal::{Journal, JournalError, Record, RunHeader, read_journal};
pub use self::shard::{Shard, ShardNameError};
