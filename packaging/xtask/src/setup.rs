//! `cargo xtask setup`, which `run` and `test` start with: look, say what is missing, install it, look again.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::cargo;
use crate::facts::{self, Missing, System};
use crate::failure::{Failure, Outcome};
use crate::install;
use crate::linker;
use crate::need::Need;
use crate::os_release::Manager;
use crate::plan::{Plan, Situation, plan};

/// Brings the system to what the project needs.
pub fn setup(yes: bool) -> Outcome {
    let system = facts::system();
    let missing = facts::missing(&system);
    let situation = Situation { lists_are_stale: lists_are_stale(&system), system };
    match plan(&situation, &missing) {
        Plan::Nothing => println!("Set-up: nothing is missing"),
        Plan::ByHand(text) => {
            report(&missing);
            // On macOS, Windows and unknown systems what is only wanted does not stop anybody.
            if missing.keys().any(|need| need.is_required()) {
                return Err(Failure::failed(text));
            }
        }
        Plan::Commands(steps) => {
            report(&missing);
            install::install(&steps, yes)?;
            still_missing(&situation.system)?;
        }
    }
    agree_on_linker(&situation.system)
}

fn report(missing: &Missing) {
    println!("Set-up: missing on this machine:");
    for (need, what) in missing {
        println!("  {}: {what}", need.name());
    }
}

fn still_missing(system: &System) -> Outcome {
    let missing: Missing = facts::missing(system).into_iter().filter(|(need, _)| need.is_required()).collect();
    if missing.is_empty() {
        println!("Set-up: everything needed is installed now");
        return Ok(());
    }
    report(&missing);
    let old = if missing.contains_key(&Need::GStreamerDevelopment) {
        ". GStreamer 1.22 came with Debian 12, Ubuntu 23.04 and Fedora 37: an older distribution cannot build this"
    } else {
        ""
    };
    Err(Failure::failed(format!("the packages were installed, and this is missing still{old}")))
}

fn agree_on_linker(system: &System) -> Outcome {
    if !matches!(system, System::Linux { .. } | System::OtherLinux { .. }) {
        return Ok(());
    }
    let has_fast_linker = !facts::missing(system).contains_key(&Need::FastLinker);
    linker::agree(&cargo::workspace_root(), has_fast_linker)
}

fn lists_are_stale(system: &System) -> bool {
    let System::Linux { manager, .. } = system else { return false };
    let folder = match manager {
        Manager::Apt => "/var/lib/apt/lists",
        Manager::Pacman => "/var/lib/pacman/sync",
        Manager::Dnf | Manager::Zypper => return false,
    };
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let files =
        entries.flatten().filter_map(|entry| entry.metadata().ok()).filter(|found| found.len() > 0 && found.is_file());
    let newest = files.filter_map(|found| found.modified().ok()).max();
    let age = newest.and_then(|time| SystemTime::now().duration_since(time).ok());
    match manager {
        // Lists that are only old go with the old packages that are installed, see `plan::refresh`.
        Manager::Pacman => newest.is_none(),
        Manager::Apt | Manager::Dnf | Manager::Zypper => age.is_none_or(|age| age > Duration::from_hours(24)),
    }
}
