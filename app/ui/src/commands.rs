//! The one table of what the user can do, for menus, buttons, the palette and the key help.
//!
//! What a command is called and what it does stands in `assets/texts/commands.ftl`, under a name made of the
//! command's own (`command-open`); its keys are in [`crate::keymap`].

use std::sync::LazyLock;

use crate::keymap::{Keymap, Shortcut};
use crate::texts::attribute;
use crate::tr;

/// Declares the commands in menu order.
macro_rules! table {
    ($($group:ident { $($command:ident),+ $(,)? })+) => {
        /// What the user can do without naming anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the texts explain each one to users and programmers alike")]
        pub enum Command {
            $($($command,)+)+
        }

        /// Every command, in menu order.
        pub const COMMANDS: &[CommandInfo] = &[$($(CommandInfo {
            command: Command::$command,
            group: Group::$group,
            name: stringify!($command),
        },)+)+];
    };
}

table! {
    File {
        NewProject, OpenProject, OpenSample, SaveProjectAs, Open, Import, Export, ExportClips, OpenCheckpoint, OpenLabels,
        PreviousVideo, NextVideo, RemoveVideo, Quit,
    }
    Edit {
        Undo, Redo, MarkIn, MarkOut, SplitSegment, MergeSegments, DeleteSegment, NudgeStartBack, NudgeStartForward,
        NudgeEndBack, NudgeEndForward, AddMarker, SelectAllVideos,
    }
    Playback {
        PlayPause, Slower, Faster, NormalRate, FrameBack, FrameForward, SecondBack, SecondForward, FiveSecondsBack,
        FiveSecondsForward, MinuteBack, MinuteForward, Start, End, GoTo, PlaySelection, PlayAround, ToggleLoop,
        Snapshot,
    }
    Timeline {
        PreviousSegment, NextSegment, PreviousDisagreement, NextDisagreement, NextUncertain, ZoomIn, ZoomOut, ZoomFit,
    }
    Label {
        AcceptPrediction, RejectPrediction, ToggleFullyLabelled,
    }
    Analysis {
        Analyse, AnalyseAll, CancelAnalysis, Improve,
    }
    View {
        ZoomPictureIn, ZoomPictureOut, ResetPicture, ToggleOverlay, LargerInterface, SmallerInterface, ShowFrameTimes,
    }
    Window {
        ShowVideos, ShowTraining, ShowCheckpoints, ShowZoo, ShowLabels, ShowReview, ShowResults, ShowTotals,
        ShowHistory, ShowSettings, ShowPalette, ShowKeys,
        CheckForUpdates, ShowAbout,
    }
}

/// Commands that stand in the table, with their keys, but that nothing carries out yet. They are hidden from menus,
/// palette, key help and settings, and their keys do nothing. Whoever builds one takes it out of here.
pub const NOT_YET: &[Command] = &[];

/// Where a command stands in menus and in the key help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Projects and files.
    File,
    /// Segments and markers.
    Edit,
    /// Playing.
    Playback,
    /// The timeline.
    Timeline,
    /// Judging what the network has found.
    Label,
    /// Analysing.
    Analysis,
    /// The look.
    View,
    /// Screens and dialogs.
    Window,
}

impl Group {
    /// All groups in menu order.
    pub const ALL: [Self; 8] =
        [Self::File, Self::Edit, Self::Playback, Self::Timeline, Self::Label, Self::Analysis, Self::View, Self::Window];

    /// The title of its menu.
    pub fn title(self) -> String {
        match self {
            Self::File => tr!("group-file"),
            Self::Edit => tr!("group-edit"),
            Self::Playback => tr!("group-playback"),
            Self::Timeline => tr!("group-timeline"),
            Self::Label => tr!("group-label"),
            Self::Analysis => tr!("group-analysis"),
            Self::View => tr!("group-view"),
            Self::Window => tr!("group-window"),
        }
    }

    /// Its commands in menu order, without those that nothing carries out yet.
    pub fn commands(self) -> impl Iterator<Item = Command> {
        Command::offered().filter(move |command| command.info().group == self)
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    /// Which command.
    pub command: Command,
    /// Where it stands.
    pub group: Group,
    /// What the configuration file calls it: `PlayPause`.
    pub name: &'static str,
}

/// The names of the commands' messages, in the order of the table.
static MESSAGES: LazyLock<Vec<String>> =
    LazyLock::new(|| COMMANDS.iter().map(|info| format!("command-{}", kebab(info.name))).collect());

/// `PlayPause` as `play-pause`.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

impl Command {
    /// Its row of the table.
    pub fn info(self) -> &'static CommandInfo {
        COMMANDS.get(self as usize).expect("should be in the table: both come from one list")
    }

    /// What the configuration file calls it: `PlayPause`.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The command of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        COMMANDS.iter().find(|info| info.name == name).map(|info| info.command)
    }

    /// The name of its message.
    pub fn message(self) -> &'static str {
        MESSAGES.get(self as usize).expect("should have a message: they are made from the table")
    }

    /// What menus and buttons say; `…` where it asks more.
    pub fn text(self) -> String {
        tr!(self.message())
    }

    /// What it does, for those who hover.
    pub fn tooltip(self) -> String {
        attribute(self.message(), "tooltip")
    }

    /// What hovering says: the explanation and the keys.
    pub fn hover_text(self, keymap: &Keymap) -> String {
        let keys: Vec<String> = keymap.shortcuts(self).iter().map(Shortcut::text).collect();
        if keys.is_empty() {
            self.tooltip()
        } else {
            tr!("command-with-keys", tooltip = self.tooltip(), keys = keys.join(", "))
        }
    }

    /// Whether it is carried out.
    pub fn is_offered(self) -> bool {
        !NOT_YET.contains(&self)
    }

    /// Every command that is carried out, in menu order.
    pub fn offered() -> impl Iterator<Item = Self> {
        COMMANDS.iter().map(|info| info.command).filter(|command| command.is_offered())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_its_number_and_by_its_name() {
        for info in COMMANDS {
            assert_eq!(info.command.info().command, info.command);
            assert_eq!(Command::from_name(info.name), Some(info.command));
        }
        assert_eq!(Command::from_name("Nonsense"), None);
    }

    #[test]
    fn commands_that_nothing_carries_out_are_not_offered() {
        assert!(NOT_YET.iter().all(|command| !Command::offered().any(|offered| offered == *command)));
        let in_groups: usize = Group::ALL.iter().map(|group| group.commands().count()).sum();
        assert_eq!(in_groups + NOT_YET.len(), COMMANDS.len());
    }

    #[test]
    fn messages_are_named_after_their_commands() {
        assert_eq!(Command::FiveSecondsBack.message(), "command-five-seconds-back");
        assert_eq!(Command::Open.text(), "Open videos…");
        assert_eq!(
            Command::Quit.hover_text(&Keymap::default()),
            "Close the window (Ctrl+Q)".replace("Ctrl", crate::keymap::COMMAND_KEY)
        );
    }
}
