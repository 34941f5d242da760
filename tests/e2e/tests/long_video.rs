//! `classify --like-mmaction2`: the JSON of the original's `long_video_demo`, to the character.

use ks_tests_e2e::{Scratch, shared};

#[test]
fn the_json_of_the_original_comes_out_to_the_character() {
    let Some(shared) = shared("long videos as mmaction2 prints them") else { return };
    let scratch = Scratch::new();
    let file = |name: &str| shared.join(name).display().to_string();
    let cases: [(&str, &[&str]); 4] = [
        ("stride0", &[]),
        ("stride05", &["--drop", "0.5"]),
        ("stride1_thr", &["--drop", "1", "--threshold", "0.2"]),
        ("step1_thrhigh", &["--drop", "0.25", "--threshold", "0.99"]),
    ];
    for (name, more) in cases {
        let mut args = vec!["classify".to_owned(), file("videos/arm_wrestling_340x256.mp4")];
        let (checkpoint, labels) = (file("fixtures/longvideo/ir8.pth"), file("fixtures/longvideo/labels.txt"));
        let config = file("fixtures/longvideo/config_0x.py");
        let options =
            ["--checkpoint", &checkpoint, "--labels", &labels, "--device", "cpu", "--like-mmaction2", &config];
        args.extend(options.iter().chain(more).map(|option| (*option).to_owned()));
        let run = scratch.run(&args);
        assert_eq!(run.code, Some(0), "{name}: {run:?}");
        let wanted = std::fs::read_to_string(shared.join(format!("fixtures/longvideo/{name}.json"))).unwrap();
        assert!(run.stdout == wanted, "{name}: {}", run.stdout);
    }
}

#[test]
fn what_cannot_go_with_it_is_said() {
    let Some(shared) = shared("options of long videos") else { return };
    let scratch = Scratch::new();
    let config = shared.join("fixtures/longvideo/config_0x.py").display().to_string();
    let checkpoint = shared.join("fixtures/longvideo/ir8.pth").display().to_string();
    let labels = shared.join("fixtures/longvideo/labels.txt").display().to_string();
    let base = ["classify", "a.mp4", "--checkpoint", &checkpoint, "--labels", &labels, "--device", "cpu"];
    let with = |more: &[&str]| scratch.run(base.iter().chain(more));
    for (more, says) in [
        (["--like-mmaction2", &config, "--json"].as_slice(), "--json"),
        (&["--like-mmaction2", &config, "--stride", "3"], "--stride"),
        (&["--drop", "0.5"], "--like-mmaction2"),
        (&["--like-mmaction2", &config, "--drop", "1.5"], "a share of 0 to 1"),
        (&["b.mp4", "--like-mmaction2", &config], "takes one video"),
    ] {
        let run = with(more);
        assert_eq!(run.code, Some(2), "{more:?}: {run:?}");
        assert!(run.stderr.contains(says), "{more:?}: {run:?}");
    }
}
