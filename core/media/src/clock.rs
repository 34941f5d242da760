//! What the clocks of this place show: the one thing that the standard library does not know about time.

use gstreamer::glib;

/// How many seconds clocks of this place are ahead of UTC at a moment, in milliseconds since 1970; 0 where the system does
/// not know.
pub fn utc_offset_secs(unix_millis: u64) -> i32 {
    let secs = i64::try_from(unix_millis / 1000).unwrap_or(i64::MAX);
    let local = glib::DateTime::from_unix_local(secs);
    local.ok().and_then(|local| i32::try_from(local.utc_offset().as_seconds()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_at_most_a_day_away_from_utc() {
        for moment in [0, 1_772_323_200_000, u64::MAX] {
            assert!(utc_offset_secs(moment).abs() <= 86_400, "{moment}");
        }
    }
}
