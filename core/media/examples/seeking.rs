//! Prints how long the player takes to show a frame: random seeks without and with the cache, steps, scrubbing, and the
//! thumbnails of the same file, as rows of a Markdown table.
//!
//! ```sh
//! cargo run --release -p ks-media --example seeking [-- VIDEO]
//! ```
//!
//! Without a file it makes one: 20 seconds of moving texture, 1080p H.264, 30 frames a second, a key frame every two
//! seconds.
#![expect(clippy::print_stdout, reason = "it is a command, and its rows are its result")]
#![expect(clippy::unwrap_used, reason = "it measures, and stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use ks_domain::{CancelToken, FrameTable, VideoInfo};
use ks_media::{Player, PlayerOptions, ThumbnailKind, thumbnails};
use parking_lot::{Condvar, Mutex};

const SIZE: (usize, usize) = (1920, 1080);
const SECONDS: u64 = 20;

fn main() {
    ks_media::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = std::env::args_os().nth(1).map_or_else(|| make(folder.path()), PathBuf::from);
    let info = ks_media::probe(&path).unwrap();
    let started = Instant::now();
    let index = ks_media::index(&path, &info, None, &CancelToken::new(), &mut |_| {}).unwrap();
    let took = started.elapsed();
    let table = Arc::new(index.table);
    let keys = table.entries().iter().filter(|entry| entry.is_key).count();
    println!(
        "{}, {}×{}, {} frames, {:.1} a second, {keys} key frames; decoding all of them: {:.0} frames a second\n",
        info.video.codec,
        info.video.width,
        info.video.height,
        table.len(),
        table.mean_rate(),
        f64::from(table.len()) / took.as_secs_f64()
    );
    println!("| what | p50, ms | p95, ms | p99, ms | most, ms |\n| --- | ---: | ---: | ---: | ---: |");
    let no_cache = PlayerOptions { cache_bytes: 1, ..PlayerOptions::default() };
    let mut watched = Watched::open(&path, &info, &table, no_cache);
    watched.random_seeks("nothing cached", 120);
    drop(watched);
    let mut watched = Watched::open(&path, &info, &table, PlayerOptions::default());
    watched.random_seeks("default cache", 120);
    let last = table.last();
    watched.go(last / 2);
    watched.rest();
    row("step forward, one after the other", &mut (1..=200).map(|n| watched.step(1, last / 2 + n)).collect::<Vec<_>>());
    let at = last / 2 + 200;
    row("step back, 40 in the cache", &mut (1..=40).map(|n| watched.step(-1, at - n)).collect::<Vec<_>>());
    let at = at - 40;
    row("step back, 140 more", &mut (1..=140).map(|n| watched.step(-1, at - n)).collect::<Vec<_>>());
    row("seek within the cache", &mut watched.seeks_around(at - 140, 40));
    watched.scrub();
    watched.play_from(last / 3);
    drop(watched);
    for (kind, name) in
        [(ThumbnailKind::Single, "the one thumbnail"), (ThumbnailKind::Strip, "the strip of thumbnails")]
    {
        let started = Instant::now();
        let made = thumbnails((&path, &info, &table), kind, None, &CancelToken::new(), &mut |_| {}).unwrap();
        println!("\n{name}: {} pictures in {:.2} s", made.pictures.len(), started.elapsed().as_secs_f64());
    }
}

fn row(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| {
        let place = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len()) - 1;
        times[place].as_secs_f64() * 1e3
    };
    println!("| {what} | {:.1} | {:.1} | {:.1} | {:.1} |", at(0.5), at(0.95), at(0.99), at(1.0));
}

/// A player and what wakes those who wait for it.
struct Watched {
    player: Player,
    bell: Arc<(Mutex<()>, Condvar)>,
    table: Arc<FrameTable>,
    last: u32,
}

impl Watched {
    fn open(path: &Path, info: &VideoInfo, table: &Arc<FrameTable>, options: PlayerOptions) -> Self {
        let bell = Arc::new((Mutex::new(()), Condvar::new()));
        let ring = Arc::clone(&bell);
        let wake = Arc::new(move || {
            drop(ring.0.lock());
            ring.1.notify_all();
        });
        let player = Player::open_with(path, info, Some(Arc::clone(table)), wake, options).unwrap();
        let watched = Self { player, bell, table: Arc::clone(table), last: table.last() };
        watched.wait(0);
        watched.rest();
        watched
    }

    /// Waits until the picture of a frame is in the slot, and gives how long it took until one came that is no farther from
    /// that frame than its key frame.
    fn wait(&self, frame: u32) -> Duration {
        let since = Instant::now();
        let group = frame - self.table.key_frame_before(frame);
        let mut first = None;
        let mut guard = self.bell.0.lock();
        loop {
            if let Some(picture) = self.player.pictures().take_latest() {
                if picture.frame.abs_diff(frame) <= group {
                    first.get_or_insert_with(|| since.elapsed());
                }
                if picture.frame == frame && picture.stands_for.is_none() {
                    return first.unwrap_or_default();
                }
            } else {
                self.bell.1.wait_for(&mut guard, Duration::from_millis(20));
            }
            assert!(since.elapsed() < Duration::from_secs(20), "frame {frame} does not come");
        }
    }

    /// Waits until nothing is decoded any more.
    fn rest(&self) {
        let mut before = u64::MAX;
        while std::mem::replace(&mut before, self.player.state().decoded_stills) != self.player.state().decoded_stills {
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    fn go(&self, frame: u32) -> Duration {
        self.player.pictures().clear();
        let asked = Instant::now();
        self.player.seek_frame(frame);
        self.wait(frame);
        asked.elapsed()
    }

    fn step(&self, step: i32, frame: u32) -> Duration {
        let asked = Instant::now();
        self.player.step(step);
        self.wait(frame);
        asked.elapsed()
    }

    /// Where the picture before was as near as any of the group, the first one counts as there at once.
    fn random_seeks(&mut self, cached: &str, count: usize) {
        let mut seed = 12345_u64;
        let mut draw = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from((seed >> 33) % u64::from(self.last)).unwrap()
        };
        let (mut first, mut exact, mut before) = (Vec::new(), Vec::new(), 0_u32);
        for _ in 0..count {
            let frame = draw();
            let is_near = before.abs_diff(frame) <= frame - self.table.key_frame_before(frame);
            self.player.pictures().clear();
            let asked = Instant::now();
            self.player.seek_frame(frame);
            let came = self.wait(frame);
            exact.push(asked.elapsed());
            first.push(if is_near { Duration::ZERO } else { came });
            before = frame;
        }
        row(&format!("any frame, {cached}: a picture of its group"), &mut first);
        row(&format!("any frame, {cached}: the frame itself"), &mut exact);
    }

    fn seeks_around(&self, frame: u32, count: u32) -> Vec<Duration> {
        self.rest();
        (0..count).map(|n| self.go(frame + n * 7 % 20)).collect()
    }

    /// Drags over the whole video and back, sixty wishes a second.
    fn scrub(&self) {
        let wishes = 360;
        let (mut gaps, mut latest) = (Vec::new(), Instant::now());
        for wish in 0..wishes {
            let place = if wish < wishes / 2 { wish } else { wishes - wish };
            self.player.seek_frame(self.last * place / (wishes / 2));
            let next = Instant::now() + Duration::from_micros(16_667);
            while Instant::now() < next {
                if self.player.pictures().take_latest().is_some() {
                    gaps.push(latest.elapsed());
                    latest = Instant::now();
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        let asked = Instant::now();
        self.player.seek_frame(self.last);
        self.wait(self.last);
        let late = ms(asked);
        row("dragging over all of it in 3 s, and back: from picture to picture", &mut gaps);
        let rate = gaps.len() as f64 / 6.0;
        println!("\ndragging: {rate:.1} pictures a second for 60 wishes a second; the last one {late:.0} ms late");
    }

    fn play_from(&self, frame: u32) {
        self.go(frame);
        self.rest();
        let asked = Instant::now();
        self.player.play();
        self.wait(frame + 1);
        println!("\nfrom a still to the next frame playing: {:.0} ms", ms(asked));
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Encodes a texture that moves, with a little noise, as cameras have it.
fn make(folder: &Path) -> PathBuf {
    let path = folder.join("moving.mp4");
    let line = format!(
        "appsrc name=in format=time max-bytes=20000000 block=true \
         caps=video/x-raw,format=I420,width={},height={},framerate=30/1 \
         ! openh264enc gop-size=60 bitrate=8000000 rate-control=bitrate complexity=low scene-change-detection=false \
         ! h264parse ! mp4mux ! filesink name=out",
        SIZE.0, SIZE.1
    );
    let pipeline = gst::parse::launch(&line).unwrap().downcast::<gst::Pipeline>().unwrap();
    pipeline.by_name("out").unwrap().set_property("location", &path);
    let source = pipeline.by_name("in").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    for number in 0..SECONDS * 30 {
        let mut buffer = gst::Buffer::from_mut_slice(texture(usize::try_from(number).unwrap()));
        let writable = buffer.get_mut().unwrap();
        writable.set_pts(gst::ClockTime::from_nseconds(number * 1_000_000_000 / 30));
        writable.set_duration(gst::ClockTime::from_nseconds(1_000_000_000 / 30));
        source.push_buffer(buffer).unwrap();
    }
    source.end_of_stream().unwrap();
    let types = [gst::MessageType::Eos, gst::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(600), &types).unwrap();
    assert_eq!(message.type_(), gst::MessageType::Eos, "{message:?}");
    pipeline.set_state(gst::State::Null).unwrap();
    path
}

fn texture(number: usize) -> Vec<u8> {
    let (width, height) = SIZE;
    let mut noise = 0x9E37_79B9_u32.wrapping_mul(u32::try_from(number).unwrap() + 1) | 1;
    let mut bytes = Vec::with_capacity(width * height * 3 / 2);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x + 5 * number, y + 2 * number);
            let blocks = ((u / 48) * 37 + (v / 40) * 61) % 120;
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            bytes.push(u8::try_from(60 + blocks + (u & 15) + usize::try_from(noise & 3).unwrap()).unwrap());
        }
    }
    bytes.resize(width * height * 3 / 2, 128);
    bytes
}
