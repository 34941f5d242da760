//! From what is missing to what will be done about it: a pure function, so that every distribution can be tested on any.

use crate::facts::{Missing, System};
use crate::need::Need;
use crate::os_release::Manager;
use crate::packages::packages;

/// What the set-up is going to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Everything is there.
    Nothing,
    /// Commands to run as root, in this order.
    Commands(Vec<Step>),
    /// We cannot install here; this text says what to install.
    ByHand(String),
}

/// One command of the package manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Program and arguments.
    pub words: Vec<String>,
    /// Whether the set-up fails when this command fails.
    pub is_required: bool,
}

/// What about the machine decides on the plan, apart from what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The system.
    pub system: System,
    /// The package manager's lists are absent or older than a day.
    pub lists_are_stale: bool,
}

/// What to do about `missing`.
pub fn plan(situation: &Situation, missing: &Missing) -> Plan {
    if missing.is_empty() {
        return Plan::Nothing;
    }
    match &situation.system {
        System::Linux { manager, .. } => Plan::Commands(steps(*manager, situation.lists_are_stale, missing)),
        System::OtherLinux { name } => Plan::ByHand(other_linux(name, missing)),
        System::MacOs => Plan::ByHand(MACOS.to_owned()),
        System::Windows => Plan::ByHand(WINDOWS.to_owned()),
    }
}

fn steps(manager: Manager, lists_are_stale: bool, missing: &Missing) -> Vec<Step> {
    let mut steps = Vec::new();
    if lists_are_stale && let Some(words) = refresh(manager) {
        steps.push(step(words, &[], true));
    }
    for is_required in [true, false] {
        let needs = missing.keys().filter(|need| need.is_required() == is_required);
        let names: Vec<_> = needs.flat_map(|&need| packages(manager, need)).copied().collect();
        if !names.is_empty() {
            steps.push(step(install(manager), &names, is_required));
        }
    }
    steps
}

fn step(words: &[&str], names: &[&str], is_required: bool) -> Step {
    Step { words: words.iter().chain(names).map(|&word| word.to_owned()).collect(), is_required }
}

fn refresh(manager: Manager) -> Option<&'static [&'static str]> {
    match manager {
        Manager::Apt => Some(&["apt-get", "update"]),
        // A partial upgrade breaks an Arch system: new lists come with new packages.
        Manager::Pacman => Some(&["pacman", "-Syu", "--noconfirm"]),
        // These two refresh by themselves.
        Manager::Dnf | Manager::Zypper => None,
    }
}

fn install(manager: Manager) -> &'static [&'static str] {
    match manager {
        Manager::Apt => &["apt-get", "install", "--yes", "--no-install-recommends"],
        Manager::Dnf => &["dnf", "install", "--assumeyes", "--setopt=install_weak_deps=False"],
        Manager::Pacman => &["pacman", "-S", "--needed", "--noconfirm"],
        Manager::Zypper => &["zypper", "--non-interactive", "install", "--no-recommends"],
    }
}

fn other_linux(name: &str, missing: &Missing) -> String {
    let name = if name.is_empty() { "this Linux" } else { name };
    let lines: Vec<_> = missing.iter().map(|(need, what)| format!("  {}: {what}", need.name())).collect();
    let example: Vec<_> = missing.keys().flat_map(|&need: &Need| packages(Manager::Apt, need)).copied().collect();
    format!(
        "We do not know how {name} installs packages. Install these with its own means, then run this again:\n{}\nOn Debian they are in: {}",
        lines.join("\n"),
        example.join(" ")
    )
}

const WINDOWS: &str = "\
Install these, open a new terminal, and run this again:
  1. Visual Studio Build Tools with “Desktop development with C++”: https://visualstudio.microsoft.com/downloads/
  2. GStreamer 1.22 or newer, MSVC 64-bit, complete: https://gstreamer.freedesktop.org/download/
     (from 1.28 on one installer with runtime and development files; before, both MSI packages, “runtime” and “development”)
  3. Put GStreamer's bin folder on PATH; it brings pkg-config too:
     setx PATH \"%PATH%;%GSTREAMER_1_0_ROOT_MSVC_X86_64%bin\"";

const MACOS: &str = "\
Install these and run this again:
  xcode-select --install
  brew install pkgconf gstreamer
GStreamer's own packages, runtime and development, do as well: https://gstreamer.freedesktop.org/download/";

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(manager: Manager, lists_are_stale: bool) -> Situation {
        Situation { system: System::Linux { manager, name: "a Linux".to_owned() }, lists_are_stale }
    }

    fn lacking(needs: &[Need]) -> Missing {
        needs.iter().map(|&need| (need, "something".to_owned())).collect()
    }

    fn lines(plan: Plan) -> Vec<String> {
        match plan {
            Plan::Commands(steps) => steps.into_iter().map(|step| step.words.join(" ")).collect(),
            Plan::Nothing | Plan::ByHand(_) => panic!("{plan:?} is not a list of commands"),
        }
    }

    #[test]
    fn nothing_missing_is_nothing_to_do_anywhere() {
        for system in [System::Windows, System::MacOs, System::OtherLinux { name: String::new() }] {
            assert_eq!(plan(&Situation { system, lists_are_stale: true }, &Missing::new()), Plan::Nothing);
        }
        assert_eq!(plan(&linux(Manager::Apt, true), &Missing::new()), Plan::Nothing);
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        let plan = plan(&linux(Manager::Apt, false), &lacking(&[Need::PluginsLibav, Need::PkgConfig]));
        assert_eq!(lines(plan), ["apt-get install --yes --no-install-recommends pkg-config gstreamer1.0-libav"]);
    }

    #[test]
    fn stale_lists_are_fetched_first() {
        let plan = plan(&linux(Manager::Apt, true), &lacking(&[Need::PkgConfig]));
        assert_eq!(lines(plan)[0], "apt-get update");
    }

    #[test]
    fn what_is_only_wanted_comes_last_and_may_fail() {
        let missing = lacking(&[Need::FastLinker, Need::PkgConfig]);
        for manager in Manager::ALL {
            let Plan::Commands(steps) = plan(&linux(manager, false), &missing) else { panic!("should be commands") };
            let required: Vec<_> = steps.iter().map(|step| step.is_required).collect();
            assert_eq!(required, [true, false], "{manager:?}");
            assert!(steps[1].words.contains(&"mold".to_owned()), "{manager:?}");
        }
    }

    #[test]
    fn every_manager_is_told_not_to_ask() {
        for manager in Manager::ALL {
            let lines = lines(plan(&linux(manager, true), &lacking(&[Need::CCompiler])));
            let silent = ["--yes", "--assumeyes", "--noconfirm", "--non-interactive"];
            let last = lines.last().expect("should have a command");
            assert!(silent.iter().any(|option| last.contains(option)), "{last}");
        }
    }

    #[test]
    fn an_unknown_linux_is_told_what_is_missing_and_its_debian_names() {
        let situation = Situation { system: System::OtherLinux { name: "NixOS".to_owned() }, lists_are_stale: false };
        let Plan::ByHand(text) = plan(&situation, &lacking(&[Need::PluginsBad])) else { panic!("should be by hand") };
        assert!(text.contains("NixOS") && text.contains("gstreamer1.0-plugins-bad"), "{text}");
    }

    #[test]
    fn windows_and_macos_are_told_exactly_what_to_install() {
        for (system, word) in [(System::Windows, "MSVC"), (System::MacOs, "brew install")] {
            let plan = plan(&Situation { system, lists_are_stale: false }, &lacking(&[Need::GStreamerDevelopment]));
            let Plan::ByHand(text) = plan else { panic!("should be by hand") };
            assert!(text.contains(word), "{text}");
        }
    }
}
