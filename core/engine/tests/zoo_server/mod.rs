//! A web server of a few lines, for files that break off, move or are not there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    /// `N` of `Range: bytes=N-`.
    pub from: Option<usize>,
}

/// What the server does.
#[derive(Clone, Debug)]
pub enum Reply {
    /// All of it, or the asked part.
    File(Vec<u8>),
    /// The same, but never a part.
    Whole(Vec<u8>),
    /// The head of all of it, and only that many bytes; then the connection is closed.
    BreaksOff(Vec<u8>, usize),
    /// The same, but the connection stays open and silent.
    Stalls(Vec<u8>, usize),
    /// All of it without saying how long it is.
    Unmeasured(Vec<u8>),
    /// Only a status and a header line.
    Status(&'static str, String),
}

/// A server on this computer. Its thread ends with the test.
pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers the first request with the first reply and so on, and every later one with the last.
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let serve = move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let number = seen.lock().unwrap().len();
                let reply = replies[number.min(replies.len() - 1)].clone();
                let Some(request) = read(&stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                // Whoever hangs up early does so on purpose.
                let _ = answer(stream, &request, reply);
            }
        };
        std::thread::Builder::new().name("test server".to_owned()).spawn(serve).unwrap();
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase()).collect();
    let range = headers.iter().find_map(|line| line.strip_prefix("range: bytes=")?.strip_suffix('-')?.parse().ok());
    Some(Asked { path, from: range })
}

fn answer(mut stream: TcpStream, asked: &Asked, reply: Reply) -> std::io::Result<()> {
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}Connection: close\r\n\r\n");
    let whole = |bytes: &[u8]| head("200 OK", &format!("Content-Length: {}\r\n", bytes.len()));
    match reply {
        Reply::File(bytes) => match asked.from {
            Some(from) if from >= bytes.len() => {
                let range = format!("Content-Range: bytes */{}\r\nContent-Length: 0\r\n", bytes.len());
                stream.write_all(head("416 Range Not Satisfiable", &range).as_bytes())
            }
            Some(from) => {
                let (last, total) = (bytes.len() - 1, bytes.len());
                let range =
                    format!("Content-Range: bytes {from}-{last}/{total}\r\nContent-Length: {}\r\n", total - from);
                stream.write_all(head("206 Partial Content", &range).as_bytes())?;
                stream.write_all(&bytes[from..])
            }
            None => {
                stream.write_all(whole(&bytes).as_bytes())?;
                stream.write_all(&bytes)
            }
        },
        Reply::Whole(bytes) => {
            stream.write_all(whole(&bytes).as_bytes())?;
            stream.write_all(&bytes)
        }
        Reply::BreaksOff(bytes, count) => {
            stream.write_all(whole(&bytes).as_bytes())?;
            stream.write_all(&bytes[..count])
        }
        Reply::Stalls(bytes, count) => {
            stream.write_all(whole(&bytes).as_bytes())?;
            stream.write_all(&bytes[..count])?;
            stream.flush()?;
            std::thread::sleep(Duration::from_secs(4));
            Ok(())
        }
        Reply::Unmeasured(bytes) => {
            stream.write_all(head("200 OK", "").as_bytes())?;
            stream.write_all(&bytes)
        }
        Reply::Status(status, header) => {
            let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
            stream.write_all(head(status, &format!("{header}Content-Length: 0\r\n")).as_bytes())
        }
    }
}
