//! How much memory this computer has to spare, for a training on the processor: a graphics card says itself when it is full.

/// Share of what is free that a training may take.
const SHARE: f64 = 0.8;

/// Bytes that a training on the processor may take; `None` where the system does not say what is free.
pub(crate) fn for_training() -> Option<u64> {
    let free = free().filter(|bytes| *bytes > 0)?;
    Some((free as f64 * SHARE) as u64)
}

/// Memory that can be taken without anything being swapped out.
#[cfg(target_os = "linux")]
fn free() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Memory that can be taken without anything being swapped out.
#[cfg(not(target_os = "linux"))]
fn free() -> Option<u64> {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    Some(system.available_memory())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_training_may_take_most_of_what_is_free_and_not_all() {
        let (may, free) = (for_training().expect("should be told"), free().expect("should be told"));
        // What is free changes while one looks.
        assert!(may > 0 && (may as f64) < free as f64 * 0.95, "{may} {free}");
    }
}
