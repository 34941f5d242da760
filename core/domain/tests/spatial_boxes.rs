//! Sizes and boxes of pictures, and the values of their bytes.

mod reference;

use ks_domain::{
    CropMode, Cut, Framing, PixelBox, RandomResizedCrop, ResizeRule, SeededDraws, center_crop, three_crops,
};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq};
use proptest::proptest;
use proptest::test_runner::RngSeed;

#[test]
fn sizes_boxes_and_values_equal_those_of_mmaction() {
    let Some(fixtures) = reference::fixtures() else { return };
    reference::assert_exact(&reference::rows(&fixtures, "spatial"), 222 + 60 + 60 + 12 + 6);
}

#[test]
fn what_is_too_small_for_a_crop_is_refused() {
    assert_eq!(center_crop((200, 100), 128), None);
    assert_eq!(three_crops((300, 257), 256), None);
    assert_eq!(three_crops((200, 256), 256), None);
    let drawn = PixelBox { left: 90, top: 0, width: 11, height: 10 };
    let framing = Framing { cut: Cut::Box(drawn), ..Framing::squares(100, CropMode::Center, 50) };
    assert_eq!(framing.boxes((100, 100)), ((100, 100), None));
}

/// The same cases on every run, and no file that remembers failures: a case that fails becomes a test of its own.
fn same_cases() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(same_cases())]

    #[test]
    fn a_random_crop_lies_in_the_picture(width in 1_usize..3000, height in 1_usize..3000, seed in any::<u64>()) {
        let crop = RandomResizedCrop::default().pick((width, height), &mut SeededDraws::new(seed));
        prop_assert!(crop.is_inside((width, height)), "{:?}", crop);
    }

    #[test]
    fn squares_lie_in_the_resized_picture(width in 16_usize..4000, height in 16_usize..4000, side in 16_u32..300) {
        let resized = ResizeRule::ShortSide(side).size_of((width, height));
        prop_assert_eq!(resized.0.min(resized.1), side as usize);
        for mode in [CropMode::Center, CropMode::Three] {
            let boxes = mode.boxes(resized, side as usize).expect("a square as long as the shorter side should fit");
            prop_assert!(boxes.iter().all(|square| square.is_inside(resized)), "{:?}", boxes);
        }
    }

    #[test]
    fn a_drawn_framing_fits_the_picture_that_it_was_drawn_for(
        width in 20_usize..2000, height in 20_usize..2000, seed in any::<u64>(),
    ) {
        let mut draws = SeededDraws::new(seed);
        let framing = Framing::drawn((width, height), 256, &RandomResizedCrop::default(), 224, 0.5, &mut draws);
        prop_assert_eq!(framing.boxes((width, height)).1.map(|boxes| boxes.len()), Some(1));
    }
}
