//! What the window says of its installation: looked at once, on a thread of its own, and updates only when somebody asks.

use ks_engine::Places;
use ks_ui::format::sentence;
use ks_ui::state::{Event, InstallationEvent, MissingPart, UpdateCheck};

use super::inbox::Outlet;
use crate::checks::{self, Check, State};
use crate::packages::Installer;

/// Looks for what is missing. A computer on which no thread can be started has other troubles, which are said elsewhere.
pub(super) fn look(outlet: Outlet) {
    let started = std::thread::Builder::new().name("installation".to_owned()).spawn(move || {
        let checks = checks::media(Installer::of_this_system());
        let (major, minor, micro) = ks_media::version();
        let media = format!("GStreamer {major}.{minor}.{micro}");
        outlet.send(Event::Installation(InstallationEvent::Looked { media, missing: missing(&checks) }));
    });
    if let Err(error) = started {
        tracing::warn!("what is missing on this computer cannot be looked for: {error}");
    }
}

/// One entry for every remedy: what one command mends is one sentence.
fn missing(checks: &[Check]) -> Vec<MissingPart> {
    let mut parts: Vec<MissingPart> = Vec::new();
    for check in checks.iter().filter(|check| check.state == State::Missing) {
        match parts.iter_mut().find(|part| part.remedy == check.remedy) {
            Some(part) => {
                part.purposes.push_str(", ");
                part.purposes.push_str(&check.subject);
            }
            None => parts.push(MissingPart { purposes: check.subject.clone(), remedy: check.remedy.clone() }),
        }
    }
    parts
}

/// Settings, data and caches, a line each.
pub(super) fn places(places: &Places) -> Vec<String> {
    [&places.config_dir, &places.data_dir, &places.cache_dir].map(|folder| folder.display().to_string()).to_vec()
}

/// Asks which release is the newest.
pub(super) fn check_for_updates(outlet: &Outlet) {
    let answer = outlet.clone();
    let ask = move || {
        let update = match ks_engine::updates::newest_release() {
            Ok(release) if release.is_newer => UpdateCheck::Newer { version: release.version, page: release.page },
            Ok(_same) => UpdateCheck::Newest,
            Err(error) => UpdateCheck::Failed(sentence(&error.to_string())),
        };
        answer.send(Event::Installation(InstallationEvent::Update(update)));
    };
    if let Err(error) = std::thread::Builder::new().name("updates".to_owned()).spawn(ask) {
        let failed = UpdateCheck::Failed(format!("Updates cannot be looked for: no thread ({error})"));
        outlet.try_send(Event::Installation(InstallationEvent::Update(failed)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_command_mends_is_one_sentence() {
        let bad = |subject: &str, remedy: &str| Check::bad(State::Missing, subject, "is not installed", remedy);
        let checks =
            [bad("H.264", "install a"), Check::ok("AVI", "avidemux"), bad("H.265", "install a"), bad("AV1", "b")];
        let found = missing(&checks);
        let lines: Vec<(&str, &str)> =
            found.iter().map(|part| (part.purposes.as_str(), part.remedy.as_str())).collect();
        assert_eq!(lines, [("H.264, H.265", "install a"), ("AV1", "b")]);
    }
}
