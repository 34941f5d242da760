//! The one table of what the user can do: text, explanation and keys, for menus, buttons and the key help.

use egui::{Key, Modifiers};

/// What the user can do without naming anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table below explains each one to users and programmers alike")]
pub enum Command {
    Open,
    OpenCheckpoint,
    OpenLabels,
    ShowZoo,
    RemoveVideo,
    PreviousVideo,
    NextVideo,
    Quit,
    PlayPause,
    Slower,
    Faster,
    NormalRate,
    FrameBack,
    FrameForward,
    SecondBack,
    SecondForward,
    FiveSecondsBack,
    FiveSecondsForward,
    MinuteBack,
    MinuteForward,
    Start,
    End,
    GoTo,
    ToggleLoop,
    PreviousSegment,
    NextSegment,
    ZoomIn,
    ZoomOut,
    ZoomFit,
    Analyse,
    AnalyseAll,
    CancelAnalysis,
    LargerInterface,
    SmallerInterface,
    ShowKeys,
    ShowFrameTimes,
}

/// Where a command stands in menus and in the key help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Files.
    File,
    /// Playing.
    Playback,
    /// The timeline.
    Timeline,
    /// Analysing.
    Analysis,
    /// The look and the window.
    View,
}

impl Group {
    /// All groups in menu order.
    pub const ALL: [Self; 5] = [Self::File, Self::Playback, Self::Timeline, Self::Analysis, Self::View];

    /// The title of its menu.
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Playback => "Playback",
            Self::Timeline => "Timeline",
            Self::Analysis => "Analysis",
            Self::View => "View",
        }
    }
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The key.
    pub key: Key,
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    /// Shift; `None` where the layout decides whether it is needed to reach the key.
    pub shift: Option<bool>,
}

impl Shortcut {
    const fn plain(key: Key) -> Self {
        Self { key, command: false, shift: Some(false) }
    }

    const fn shift(key: Key) -> Self {
        Self { key, command: false, shift: Some(true) }
    }

    const fn ctrl(key: Key) -> Self {
        Self { key, command: true, shift: Some(false) }
    }

    const fn any_shift(key: Key) -> Self {
        Self { key, command: false, shift: None }
    }

    const fn ctrl_any_shift(key: Key) -> Self {
        Self { key, command: true, shift: None }
    }

    /// Whether these modifiers are the wanted ones.
    pub fn matches(&self, key: Key, modifiers: Modifiers) -> bool {
        self.key == key
            && modifiers.command == self.command
            && !modifiers.alt
            && self.shift.is_none_or(|shift| shift == modifiers.shift)
    }

    /// The keys as people read them.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.command {
            text.push_str(if cfg!(target_os = "macos") { "Cmd+" } else { "Ctrl+" });
        }
        if self.shift == Some(true) {
            text.push_str("Shift+");
        }
        text.push_str(match self.key {
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::ArrowUp => "↑",
            Key::ArrowDown => "↓",
            Key::Comma => ",",
            Key::Period => ".",
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            Key::Plus => "+",
            Key::Minus => "−",
            Key::Questionmark => "?",
            Key::PageUp => "PgUp",
            Key::PageDown => "PgDn",
            Key::Delete => "Del",
            other => other.name(),
        });
        text
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    /// Which command.
    pub command: Command,
    /// Where it stands.
    pub group: Group,
    /// What menus and buttons say; `…` where it asks more.
    pub text: &'static str,
    /// What it does, for those who hover.
    pub tooltip: &'static str,
    /// Its keys, the first one being shown in menus.
    pub shortcuts: &'static [Shortcut],
}

macro_rules! table {
    ($($group:ident { $($command:ident: $text:literal, $tooltip:literal, [$($how:ident $key:ident),*];)+ })+) => {
        /// Every command, in menu order.
        pub const COMMANDS: &[CommandInfo] = &[$($(CommandInfo {
            command: Command::$command,
            group: Group::$group,
            text: $text,
            tooltip: $tooltip,
            shortcuts: &[$(Shortcut::$how(Key::$key)),*],
        },)+)+];
    };
}

table! {
    File {
        Open: "Open videos…", "Choose one or more video files", [ctrl O];
        OpenCheckpoint: "Open checkpoint…", "Choose the network’s weights: a CSN checkpoint (.pth)", [];
        OpenLabels: "Open labels…", "Choose the names of the classes: a text file with one name a line", [];
        ShowZoo: "Model zoo", "The published networks: fetch one, or show where its file is", [ctrl M];
        PreviousVideo: "Previous video", "Watch the video above in the queue", [shift ArrowUp];
        NextVideo: "Next video", "Watch the video below in the queue", [shift ArrowDown];
        RemoveVideo: "Remove from queue", "Take the video out of the queue; the file stays where it is", [shift Delete];
        Quit: "Quit", "Close the window", [ctrl Q];
    }
    Playback {
        PlayPause: "Play or pause", "Play, or stop where it is", [plain Space, plain K];
        Slower: "Slower", "Play slower", [plain J, plain OpenBracket];
        Faster: "Faster", "Play faster", [plain L, plain CloseBracket];
        NormalRate: "Normal speed", "Play at normal speed", [plain Backspace];
        FrameBack: "Frame back", "Show the frame before this one", [plain Comma, plain ArrowLeft];
        FrameForward: "Frame forward", "Show the frame after this one", [plain Period, plain ArrowRight];
        SecondBack: "One second back", "Go one second back", [shift ArrowLeft];
        SecondForward: "One second forward", "Go one second forward", [shift ArrowRight];
        FiveSecondsBack: "Five seconds back", "Go five seconds back", [ctrl ArrowLeft];
        FiveSecondsForward: "Five seconds forward", "Go five seconds forward", [ctrl ArrowRight];
        MinuteBack: "One minute back", "Go one minute back", [plain PageUp];
        MinuteForward: "One minute forward", "Go one minute forward", [plain PageDown];
        Start: "Go to start", "Show the first frame", [plain Home];
        End: "Go to end", "Show the last frame", [plain End];
        GoTo: "Go to time…", "Type a time or a frame number to go to", [plain G];
        ToggleLoop: "Loop", "Start again at the end", [ctrl L];
    }
    Timeline {
        PreviousSegment: "Previous segment", "Go to the start of the segment before the playhead", [plain ArrowUp];
        NextSegment: "Next segment", "Go to the start of the segment after the playhead", [plain ArrowDown];
        ZoomIn: "Zoom in", "Show less of the video in the timeline", [any_shift Plus, plain Equals];
        ZoomOut: "Zoom out", "Show more of the video in the timeline", [any_shift Minus];
        ZoomFit: "Zoom to fit", "Show the whole video in the timeline", [plain Z];
    }
    Analysis {
        Analyse: "Analyse", "Find actions in this video", [ctrl Enter];
        AnalyseAll: "Analyse all", "Find actions in all videos of the queue that are not analysed yet", [];
        CancelAnalysis: "Cancel analysis", "Stop; what was found so far stays", [];
    }
    View {
        LargerInterface: "Larger interface", "Draw text and controls larger", [ctrl_any_shift Plus, ctrl_any_shift Equals];
        SmallerInterface: "Smaller interface", "Draw text and controls smaller", [ctrl_any_shift Minus];
        ShowKeys: "Keys", "All keys", [any_shift Questionmark, plain F1];
        ShowFrameTimes: "Frame times", "How long the interface took to draw its last frames", [plain F12];
    }
}

impl Command {
    /// Its row of the table.
    pub fn info(self) -> &'static CommandInfo {
        COMMANDS.iter().find(|info| info.command == self).expect("should be in the table: a test looks for each")
    }

    /// What hovering says: the explanation and the keys.
    pub fn hover_text(self) -> String {
        let info = self.info();
        if info.shortcuts.is_empty() {
            info.tooltip.to_owned()
        } else {
            let keys: Vec<String> = info.shortcuts.iter().map(Shortcut::text).collect();
            format!("{} ({})", info.tooltip, keys.join(", "))
        }
    }
}

/// The command that a key press means, if any. What the layout prints on the key counts first; where that means
/// nothing, the key's place on a US keyboard does.
pub fn command_for(key: Key, physical: Option<Key>, modifiers: Modifiers) -> Option<Command> {
    let find = |key: Key| {
        COMMANDS
            .iter()
            .find(|info| info.shortcuts.iter().any(|shortcut| shortcut.matches(key, modifiers)))
            .map(|info| info.command)
    };
    find(key).or_else(|| find(physical?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_stands_in_the_table_once() {
        let listed: BTreeSet<Command> = COMMANDS.iter().map(|info| info.command).collect();
        assert_eq!(listed.len(), COMMANDS.len());
        // The last variant's number tells how many there are.
        assert_eq!(COMMANDS.len(), Command::ShowFrameTimes as usize + 1);
    }

    #[test]
    fn no_key_means_two_things() {
        for shift in [false, true] {
            for ctrl in [false, true] {
                for key in Key::ALL {
                    let command = ctrl;
                    let modifiers = Modifiers { shift, ctrl, command, ..Modifiers::NONE };
                    let meant: Vec<Command> = COMMANDS
                        .iter()
                        .filter(|info| info.shortcuts.iter().any(|shortcut| shortcut.matches(*key, modifiers)))
                        .map(|info| info.command)
                        .collect();
                    assert!(meant.len() <= 1, "{key:?} {modifiers:?}: {meant:?}");
                }
            }
        }
    }

    #[test]
    fn keys_work_on_other_layouts() {
        assert_eq!(command_for(Key::Space, None, Modifiers::NONE), Some(Command::PlayPause));
        assert_eq!(command_for(Key::ArrowLeft, None, Modifiers::SHIFT), Some(Command::SecondBack));
        // A key that prints something without meaning counts by its place.
        assert_eq!(command_for(Key::Semicolon, Some(Key::Comma), Modifiers::NONE), Some(Command::FrameBack));
        assert_eq!(command_for(Key::Space, None, Modifiers::ALT), None);
    }
}
