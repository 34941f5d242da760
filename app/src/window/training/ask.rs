//! What is asked about a training before it begins, and what is done with checkpoints outside of the window. All of it takes
//! time, so it is called on threads.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ks_domain::CancelToken;
use ks_engine::training::{TrainSpec, estimate_of, preview_of};
use ks_engine::{ConvertSpec, Strictness, Target, convert};
use ks_ui::format::sentence;
use ks_ui::state::{ClipPlace, Event, Failure, PreviewClip, SmallPicture, SmallPictures, TrainingEvent};

use crate::window::inbox::Outlet;

/// Clips of a preview.
const PREVIEWS: usize = 12;
/// Frames that are shown of each.
const SHOWN: usize = 8;

fn failure(found: ks_engine::Failure) -> Failure {
    Failure { summary: sentence(&found.summary), details: found.details }
}

/// What a run would need.
pub(super) fn estimate(spec: TrainSpec, outlet: &Outlet) {
    let said = match estimate_of(&spec) {
        Ok(estimate) => TrainingEvent::Estimated(estimate),
        Err(found) => TrainingEvent::Failed(failure(found)),
    };
    outlet.send(Event::Training(said));
}

/// Clips as a run would see them.
pub(super) fn preview(spec: TrainSpec, places: &[ClipPlace], cache: PathBuf, outlet: &Outlet) {
    let made = preview_of(&spec, PREVIEWS, Some(cache), &CancelToken::new()).map_err(failure).map(|clips| {
        let shown = |clip: ks_engine::training::PreviewedClip| {
            let [time, height, width, channels] = clip.shape;
            let bytes = height * width * channels;
            let frames = SHOWN.min(time).max(1);
            let picture = |place: usize| {
                let at = place * time / frames;
                let rgb = clip.pixels.get(at * bytes..(at + 1) * bytes).unwrap_or_default().to_vec();
                SmallPicture { frame: u32::try_from(at).unwrap_or(u32::MAX), rgb }
            };
            let pictures = (0..frames).map(picture).collect();
            let names = clip.labels.iter().filter_map(|label| spec.data.classes.get(*label as usize));
            Some(PreviewClip {
                label: names.map(String::as_str).collect::<Vec<_>>().join(", "),
                place: places.get(clip.sample as usize)?.clone(),
                pictures: Arc::new(SmallPictures { width, height, pictures }),
            })
        };
        clips.into_iter().filter_map(shown).collect()
    });
    outlet.send(Event::Training(TrainingEvent::Preview(made)));
}

/// Writes a checkpoint elsewhere, in the format that its new name asks for.
pub(super) fn export(path: &Path, target: &Path) -> Result<(), Failure> {
    let Some(format) = Target::of_ending(target) else {
        return Err(Failure::new(format!(
            "A checkpoint is written as .safetensors, .pth or .onnx; choose one of these endings: {}",
            target.display()
        )));
    };
    let spec = ConvertSpec {
        input: path.to_owned(),
        output: target.to_owned(),
        target: format,
        labels: None,
        normalization: None,
        strictness: Strictness::EXACT,
        half: false,
        // The dialog has asked.
        overwrite: true,
    };
    convert(&spec).map(|_written| ()).map_err(failure)
}

/// Shows a file in the platform's file manager.
pub(super) fn reveal(path: &Path) -> std::io::Result<()> {
    let mut command = if cfg!(target_os = "windows") {
        let mut explorer = Command::new("explorer");
        explorer.arg("/select,").arg(path);
        explorer
    } else {
        let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let mut command = Command::new(opener);
        command.arg(path.parent().unwrap_or(path));
        command
    };
    // It goes on by itself; nobody waits for a file manager.
    command.spawn().map(|_child| ())
}
