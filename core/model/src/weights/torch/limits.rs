//! How much a pickle may ask of its reader.

/// What a pickle may have at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes.
    pub bytes: usize,
    /// Instructions.
    pub instructions: u32,
    /// Remembered values.
    pub memo: usize,
    /// Groups that are open at once.
    pub depth: usize,
}

impl Default for Limits {
    /// The largest published CSN needs 150 kB, 60,000 instructions, 9,000 remembered values and a depth of 6, and a
    /// training checkpoint some ten times as much.
    fn default() -> Self {
        Self { bytes: 64 << 20, instructions: 4_000_000, memo: 1_000_000, depth: 1000 }
    }
}
