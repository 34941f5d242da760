//! Times, counts and sentences as people read them.

use ks_domain::MediaTime;

use crate::tr;

/// A length of time to wait, roughly: `45 s`, `3 min 20 s`, `2 h 5 min`.
pub fn rough_secs(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    match secs {
        0..60 => tr!("duration-seconds", secs = secs),
        60..3600 => tr!("duration-minutes", mins = secs / 60, secs = secs % 60),
        _ => tr!("duration-hours", hours = secs / 3600, mins = secs % 3600 / 60),
    }
}

/// A length of a video: `0:10`, `1:02:30`.
pub fn short_time(time: MediaTime) -> String {
    let text = time.to_string();
    text.split_once('.').map_or_else(|| text.clone(), |(whole, _)| whole.to_owned())
}

/// A share as a whole percentage: `39 %`.
pub fn percent(share: f32) -> String {
    tr!("percent", value = format!("{:.0}", share * 100.0))
}

/// Digits in groups of three, from five digits on: `12 480`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let first = digits.len() % 3;
    let mut out = String::with_capacity(digits.len() + 4);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == first {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// A rate: `0.42`, `3.1`, `48`.
pub fn rate(per_second: f64) -> String {
    match per_second {
        x if x < 1.0 => format!("{x:.2}"),
        x if x < 10.0 => format!("{x:.1}"),
        x => format!("{x:.0}"),
    }
}

/// A playing speed: `1×`, `0.25×`.
pub fn speed(factor: f64) -> String {
    tr!("speed", factor = factor.to_string())
}

/// Day and minute of a moment in milliseconds since 1970, where clocks are so many seconds ahead of UTC:
/// `2026-03-09 14:05`.
pub fn moment(unix_millis: u64, utc_offset_secs: i32) -> String {
    let local = unix_millis.saturating_add_signed(i64::from(utc_offset_secs) * 1000);
    let minutes = local / 60_000 % 1440;
    format!("{} {:02}:{:02}", date(local), minutes / 60, minutes % 60)
}

/// The day of a moment in milliseconds since 1970: `2026-03-09`.
fn date(unix_millis: u64) -> String {
    // Years begin in March here, so that the odd day stands at the end of a year; eras have 400 of them.
    let days = unix_millis / 86_400_000 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The text with a capital letter in front.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Reads what people type for a time: `83`, `1:23`, `1:23.5`, `1:02:03.250`. Seconds without a colon may have a
/// fraction too.
pub fn parse_time(text: &str) -> Option<MediaTime> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let (last, larger) = parts.split_last()?;
    if larger.len() > 2 || last.is_empty() || last.starts_with(['+', '-']) {
        return None;
    }
    let mut secs = 0.0;
    for part in larger {
        secs = secs * 60.0 + f64::from(part.parse::<u32>().ok()?);
    }
    let last: f64 = last.replace(',', ".").parse().ok().filter(|secs: &f64| secs.is_finite())?;
    let fits = larger.is_empty() || last < 60.0;
    fits.then(|| MediaTime::from_secs_f64(secs * 60.0 + last))
}

/// Shortens the middle of a text, so that the beginning and the file extension stay readable.
pub fn elided_middle(text: &str, most: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= most || most < 5 {
        return text.to_owned();
    }
    let tail = most / 3;
    let head = most - tail - 1;
    let start: String = chars.iter().take(head).collect();
    let end: String = chars.iter().skip(chars.len() - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_times_are_understood() {
        let secs = |text| parse_time(text).map(MediaTime::secs_f64);
        assert_eq!(secs("83"), Some(83.0));
        assert_eq!(secs(" 1:23.5 "), Some(83.5));
        assert_eq!(secs("1:02:03,25"), Some(3723.25));
        for wrong in ["", "a", "1:", "1:75", "-3", "1:2:3:4", "1:b", "inf"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1234), "1234");
        assert_eq!(grouped(12_480), "12\u{a0}480");
        assert_eq!(grouped(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(percent(0.386), "39 %");
        assert_eq!(rough_secs(200.4), "3 min 20 s");
        assert_eq!(short_time(MediaTime::from_secs_f64(61.9)), "1:01");
        assert_eq!(speed(0.25), "0.25×");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400_000), "2000-02-29");
        assert_eq!(date(1_772_323_199_000), "2026-02-28");
        assert_eq!(date(1_772_323_200_000), "2026-03-01");
        assert_eq!(moment(1_772_323_199_000, 0), "2026-02-28 23:59");
        assert_eq!(moment(1_772_323_199_000, 3_600), "2026-03-01 00:59");
        assert_eq!(moment(1_772_323_199_000, -86_340), "2026-02-28 00:00");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(elided_middle("short.mp4", 20), "short.mp4");
        assert_eq!(elided_middle("a very long name of a video.mp4", 16), "a very lon…o.mp4");
    }
}
