//! Spans of time as sets: joined, cut and measured.

use crate::MediaTime;

/// A stretch of time, half open.
pub type Span = (MediaTime, MediaTime);

/// The same time without overlaps, in order. Spans that touch become one, those without length are left out.
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|(start, end)| start < end);
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for (start, end) in spans {
        match out.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => out.push((start, end)),
        }
    }
    out
}

/// Whether a span meets any of a union's.
pub fn meets(union: &[Span], (start, end): Span) -> bool {
    let first = union.partition_point(|(_, other)| *other <= start);
    union.get(first).is_some_and(|(other, _)| *other < end)
}

/// The parts of a span that lie in a union.
pub fn within(union: &[Span], (start, end): Span) -> impl Iterator<Item = Span> {
    let first = union.partition_point(|(_, other)| *other <= start);
    let near = union.get(first..).unwrap_or_default().iter().take_while(move |(other, _)| *other < end);
    near.map(move |(from, to)| (start.max(*from), end.min(*to)))
}

/// How long spans are together; time that two of them share counts twice.
pub fn length(spans: &[Span]) -> MediaTime {
    let lengths = spans.iter().map(|(start, end)| end.saturating_sub(*start));
    lengths.fold(MediaTime::ZERO, MediaTime::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        (MediaTime::from_nanos(start), MediaTime::from_nanos(end))
    }

    #[test]
    fn a_union_has_no_overlaps_and_no_gaps_between_what_touches() {
        let spans = vec![span(5, 8), span(0, 2), span(2, 3), span(6, 7), span(9, 9)];
        assert_eq!(union(spans), [span(0, 3), span(5, 8)]);
    }

    #[test]
    fn ends_that_touch_do_not_meet() {
        let all = union(vec![span(0, 3), span(5, 8)]);
        assert!(!meets(&all, span(3, 5)) && !meets(&all, span(8, 9)));
        assert!(meets(&all, span(2, 4)) && meets(&all, span(0, 9)));
        assert_eq!(within(&all, span(2, 6)).collect::<Vec<_>>(), [span(2, 3), span(5, 6)]);
        assert_eq!(length(&all).nanos(), 6);
    }
}
