//! The model zoo's files: fetched from a server that misbehaves, imported, checked.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod zoo_server;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ks_domain::zoo::{self, Entry};
use ks_domain::{ArchSpec, BottleneckMode, CancelToken};
use ks_engine::zoo::{
    FetchOptions, Fetched, Presence, RecognisedBy, Verdict, ZooError, ZooStore, fetch, import, verify,
};
use sha2::{Digest as _, Sha256};

use self::zoo_server::{Reply, Server};

/// Its SHA-256 begins like that of `ircsn-r152-ig65m-backbone`: found by trying. Eight digits are few.
const FORGED: &[u8] = b"No weights, only their hash: 211676333\n";

fn body() -> Vec<u8> {
    (0..600_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// An entry whose file is a server's.
fn entry(server: &Server, bytes: &[u8]) -> Entry {
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let file = format!("some_csn_20261122-{}.pth", &sha256[..8]);
    let source = format!("{}/models/{file}", server.address);
    Entry {
        name: "some-csn".to_owned(),
        file,
        source,
        sha256_prefix: sha256[..8].to_owned(),
        ..zoo::entries()[0].clone()
    }
}

fn options() -> FetchOptions {
    FetchOptions { pause: Duration::from_millis(10), patience: Duration::from_secs(2), ..FetchOptions::default() }
}

fn get(store: &ZooStore, entry: &Entry, options: &FetchOptions) -> Result<Fetched, ZooError> {
    fetch(store, entry, options, &CancelToken::new(), &mut |_progress| {})
}

fn scratch() -> (tempfile::TempDir, ZooStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = ZooStore::at(folder.path().join("zoo"));
    (folder, store)
}

fn files(store: &ZooStore) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(store.folder())
        .map(|files| files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn a_file_is_fetched_once_with_progress_and_a_receipt() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(body())]);
    let entry = entry(&server, &body());
    assert_eq!(store.presence(&entry), Presence::Absent);
    let mut seen = Vec::new();
    let fetched = fetch(&store, &entry, &options(), &CancelToken::new(), &mut |progress| seen.push(progress)).unwrap();
    assert_eq!(fetched, Fetched::Done { path: store.path(&entry), bytes: 600_000, resumed_from: 0 });
    assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
    assert_eq!(seen.first().map(|first| (first.done, first.total)), Some((0, Some(600_000))));
    assert_eq!(seen.last().map(|last| last.done), Some(600_000));
    assert_eq!(store.presence(&entry), Presence::Here { bytes: 600_000, is_published: Some(true) });
    let receipt = store.receipt(&entry).unwrap();
    assert!(receipt.sha256.starts_with(&entry.sha256_prefix) && receipt.from == entry.source);
    assert_eq!(get(&store, &entry, &options()).unwrap(), Fetched::AlreadyHere(store.path(&entry)));
    assert_eq!(server.asked().len(), 1);
    assert_eq!(files(&store).len(), 2, "{:?}", files(&store));
}

#[test]
fn a_connection_that_breaks_off_is_made_again_in_the_middle() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::BreaksOff(body(), 250_000), Reply::File(body())]);
    let entry = entry(&server, &body());
    get(&store, &entry, &options()).unwrap();
    assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
    let from: Vec<Option<usize>> = server.asked().into_iter().map(|asked| asked.from).collect();
    assert_eq!(from, [None, Some(250_000)]);
}

#[test]
fn a_later_fetch_goes_on_where_an_earlier_one_stopped() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::BreaksOff(body(), 100_000), Reply::File(body())]);
    let entry = entry(&server, &body());
    let error = get(&store, &entry, &FetchOptions { attempts: 1, ..options() }).unwrap_err();
    assert!(matches!(error, ZooError::Interrupted { bytes: 100_000, .. }), "{error}");
    assert!(error.to_string().contains("fetch it again to go on from there"), "{error}");
    assert_eq!(store.presence(&entry), Presence::Partial { bytes: 100_000 });
    let fetched = get(&store, &entry, &options()).unwrap();
    assert!(matches!(fetched, Fetched::Done { resumed_from: 100_000, bytes: 600_000, .. }), "{fetched:?}");
    assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
}

#[test]
fn a_server_that_cannot_go_on_in_the_middle_is_asked_for_all_of_it() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::BreaksOff(body(), 250_000), Reply::Whole(body())]);
    let entry = entry(&server, &body());
    get(&store, &entry, &options()).unwrap();
    assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn what_is_already_complete_is_only_checked_and_what_is_too_long_is_fetched_anew() {
    for extra in [0, 7] {
        let (_folder, store) = scratch();
        let server = Server::start(vec![Reply::File(body())]);
        let entry = entry(&server, &body());
        fs::create_dir_all(store.folder()).unwrap();
        fs::write(store.part_path(&entry), [body(), vec![0; extra]].concat()).unwrap();
        get(&store, &entry, &FetchOptions { attempts: 1, ..options() }).unwrap();
        assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
        assert_eq!(server.asked().len(), if extra == 0 { 1 } else { 2 });
    }
}

#[test]
fn a_file_of_unknown_length_is_judged_by_its_hash() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::Unmeasured(body())]);
    let entry = entry(&server, &body());
    get(&store, &entry, &options()).unwrap();
    assert_eq!(fs::read(store.path(&entry)).unwrap(), body());
}

#[test]
fn a_wrong_file_is_deleted_and_both_hashes_are_told() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(b"<html>Please log in</html>".to_vec())]);
    let entry = entry(&server, &body());
    let error = get(&store, &entry, &options()).unwrap_err();
    let ZooError::WrongHash { found, expected, .. } = &error else { panic!("{error}") };
    assert_eq!((found.len(), expected), (8, &entry.sha256_prefix));
    assert!(error.to_string().contains(found) && error.to_string().contains(expected), "{error}");
    assert_eq!(files(&store), Vec::<String>::new());
    assert_eq!(server.asked().len(), 1, "the same wrong file again helps nobody");
}

#[test]
fn a_file_that_is_not_there_is_not_asked_for_again() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::Status("404 Not Found", String::new())]);
    let error = get(&store, &entry(&server, &body()), &options()).unwrap_err();
    assert!(matches!(error, ZooError::NotThere { status: 404, .. }), "{error}");
    assert!(error.to_string().contains("kinetoscope zoo import"), "{error}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let (_folder, store) = scratch();
    let busy = Reply::Status("503 Service Unavailable", String::new());
    let server = Server::start(vec![busy.clone(), busy.clone(), Reply::File(body())]);
    get(&store, &entry(&server, &body()), &options()).unwrap();
    assert_eq!(server.asked().len(), 3);
    let (_folder, store) = scratch();
    let server = Server::start(vec![busy]);
    let error = get(&store, &entry(&server, &body()), &options()).unwrap_err();
    assert!(matches!(error, ZooError::Refused { status: 503, .. }), "{error}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_file_that_has_moved_is_followed_also_in_the_middle() {
    let (_folder, store) = scratch();
    let moved = || Reply::Status("302 Found", "Location: /elsewhere".to_owned());
    let server = Server::start(vec![moved(), Reply::BreaksOff(body(), 9), moved(), Reply::File(body())]);
    get(&store, &entry(&server, &body()), &options()).unwrap();
    let asked: Vec<(bool, Option<usize>)> =
        server.asked().into_iter().map(|asked| (asked.path == "/elsewhere", asked.from)).collect();
    assert_eq!(asked, [(false, None), (true, None), (false, Some(9)), (true, Some(9))]);
    let (_folder, store) = scratch();
    let server = Server::start(vec![moved()]);
    let error = get(&store, &entry(&server, &body()), &FetchOptions { attempts: 1, ..options() }).unwrap_err();
    assert!(error.to_string().contains("without end"), "{error}");
}

#[test]
fn cancelling_does_not_wait_for_a_silent_server_and_keeps_what_has_come() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::Stalls(body(), 300_000), Reply::File(body())]);
    let entry = entry(&server, &body());
    let cancel = CancelToken::new();
    let stop = cancel.clone();
    let patient = FetchOptions { patience: Duration::from_secs(60), ..options() };
    let mut cancelled = None;
    let mut report = |progress: ks_domain::Progress| {
        if progress.done > 0 && cancelled.is_none() {
            cancelled = Some(Instant::now());
            stop.cancel();
        }
    };
    let error = fetch(&store, &entry, &patient, &cancel, &mut report).unwrap_err();
    assert!(matches!(error, ZooError::Cancelled), "{error}");
    assert!(cancelled.expect("should have begun").elapsed() < Duration::from_secs(1));
    assert!(matches!(store.presence(&entry), Presence::Partial { bytes: 1.. }));
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::Stalls(body(), 300_000)]);
    let entry = entry(&server, &body());
    let impatient = FetchOptions { patience: Duration::from_millis(300), attempts: 1, ..options() };
    let begin = Instant::now();
    let error = get(&store, &entry, &impatient).unwrap_err();
    assert!(matches!(error, ZooError::Interrupted { bytes: 300_000, .. }), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(body())]);
    let entry = entry(&server, &body());
    fs::create_dir_all(store.folder()).unwrap();
    // Whatever is written to it does not fit.
    std::os::unix::fs::symlink("/dev/full", store.part_path(&entry)).unwrap();
    let error = get(&store, &entry, &options()).unwrap_err();
    assert!(matches!(error, ZooError::NoSpace { needed: Some(600_000), .. }), "{error}");
    assert!(error.to_string().contains("0.6 MiB are still to come; make room"), "{error}");
    assert!(!store.path(&entry).exists());
}

#[test]
fn nothing_is_asked_for_while_working_offline() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(body())]);
    let entry = entry(&server, &body());
    let offline = FetchOptions { offline_by: Some("by the option --offline".to_owned()), ..options() };
    let error = get(&store, &entry, &offline).unwrap_err();
    assert!(error.to_string().contains("by the option --offline"), "{error}");
    assert!(server.asked().is_empty() && !store.folder().exists());
    // What is here needs no network.
    get(&store, &entry, &options()).unwrap();
    assert!(matches!(get(&store, &entry, &offline), Ok(Fetched::AlreadyHere(_))));
}

#[test]
fn a_mirror_takes_the_place_of_the_host() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(FORGED.to_vec())]);
    let entry = zoo::find("ircsn-r152-ig65m-backbone").unwrap();
    let mirror = |mirror: String| FetchOptions { mirror: Some(mirror), ..options() };
    get(&store, entry, &mirror(format!("{}/openmmlab/", server.address))).unwrap();
    let asked = server.asked();
    assert_eq!(asked[0].path, format!("/openmmlab/mmaction/recognition/csn/{}", entry.file));
    let other = zoo::find("ircsn-r152-vmz").unwrap();
    for wrong in ["ftp://host", "host", "https://", ""] {
        let error = get(&store, other, &mirror(wrong.to_owned())).unwrap_err();
        assert!(matches!(error, ZooError::Address(_)), "{wrong}: {error}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let (_folder, store) = scratch();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(vec![Reply::File(body())]);
    let entry = Entry { source: format!("http://{closed}/a.pth"), ..entry(&server, &body()) };
    let error = get(&store, &entry, &options()).unwrap_err();
    assert!(matches!(error, ZooError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&closed.to_string()), "{error}");
}

#[test]
fn two_programs_do_not_fetch_the_same_file_at_once() {
    let (_folder, store) = scratch();
    let server = Server::start(vec![Reply::File(body())]);
    let entry = entry(&server, &body());
    fs::create_dir_all(store.folder()).unwrap();
    let held = fs::File::create(store.part_path(&entry)).unwrap();
    held.lock().unwrap();
    assert!(matches!(get(&store, &entry, &options()), Err(ZooError::Busy(_))));
    held.unlock().unwrap();
    get(&store, &entry, &options()).unwrap();
}

fn take(
    store: &ZooStore,
    file: &Path,
    claimed: Option<&str>,
    link: bool,
) -> Result<ks_engine::zoo::Imported, ZooError> {
    let claimed = claimed.map(|name| zoo::find(name).unwrap());
    import(store, file, (claimed, link), &CancelToken::new(), &mut |_progress| {})
}

#[test]
fn a_published_file_is_recognised_by_its_hash_whatever_it_is_called() {
    for link in [false, true] {
        let (folder, store) = scratch();
        let file = folder.path().join("download (3).bin");
        fs::write(&file, FORGED).unwrap();
        let imported = take(&store, &file, None, link).unwrap();
        assert_eq!((imported.entry.name.as_str(), imported.by), ("ircsn-r152-ig65m-backbone", RecognisedBy::Hash));
        assert_eq!(fs::read(&imported.path).unwrap(), FORGED);
        assert!(file.exists(), "an import takes nothing away");
        assert!(matches!(store.presence(imported.entry), Presence::Here { is_published: Some(true), .. }));
        // Once more, and once more from the store itself: nothing happens to it.
        take(&store, &file, None, link).unwrap();
        take(&store, &imported.path, None, link).unwrap();
        assert_eq!(fs::read(&imported.path).unwrap(), FORGED);
        let error = take(&store, &file, Some("ircsn-r152-vmz"), link).unwrap_err();
        assert!(error.to_string().contains("the published file of ircsn-r152-ig65m-backbone"), "{error}");
    }
}

/// A safetensors file of a network, all zeros; most of it takes no room on the disk.
fn zeros(path: &Path, arch: &ArchSpec, with_head: bool) {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    for unit in arch.units() {
        shapes.push((format!("{}.conv.weight", unit.name), unit.kind.torch_shape().to_vec()));
        for part in ["weight", "bias", "running_mean", "running_var"] {
            shapes.push((format!("{}.bn.{part}", unit.name), vec![unit.kind.outputs()]));
        }
    }
    if with_head {
        shapes.push(("cls_head.fc_cls.weight".to_owned(), vec![arch.classes, arch.features()]));
        shapes.push(("cls_head.fc_cls.bias".to_owned(), vec![arch.classes]));
    }
    let (mut offset, mut header) = (0, Vec::new());
    for (name, shape) in shapes {
        let end = offset + 4 * shape.iter().product::<usize>();
        header.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{offset},{end}]}}"#));
        offset = end;
    }
    let header = format!("{{{}}}", header.join(","));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    fs::write(path, &bytes).unwrap();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len((bytes.len() + offset) as u64).unwrap();
}

#[test]
fn a_file_with_other_bytes_is_taken_only_as_what_the_user_says_and_its_arrays_allow() {
    let (folder, store) = scratch();
    let file = folder.path().join("saved again.safetensors");
    zeros(&file, &ArchSpec::new(BottleneckMode::Ir, 400), true);
    let error = take(&store, &file, None, false).unwrap_err();
    let ZooError::NotRecognised { candidates, is_of_zoo: false, .. } = &error else { panic!("{error}") };
    assert_eq!(candidates, &["ircsn-r50", "ircsn-r50-ig65m-vmz", "ircsn-r50-ig65m-1x"]);
    assert!(error.to_string().contains("it holds an ir-CSN-50, 400 classes"), "{error}");
    let error = take(&store, &file, Some("ipcsn-r152-vmz"), false).unwrap_err();
    assert!(error.to_string().contains("cannot be ipcsn-r152-vmz, which is an ip-CSN-152"), "{error}");
    let imported = take(&store, &file, Some("ircsn-r50"), false).unwrap();
    assert_eq!(imported.by, RecognisedBy::Content);
    assert!(matches!(store.presence(imported.entry), Presence::Here { is_published: Some(false), .. }));
    let check = |path: &Path| verify(&store, path, &CancelToken::new()).unwrap().verdict;
    assert_eq!(check(&imported.path), Verdict::AsImported);
    fs::OpenOptions::new().append(true).open(&imported.path).unwrap().set_len(9000).unwrap();
    assert_eq!(check(&imported.path), Verdict::Wrong);
}

#[test]
fn a_backbone_is_no_recogniser() {
    let (folder, store) = scratch();
    let file = folder.path().join("ircsn_from_scratch_r50_ig65m_20210617-ce545a37.pth");
    zeros(&file, &ArchSpec::new(BottleneckMode::Ir, 400), false);
    let error = take(&store, &file, None, false).unwrap_err();
    let ZooError::NotRecognised { candidates, is_of_zoo: true, .. } = &error else { panic!("{error}") };
    assert_eq!(candidates, &["ircsn-r50-ig65m-backbone"]);
    assert!(error.to_string().contains("though it is named like one"), "{error}");
    assert!(take(&store, &file, Some("ircsn-r50"), false).is_err());
    take(&store, &file, Some("ircsn-r50-ig65m-backbone"), true).unwrap();
}

#[test]
fn what_is_no_checkpoint_is_not_taken() {
    let (folder, store) = scratch();
    let file = folder.path().join("words.pth");
    fs::write(&file, "These are words.").unwrap();
    assert!(matches!(take(&store, &file, None, false), Err(ZooError::NotRecognised { .. })));
    assert!(matches!(take(&store, &file, Some("ircsn-r50"), false), Err(ZooError::OtherNetwork { .. })));
    assert!(matches!(take(&store, &folder.path().join("none"), None, false), Err(ZooError::Unreadable { .. })));
    assert!(matches!(take(&store, folder.path(), None, false), Err(ZooError::Unreadable { .. })));
    assert!(!store.folder().exists());
}

#[test]
fn files_are_checked_against_what_was_published() {
    let (folder, store) = scratch();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        verify(&store, &path, &CancelToken::new()).unwrap()
    };
    let good = zoo::find("ircsn-r152-ig65m-backbone").unwrap();
    let other = zoo::find("ircsn-r152-vmz").unwrap();
    assert_eq!(put(&good.file, FORGED).verdict, Verdict::Published);
    assert_eq!(put("renamed.pth", FORGED).entry.map(|entry| &entry.name), Some(&good.name));
    assert_eq!(put(&good.file, b"something else").verdict, Verdict::Wrong);
    assert_eq!(put(&other.file, FORGED).verdict, Verdict::OtherEntry);
    assert_eq!(put("mine.pth", b"something else").verdict, Verdict::Unknown);
    assert!(matches!(
        verify(&store, &folder.path().join("none"), &CancelToken::new()),
        Err(ZooError::Unreadable { .. })
    ));
}

#[test]
fn a_checkpoint_can_be_named_by_its_entry_once_it_is_here() {
    let (folder, store) = scratch();
    let file = folder.path().join("a.bin");
    zeros(&file, &ArchSpec::new(BottleneckMode::Ir, 400), true);
    let resolve = |name: &str| store.resolve(Path::new(name));
    let error = resolve("ircsn-r50").unwrap_err();
    assert!(error.to_string().contains("`kinetoscope zoo fetch ircsn-r50`"), "{error}");
    let imported = take(&store, &file, Some("ircsn-r50"), false).unwrap();
    let (path, entry) = resolve("ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb").unwrap();
    assert_eq!((path, entry.map(|entry| entry.name.as_str())), (imported.path, Some("ircsn-r50")));
    assert!(resolve("ircsn-r51").unwrap_err().to_string().contains("did you mean ircsn-r50"));
    for file in ["missing.pth", "models/ircsn-r50", "whatever", file.to_str().unwrap()] {
        assert_eq!(resolve(file).unwrap().0, Path::new(file));
    }
    assert_eq!(store.usable().map(|stored| stored.entry.name.as_str()).collect::<Vec<_>>(), ["ircsn-r50"]);
}
