//! Making thumbnails in the background: one thread, one video after the other.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use ks_domain::{CancelToken, FrameTable, VideoInfo};

use super::{ThumbnailKind, Thumbnails, thumbnails};
use crate::MediaError;

/// How many requests may wait.
const WAITING: usize = 1024;

/// A wish for the thumbnails of a video.
#[derive(Clone, Debug)]
pub struct ThumbnailRequest {
    /// Comes back with the answer, so that the one who asked knows the video again.
    pub id: u64,
    /// The file.
    pub path: PathBuf,
    /// What probing said.
    pub info: Arc<VideoInfo>,
    /// Its frames.
    pub table: Arc<FrameTable>,
    /// Which pictures.
    pub kind: ThumbnailKind,
    /// Stops this request alone, also while it waits.
    pub cancel: CancelToken,
}

/// What became of a request. Cancelled ones are not answered.
#[derive(Clone, Debug)]
pub struct ThumbnailAnswer {
    /// That of the request.
    pub id: u64,
    /// That of the request.
    pub kind: ThumbnailKind,
    /// The pictures, or why there are none.
    pub result: Result<Thumbnails, MediaError>,
}

/// A thread that makes thumbnails. Dropping it cancels what is left; nothing waits for that.
pub struct ThumbnailMaker {
    requests: Sender<ThumbnailRequest>,
    current: Arc<parking_lot::Mutex<Option<CancelToken>>>,
    is_over: CancelToken,
}

impl ThumbnailMaker {
    /// Starts the thread. `on_answer` is called on it and must not wait for anything.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(
        cache_dir: Option<PathBuf>,
        on_answer: impl Fn(ThumbnailAnswer) + Send + 'static,
    ) -> Result<Self, MediaError> {
        let (requests, waiting) = bounded(WAITING);
        let maker = Self { requests, current: Arc::new(parking_lot::Mutex::new(None)), is_over: CancelToken::new() };
        let (current, is_over) = (Arc::clone(&maker.current), maker.is_over.clone());
        std::thread::Builder::new()
            .name("ks-thumbnails".to_owned())
            .spawn(move || work(&waiting, &current, &is_over, cache_dir.as_deref(), &on_answer))
            .map_err(|error| MediaError::Thread { reason: error.to_string() })?;
        Ok(maker)
    }

    /// Asks for thumbnails. False if too many requests wait already; ask again later.
    pub fn ask(&self, request: ThumbnailRequest) -> bool {
        !matches!(self.requests.try_send(request), Err(TrySendError::Full(_) | TrySendError::Disconnected(_)))
    }
}

impl Drop for ThumbnailMaker {
    fn drop(&mut self) {
        self.is_over.cancel();
        if let Some(current) = self.current.lock().as_ref() {
            current.cancel();
        }
    }
}

fn work(
    waiting: &Receiver<ThumbnailRequest>,
    current: &parking_lot::Mutex<Option<CancelToken>>,
    is_over: &CancelToken,
    cache_dir: Option<&std::path::Path>,
    on_answer: &dyn Fn(ThumbnailAnswer),
) {
    for request in waiting {
        *current.lock() = Some(request.cancel.clone());
        // Asked after the token can be seen: one of the two notices that the maker is gone.
        if is_over.is_cancelled() {
            return;
        }
        if request.cancel.is_cancelled() {
            continue;
        }
        let ThumbnailRequest { id, path, info, table, kind, cancel } = request;
        let result = thumbnails((&path, &info, &table), kind, cache_dir, &cancel, &mut |_| {});
        if !matches!(result, Err(MediaError::Cancelled)) {
            on_answer(ThumbnailAnswer { id, kind, result });
        }
    }
}
