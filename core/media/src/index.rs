//! The exact frame index: decoding a stream once and noting every frame that comes out.
//!
//! Nothing but decoding tells which frames of a file decode, so all of it is decoded; the result is kept by content.

use std::path::Path;
use std::time::{Duration, Instant};

use ks_domain::{CancelToken, FrameEntry, FrameTable, MediaTime, Progress, VideoInfo};

use crate::cache;
use crate::decode::Decoder;
use crate::error::{MediaError, MediaWarning, check_file};
use crate::hash::hash_unless_cancelled;

/// Every frame of a video that decodes, and what was odd on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameIndex {
    /// The frames.
    pub table: FrameTable,
    /// Damaged places and repairs, in order of time.
    pub warnings: Vec<MediaWarning>,
}

/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Decodes the chosen stream of a file and lists every frame, or reads the list from `cache_dir`.
///
/// Progress counts milliseconds of video, because the number of frames is not known before. The index is written to
/// `cache_dir` under the hash of the file's content; a cached index that cannot be read is made again, and a cache
/// that cannot be written costs a line in the log, not the index.
///
/// # Errors
/// If the file cannot be read, nothing decodes, or the work was cancelled.
pub fn index(
    path: &Path,
    info: &VideoInfo,
    cache_dir: Option<&Path>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<FrameIndex, MediaError> {
    check_file(path)?;
    let hash = cache_dir.map(|_| hash_unless_cancelled(path, cancel)).transpose()?;
    index_of_content(path, info, cache_dir.zip(hash.as_deref()), cancel, on_progress)
}

/// As [`index`], for a file whose content is known by its hash (see [`crate::content_hash`]) to be that in the cache.
///
/// # Errors
/// If the file cannot be read, nothing decodes, or the work was cancelled.
pub fn index_of_content(
    path: &Path,
    info: &VideoInfo,
    cache: Option<(&Path, &str)>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<FrameIndex, MediaError> {
    let stored = cache.map(|(dir, hash)| cache::file_for(dir, hash, info.video.stream_index));
    if let Some(found) = stored.as_deref().and_then(cache::read) {
        let done = found.table.end().nanos() / 1_000_000;
        on_progress(Progress { done, total: Some(done), rate: 0.0, elapsed_secs: 0.0 });
        return Ok(found);
    }
    let index = decode_all(path, info, cancel, on_progress)?;
    if let Some(file) = stored
        && let Err(error) = cache::write(&file, &index)
    {
        tracing::warn!("the frame index cannot be kept ({error}) and will be made again: {}", file.display());
    }
    Ok(index)
}

fn decode_all(
    path: &Path,
    info: &VideoInfo,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<FrameIndex, MediaError> {
    let mut decoder = Decoder::open(path, info.video.stream_index, cancel)?;
    let mut reporter = Reporter::new(info.duration);
    let mut entries: Vec<FrameEntry> = Vec::new();
    let mut damaged = Vec::new();
    let mut last_duration = None;
    while let Some(frame) = decoder.next()? {
        entries.push(FrameEntry { time: frame.time, is_key: frame.is_key });
        if frame.is_damaged {
            damaged.push(frame.time);
        }
        last_duration = frame.duration;
        reporter.tell(frame.time, on_progress);
    }
    if entries.is_empty() {
        let reason = decoder.troubles().first().cloned().unwrap_or_else(|| "the stream has no frames".to_owned());
        return Err(MediaError::NothingDecodes { reason, path: path.to_owned() });
    }
    let lost = if decoder.says_times() { decoder.lost() } else { Vec::new() };
    let mut warnings = describe_damage("could not be decoded", "are left out", &lost);
    warnings.extend(describe_damage("decoded only in part", "are kept", &damaged));
    warnings.extend(ascend(&mut entries));
    let end = end_of(&entries, last_duration);
    warnings.extend(describe_end(decoder.stream_end().or(info.duration), end, decoder.troubles()));
    warnings.sort_by_key(|warning| warning.time);
    let table = FrameTable::new(entries, end)
        .map_err(|error| MediaError::NothingDecodes { reason: error.to_string(), path: path.to_owned() })?;
    Ok(FrameIndex { table, warnings })
}

/// When the last frame ends: after its own duration, else after that of the mean frame.
fn end_of(entries: &[FrameEntry], duration: Option<MediaTime>) -> MediaTime {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return MediaTime::ZERO };
    let gaps = entries.len().saturating_sub(1) as u64;
    let mean = last.time.saturating_sub(first.time).nanos().checked_div(gaps).unwrap_or(40_000_000);
    last.time.saturating_add(duration.filter(|d| *d > MediaTime::ZERO).unwrap_or(MediaTime::from_nanos(mean)))
}

/// Puts frames into ascending order. Frames that share a time are spread evenly up to the next one.
pub(crate) fn ascend(entries: &mut [FrameEntry]) -> Option<MediaWarning> {
    let is_ascending = |pair: &[FrameEntry]| matches!(pair, [a, b] if a.time < b.time);
    let first_bad = entries.windows(2).find(|pair| !is_ascending(pair))?.first().map(|entry| entry.time)?;
    entries.sort_by_key(|entry| entry.time);
    let times: Vec<u64> = entries.iter().map(|entry| entry.time.nanos()).collect();
    let mut start = 0;
    while let Some(&time) = times.get(start) {
        let count = times.iter().skip(start).take_while(|other| **other == time).count();
        let next = times.get(start + count).copied().unwrap_or_else(|| time.saturating_add(40_000_000 * count as u64));
        for (k, entry) in entries.iter_mut().skip(start).take(count).enumerate() {
            entry.time = MediaTime::from_nanos(time + (next - time) * k as u64 / count as u64);
        }
        start += count;
    }
    Some(MediaWarning {
        time: Some(first_bad),
        message: format!("From {first_bad} on the file gives several frames one time; they are spread evenly"),
    })
}

/// One warning for every run of frames less than a second apart.
fn describe_damage(what: &str, then: &str, times: &[MediaTime]) -> Vec<MediaWarning> {
    let mut runs: Vec<(MediaTime, MediaTime, usize)> = Vec::new();
    for &time in times {
        match runs.last_mut() {
            Some(run) if time.saturating_sub(run.1) < MediaTime::from_nanos(1_000_000_000) => {
                run.1 = time;
                run.2 += 1;
            }
            _ => runs.push((time, time, 1)),
        }
    }
    let warn = |(from, to, count): (MediaTime, MediaTime, usize)| MediaWarning {
        time: Some(from),
        message: match count {
            1 => format!("The file is damaged at {from}: one frame {what}"),
            _ => format!("The file is damaged from {from} to {to}: {count} frames {what} and {then}"),
        },
    };
    runs.into_iter().map(warn).collect()
}

/// A warning if the frames end long before the container's stated end.
fn describe_end(stated: Option<MediaTime>, end: MediaTime, troubles: &[String]) -> Option<MediaWarning> {
    let stated = stated?;
    let missing = stated.saturating_sub(end);
    let is_short = missing > MediaTime::from_nanos(1_000_000_000) && missing.nanos() > stated.nanos() / 50;
    is_short.then(|| {
        let cause = troubles.last().map_or_else(String::new, |trouble| format!(" ({trouble})"));
        MediaWarning {
            time: Some(end),
            message: format!("The pictures end at {end}, although the file says that it lasts {stated}{cause}"),
        }
    })
}

struct Reporter {
    started: Instant,
    told: Instant,
    total: Option<u64>,
}

impl Reporter {
    fn new(total: Option<MediaTime>) -> Self {
        let now = Instant::now();
        Self { started: now, told: now, total: total.map(|total| total.nanos() / 1_000_000) }
    }

    fn tell(&mut self, at: MediaTime, on_progress: &mut dyn FnMut(Progress)) {
        if self.told.elapsed() < PROGRESS_EVERY {
            return;
        }
        self.told = Instant::now();
        let elapsed_secs = self.started.elapsed().as_secs_f64();
        let done = at.nanos() / 1_000_000;
        on_progress(Progress { done, total: self.total, rate: done as f64 / elapsed_secs.max(1e-3), elapsed_secs });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_share_a_time_are_spread_and_reported() {
        let at = |ms: u64| FrameEntry { time: MediaTime::from_nanos(ms * 1_000_000), is_key: false };
        let mut entries = vec![at(0), at(40), at(80), at(80), at(160)];
        let warning = ascend(&mut entries).expect("should warn");
        assert_eq!(warning.time, Some(MediaTime::from_nanos(80_000_000)));
        assert_eq!(entries, vec![at(0), at(40), at(80), at(120), at(160)]);
        assert_eq!(ascend(&mut entries), None);
    }

    #[test]
    fn damage_within_a_second_is_one_warning() {
        let at = |ms: u64| MediaTime::from_nanos(ms * 1_000_000);
        let warnings = describe_damage("could not be decoded", "are left out", &[at(100), at(200), at(5000)]);
        let texts: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(
            texts,
            [
                "The file is damaged from 0:00.100 to 0:00.200: 2 frames could not be decoded and are left out",
                "The file is damaged at 0:05.000: one frame could not be decoded",
            ]
        );
    }
}
