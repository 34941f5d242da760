//! What the user wants, as panels, keys and dialogs report it.

use std::path::PathBuf;

use ks_domain::MediaTime;

use super::{
    ExchangeAction, LabelAction, PaletteAction, PictureView, ProjectAction, Scale, SettingsAction, TrainingAction,
    VideoId, ViewRange, ZooAction,
};
use crate::commands::Command;
use crate::theme::ThemeChoice;

/// Something that the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A command of the table, from a menu, a button or a key.
    Command(Command),
    /// Open these files, or the videos in these folders' place: dropped, named on the command line or chosen.
    OpenPaths(Vec<PathBuf>),
    /// Watch a video.
    Select(VideoId),
    /// Take a video out of the queue.
    Remove(VideoId),
    /// Stop analysing a video.
    Cancel(VideoId),
    /// Use a checkpoint.
    ChooseCheckpoint(PathBuf),
    /// Use a labels file.
    ChooseLabels(PathBuf),
    /// Compute on `auto` or a device's id.
    ChooseDevice(String),
    /// Show the frame at a moment.
    Seek(MediaTime),
    /// Play at a speed.
    SetRate(f64),
    /// Show a part of the video in the timeline.
    SetRange(ViewRange),
    /// Show a part of the picture.
    SetPictureView(PictureView),
    /// Lowest probability that counts.
    SetThreshold(f32),
    /// Frames between the starts of two windows.
    SetStride(u32),
    /// Use a theme.
    SetTheme(ThemeChoice),
    /// Draw the interface larger.
    SetScale(Scale),
    /// Take a message away.
    DismissBanner(u64),
    /// Text was typed into the dialog that asks for a time.
    TypeGoTo(String),
    /// Go to the typed time.
    SubmitGoTo,
    /// Close the dialog.
    CloseDialog,
    /// Narrow the key help down.
    SearchKeys(String),
    /// Something in the palette.
    Palette(PaletteAction),
    /// Something in the settings.
    Settings(SettingsAction),
    /// Something in the model zoo.
    Zoo(ZooAction),
    /// Something in training.
    Training(TrainingAction),
    /// Something with the project and its queue.
    Project(ProjectAction),
    /// Something with the labels.
    Label(LabelAction),
    /// Something with labels of other programs.
    Exchange(ExchangeAction),
    /// Stop cutting clips.
    CancelClips,
    /// Stop making the sample project.
    CancelSample,
}

impl From<Command> for Action {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}
