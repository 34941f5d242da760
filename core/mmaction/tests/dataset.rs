//! Data preparation from made-up annotation files and listings, without a video.

use ks_domain::CancelToken;
use ks_mmaction::dataset::official::{NamedText, folders, hmdb51, kinetics, ucf101};
use ks_mmaction::dataset::{DataError, Plan, Prepared, Trouble, Verdict};

fn named(name: &str, text: &str) -> NamedText {
    (name.to_owned(), text.to_owned())
}

fn files(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn prepare(plan: Plan, listing: &[&str], check: &(dyn Fn(&str) -> Verdict + Sync)) -> Prepared {
    plan.matched(&files(listing)).checked(2, false, &CancelToken::new(), check, &mut |_, _| {}).expect("nobody cancels")
}

fn good(plan: Plan, listing: &[&str]) -> Prepared {
    prepare(plan, listing, &|_| Verdict::Good)
}

const KINETICS: &str = "label,youtube_id,time_start,time_end,split\n\
    \"air drumming\",aaa,5,15,train\n\
    abseiling,bbb,100,110,train\n\
    air drumming,ccc,0,10,validate\n\
    zumba,ddd,7,17,train\n";

#[test]
fn kinetics_is_matched_by_id_and_seconds_in_any_layout() {
    let plan = kinetics(&[named("k.csv", KINETICS)]).unwrap();
    assert_eq!(plan.classes, ["abseiling", "air drumming", "zumba"]);
    let listing = [
        "videos_val/air_drumming/ccc_000000_000010.mp4",
        "flat/bbb_000100_000110.webm",
        "other/aaa.txt",
        "zumba/ddd.mkv",
    ];
    let prepared = good(plan, &listing);
    assert_eq!(prepared.list("train").unwrap(), "flat/bbb_000100_000110.webm 0\nzumba/ddd.mkv 2\n");
    assert_eq!(prepared.list("val").unwrap(), "videos_val/air_drumming/ccc_000000_000010.mp4 1\n");
    assert_eq!(prepared.label_map(), "abseiling\nair drumming\nzumba\n");
    let expected = "problem,split,class,video,reason\r\n\
        missing,train,air drumming,aaa_000005_000015,no such file in the folder of videos\r\n";
    assert_eq!(prepared.report_csv(), expected);
}

#[test]
fn a_file_without_a_split_column_is_a_split() {
    let text = "label,youtube_id,time_start,time_end\na,x,1,2\n";
    let plan = kinetics(&[named("dir/kinetics_train.csv", text), named("val.csv", text)]).unwrap();
    let splits: Vec<&str> = plan.samples.iter().map(|sample| sample.split.as_str()).collect();
    assert_eq!(splits, ["train", "val"]);
    let both = ["train/a/x_000001_000002.mp4", "val/a/x_000001_000002.mp4"];
    let prepared = good(plan, &both);
    assert_eq!(prepared.list("val").unwrap(), "val/a/x_000001_000002.mp4 0\n");
    assert_eq!(prepared.list("train").unwrap(), "train/a/x_000001_000002.mp4 0\n");
}

#[test]
fn a_label_map_gives_the_numbers() {
    let names = files(&["zumba", "abseiling", "air_drumming", "more"]);
    let plan = kinetics(&[named("k.csv", KINETICS)]).unwrap().with_labels(&names).unwrap();
    let labels: Vec<u32> = plan.samples.iter().map(|sample| sample.label).collect();
    assert_eq!((labels.as_slice(), plan.classes.len()), (&[2, 1, 2, 0][..], 4));
    let plan = kinetics(&[named("k.csv", KINETICS)]).unwrap();
    let error = plan.with_labels(&names[..2]).expect_err("should be refused");
    assert_eq!(error, DataError::UnknownClasses(vec!["air drumming".to_owned()]));
}

#[test]
fn lines_that_are_not_understood_are_all_named() {
    let text = "label,youtube_id,time_start,time_end,split\na,x,one,2,train\nb\n";
    let error = kinetics(&[named("k.csv", text), named("l.csv", "id\n")]).expect_err("should be refused").to_string();
    for part in ["3 lines", "k.csv:2: time_start", "k.csv:3: columns are missing", "l.csv:1: the first line"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(kinetics(&[]), Err(DataError::Empty));
}

#[test]
fn ucf101_counts_from_its_own_numbers() {
    let classes = named("classInd.txt", "1 Archery\r\n2 Basketball\r\n");
    let train = named("trainlist01.txt", "Basketball/v_b_g08.avi 2\nArchery/v_a_g09.avi 1\n");
    let test = named("testlist01.txt", "Archery/v_a_g01.avi\n");
    let plan = ucf101(&classes, &train, &test).unwrap();
    let prepared = good(plan, &["Archery/v_a_g01.avi", "v_a_g09.avi", "UCF/Basketball/v_b_g08.mp4"]);
    assert_eq!(prepared.list("train").unwrap(), "UCF/Basketball/v_b_g08.mp4 1\nv_a_g09.avi 0\n");
    assert_eq!(prepared.list("val").unwrap(), "Archery/v_a_g01.avi 0\n");
    let error = ucf101(&named("c", "2 A\n"), &train, &test).expect_err("should be refused").to_string();
    assert!(error.contains("c:1") && error.contains("trainlist01.txt:2"), "{error}");
}

#[test]
fn hmdb51_takes_marks_and_prefers_the_folder_of_the_class() {
    let wave = named("d/wave_test_split1.txt", "one#2.avi 1 \ntwo.avi 2 \nthree.avi 0 \n");
    let clap = named("d/clap_test_split1.txt", "one#2.avi 2\n");
    let plan = hmdb51(&[wave, clap]).unwrap();
    assert_eq!(plan.classes, ["clap", "wave"]);
    let prepared = good(plan, &["wave/one#2.avi", "clap/one#2.avi", "wave/two.avi", "wave/three.avi"]);
    assert_eq!(prepared.list("train").unwrap(), "wave/one#2.avi 1\n");
    assert_eq!(prepared.list("val").unwrap(), "clap/one#2.avi 0\nwave/two.avi 1\n");
    assert!(hmdb51(&[named("x.txt", "")]).is_err());
}

#[test]
fn folders_are_classes_with_or_without_splits() {
    let plain = ["b/1.mp4", "b/2.mp4", "b/3.mp4", "a a/1.mp4", "loose.mp4", "a a/notes.txt"];
    let prepared = good(folders(&files(&plain), 0).unwrap(), &plain);
    assert_eq!(prepared.list("train").unwrap(), "a a/1.mp4 0\nb/1.mp4 1\nb/2.mp4 1\nb/3.mp4 1\n");
    let prepared = good(folders(&files(&plain[..3]), 2).unwrap(), &plain);
    assert_eq!(prepared.list("val").unwrap(), "b/1.mp4 0\nb/3.mp4 0\n");
    let split = ["train/b/1.mp4", "val/b/2.mp4", "train/a/sub/3.mp4"];
    let prepared = good(folders(&files(&split), 5).unwrap(), &split);
    assert_eq!(prepared.list("train").unwrap(), "train/a/sub/3.mp4 0\ntrain/b/1.mp4 1\n");
    assert_eq!(prepared.list("val").unwrap(), "val/b/2.mp4 1\n");
    assert_eq!(folders(&files(&["x.mp4"]), 0), Err(DataError::NoClasses));
}

#[test]
fn unreadable_videos_are_left_out_and_short_ones_only_on_request() {
    let listing = ["a/good.mp4", "a/short.mp4", "a/bad.mp4"];
    let check = |path: &str| match path {
        "a/short.mp4" => Verdict::Short { reason: "10 frames".to_owned() },
        "a/bad.mp4" => Verdict::Unreadable { reason: "damaged, \"badly\"".to_owned() },
        _ => Verdict::Good,
    };
    let plan = || folders(&files(&listing), 0).unwrap();
    let prepared = prepare(plan(), &listing, &check);
    assert_eq!(prepared.list("train").unwrap(), "a/good.mp4 0\na/short.mp4 0\n");
    assert_eq!((prepared.count(Trouble::Short), prepared.count(Trouble::Unreadable)), (1, 1));
    assert!(prepared.report_csv().contains("unreadable,train,a,a/bad.mp4,\"damaged, \"\"badly\"\"\"\r\n"));
    let mut heard = Vec::new();
    let prepared = plan().matched(&files(&listing)).checked(9, true, &CancelToken::new(), &check, &mut |done, all| {
        heard.push((done, all));
    });
    assert_eq!(prepared.unwrap().list("train").unwrap(), "a/good.mp4 0\n");
    assert_eq!(heard, [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn cancelled_work_prepares_nothing() {
    let cancel = CancelToken::new();
    let many: Vec<String> = (0..1000).map(|number| format!("a/{number}.mp4")).collect();
    let check = |_: &str| {
        cancel.cancel();
        Verdict::Good
    };
    let result = folders(&many, 0).unwrap().matched(&many).checked(3, false, &cancel, &check, &mut |_, _| {});
    assert_eq!(result, Err(DataError::Cancelled));
}
