//! Which frames the clips of a sample hold.

mod reference;

use ks_domain::{Branch, FrameSampling, OutOfBound, SamplingError, SeededDraws};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof};
use proptest::proptest;
use proptest::test_runner::RngSeed;

#[test]
fn frames_equal_those_of_both_branches_of_mmaction() {
    let Some(fixtures) = reference::fixtures() else { return };
    reference::assert_exact(&reference::rows(&fixtures, "sampling"), 2540);
}

#[test]
fn the_branches_differ_in_the_ten_clips_of_a_test() {
    let starts = |branch| -> Vec<u32> {
        let frames = FrameSampling::csn(10).test(branch, 300).expect("should have frames");
        frames.into_iter().step_by(32).collect()
    };
    assert_eq!(starts(Branch::V0), [11, 35, 59, 82, 106, 130, 154, 177, 201, 225]);
    assert_eq!(starts(Branch::V1), [0, 26, 53, 79, 105, 132, 158, 184, 211, 237]);
}

#[test]
fn a_video_without_frames_and_impossible_settings_are_refused_in_words() {
    let none = FrameSampling::csn(1).test(Branch::V1, 0).expect_err("should be refused");
    assert_eq!(none, SamplingError::NoFrames);
    let bad = FrameSampling { clip_len: 0, frame_interval: 0, ..FrameSampling::csn(1) };
    let message = bad.test(Branch::V1, 10).expect_err("should be refused").to_string();
    assert!(message.contains("frames of a clip") && message.contains("interval"), "{message}");
}

fn sampling() -> impl Strategy<Value = FrameSampling> {
    let rule = prop_oneof![Just(OutOfBound::Loop), Just(OutOfBound::RepeatLast)];
    (1_u32..70, 1_u32..20, 1_u32..13, rule, 0_u32..2).prop_map(
        |(clip_len, frame_interval, num_clips, out_of_bound, start_index)| FrameSampling {
            clip_len,
            frame_interval,
            num_clips,
            out_of_bound,
            start_index,
        },
    )
}

/// The same cases on every run, and no file that remembers failures: a case that fails becomes a test of its own.
fn same_cases() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(same_cases())]

    #[test]
    fn every_chosen_frame_is_one_of_the_video(sampling in sampling(), total in 1_u32..5000, seed in any::<u64>()) {
        let mut draws = SeededDraws::new(seed);
        let chosen = [
            sampling.train(total, &mut draws).expect("should have frames"),
            sampling.test(Branch::V0, total).expect("should have frames"),
            sampling.test(Branch::V1, total).expect("should have frames"),
        ];
        for frames in chosen {
            prop_assert_eq!(frames.len(), (sampling.num_clips * sampling.clip_len) as usize);
            let range = sampling.start_index..sampling.start_index + total;
            prop_assert!(frames.iter().all(|frame| range.contains(frame)), "{:?}", frames);
        }
    }

    #[test]
    fn clips_of_a_long_video_run_forward_without_a_jump(
        sampling in sampling(), more in 0_u32..3000, seed in any::<u64>(),
    ) {
        let total = sampling.clip_len * sampling.frame_interval + more;
        let mut draws = SeededDraws::new(seed);
        let chosen = [
            sampling.train(total, &mut draws).expect("should have frames"),
            sampling.test(Branch::V0, total).expect("should have frames"),
            sampling.test(Branch::V1, total).expect("should have frames"),
        ];
        for frames in chosen {
            let clips = frames.chunks(sampling.clip_len as usize);
            for clip in clips.clone() {
                prop_assert!(clip.windows(2).all(|pair| pair[1] == pair[0] + sampling.frame_interval), "{:?}", clip);
            }
            let starts: Vec<u32> = clips.map(|clip| clip[0]).collect();
            prop_assert!(starts.is_sorted(), "{:?}", starts);
        }
    }
}
