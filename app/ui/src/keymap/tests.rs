//! Profiles, changes and layouts.

use std::collections::BTreeSet;

use super::*;

fn shortcut(text: &str) -> Shortcut {
    Shortcut::parse(text).unwrap()
}

/// What each peer's own keys mean (`peers.md` §3a), as far as it has the command.
const PEERS: &[(Profile, &[(&str, Command)])] = &[
    (
        Profile::Editor,
        &[
            ("Space", Command::PlayPause),
            ("K", Command::PlayPause),
            ("J", Command::Slower),
            ("L", Command::Faster),
            ("[", Command::Slower),
            ("]", Command::Faster),
            ("Backspace", Command::NormalRate),
            (",", Command::FrameBack),
            (".", Command::FrameForward),
            ("Left", Command::FrameBack),
            ("Right", Command::FrameForward),
            ("Shift+Left", Command::SecondBack),
            ("Ctrl+Right", Command::FiveSecondsForward),
            ("PageUp", Command::MinuteBack),
            ("Home", Command::Start),
            ("End", Command::End),
            ("G", Command::GoTo),
            ("I", Command::MarkIn),
            ("O", Command::MarkOut),
            ("B", Command::SplitSegment),
            ("Delete", Command::DeleteSegment),
            ("Alt+,", Command::NudgeStartBack),
            ("Alt+.", Command::NudgeStartForward),
            ("Alt+Shift+,", Command::NudgeEndBack),
            ("Alt+Shift+.", Command::NudgeEndForward),
            ("Up", Command::PreviousSegment),
            ("Down", Command::NextSegment),
            ("Shift+N", Command::PreviousDisagreement),
            ("N", Command::NextDisagreement),
            ("Shift+Space", Command::PlaySelection),
            ("Ctrl+Shift+Space", Command::PlayAround),
            ("Ctrl+L", Command::ToggleLoop),
            ("+", Command::ZoomIn),
            ("-", Command::ZoomOut),
            ("Z", Command::ZoomFit),
            ("Shift+Up", Command::PreviousVideo),
            ("Shift+Down", Command::NextVideo),
            ("C", Command::Snapshot),
            ("Ctrl+Z", Command::Undo),
            ("Ctrl+Shift+Z", Command::Redo),
            ("Ctrl+Y", Command::Redo),
            ("?", Command::ShowKeys),
            ("Ctrl+P", Command::ShowPalette),
        ],
    ),
    (
        Profile::Mpv,
        &[
            ("Space", Command::PlayPause),
            ("P", Command::PlayPause),
            ("[", Command::Slower),
            ("]", Command::Faster),
            ("Backspace", Command::NormalRate),
            (",", Command::FrameBack),
            (".", Command::FrameForward),
            ("Shift+Left", Command::SecondBack),
            ("Shift+Right", Command::SecondForward),
            ("Left", Command::FiveSecondsBack),
            ("Right", Command::FiveSecondsForward),
            ("Down", Command::MinuteBack),
            ("Up", Command::MinuteForward),
            ("Home", Command::Start),
            ("Alt++", Command::ZoomPictureIn),
            ("Alt+-", Command::ZoomPictureOut),
            ("Alt+Backspace", Command::ResetPicture),
            ("Enter", Command::NextVideo),
            ("Shift+.", Command::NextVideo),
            ("Shift+,", Command::PreviousVideo),
            ("Shift+L", Command::ToggleLoop),
            ("S", Command::Snapshot),
            ("?", Command::ShowKeys),
        ],
    ),
    (
        Profile::Elan,
        &[
            ("Ctrl+Space", Command::PlayPause),
            ("Ctrl+Left", Command::FrameBack),
            ("Ctrl+Right", Command::FrameForward),
            ("Shift+Left", Command::SecondBack),
            ("Shift+Right", Command::SecondForward),
            ("Ctrl+PageUp", Command::MinuteBack),
            ("Ctrl+PageDown", Command::MinuteForward),
            ("Ctrl+B", Command::Start),
            ("Ctrl+E", Command::End),
            ("Ctrl+G", Command::GoTo),
            ("Alt+N", Command::MarkOut),
            ("Alt+D", Command::DeleteSegment),
            ("Ctrl+J", Command::NudgeStartBack),
            ("Ctrl+U", Command::NudgeStartForward),
            ("Ctrl+Shift+J", Command::NudgeEndBack),
            ("Ctrl+Shift+U", Command::NudgeEndForward),
            ("Alt+Left", Command::PreviousSegment),
            ("Alt+Right", Command::NextSegment),
            ("Shift+Space", Command::PlaySelection),
            ("Ctrl+Shift+Space", Command::PlayAround),
            ("Ctrl+L", Command::ToggleLoop),
            ("Ctrl++", Command::ZoomIn),
            ("Ctrl+-", Command::ZoomOut),
            ("Ctrl+0", Command::ZoomFit),
            ("Ctrl+Z", Command::Undo),
        ],
    ),
    (
        Profile::Boris,
        &[
            ("Space", Command::PlayPause),
            ("End", Command::Slower),
            ("Home", Command::Faster),
            ("Backspace", Command::NormalRate),
            ("Left", Command::FrameBack),
            ("Right", Command::FrameForward),
            ("Down", Command::SecondBack),
            ("Up", Command::SecondForward),
            ("Ctrl++", Command::ZoomPictureIn),
            ("Ctrl+-", Command::ZoomPictureOut),
            ("Ctrl+0", Command::ResetPicture),
            ("PageUp", Command::PreviousVideo),
            ("PageDown", Command::NextVideo),
            ("Ctrl+Z", Command::Undo),
        ],
    ),
];

/// Commands that no profile gives a key; menus and the palette have them.
const WITHOUT_KEY: &[Command] = &[
    Command::ExportClips,
    Command::OpenCheckpoint,
    Command::OpenLabels,
    Command::AnalyseAll,
    Command::CancelAnalysis,
    Command::OpenSample,
    Command::CheckForUpdates,
    Command::ShowAbout,
];

#[test]
fn each_profile_has_the_keys_of_its_peer() {
    assert_eq!(PEERS.len(), Profile::ALL.len());
    for (profile, keys) in PEERS {
        let keymap = Keymap::new(*profile);
        for (text, command) in *keys {
            assert_eq!(keymap.owner(shortcut(text)), Some(*command), "{profile:?}: {text}");
        }
    }
}

#[test]
fn no_profile_has_a_clash_or_lacks_a_command() {
    for profile in Profile::ALL {
        // Reading a profile refuses unknown names, unknown keys and clashes.
        let keymap = Keymap::new(profile);
        for info in COMMANDS {
            let has_key = !keymap.shortcuts(info.command).is_empty();
            assert_eq!(has_key, !WITHOUT_KEY.contains(&info.command), "{profile:?}: {:?}", info.command);
        }
        assert_eq!(Profile::from_key(profile.key()), Some(profile));
    }
}

#[test]
fn changes_survive_being_written_in_every_profile() {
    for profile in Profile::ALL {
        let mut keymap = Keymap::new(profile);
        keymap.take(Command::Analyse, shortcut("Alt+Shift+F5"));
        keymap.take(Command::Quit, shortcut("Ctrl++"));
        keymap.remove(Command::ShowZoo, shortcut("Ctrl+M"));
        let (read, issues) = Keymap::read(profile, &keymap.written());
        assert_eq!((read, issues), (keymap, vec![]));
    }
    assert!(Keymap::default().written().is_empty());
}

#[test]
fn a_key_that_is_taken_is_refused_until_it_is_taken_away() {
    let mut keymap = Keymap::default();
    let key = shortcut("Ctrl+Z");
    assert_eq!(keymap.add(Command::Analyse, key), Err(Clash { owner: Command::Undo }));
    assert_eq!(keymap, Keymap::default());
    keymap.take(Command::Analyse, key);
    assert_eq!(keymap.owner(key), Some(Command::Analyse));
    assert!(keymap.shortcuts(Command::Undo).is_empty());
    // A key that came from a change can be taken once more.
    keymap.take(Command::Quit, key);
    assert_eq!(keymap.owner(key), Some(Command::Quit));
    assert!(!keymap.shortcuts(Command::Analyse).contains(&key));
    keymap.reset(Command::Quit);
    assert_eq!(keymap.owner(key), Some(Command::Undo));
    keymap.reset_all();
    assert_eq!(keymap, Keymap::default());
}

#[test]
fn a_change_that_is_undone_by_hand_is_no_change() {
    let mut keymap = Keymap::default();
    keymap.remove(Command::Quit, shortcut("Ctrl+Q"));
    assert!(keymap.is_changed(Command::Quit) && keymap.shortcuts(Command::Quit).is_empty());
    assert_eq!(keymap.add(Command::Quit, shortcut("Ctrl+Q")), Ok(()));
    assert!(!keymap.has_changes());
}

#[test]
fn changes_stay_when_the_profile_changes() {
    let mut keymap = Keymap::default();
    // In mpv, S is the snapshot.
    assert_eq!(keymap.add(Command::Analyse, shortcut("S")), Ok(()));
    keymap.set_profile(Profile::Mpv);
    assert_eq!(keymap.owner(shortcut("S")), Some(Command::Analyse));
    assert!(keymap.shortcuts(Command::Snapshot).is_empty());
    let mut seen = BTreeSet::new();
    for info in COMMANDS {
        assert!(keymap.shortcuts(info.command).iter().all(|key| seen.insert(*key)), "{:?}", info.command);
    }
}

#[test]
fn everything_that_is_wrong_in_a_file_is_named_at_once_and_the_rest_is_used() {
    let texts =
        [("Analyse", vec!["Ctlr+Z", "F5"]), ("Analyze", vec!["F6"]), ("Quit", vec!["F5"]), ("Undo", vec!["Ctrl+Zz"])];
    let texts = texts.map(|(name, keys)| (name.to_owned(), keys.into_iter().map(str::to_owned).collect())).into();
    let (keymap, issues) = Keymap::read(Profile::Editor, &texts);
    let said: Vec<String> = issues.iter().map(KeyIssue::to_string).collect();
    assert_eq!(
        said,
        [
            "“Analyze” is not a command",
            "“Zz” in “Ctrl+Zz” (Undo) is not a key",
            "“Ctlr” in “Ctlr+Z” (Analyse) is not a key",
            "F5 is given to both Quit and Analyse; Quit keeps it",
        ]
    );
    assert_eq!(keymap.owner(shortcut("F5")), Some(Command::Quit));
}

#[test]
fn keys_work_on_other_layouts() {
    let keymap = Keymap::default();
    let meant = |key, physical, modifiers| keymap.command_for(key, physical, modifiers);
    assert_eq!(meant(Key::Space, None, Modifiers::NONE), Some(Command::PlayPause));
    assert_eq!(meant(Key::ArrowLeft, None, Modifiers::SHIFT), Some(Command::SecondBack));
    // A key that prints something without meaning counts by its place …
    assert_eq!(meant(Key::Semicolon, Some(Key::Comma), Modifiers::NONE), Some(Command::FrameBack));
    // … but a Latin letter means itself: W of a French keyboard lies where Z is on a US one.
    assert_eq!(meant(Key::W, Some(Key::Z), Modifiers::NONE), None);
    assert_eq!(meant(Key::Z, Some(Key::W), Modifiers::NONE), Some(Command::ZoomFit));
    assert_eq!(meant(Key::Questionmark, Some(Key::Minus), Modifiers::SHIFT), Some(Command::ShowKeys));
    assert_eq!(meant(Key::Plus, Some(Key::Equals), Modifiers::SHIFT), Some(Command::ZoomIn));
    assert_eq!(meant(Key::Space, None, Modifiers::ALT), None);
}

#[test]
fn class_keys_are_what_the_commands_leave() {
    let keymap = Keymap::default();
    let keys = class_keys(&keymap);
    assert_eq!(keys.iter().take(10).map(|key| key.name()).collect::<String>(), "1234567890");
    // Beside J K L I O B G the profile uses C, M, N and Z.
    assert_eq!(keys.iter().skip(10).map(|key| key.name()).collect::<String>(), "ADEFHPQRSTUVWXY");
    for profile in Profile::ALL {
        let keymap = Keymap::new(profile);
        for (class, key) in class_keys(&keymap).into_iter().enumerate() {
            assert_eq!(keymap.command_for(key, None, Modifiers::NONE), None);
            assert_eq!(class_of_key(&keymap, key, None, Modifiers::NONE), Some(class));
            assert_eq!(class_of_key(&keymap, key, None, Modifiers::CTRL), None);
        }
    }
    // A digit of a French keyboard prints something else.
    assert_eq!(class_of_key(&keymap, Key::Quote, Some(Key::Num4), Modifiers::NONE), Some(3));
    assert_eq!(class_of_key(&keymap, Key::K, None, Modifiers::NONE), None);
}
