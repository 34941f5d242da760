//! `kinetoscope zoo` against a server on this computer.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;

use ks_tests_e2e::{Run, Scratch, root};
use serde_json::Value;

/// Its SHA-256 begins with 771c4135, like that of the file below: found by trying.
const FORGED: &str = "No weights, only their hash: 211676333\n";
const NAME: &str = "ircsn-r152-ig65m-backbone";
const FILE: &str = "ircsn_from_scratch_r152_ig65m_20200807-771c4135.pth";

/// A mirror that has one file, and its address.
fn mirror(content: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let lines: Vec<String> =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_there = lines.first().is_some_and(|line| line.contains(FILE));
            let (status, body) = if is_there { ("200 OK", content) } else { ("404 Not Found", "") };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
        }
    };
    std::thread::Builder::new().name("mirror".to_owned()).spawn(serve).unwrap();
    address
}

fn zoo(scratch: &Scratch, args: &[&str]) -> Run {
    let output = scratch.command([&["zoo"], args].concat()).env("KINETOSCOPE_ZOO", scratch.path("zoo")).output();
    output.unwrap().into()
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

fn state_of(scratch: &Scratch, name: &str) -> String {
    let list = json(&zoo(scratch, &["list", "--json"]));
    let row = list.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    row["state"].as_str().unwrap().to_owned()
}

#[test]
fn every_published_network_is_listed_and_shown() {
    let scratch = Scratch::new();
    let text = zoo(&scratch, &["list"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert_eq!(text.stdout.lines().count(), 1 + ks_domain::zoo::entries().len());
    let list = json(&zoo(&scratch, &["list", "--json"]));
    assert_eq!(list.as_array().unwrap().len(), ks_domain::zoo::entries().len());
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let schema = std::fs::read_to_string(root().join("docs/schema/zoo-list.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(keys(&list[0]), keys(&schema["items"]["properties"]));
    let shown = zoo(&scratch, &["show", "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for part in
        ["ircsn-r152-ig65m", "82.76", "96.713", "9037a758", "Apache-2.0", "arXiv:1904.02811", "10 clips x 3 crops"]
    {
        assert!(shown.stdout.contains(part), "“{part}” is missing: {}", shown.stdout);
    }
    let shown = json(&zoo(&scratch, &["show", "ipcsn-r152-vmz", "--json"]));
    assert_eq!(shown["entry"]["origin"], "vmz");
    assert_eq!(shown["file_here"]["state"], "absent");
    let unknown = zoo(&scratch, &["show", "ipcsn-r152-vmx"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.sentence().contains("did you mean ipcsn-r152-vmz"), "{unknown:?}");
    assert!(!scratch.path("zoo").exists(), "looking makes no folder");
}

#[test]
fn a_checkpoint_is_fetched_from_a_mirror_verified_and_told_apart_from_a_damaged_one() {
    let scratch = Scratch::new();
    let mirror = mirror(FORGED);
    let run = zoo(&scratch, &["fetch", NAME, "--mirror", &mirror, "--progress"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let path = scratch.path("zoo").join(FILE);
    assert_eq!(run.stdout.trim(), path.display().to_string());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), FORGED);
    assert_eq!(state_of(&scratch, NAME), "here");
    let again = json(&zoo(&scratch, &["fetch", FILE, "--mirror", "http://127.0.0.1:1", "--json"]));
    assert_eq!(again[0]["was_here"], true, "what is here is not fetched");
    for what in [vec!["verify"], vec!["verify", NAME], vec!["verify", path.to_str().unwrap()]] {
        let run = zoo(&scratch, &what);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains("the published file"), "{run:?}");
    }
    std::fs::write(&path, "damaged").unwrap();
    let run = zoo(&scratch, &["verify", "--json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!((json(&run)[0]["verdict"].as_str(), json(&run)[0]["ok"].as_bool()), (Some("wrong"), Some(false)));
}

#[test]
fn what_cannot_be_fetched_is_reported_and_the_rest_still_comes() {
    let scratch = Scratch::new();
    let address = mirror(FORGED);
    let run = zoo(&scratch, &["fetch", "ircsn-r50", NAME, "--mirror", &address]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("the server has no such file (404)"), "{run:?}");
    assert_eq!(state_of(&scratch, NAME), "here");
    let scratch = Scratch::new();
    let run = zoo(&scratch, &["fetch", NAME, "--mirror", &mirror("something else")]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("not with 771c4135"), "{run:?}");
    assert_eq!(state_of(&scratch, NAME), "absent");
    assert_eq!(zoo(&scratch, &["fetch", "no-such-network", NAME, "--mirror", &address]).code, Some(1));
    assert_eq!(state_of(&scratch, NAME), "absent", "a name that is wrong is found before anything is fetched");
    assert_eq!(zoo(&scratch, &["fetch"]).code, Some(2));
}

#[test]
fn nothing_is_fetched_offline_however_that_is_said() {
    let scratch = Scratch::new();
    let run = zoo(&scratch, &["fetch", NAME, "--offline"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("by the option --offline"), "{run:?}");
    let mut command = scratch.command(["zoo", "fetch", NAME]);
    let run: Run =
        command.env("KINETOSCOPE_OFFLINE", "1").env("KINETOSCOPE_ZOO", scratch.path("zoo")).output().unwrap().into();
    assert!(run.sentence().contains("KINETOSCOPE_OFFLINE"), "{run:?}");
    std::fs::create_dir_all(scratch.path("config/kinetoscope")).unwrap();
    scratch.file("config/kinetoscope/config.toml", "offline = true\n");
    let run = zoo(&scratch, &["fetch", NAME]);
    assert!(run.sentence().contains("by the window’s setting"), "{run:?}");
}

#[test]
fn a_file_on_the_disk_is_imported_by_its_hash_and_another_is_not() {
    let scratch = Scratch::new();
    let file = scratch.file("download.bin", FORGED);
    let store = scratch.path("elsewhere").display().to_string();
    let run = zoo(&scratch, &["import", file.to_str().unwrap(), "--store", &store, "--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let report = json(&run);
    assert_eq!((report[0]["name"].as_str(), report[0]["recognised_by"].as_str()), (Some(NAME), Some("hash")));
    assert!(Path::new(&store).join(FILE).is_file() && !scratch.path("zoo").exists());
    let other = scratch.file("notes.pth", "These are notes.");
    let run = zoo(&scratch, &["import", other.to_str().unwrap(), file.to_str().unwrap()]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.sentence().contains("this is not a published file"), "{run:?}");
    assert_eq!(state_of(&scratch, NAME), "here");
}

#[test]
fn a_name_of_the_zoo_stands_for_its_checkpoint() {
    let scratch = Scratch::new();
    let labels = scratch.file("labels.txt", "a\nb\n").display().to_string();
    let classify = |checkpoint: &str| -> Run {
        let args = ["classify", "never-opened.mp4", "--checkpoint", checkpoint, "--labels", &labels, "--device", "cpu"];
        scratch.command(args).env("KINETOSCOPE_ZOO", scratch.path("zoo")).output().unwrap().into()
    };
    let run = classify("ircsn-r50");
    assert_eq!(run.code, Some(1));
    assert!(run.sentence().contains("`kinetoscope zoo fetch ircsn-r50`"), "{run:?}");
    let run = classify("ircsn-r500");
    assert!(run.sentence().contains("did you mean ircsn-r50"), "{run:?}");
    let run = zoo(&scratch, &["fetch", NAME, "--mirror", &mirror(FORGED)]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // It is found, and found to be no checkpoint.
    assert!(classify(NAME).sentence().contains(FILE));
}
