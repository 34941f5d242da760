//! Text of files: bytes to text, times to text and back, texts that a format cannot hold as they are.

use ks_domain::MediaTime;

use super::format::InputFile;
use super::report::ExchangeError;

/// The text of a file: UTF-8 with or without a mark, or UTF-16 with one. A table that a spreadsheet wrote as UTF-16 is
/// common enough to be read.
pub fn decode(file: &InputFile) -> Result<String, ExchangeError> {
    let bytes = file.bytes.as_slice();
    let not_text = |at: usize| ExchangeError::NotText { name: file.name.clone(), at };
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((rest, join)) = wide {
        let (pairs, odd) = rest.as_chunks::<2>();
        if !odd.is_empty() {
            return Err(not_text(bytes.len()));
        }
        let units = pairs.iter().map(|pair| join(*pair));
        let mut text = String::with_capacity(rest.len());
        let mut at = 2;
        for unit in char::decode_utf16(units) {
            let unit = unit.map_err(|_lone| not_text(at))?;
            at += unit.len_utf16() * 2;
            text.push(unit);
        }
        return Ok(text);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(not_text(error.valid_up_to())),
    }
}

/// The beginning of a file as text, for recognising it.
pub fn head(file: &InputFile) -> String {
    const ENOUGH: usize = 8192;
    let start = file.bytes.get(..file.bytes.len().min(ENOUGH)).unwrap_or_default();
    // UTF-16 may be cut in the middle of a character.
    let even = if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        start.len() & !1
    } else {
        start.len()
    };
    let piece = InputFile { name: String::new(), bytes: start.get(..even).unwrap_or_default().to_vec() };
    decode(&piece).unwrap_or_else(|_error| String::from_utf8_lossy(start).into_owned())
}

/// A text as one line: what breaks a line or controls a terminal becomes a space, runs of them one.
pub fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_control() || character == '\u{2028}' || character == '\u{2029}')
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// The lines of a text without those that are empty.
pub fn full_lines(text: &str) -> Vec<String> {
    text.lines().map(one_line).filter(|line| !line.is_empty()).collect()
}

/// Seconds as `12.5`: exact to the nanosecond, at least one and no needless decimals.
pub fn seconds(time: MediaTime) -> String {
    let (whole, rest) = (time.nanos() / 1_000_000_000, time.nanos() % 1_000_000_000);
    let decimals = format!("{rest:09}");
    let decimals = decimals.trim_end_matches('0');
    format!("{whole}.{}", if decimals.is_empty() { "0" } else { decimals })
}

/// A time in whole milliseconds, rounded to the nearest.
pub const fn millis(time: MediaTime) -> u64 {
    time.nanos().saturating_add(500_000) / 1_000_000
}

/// A time of whole milliseconds; `None` if it is too large.
pub fn from_millis(millis: u64) -> Option<MediaTime> {
    millis.checked_mul(1_000_000).map(MediaTime::from_nanos)
}

/// A span in whole milliseconds that has length: what would be empty after rounding becomes one millisecond.
pub fn milli_span(start: MediaTime, end: MediaTime) -> (u64, u64) {
    let (from, to) = (millis(start), millis(end));
    (from, to.max(from + 1))
}

/// How far rounding to milliseconds moves a time at most.
pub const HALF_MILLI: MediaTime = MediaTime::from_nanos(500_000);

/// `hh:mm:ss.ttt` with this character before the milliseconds.
pub fn clock_text(millis: u64, point: char) -> String {
    let (secs, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}{point}{millis:03}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// A moment as `2026-01-31T12:00:00`, in UTC.
pub fn date_time(unix_millis: u64) -> String {
    let (days, secs) = (unix_millis / 86_400_000, unix_millis / 1000 % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    // Every four hundred years the calendar is the same again.
    let (mut year, mut left) = (1970 + days / 146_097 * 400, days % 146_097);
    let mut length = 365 + u64::from(is_leap(year));
    while left >= length {
        left -= length;
        year += 1;
        length = 365 + u64::from(is_leap(year));
    }
    let mut month = 1;
    for days in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", left + 1)
}

/// A time as people and programs write it: seconds (`12.5`, `12,5`, `1.25e1`) or `[h:]m:s` with decimals. `None` for
/// anything else, negative times among it.
pub fn parse_time(text: &str) -> Option<MediaTime> {
    let text = text.trim().trim_start_matches('+');
    let mut fields = text.rsplit(':');
    let mut nanos = u128::from(parse_seconds(fields.next()?)?);
    let mut unit = 60_000_000_000u128;
    for field in fields {
        let is_number = !field.is_empty() && field.len() < 10 && field.bytes().all(|digit| digit.is_ascii_digit());
        nanos += u128::from(is_number.then(|| field.parse::<u64>().ok())??) * unit;
        unit *= 60;
        if unit > 3_600_000_000_000 * 60 {
            return None;
        }
    }
    u64::try_from(nanos).ok().map(MediaTime::from_nanos)
}

/// Decimal seconds in nanoseconds, exact as far as nanoseconds go.
fn parse_seconds(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    if digits(whole) && digits(decimals) {
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let kept = decimals.get(..decimals.len().min(9))?;
        let nanos: u64 = format!("{kept:0<9}").parse().ok()?;
        let up = u64::from(decimals.as_bytes().get(9).is_some_and(|next| *next >= b'5'));
        return whole.checked_mul(1_000_000_000)?.checked_add(nanos)?.checked_add(up);
    }
    // A float as some programs print it; its words for infinity and the like are no times.
    let value: f64 = text.contains(['e', 'E']).then(|| text.parse().ok())??;
    (value.is_finite() && (0.0..1e10).contains(&value)).then(|| MediaTime::from_secs_f64(value).nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<u64> {
        parse_time(text).map(MediaTime::nanos)
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(nanos("1.5"), Some(1_500_000_000));
        assert_eq!(nanos("0,033366667"), Some(33_366_667));
        assert_eq!(nanos("1:02:03.5"), Some(3_723_500_000_000));
        assert_eq!(nanos("02:03"), Some(123_000_000_000));
        assert_eq!(nanos("1e2"), Some(100_000_000_000));
        assert_eq!(nanos("0.0000000015"), Some(2));
        for wrong in ["", "-1", "NaN", "inf", "1:2:3:4", "a", ":", ".", "1.2.3", "99999999999999999999", "1:-2"] {
            assert_eq!(nanos(wrong), None, "{wrong}");
        }
        assert_eq!(seconds(MediaTime::from_nanos(33_366_667)), "0.033366667");
        assert_eq!(seconds(MediaTime::from_nanos(2_000_000_000)), "2.0");
        assert_eq!(clock_text(3_723_004, ','), "01:02:03,004");
    }

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date_time(0), "1970-01-01T00:00:00");
        assert_eq!(date_time(951_782_400_000), "2000-02-29T00:00:00");
        assert_eq!(date_time(1_798_761_599_000), "2026-12-31T23:59:59");
    }

    #[test]
    fn text_is_read_in_the_encodings_that_spreadsheets_write() {
        let decoded = |bytes: &[u8]| decode(&InputFile { name: "x".to_owned(), bytes: bytes.to_vec() }).ok();
        assert_eq!(decoded(b"\xef\xbb\xbfab").as_deref(), Some("ab"));
        assert_eq!(decoded(b"\xff\xfea\0b\0").as_deref(), Some("ab"));
        assert_eq!(decoded(b"\xfe\xff\0a\0b").as_deref(), Some("ab"));
        assert_eq!(decoded(b"a\xff"), None);
        assert_eq!(decoded(b"\xff\xfea"), None);
        assert_eq!(decoded(b"\xff\xfe\x00\xd8"), None);
    }
}
