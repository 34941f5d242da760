//! Small pictures and snapshots.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::make;
use ks_domain::{CancelToken, FrameTable, VideoInfo};
use ks_media::{
    FrameReader, MediaError, Thumbnail, ThumbnailKind, ThumbnailMaker, ThumbnailRequest, Thumbnails, snapshot,
    thumbnails,
};

struct Video {
    path: PathBuf,
    info: VideoInfo,
    table: Arc<FrameTable>,
}

impl Video {
    fn open(path: &Path) -> Self {
        let (info, index) = common::open(path);
        Self { path: path.to_owned(), info, table: Arc::new(index.table) }
    }

    /// Six seconds with a key frame every ten frames.
    fn numbered(folder: &Path) -> Option<Self> {
        let path = folder.join("numbered.mkv");
        let times: Vec<u64> = (0..150).map(|n| n * 40).collect();
        make::numbered(&path, &make::VP8, (320, 180), &times).then(|| Self::open(&path))
    }

    fn make(&self, kind: ThumbnailKind, cache: Option<&Path>) -> Thumbnails {
        let mut told = Vec::new();
        let video = (self.path.as_path(), &self.info, &self.table);
        let made =
            thumbnails(video, kind, cache, &CancelToken::new(), &mut |progress| told.push(progress.done)).unwrap();
        assert!(told.is_sorted());
        made
    }
}

/// The number that the bars of a small picture show.
fn number_in(strip: &Thumbnails, picture: &Thumbnail) -> u32 {
    let grey: Vec<u8> = picture.rgb.chunks(3).map(|pixel| pixel[1]).collect();
    make::number_in(&grey, strip.width as usize, strip.width as usize, strip.height as usize)
}

#[test]
fn a_strip_shows_the_frames_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let Some(video) = Video::numbered(folder.path()) else { return };
    let strip = video.make(ThumbnailKind::Strip, None);
    assert_eq!((strip.width, strip.height, strip.pictures.len()), (160, 90, 12));
    for picture in &strip.pictures {
        assert_eq!(number_in(&strip, picture), picture.frame);
        assert_eq!(picture.time, video.table.time_of(picture.frame));
    }
    let single = video.make(ThumbnailKind::Single, None);
    let frames: Vec<u32> = single.pictures.iter().map(|picture| picture.frame).collect();
    assert_eq!(frames, [10], "a key frame near a tenth");
    assert_eq!(number_in(&single, &single.pictures[0]), 10);
}

#[test]
fn thumbnails_are_kept_by_content_and_made_again_when_the_file_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(video) = Video::numbered(folder.path()) else { return };
    let cache = folder.path().join("cache");
    let made = video.make(ThumbnailKind::Strip, Some(&cache));
    let files: Vec<PathBuf> = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].metadata().unwrap().len() < 100_000);
    // From the cache they are those of the JPEG, so it can be told which came.
    let moved = Video { path: folder.path().join("moved.mkv"), ..Video::open(&video.path) };
    std::fs::rename(&video.path, &moved.path).unwrap();
    let kept = moved.make(ThumbnailKind::Strip, Some(&cache));
    assert_ne!(kept, made);
    assert!(kept.pictures.iter().all(|picture| number_in(&kept, picture) == picture.frame));
    std::fs::write(&files[0], "rubbish").unwrap();
    assert_eq!(moved.make(ThumbnailKind::Strip, Some(&cache)), made);
}

#[test]
fn thumbnails_of_turned_videos_are_upright() {
    let Some(folder) = common::shared("videos") else { return };
    for (name, size) in [("rotate_0.mov", (160, 90)), ("rotate_90.mov", (90, 160)), ("rotate_270.mov", (90, 160))] {
        let made = Video::open(&folder.join(name)).make(ThumbnailKind::Single, None);
        assert_eq!((made.width, made.height), size, "{name}");
    }
}

#[test]
fn thumbnails_come_in_the_background_and_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let Some(video) = Video::numbered(folder.path()) else { return };
    let (answers, received) = crossbeam_channel::bounded(10);
    let maker = ThumbnailMaker::start(None, move |answer| answers.send(answer).unwrap()).unwrap();
    let request = |id, path: &Path, cancel: &CancelToken| ThumbnailRequest {
        id,
        path: path.to_owned(),
        info: Arc::new(video.info.clone()),
        table: Arc::clone(&video.table),
        kind: ThumbnailKind::Strip,
        cancel: cancel.clone(),
    };
    let (cancelled, free) = (CancelToken::new(), CancelToken::new());
    cancelled.cancel();
    assert!(maker.ask(request(1, &video.path, &cancelled)));
    assert!(maker.ask(request(2, Path::new("nowhere.mp4"), &free)));
    assert!(maker.ask(request(3, &video.path, &free)));
    let next = || received.recv_timeout(Duration::from_secs(8)).unwrap();
    let (second, third) = (next(), next());
    assert_eq!((second.id, third.id), (2, 3), "the first was cancelled");
    assert!(matches!(second.result, Err(MediaError::NotFound { .. })));
    assert_eq!(third.result.unwrap().pictures.len(), 12);
}

#[test]
fn a_snapshot_is_what_the_network_sees() {
    let Some(folder) = common::shared("videos") else { return };
    let out = tempfile::tempdir().unwrap();
    for (name, frames) in
        [("nasa_13013.mp4", vec![0, 150, 388]), ("h264_10bits.mp4", vec![17]), ("rotate_90.mov", vec![1])]
    {
        let video = Video::open(&folder.join(name));
        let parts = (video.path.as_path(), &video.info, &*video.table);
        let mut reader =
            FrameReader::open(&video.path, &video.info, &video.table, &frames, &CancelToken::new()).unwrap();
        for frame in frames {
            let to = out.path().join("new folder").join(format!("{name} {frame}.png"));
            snapshot(parts, frame, &to, &CancelToken::new()).unwrap();
            let expected = reader.next_rgb().unwrap().unwrap();
            let picture = image::open(&to).unwrap().into_rgb8();
            assert_eq!((picture.width() as usize, picture.height() as usize), (expected.width, expected.height));
            assert!(picture.as_raw() == &expected.rgb, "{name}: frame {frame}");
        }
    }
}

#[test]
fn a_snapshot_never_replaces_the_video_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let Some(video) = Video::numbered(folder.path()) else { return };
    let parts = (video.path.as_path(), &video.info, &*video.table);
    let before = std::fs::read(&video.path).unwrap();
    let error = snapshot(parts, 3, &video.path, &CancelToken::new()).unwrap_err();
    assert!(matches!(error, MediaError::IsOriginal { .. }), "{error}");
    let error = snapshot(parts, 3, &video.path.join("below a file.png"), &CancelToken::new()).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    let error = snapshot(parts, 9999, &folder.path().join("late.png"), &CancelToken::new()).unwrap_err();
    assert!(error.to_string().contains("frame 9999 is not there"), "{error}");
    assert_eq!(std::fs::read(&video.path).unwrap(), before);
}
