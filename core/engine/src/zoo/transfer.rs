//! One request, on a thread of its own: a stalled server must not keep the caller from cancelling.

use std::io::Read as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use ureq::{Agent, Error};

use super::ZooError;

/// Bytes of one piece, and pieces that may wait for the disk.
const PIECE: usize = 128 << 10;
const WAITING_PIECES: usize = 8;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(30);

/// What a request says, in this order: one `Answer`, any number of `Piece`, and `End` or `Broken`.
pub(super) enum Said {
    /// The server has answered.
    Answer(Answer),
    /// Part of the file.
    Piece(Vec<u8>),
    /// No more comes.
    End,
    /// The server was not reached.
    Unreachable(String),
    /// The connection broke.
    Broken(String),
}

/// The beginning of the server's answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// Bytes that follow, if the server says so.
    pub(super) length: Option<u64>,
    /// `Content-Range`.
    pub(super) range: Option<String>,
}

/// What to ask for.
pub(super) struct Request {
    pub(super) url: String,
    /// Bytes that are here already.
    pub(super) from: u64,
    /// How long a server may say nothing.
    pub(super) patience: Duration,
}

/// Starts a request. Dropping the receiver ends it at the next piece.
pub(super) fn start(request: Request) -> Result<Receiver<Said>, ZooError> {
    let (said, receiver) = sync_channel(WAITING_PIECES);
    let thread = std::thread::Builder::new().name("zoo download".to_owned());
    thread.spawn(move || run(&request, &said)).map_err(ZooError::Thread)?;
    Ok(receiver)
}

fn run(request: &Request, said: &SyncSender<Said>) {
    // Whoever cancelled has dropped the other end, and needs no more.
    if let Some(last) = speak(request, said) {
        let _ = said.send(last);
    }
}

/// Who asks servers, of which each may say nothing for so long.
pub(crate) fn agent(url: &str, patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // A published address is an https one; nobody may send us elsewhere in the clear.
        .https_only(url.starts_with("https://"))
        .user_agent(concat!("kinetoscope/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience));
    // The environment's proxy counts, except for this computer itself.
    let config = if is_local(url) { config.proxy(None) } else { config };
    config.build().new_agent()
}

fn is_local(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]")
}

/// `None` if nobody listens any more.
fn speak(request: &Request, said: &SyncSender<Said>) -> Option<Said> {
    let mut call = agent(&request.url, request.patience).get(&request.url);
    if request.from > 0 {
        call = call.header("Range", format!("bytes={}-", request.from));
    }
    let response = match call.call() {
        Ok(response) => response,
        Err(error) => return Some(Said::Unreachable(reason(&error))),
    };
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let answer = Answer {
        status: response.status().as_u16(),
        length: header("content-length").and_then(|length| length.parse().ok()),
        range: header("content-range"),
    };
    let has_file = matches!(answer.status, 200 | 206);
    said.send(Said::Answer(answer)).ok()?;
    if !has_file {
        return Some(Said::End);
    }
    let mut body = response.into_body().into_with_config().reader();
    loop {
        let mut piece = vec![0; PIECE];
        match body.read(&mut piece) {
            Ok(0) => return Some(Said::End),
            Ok(count) => {
                piece.truncate(count);
                said.send(Said::Piece(piece)).ok()?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Some(Said::Broken(broken(&error))),
        }
    }
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => "the server stopped answering".to_owned(),
        _ => error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).map_or_else(|| error.to_string(), reason),
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::HostNotFound => "its name is not known here".to_owned(),
        Error::Timeout(_) => "it did not answer in time".to_owned(),
        Error::Io(error) => error.to_string(),
        Error::TooManyRedirects => "it sends from one address to the next without end".to_owned(),
        Error::RequireHttpsOnly(_) => "it sends to an address that is not encrypted".to_owned(),
        other => other.to_string(),
    }
}
