//! Reading videos for the window: probing and building frame tables, on threads of their own.
//!
//! One thread probes, so that many dropped files are known soon; another builds frame tables, one after the other,
//! because decoding uses all cores by itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use ks_domain::{CancelToken, FrameTable, LabelSet, VideoInfo};
use ks_media::{MediaError, ThumbnailAnswer, ThumbnailKind, ThumbnailMaker, ThumbnailRequest};
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, SmallPicture, SmallPictures, VideoEvent, VideoId};

use super::inbox::Outlet;

/// Videos that may wait to be read.
const CAPACITY: usize = 4096;

/// Reads videos.
pub(super) struct Videos {
    probes: SyncSender<Request>,
    cancels: HashMap<VideoId, CancelToken>,
    /// `None` if the system had no room for its thread; then there are no small pictures.
    pictures: Option<ThumbnailMaker>,
    /// What small pictures were asked for.
    pictured: Pictured,
    outlet: Outlet,
}

/// Videos by the numbers of questions for their small pictures, and the number of the last one. Numbers of videos would
/// not do: another project has videos of the same numbers.
type Pictured = Arc<Mutex<(u64, HashMap<u64, (VideoId, CancelToken)>)>>;

struct Request {
    video: VideoId,
    path: PathBuf,
    cancel: CancelToken,
}

struct Probed {
    request: Request,
    info: Arc<VideoInfo>,
}

impl Videos {
    /// Starts the threads. Frame tables are kept in `cache_dir`.
    pub(super) fn start(cache_dir: Option<PathBuf>, outlet: Outlet) -> std::io::Result<Self> {
        let (probes, requests) = sync_channel(CAPACITY);
        let (indexes, probed) = sync_channel(CAPACITY);
        let probing = outlet.clone();
        std::thread::Builder::new().name("probe".to_owned()).spawn(move || probe_all(&requests, &indexes, &probing))?;
        let indexing = outlet.clone();
        let answer = outlet.clone();
        let pictured = Pictured::default();
        let asked = Arc::clone(&pictured);
        let pictures = ThumbnailMaker::start(cache_dir.clone(), move |made| {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let known = asked.1.remove(&made.id);
            drop(asked);
            if let Some((video, cancel)) = known
                && let Some(event) = pictures_made(made)
            {
                answer.send_unless(&cancel, Event::Video(video, event));
            }
        });
        let pictures = pictures.inspect_err(|error| tracing::warn!("no small pictures: {error}")).ok();
        let index = move || index_all(&probed, cache_dir.as_deref(), &indexing);
        std::thread::Builder::new().name("frame tables".to_owned()).spawn(index)?;
        Ok(Self { probes, cancels: HashMap::new(), pictures, pictured, outlet })
    }

    /// Reads a video. Never waits.
    pub(super) fn examine(&mut self, video: VideoId, path: PathBuf) {
        let cancel = CancelToken::new();
        // Its file may have been another one before.
        if let Some(before) = self.cancels.insert(video, cancel.clone()) {
            before.cancel();
        }
        if self.probes.try_send(Request { video, path, cancel }).is_err() {
            let failure = Failure::new("Too many videos were opened at once; open this one again in a while");
            self.outlet.try_send(Event::Video(video, VideoEvent::ProbeFailed(failure)));
        }
    }

    /// Makes small pictures of a video. Never waits; where too many wait already, the place stays empty.
    pub(super) fn make_pictures(
        &self,
        video: VideoId,
        path: PathBuf,
        (info, table): (Arc<VideoInfo>, Arc<FrameTable>),
        is_strip: bool,
    ) {
        let cancel = self.cancels.get(&video).cloned().unwrap_or_default();
        let kind = if is_strip { ThumbnailKind::Strip } else { ThumbnailKind::Single };
        let mut pictured = self.pictured.lock().unwrap_or_else(PoisonError::into_inner);
        pictured.0 += 1;
        let id = pictured.0;
        pictured.1.insert(id, (video, cancel.clone()));
        drop(pictured);
        let request = ThumbnailRequest { id, path, info, table, kind, cancel };
        if self.pictures.as_ref().is_some_and(|maker| !maker.ask(request)) {
            tracing::warn!("too many videos wait for their small pictures");
        }
    }

    /// Stops reading a video.
    pub(super) fn forget(&mut self, video: VideoId) {
        if let Some(cancel) = self.cancels.remove(&video) {
            cancel.cancel();
        }
    }
}

fn probe_all(requests: &Receiver<Request>, indexes: &SyncSender<Probed>, outlet: &Outlet) {
    while let Ok(request) = requests.recv() {
        if request.cancel.is_cancelled() {
            continue;
        }
        match ks_media::probe(&request.path) {
            Ok(info) => {
                let info = Arc::new(info);
                outlet.send_unless(&request.cancel, Event::Video(request.video, VideoEvent::Probed(Arc::clone(&info))));
                if indexes.send(Probed { request, info }).is_err() {
                    return;
                }
            }
            Err(error @ MediaError::NotFound { .. }) => {
                let missing = VideoEvent::Missing(failure(&error));
                outlet.send_unless(&request.cancel, Event::Video(request.video, missing));
            }
            Err(error) => {
                let failed = VideoEvent::ProbeFailed(failure(&error));
                outlet.send_unless(&request.cancel, Event::Video(request.video, failed));
            }
        }
    }
}

fn index_all(probed: &Receiver<Probed>, cache_dir: Option<&Path>, outlet: &Outlet) {
    while let Ok(Probed { request, info }) = probed.recv() {
        let Request { video, path, cancel } = request;
        let tell_of = |event| outlet.send_unless(&cancel, Event::Video(video, event));
        let mut tell = |progress| tell_of(VideoEvent::Indexing(progress));
        let hash = match ks_media::hash_unless_cancelled(&path, &cancel) {
            Ok(hash) => hash,
            Err(_) if cancel.is_cancelled() => continue,
            Err(error) => {
                tell_of(VideoEvent::IndexFailed(failure(&error)));
                continue;
            }
        };
        let bytes = std::fs::metadata(&path).map_or(0, |found| found.len());
        tell_of(VideoEvent::Hashed { hash: hash.clone(), bytes });
        let cache = cache_dir.map(|dir| (dir, hash.as_str()));
        let event = match ks_media::index_of_content(&path, &info, cache, &cancel, &mut tell) {
            Ok(index) => VideoEvent::Indexed {
                table: Arc::new(index.table),
                warnings: index.warnings.iter().map(|warning| sentence(&warning.to_string())).collect(),
            },
            Err(_) if cancel.is_cancelled() => continue,
            Err(error) => VideoEvent::IndexFailed(failure(&error)),
        };
        tell_of(event);
    }
}

/// What the maker of small pictures says, in the window's words. One that does not come out is not worth a message:
/// what is wrong with the file is said where it is read.
fn pictures_made(made: ThumbnailAnswer) -> Option<VideoEvent> {
    let found = made.result.inspect_err(|error| tracing::warn!("no small pictures: {error}")).ok()?;
    let pictures = found.pictures.into_iter().map(|picture| SmallPicture { frame: picture.frame, rgb: picture.rgb });
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or_default();
    let all = SmallPictures { width: side(found.width), height: side(found.height), pictures: pictures.collect() };
    Some(match made.kind {
        ThumbnailKind::Single => VideoEvent::Cover(Arc::new(all)),
        ThumbnailKind::Strip => VideoEvent::Strip(Arc::new(all)),
    })
}

/// What went wrong, in the window's words.
pub(super) fn failure(error: &MediaError) -> Failure {
    Failure::new(sentence(&error.to_string()))
}

/// Reads a labels file on a thread of its own.
pub(super) fn read_labels(path: PathBuf, outlet: Outlet) {
    let started = std::thread::Builder::new().name("labels".to_owned()).spawn({
        let outlet = outlet.clone();
        move || {
            let text = std::fs::read(&path)
                .map_err(|error| Failure::new(format!("The labels file cannot be read ({error}); choose it again")));
            let result = text.and_then(|bytes| {
                let text = String::from_utf8(bytes).map_err(|_not_text| {
                    Failure::new("The labels file is not a text file; choose one with one class name on each line")
                })?;
                LabelSet::parse(&text).map(Arc::new).map_err(|error| Failure::new(sentence(&error.to_string())))
            });
            outlet.send(Event::Labels { path, result });
        }
    });
    if let Err(error) = started {
        let failure = Failure::new(format!("The labels file cannot be read: no thread ({error})"));
        outlet.try_send(Event::Trouble(failure));
    }
}
