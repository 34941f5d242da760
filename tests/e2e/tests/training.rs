//! `train`: runs and their folders, going on after a kill, data that are no good. On made-up videos and a network of a few
//! thousand weights, so that nothing but the program is needed.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ks_domain::training::TrainNews;
use ks_engine::training::{RunFolder, read_news};
use ks_tests_e2e::{Run, Scratch, tiny_training};

/// Eight videos of each motion.
fn setting() -> Scratch {
    tiny_training(8, 3)
}

fn train(scratch: &Scratch, run: &str, more: &str) -> Run {
    scratch.run(arguments(run, more))
}

fn arguments(run: &str, more: &str) -> Vec<String> {
    let all = format!("train tiny.toml --data motions --work-dir {run} --device cpu --validate --deterministic {more}");
    all.split_whitespace().map(str::to_owned).collect()
}

fn bytes(scratch: &Scratch, file: &str) -> Vec<u8> {
    std::fs::read(scratch.path(file)).unwrap()
}

#[test]
fn a_run_leaves_everything_that_it_is_worth() {
    let scratch = setting();
    let run = train(&scratch, "run", "--set run.log_every=1 run.checkpoint_every=1 run.keep=2 run.tensorboard=true");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("epoch 3 [") && run.stdout.contains("validation after epoch 3"), "{run:?}");
    let folder = scratch.path("run");
    let config = RunFolder::config_of(&folder).unwrap();
    assert_eq!((config.data.batch, config.clip.clip_len), (4, 4));
    let news = read_news(&folder).unwrap();
    let count = |wanted: &dyn Fn(&TrainNews) -> bool| news.iter().filter(|news| wanted(news)).count();
    assert_eq!(count(&|news| matches!(news, TrainNews::Steps(_))), 12, "{news:?}");
    assert_eq!(count(&|news| matches!(news, TrainNews::Validated(_))), 4, "before the first and after each epoch");
    for file in ["data.json", "environment.json", "train.log", "train.log.json", "last.safetensors"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("events.out.tfevents.")).count(), 1);
    assert!(!folder.join("epoch_1.safetensors").exists() && folder.join("epoch_3.safetensors").is_file());
    // The checkpoint names its classes and how its clips are cut.
    let video = std::fs::read_dir(scratch.path("motions/pan_left")).unwrap().next().unwrap().unwrap().path();
    let found = scratch.run([
        "classify".as_ref(),
        video.as_os_str(),
        "--checkpoint".as_ref(),
        "run/last.safetensors".as_ref(),
        "--device".as_ref(),
        "cpu".as_ref(),
        "--json".as_ref(),
    ]);
    assert_eq!(found.code, Some(0), "{found:?}");
    assert!(found.stdout.contains("pan_right"), "{found:?}");
}

/// Waits until a run can go on from a state, or is over, and says how long that took.
fn until_state(scratch: &Scratch, run: &str, child: &mut std::process::Child) -> Duration {
    let began = Instant::now();
    while !RunFolder::can_resume(&scratch.path(run)) && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    began.elapsed()
}

/// Kills runs that are under way after random times, and lets them go on.
fn killed_at_random(kind: &str, kills: u64) {
    let scratch = setting();
    let whole = train(&scratch, "whole", kind);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let expected = bytes(&scratch, "whole/last.safetensors");
    // The second one finds clips and frame tables in the cache, as all that follow do.
    let mut child =
        scratch.command(arguments("again", kind)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let before = until_state(&scratch, "again", &mut child);
    let began = Instant::now();
    assert!(child.wait().unwrap().success());
    let learning = began.elapsed();
    // Kills, and those of them after which there was a state to go on from.
    let (mut killed, mut gone_on, mut random) = (0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    for number in 0..kills {
        let run = format!("run{number}");
        let (mut is_begun, mut kills_of_run) = (false, 0);
        loop {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let resume = if is_begun { "--resume" } else { "" };
            let mut command = scratch.command(arguments(&run, &format!("{kind} {resume}")));
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            // Each run is killed once at least, and afterwards at every other attempt, so that it ends.
            if kills_of_run == 0 || random.is_multiple_of(2) {
                // One in four at any moment before there is a state, the others at any moment from then on.
                let share = (random >> 32) as f64 / f64::from(u32::MAX);
                if (random >> 8).is_multiple_of(4) {
                    std::thread::sleep(before.mul_f64(share));
                } else {
                    until_state(&scratch, &run, &mut child);
                    std::thread::sleep(learning.mul_f64(share));
                }
                child.kill().unwrap();
            }
            let ended = child.wait_with_output().unwrap();
            let was_killed = ended.status.code().is_none();
            kills_of_run += u64::from(was_killed);
            gone_on += u64::from(was_killed && RunFolder::can_resume(&scratch.path(&run)));
            is_begun = RunFolder::can_resume(&scratch.path(&run));
            // Killed before the first state, nothing was learnt; over before it was killed, nothing was tried.
            let was_too_late = ended.status.code() == Some(0) && kills_of_run == 0;
            if was_too_late || (!is_begun && RunFolder::is_taken(&scratch.path(&run))) {
                std::fs::remove_dir_all(scratch.path(&run)).unwrap();
                is_begun = false;
            }
            match ended.status.code() {
                Some(0) if was_too_late => {}
                Some(0) => break,
                None => {}
                Some(code) => panic!("status {code}: {}", String::from_utf8_lossy(&ended.stderr)),
            }
        }
        killed += kills_of_run;
        assert!(bytes(&scratch, &format!("{run}/last.safetensors")) == expected, "run {number} ended otherwise");
    }
    // Written past the test harness, which hides what a passing test prints.
    let _ = writeln!(
        std::io::stderr(),
        "{killed} kills in {kills} runs, {gone_on} of them with a state to go on from; all ended with the same weights"
    );
}

/// `KS_KILLS=20` for more.
fn kills() -> u64 {
    std::env::var("KS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(1)
}

#[test]
fn a_killed_training_ends_with_the_weights_of_an_undisturbed_one() {
    killed_at_random("", kills());
}

#[test]
fn a_killed_training_of_the_classifier_does_too() {
    killed_at_random("--set network.trained=head run.feature_views=2 schedule.epochs=30", kills());
}

#[test]
fn batch_normalisations_that_learn_go_on_where_they_were() {
    killed_at_random("--set network.batch_norm=train network.trained=last-2-stages schedule.epochs=2", 1);
}

#[test]
fn everything_that_is_wrong_with_the_data_is_told_at_once_and_may_be_left_out() {
    let scratch = setting();
    let first = |class: &str| {
        let mut paths: Vec<_> = std::fs::read_dir(scratch.path("motions").join(class))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        paths.remove(0)
    };
    std::fs::write(first("pan_left"), "no video").unwrap();
    std::fs::write(first("pan_right"), "no video either").unwrap();
    let run = train(&scratch, "run", "");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("for 2 reasons") && run.stderr.matches("error: ").count() == 2, "{run:?}");
    std::fs::remove_dir_all(scratch.path("run")).unwrap();
    let run = train(&scratch, "run", "--skip-unreadable --set schedule.epochs=1");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.matches("note: ").count() >= 2, "{run:?}");
}

#[test]
fn a_video_that_goes_away_in_the_middle_costs_its_samples_and_is_named() {
    let scratch = setting();
    // Looked at when it was there, and gone when its clip is cut.
    let mut command = scratch.command(arguments("other", "--set schedule.epochs=40 data.cache_gb=0 run.log_every=1"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let metrics = scratch.path("other/metrics.jsonl");
    let has_steps = || std::fs::read_to_string(&metrics).is_ok_and(|text| text.contains("\"steps\""));
    while !has_steps() {
        assert!(child.try_wait().unwrap().is_none(), "{:?}", child.wait_with_output());
        std::thread::sleep(Duration::from_millis(5));
    }
    let video = std::fs::read_dir(scratch.path("motions/pan_left")).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&video).unwrap();
    let has_noticed = || std::fs::read_to_string(&metrics).is_ok_and(|text| text.contains("left out"));
    while child.try_wait().unwrap().is_none() && !has_noticed() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(has_noticed(), "{}", std::fs::read_to_string(&metrics).unwrap());
    let name = video.file_name().unwrap().to_string_lossy().into_owned();
    assert!(std::fs::read_to_string(&metrics).unwrap().contains(&name));
}

#[test]
fn runs_are_neither_overwritten_nor_mixed_up() {
    let scratch = setting();
    let run = train(&scratch, "run", "--resume");
    assert!(run.code == Some(1) && run.stderr.contains("no run to go on with"), "{run:?}");
    let run = train(&scratch, "run", "--set schedule.epochs=1");
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = train(&scratch, "run", "");
    assert!(run.code == Some(1) && run.stderr.contains("--resume"), "{run:?}");
    let run = train(&scratch, "run", "--resume --seed 7");
    assert!(run.code == Some(1) && run.stderr.contains("another configuration"), "{run:?}");
    let run = train(&scratch, "run", "--resume --set schedule.epochs=1");
    assert_eq!(run.code, Some(0), "what is done is done: {run:?}");
}

#[test]
fn too_little_memory_makes_smaller_micro_batches_and_says_so() {
    let scratch = setting();
    let run = train(&scratch, "whole", "--set schedule.epochs=1");
    assert_eq!(run.code, Some(0), "{run:?}");
    let news = read_news(&scratch.path("whole")).unwrap();
    let needed =
        |news: &TrainNews| if let TrainNews::Estimate(estimate) = news { Some(estimate.memory_bytes) } else { None };
    let a_byte_less = (news.iter().find_map(needed).unwrap() - 1) as f64 / f64::from(1 << 30);
    let run = train(&scratch, "run", &format!("--set schedule.epochs=1 --memory-limit {a_byte_less:.12}"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("are computed at once"), "{run:?}");
    let run = train(&scratch, "other", "--memory-limit 0.000001");
    assert!(run.code == Some(1) && run.stderr.contains("train fewer stages"), "{run:?}");
}

#[test]
fn wrong_settings_are_told_with_what_would_be_right() {
    let scratch = setting();
    let run = train(&scratch, "run", "--set lr=3");
    assert!(run.code == Some(1) && run.stderr.contains("there is no setting lr"), "{run:?}");
    let run = train(&scratch, "run", "--set schedule.epochs=0 data.batch=0");
    assert!(run.stderr.contains("schedule.epochs must be") && run.stderr.contains("data.batch must be"), "{run:?}");
    let run = scratch.run(["train", "quick-head", "--data", "motions"]);
    assert!(run.code == Some(1) && run.stderr.contains("--load-from"), "{run:?}");
    let run = scratch.run(["train", "quick", "--data", "motions"]);
    assert!(run.code == Some(1) && run.stderr.contains("quick-head"), "{run:?}");
    assert!(!Path::new(&scratch.path("run")).exists());
}
