//! Names of videos and of files: how a name in a file of labels is compared with a path, and which names are written.

use std::collections::BTreeSet;

/// The parts of a path, whichever system wrote it.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
}

/// The last part of a path, whichever system wrote it.
pub fn file_name(path: &str) -> &str {
    parts(path).next_back().unwrap_or(path)
}

/// A file name without what follows its last dot.
pub fn stem(path: &str) -> &str {
    let name = file_name(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// How many parts two paths share, counted from their ends; letters count as equal whatever their case.
pub fn shared_parts(a: &str, b: &str) -> usize {
    let same = |(a, b): &(&str, &str)| a.to_lowercase() == b.to_lowercase();
    parts(a).rev().zip(parts(b).rev()).take_while(same).count()
}

/// Whether a name from a file of labels can mean the video at a path: the same file name, or the same name without
/// ending, or the one that ActivityNet gives its files (`v_` before the name).
pub fn are_alike(path: &str, name: &str) -> bool {
    if shared_parts(path, name) > 0 {
        return true;
    }
    let (ours, theirs) = (stem(path).to_lowercase(), file_name(name).to_lowercase());
    let theirs_stem = stem(&theirs);
    !ours.is_empty() && (ours == theirs || ours == theirs_stem || ours.strip_prefix("v_") == Some(theirs_stem))
}

/// Names for the files of several videos: their stems, made safe for every system, each once.
#[derive(Debug, Default)]
pub struct FileNames {
    taken: BTreeSet<String>,
}

impl FileNames {
    /// The name for a video's file with this ending; another one each time.
    pub fn next(&mut self, video: &str, extension: &str) -> String {
        let base = safe(stem(video));
        let mut name = format!("{base}.{extension}");
        let mut number = 2u32;
        // Some systems do not tell capitals from small letters.
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{base} ({number}).{extension}");
            number += 1;
        }
        name
    }
}

/// A name that every system takes for a file.
pub fn safe(name: &str) -> String {
    const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let keep = |character: char| match character {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        other if other.is_control() => '_',
        other => other,
    };
    // Bytes, as a system counts them; an ending and a number still fit.
    let mut end = name.len().min(200);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let cut: String = name.get(..end).unwrap_or_default().chars().map(keep).collect();
    let cut = cut.trim().trim_end_matches('.').trim_start_matches('.');
    let device = cut.split('.').next().unwrap_or_default().to_lowercase();
    let is_device = RESERVED.contains(&device.trim_end_matches(|digit: char| digit.is_ascii_digit()));
    match cut {
        "" => "labels".to_owned(),
        cut if is_device => format!("_{cut}"),
        cut => cut.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_video_whichever_system_wrote_it() {
        assert!(are_alike("/data/bees.mp4", r"C:\old\Bees.mp4"));
        assert!(are_alike("/data/bees.mp4", "bees"));
        assert!(are_alike("/data/v_QOlSCBRmfWY.mp4", "QOlSCBRmfWY"));
        assert!(are_alike("/data/bees.mp4", "bees.eaf"));
        assert!(!are_alike("/data/bees.mp4", "wasps.mp4"));
        assert_eq!(shared_parts("/data/a/bees.mp4", "a/bees.mp4"), 2);
    }

    #[test]
    fn every_file_gets_a_name_of_its_own_that_systems_take() {
        let mut names = FileNames::default();
        assert_eq!(names.next("/a/bees.mp4", "srt"), "bees.srt");
        assert_eq!(names.next("/b/Bees.mp4", "srt"), "Bees (2).srt");
        assert_eq!(safe("a:b?"), "a_b_");
        assert_eq!(safe("con"), "_con");
        assert_eq!(safe("..."), "labels");
        assert!(safe(&"ü".repeat(300)).len() <= 200);
    }
}
