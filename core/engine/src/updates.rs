//! Whether there is a newer version: asked when somebody wants to know, and never otherwise. Nothing is fetched but the
//! description of the newest release, and nothing is sent but the request for it.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::zoo::{agent, offline_by_environment};

/// How long the server may say nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// A description longer than this is none.
const MOST_BYTES: u64 = 1 << 20;

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// `1.2.0`.
    pub version: String,
    /// The page that describes it.
    pub page: String,
    /// Whether it is newer than this program.
    pub is_newer: bool,
}

/// Why it is not known.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// Fetching is forbidden.
    #[error("looking for updates is forbidden {0}")]
    Offline(String),
    /// Nobody answered.
    #[error("the server that lists releases was not reached ({0}); check the connection and try again")]
    Unreachable(String),
    /// Another answer than the description of a release.
    #[error("the server that lists releases gave no release (status {0}); look at the project’s page instead: {1}")]
    NoRelease(u16, &'static str),
}

#[derive(Deserialize)]
struct Described {
    tag_name: String,
    html_url: String,
}

/// Asks which release is the newest. Blocks until the server has answered or has said nothing for too long.
///
/// # Errors
/// If that is forbidden, nobody answers, or the answer is no release.
pub fn newest_release() -> Result<Release, UpdateError> {
    let project = env!("CARGO_PKG_REPOSITORY");
    let api = project.replacen("https://github.com/", "https://api.github.com/repos/", 1);
    newest_of(&format!("{api}/releases/latest"), env!("CARGO_PKG_VERSION"))
}

fn newest_of(address: &str, ours: &str) -> Result<Release, UpdateError> {
    if let Some(reason) = offline_by_environment() {
        return Err(UpdateError::Offline(reason));
    }
    let unreachable = |error: ureq::Error| UpdateError::Unreachable(error.to_string());
    let mut response = agent(address, PATIENCE).get(address).call().map_err(unreachable)?;
    let status = response.status().as_u16();
    let none = || UpdateError::NoRelease(status, env!("CARGO_PKG_REPOSITORY"));
    if status != 200 {
        return Err(none());
    }
    let text = response.body_mut().with_config().limit(MOST_BYTES).read_to_string().map_err(unreachable)?;
    let described: Described = serde_json::from_str(&text).map_err(|_not_a_release| none())?;
    let version = described.tag_name.trim_start_matches('v').to_owned();
    let is_newer = parts(&version).ok_or_else(none)? > parts(ours).ok_or_else(none)?;
    Ok(Release { version, page: described.html_url, is_newer })
}

/// `1.2.0` as numbers, to be compared; what follows a hyphen is a release before that one, and is not offered to anybody.
fn parts(version: &str) -> Option<[u64; 3]> {
    let mut numbers = version.split('-').next()?.split('.').map(str::parse);
    let found = [numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?];
    numbers.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// The address of a server that gives one answer.
    fn answering(status: &'static str, body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/latest", listener.local_addr().unwrap());
        let serve = move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).unwrap();
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        };
        std::thread::Builder::new().name("test server".to_owned()).spawn(serve).unwrap();
        address
    }

    #[test]
    fn a_release_is_newer_by_its_numbers_and_not_by_its_letters() {
        let body = r#"{"tag_name":"v0.10.0","html_url":"https://example.org/v0.10.0","assets":[]}"#;
        let release = newest_of(&answering("200 OK", body), "0.9.1").unwrap();
        let page = "https://example.org/v0.10.0".to_owned();
        assert_eq!(release, Release { version: "0.10.0".to_owned(), page, is_newer: true });
        assert!(!newest_of(&answering("200 OK", body), "0.10.0").unwrap().is_newer);
    }

    #[test]
    fn what_is_no_release_is_said() {
        for (status, body) in
            [("404 Not Found", "{}"), ("200 OK", "<html>"), ("200 OK", r#"{"tag_name":"nightly","html_url":"x"}"#)]
        {
            let error = newest_of(&answering(status, body), "0.1.0").unwrap_err();
            assert!(matches!(error, UpdateError::NoRelease(..)), "{error}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_said() {
        let gone = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}/", listener.local_addr().unwrap())
        };
        assert!(matches!(newest_of(&gone, "0.1.0"), Err(UpdateError::Unreachable(_))));
    }
}
