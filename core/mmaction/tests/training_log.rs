//! Logs and folders of trainings: the original's own, what else they may hold, and what is refused.

mod fixtures;

use fixtures::reference;
use ks_domain::Branch;
use ks_mmaction::training_log::records::{Record, Records, line};
use ks_mmaction::training_log::text::{Line, Message, Place};
use ks_mmaction::training_log::{Interval, LogError, TrainRecord, ValDetail, ValRecord};
use ks_mmaction::work_dir::WorkFile;

#[test]
fn what_the_original_leaves_behind_is_read_and_written_to_the_character() {
    let Some(folder) = reference::fixtures() else { return };
    let rows = fixtures::rows(&folder);
    reference::assert_exact(&rows, 6 + 2 + 6 + 1 + 7 + 12 + 17 + 23 + 9 + 15);
    let manifest = reference::json(&folder, "manifest.json");
    for entry in reference::list(&manifest["entries"]) {
        let file = entry["file"].as_str().unwrap_or_default();
        assert!(!file.starts_with("cli/") || rows.iter().any(|row| row.file == file), "{file} has no row");
    }
}

fn interval() -> Interval {
    let measures = [("loss", 0.123_456_789), ("top1_acc", 1.0)].map(|(name, value)| (name.to_owned(), value));
    Interval {
        learning_rate: 0.0025,
        memory_mib: Some(7893),
        data_secs: 0.5,
        secs: 2.0 / 3.0,
        measures: measures.into(),
    }
}

#[test]
fn memory_of_a_gpu_stands_where_each_branch_has_it() {
    let train = Record::Train(TrainRecord { epoch: 2, iteration: 20, interval: interval() });
    assert_eq!(
        line(&train, Branch::V0),
        r#"{"mode": "train", "epoch": 2, "iter": 20, "lr": 0.0025, "memory": 7893, "data_time": 0.5, "loss": 0.12346, "top1_acc": 1.0, "time": 0.66667}"#
    );
    assert_eq!(
        line(&train, Branch::V1),
        r#"{"lr": 0.0025, "data_time": 0.5, "loss": 0.123456789, "top1_acc": 1.0, "time": 0.6666666666666666, "epoch": 2, "iter": 20, "memory": 7893, "step": 20}"#
    );
    let place = Place { epoch: 2, epoch_digits: 3, iteration: 20, iterations: 1253 };
    let eta_secs = 86_400 + 2 * 3600 + 17 * 60 + 41;
    let message = Message::Train { place, eta_secs, interval: interval() };
    assert_eq!(
        message.to_text(Branch::V0),
        "Epoch [2][20/1253]\tlr: 2.500e-03, eta: 1 day, 2:17:41, time: 0.667, data_time: 0.500, memory: 7893, loss: 0.1235, top1_acc: 1.0000"
    );
    assert_eq!(
        message.to_text(Branch::V1),
        "Epoch(train)   [2][  20/1253]  lr: 2.5000e-03  eta: 1 day, 2:17:41  time: 0.6667  data_time: 0.5000  memory: 7893  loss: 0.1235  top1_acc: 1.0000"
    );
    for branch in [Branch::V0, Branch::V1] {
        let text = message.to_text(branch);
        let read = Line::parse(&text, branch);
        assert!(matches!(&read.message, Message::Train { eta_secs: eta, .. } if *eta == eta_secs), "{read:?}");
        assert_eq!(read.to_text(), text);
        let log = Records { branch, records: vec![train.clone()], unfinished: None };
        let again = Records::parse(&log.to_text()).unwrap();
        assert_eq!((again.branch, again.to_text()), (branch, log.to_text()));
    }
}

#[test]
fn what_is_no_number_is_written_as_python_writes_it() {
    let mut interval = interval();
    interval.measures[0].1 = f64::NAN;
    let train = Record::Train(TrainRecord { epoch: 1, iteration: 1, interval: interval.clone() });
    assert!(line(&train, Branch::V0).contains(r#""loss": NaN,"#));
    assert!(Records::parse(&line(&train, Branch::V1)).unwrap().to_text().contains(r#""loss": NaN,"#));
    let place = Place { epoch: 1, epoch_digits: 1, iteration: 1, iterations: 1 };
    let text = Message::Train { place, eta_secs: 0, interval }.to_text(Branch::V1);
    assert!(text.contains("  loss: nan  "), "{text}");
    assert!(matches!(Line::parse(&text, Branch::V1).message, Message::Train { .. }));
}

#[test]
fn a_log_that_was_cut_off_is_read_up_to_its_last_whole_line() {
    let val = ValRecord { epoch: 3, detail: ValDetail::V1 { data_secs: 0.25, secs: 0.5 }, measures: Vec::new() };
    let whole = line(&Record::Val(val.clone()), Branch::V1);
    let found = Records::parse(&format!("{whole}\n{}", &whole[..20])).unwrap();
    assert_eq!((found.records, found.unfinished.as_deref()), (vec![Record::Val(val)], Some(&whole[..20])));
    // A last line that is whole needs no end.
    assert_eq!(Records::parse(&whole).unwrap().unfinished, None);
}

#[test]
fn everything_that_is_no_line_of_a_log_is_said_at_once() {
    assert_eq!(Records::parse(" \n\n"), Err(LogError::Empty));
    let text = concat!(
        r#"{"mode": "train", "epoch": 1, "iter": -2, "lr": 0.1, "data_time": 1.0, "time": 1.0}"#,
        "\n",
        r#"{"mode": "train", "epoch": 1, "iter": 2, "lr": 0.1, "time": 1.0}"#,
        "\n",
        r#"{"mode": "test"}"#,
        "\nno JSON\n[]\n",
        r#"{"mode": "val", "epoch": 1, "iter": 2, "lr": 0.1, "top1_acc": "high"}"#,
        "\n",
    );
    let error = Records::parse(text).expect_err("should be refused").to_string();
    for says in [
        "6 of the log's lines cannot be read",
        "line 1: “iter” is -2, no whole number",
        "line 2: “data_time” is missing",
        "line 3: its mode is \"test\"",
        "line 4: “n” begins no value at 0",
        "line 5: it is no JSON object",
        "line 6: “top1_acc” is \"high\", no number",
    ] {
        assert!(error.contains(says), "{says}: {error}");
    }
    let steps = r#"{"lr": 0.1, "data_time": 1.0, "time": 1.0, "epoch": 1, "iter": 2, "step": 3}"#;
    assert!(Records::parse(steps).unwrap_err().to_string().contains("its step is 3, but its iter 2"));
}

#[test]
fn lines_of_other_kinds_are_kept_as_they_are() {
    for branch in [Branch::V0, Branch::V1] {
        for text in [
            "",
            "2026-11-22 09:54:18,876 - mmaction - WARNING - lr: 1, eta: - ",
            "2026/11/22 09:55:19 - mmengine - INFO - Epoch(train) [1][2/3]  lr: high",
            "Epoch [1][2/3]\tlr: 2.5e-03",
            "Saving checkpoint at 01 epochs",
            "The best checkpoint with 1 a at 3 epoch is saved to x.",
            "a\tb\tc",
        ] {
            let line = Line::parse(text, branch);
            assert!(matches!(line.message, Message::Other(_)), "{line:?}");
            assert_eq!(line.to_text(), text);
        }
    }
}

#[test]
fn files_of_a_folder_are_known_by_their_names_alone() {
    let best = WorkFile::Best { metric: "mean_class_accuracy".to_owned(), epoch: 12 };
    assert_eq!(WorkFile::of_path("best_mean_class_accuracy_epoch_12.pth", Branch::V0), Some(best));
    let config = WorkFile::Config { name: "csn.v2".to_owned() };
    assert_eq!(WorkFile::of_path("csn.v2.py", Branch::V1), Some(config));
    for path in
        ["epoch_01.pth", "epoch_x.pth", "notes.txt", "a/b.py", "20261122_095414/20261122_095415.log", "epoch_1.pt", ""]
    {
        for branch in [Branch::V0, Branch::V1] {
            assert_eq!(WorkFile::of_path(path, branch), None, "{path}");
        }
    }
    assert_eq!(WorkFile::of_path("latest.pth", Branch::V1), None);
    assert_eq!(WorkFile::of_path("last_checkpoint", Branch::V0), None);
    assert_eq!(WorkFile::Latest.path(Branch::V1), None);
}
