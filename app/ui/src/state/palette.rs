//! The palette: finds a command by words of its name, and carries it out.

use super::{AppState, Dialog, Effect};
use crate::commands::Command;

/// What the palette shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaletteView {
    /// What was typed.
    pub search: String,
    /// Which of the found commands Enter would carry out, counted from 0.
    pub selected: usize,
}

/// Something that the user wants in the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaletteAction {
    /// Look for something else.
    Search(String),
    /// Point at another one.
    Select(usize),
    /// Carry a command out, if it does anything now.
    Run(Command),
}

impl From<PaletteAction> for super::Action {
    fn from(action: PaletteAction) -> Self {
        Self::Palette(action)
    }
}

/// The commands that fit what was typed, the best first. Each word has to occur in the command's text, its menu or its
/// explanation; where words begin counts more than what they contain.
pub fn found_commands(search: &str) -> Vec<Command> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let offered = Command::offered().filter(|command| *command != Command::ShowPalette);
    let mut found: Vec<(u8, Command)> =
        offered.filter_map(|command| rank(command, &words).map(|rank| (rank, command))).collect();
    found.sort_by_key(|(rank, command)| (*rank, *command));
    found.into_iter().map(|(_, command)| command).collect()
}

/// How well a command fits, 0 being best; `None` if it does not.
fn rank(command: Command, words: &[String]) -> Option<u8> {
    let text = command.text().to_lowercase();
    let begins = |word: &String| text.split_whitespace().any(|own| own.starts_with(word.as_str()));
    if words.first().is_none_or(|first| text.starts_with(first.as_str())) && words.iter().all(begins) {
        return Some(0);
    }
    if words.iter().all(begins) {
        return Some(1);
    }
    if words.iter().all(|word| text.contains(word.as_str())) {
        return Some(2);
    }
    let all = format!("{text} {} {}", command.info().group.title(), command.tooltip()).to_lowercase();
    words.iter().all(|word| all.contains(word.as_str())).then_some(3)
}

impl AppState {
    pub(super) fn apply_palette(&mut self, action: PaletteAction) -> Vec<Effect> {
        let Some(Dialog::Palette(view)) = &mut self.dialog else { return vec![] };
        match action {
            PaletteAction::Search(search) => *view = PaletteView { search, selected: 0 },
            PaletteAction::Select(selected) => view.selected = selected,
            PaletteAction::Run(command) => {
                if self.can(command) {
                    self.dialog = None;
                    return self.command(command);
                }
            }
        }
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_the_beginnings_of_their_words() {
        assert_eq!(found_commands("zoom to").first(), Some(&Command::ZoomFit));
        assert_eq!(found_commands("VID prev").first(), Some(&Command::PreviousVideo));
        assert_eq!(found_commands("analyse").first(), Some(&Command::Analyse));
        // By what it does: only the explanation speaks of published networks.
        assert_eq!(found_commands("published"), [Command::ShowZoo]);
        assert_eq!(found_commands("xyzzy"), []);
    }

    #[test]
    fn without_a_word_all_commands_that_are_carried_out_are_there() {
        assert_eq!(found_commands("  ").len(), Command::offered().count() - 1);
    }
}
