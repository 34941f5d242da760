//! Makes what a person needs to judge the made-up motions: a sheet of pictures of each, a small data set and a mixed video;
//! and prints how fast they are made and how large they are.
//!
//! ```sh
//! cargo run --release -p ks-media --example demo -- FOLDER
//! ```
#![expect(clippy::print_stdout, reason = "it is a command, and its lines are its result")]
#![expect(clippy::unwrap_used, reason = "it measures, and stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use ks_domain::CancelToken;
use ks_media::demo::{DemoSet, Format, Motion, Scene, write_data_set, write_mixture};

/// Scenes on a sheet, and pictures of each.
const SCENES: u32 = 4;
const PICTURES: u32 = 10;

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_else(|| "demo".into()));
    std::fs::create_dir_all(&folder).unwrap();
    let format = Format::default();
    for motion in Motion::ALL {
        sheet(&folder, motion, format);
    }
    let started = Instant::now();
    let scenes = Motion::DEFAULT.map(|motion| Scene::new(motion, 1, 40, format));
    let bytes: usize = scenes.iter().flat_map(|scene| (0..40).map(|frame| scene.frame(frame).rgb.len())).sum();
    let secs = started.elapsed().as_secs_f64();
    println!("drawing: {:.0} frames a second ({bytes} bytes)", 320.0 / secs);

    let set = DemoSet { clips_per_class: 20, ..DemoSet::default() };
    let started = Instant::now();
    let written = write_data_set(&folder.join("set"), &set, &CancelToken::new(), &mut |_| {}).unwrap();
    let secs = started.elapsed().as_secs_f64();
    let size = size_of(&folder.join("set"));
    println!("{} videos of {} frames: {size} bytes, {secs:.1} s", written.videos, written.frames);

    let parts = Motion::DEFAULT.map(|motion| (motion, 2.5));
    let mixture =
        write_mixture(&folder.join("mixture"), &parts, (7, format), &CancelToken::new(), &mut |_frame, _of| {})
            .unwrap();
    println!("{} frames in {}", mixture.frames, mixture.path.display());
    for span in mixture.spans {
        println!("{:?} {}", span.frames, span.motion.name());
    }
}

fn sheet(folder: &Path, motion: Motion, format: Format) {
    let (width, height) = (format.width as usize, format.height as usize);
    let (across, down) = (PICTURES as usize, SCENES as usize);
    let mut rgb = vec![0; across * down * width * height * 3];
    for scene_number in 0..SCENES {
        let scene = Scene::new(motion, 100 + u64::from(scene_number), 40, format);
        for picture in 0..PICTURES {
            let frame = scene.frame(picture * 4);
            for (row, line) in frame.rgb.chunks(width * 3).enumerate() {
                let top = scene_number as usize * height + row;
                let at = (top * across + picture as usize) * width * 3;
                rgb[at..at + width * 3].copy_from_slice(line);
            }
        }
    }
    let size = [across * width, down * height].map(|side| u32::try_from(side).unwrap());
    let path = folder.join(format!("{}.png", motion.name()));
    image::save_buffer(path, &rgb, size[0], size[1], image::ExtendedColorType::Rgb8).unwrap();
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            found if found.is_dir() => size_of(&entry.path()),
            found => found.len(),
        })
        .sum()
}
