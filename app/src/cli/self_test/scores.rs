//! One clip after the other through every device: the network that comes along has to recognise a motion that is known,
//! and every device has to agree with the processor.

use std::ops::Range;

use anyhow::{Context as _, anyhow};
use ks_domain::{CancelToken, WindowScores};
use ks_engine::{ChildCommand, DeviceChoice, DeviceInfo, DeviceKind, Engine, EngineConfig};
use ks_media::demo::Mixture;

use super::decode::MOTION;
use crate::checks::{Check, State};
use crate::look::{self, Network};
use crate::window::built_in;

/// Probabilities of two devices may differ by so much; what a wrong kernel gives differs by more.
const TOLERANCE: f32 = 1e-3;

/// Tries the devices; each answer goes to `tell` as soon as it is there.
pub(super) fn check(
    made: &Mixture,
    only: Option<DeviceChoice>,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(Check) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let only = only.filter(|device| *device != DeviceChoice::Auto);
    let mut reference = None;
    let devices = in_order(ks_engine::enumerate_devices());
    if let Some(only) = only.filter(|only| devices.iter().all(|device| device.choice != *only)) {
        return tell(not_here(only));
    }
    for device in devices {
        if cancel.is_cancelled() {
            return Ok(());
        }
        if only.is_some_and(|only| only != device.choice) {
            continue;
        }
        tell(one(made, &device, only.is_some(), &mut reference, cancel))?;
    }
    Ok(())
}

/// A device that was named and is not there: nothing was tried, which is no success.
fn not_here(device: DeviceChoice) -> Check {
    let remedy = "`kinetoscope devices` lists those that there are";
    Check::bad(State::Missing, format!("computing on {device}"), "there is no such device", remedy)
}

/// The processor first: the others are compared with it.
fn in_order(mut devices: Vec<DeviceInfo>) -> Vec<DeviceInfo> {
    devices.sort_by_key(|device| device.kind != DeviceKind::Cpu);
    devices
}

fn one(
    made: &Mixture,
    device: &DeviceInfo,
    is_named: bool,
    reference: &mut Option<Vec<f32>>,
    cancel: &CancelToken,
) -> Check {
    let subject = format!("computing on {} ({}, {})", device.choice, device.name, device.backend);
    if device.kind == DeviceKind::SoftwareGpu && !is_named {
        let finding =
            format!("not tried: a software driver, slower than the processor; `--device {}` tries it", device.choice);
        return Check::ok(subject, finding);
    }
    match recognise(made, device.choice, cancel).and_then(|found| agree(found, reference)) {
        Ok(finding) => Check::ok(subject, finding),
        Err(error) => {
            let remedy = match device.kind {
                DeviceKind::Cpu => "install the program again, and report this if it stays",
                _ => "install the newest driver of this graphics card, or choose another device",
            };
            Check::bad(State::Missing, subject, format!("{error:#}"), remedy)
        }
    }
}

/// What a device found.
struct Found {
    class: String,
    scores: Vec<f32>,
    secs: f64,
}

/// Looks at the video as the window does, with an engine in a process of its own.
fn recognise(made: &Mixture, device: DeviceChoice, cancel: &CancelToken) -> anyhow::Result<Found> {
    let folder = tempfile::tempdir()?;
    let checkpoint = built_in::ensure(&folder.path().join("data"))?;
    let network = Network::of(&checkpoint)?;
    let mut quiet = ChildCommand::this_program()?;
    quiet.args.push("--quiet".into());
    let config = EngineConfig { cache_dir: Some(folder.path().join("cache")), ..EngineConfig::default() };
    let (engine, events) = Engine::spawn_child(quiet, config, Box::new(|| {}))?;
    let began = std::time::Instant::now();
    let place = (checkpoint.as_path(), device);
    let windows = look::windows((&engine, &events), place, &made.path, network.settings, cancel)?;
    let secs = began.elapsed().as_secs_f64();
    let span = made.spans.first().context("the made-up video has no motion")?.frames.clone();
    let window = best_inside(&windows, &span).ok_or_else(|| anyhow!("no clip was scored"))?;
    let best = window.scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index);
    let class = network.class_names.get(best).cloned().unwrap_or_default();
    Ok(Found { class, scores: window.scores.clone(), secs })
}

/// The window that has the most of the motion in it.
fn best_inside<'a>(windows: &'a [WindowScores], span: &Range<u32>) -> Option<&'a WindowScores> {
    let shared =
        |window: &WindowScores| window.end_frame.min(span.end).saturating_sub(window.start_frame.max(span.start));
    windows.iter().rev().max_by_key(|window| shared(window))
}

/// Whether the motion was recognised, and as the first device did.
fn agree(found: Found, reference: &mut Option<Vec<f32>>) -> anyhow::Result<String> {
    let Found { class, scores, secs } = found;
    // Before anything is compared: what is no number would get lost among maxima.
    if scores.iter().any(|score| !score.is_finite()) {
        return Err(anyhow!("some of its probabilities are no numbers"));
    }
    if class != MOTION.name() {
        return Err(anyhow!("{} was taken for “{class}”", MOTION.name()));
    }
    let highest = scores.iter().copied().fold(0.0, f32::max);
    let mut finding = format!("{class}, {:.1} %, {secs:.1} s with starting", highest * 100.0);
    match reference {
        None => *reference = Some(scores),
        Some(reference) => {
            let difference = reference.iter().zip(&scores).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            if difference > TOLERANCE || reference.len() != scores.len() {
                return Err(anyhow!("its probabilities differ from the processor’s by {difference:.1e}"));
            }
            finding.push_str(&format!(", within {difference:.0e} of the processor"));
        }
    }
    Ok(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(scores: [f32; 2]) -> Found {
        Found { class: MOTION.name().to_owned(), scores: scores.to_vec(), secs: 0.1 }
    }

    #[test]
    fn a_device_that_disagrees_with_the_processor_fails() {
        let mut reference = None;
        assert!(agree(found([0.9, 0.1]), &mut reference).is_ok());
        assert!(agree(found([0.9001, 0.0999]), &mut reference).is_ok());
        assert!(agree(found([0.95, 0.05]), &mut reference).is_err());
        assert!(agree(found([f32::NAN, 0.1]), &mut reference).is_err());
    }

    #[test]
    fn a_device_that_is_not_there_is_a_failure() {
        assert_eq!(not_here(DeviceChoice::Gpu(7)).state, State::Missing);
    }

    #[test]
    fn another_motion_than_the_one_that_was_drawn_fails() {
        let wrong = Found { class: "shake".to_owned(), ..found([0.9, 0.1]) };
        assert!(agree(wrong, &mut None).is_err());
    }
}
