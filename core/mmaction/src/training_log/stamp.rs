//! Times as the original writes them.

use std::fmt;

/// A moment in the time zone of whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Year of four digits.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

impl Stamp {
    /// Reads `20261122_095414`, which names files and folders.
    pub fn parse_name(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('_')?;
        if text.len() != 15 || date.len() != 8 {
            return None;
        }
        Self::of_parts(
            &[date.get(..4)?, date.get(4..6)?, date.get(6..)?],
            &[time.get(..2)?, time.get(2..4)?, time.get(4..)?],
        )
    }

    /// Reads `2026-11-22 09:54:18` or, with another separator, `2026/11/22 09:54:18`.
    pub(super) fn parse(text: &str, separator: char) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let date: Vec<&str> = date.split(separator).collect();
        let time: Vec<&str> = time.split(':').collect();
        Self::of_parts(&date, &time)
    }

    fn of_parts(date: &[&str], time: &[&str]) -> Option<Self> {
        let (&[year, month, day], &[hour, minute, second]) = (date, time) else { return None };
        let two = |text: &str| -> Option<u8> { u8::try_from(digits(text).filter(|_| text.len() == 2)?).ok() };
        let year = digits(year).filter(|_| year.len() == 4)?;
        let stamp = Self {
            year,
            month: two(month)?,
            day: two(day)?,
            hour: two(hour)?,
            minute: two(minute)?,
            second: two(second)?,
        };
        let is_time = (1..=12).contains(&stamp.month)
            && (1..=31).contains(&stamp.day)
            && stamp.hour < 24
            && stamp.minute < 60
            && stamp.second < 61;
        is_time.then_some(stamp)
    }

    /// `2026-11-22 09:54:18` with its separator.
    pub(super) fn with_separator(&self, separator: char) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("{year:04}{separator}{month:02}{separator}{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// `20261122_095414`.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}{month:02}{day:02}_{hour:02}{minute:02}{second:02}")
    }
}

/// Digits alone: no sign.
fn digits(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_as_they_were() {
        for text in ["20261122_095414", "19991231_235960"] {
            assert_eq!(Stamp::parse_name(text).map(|stamp| stamp.to_string()).as_deref(), Some(text));
        }
        let stamp = Stamp::parse("2026/11/22 09:54:18", '/').unwrap();
        assert_eq!(stamp.with_separator('-'), "2026-11-22 09:54:18");
        for text in ["20261322_095414", "20261122-095414", "2026112_0095414", "+0261122_095414", "20261122_0954é4", ""]
        {
            assert_eq!(Stamp::parse_name(text), None, "{text}");
        }
    }
}
