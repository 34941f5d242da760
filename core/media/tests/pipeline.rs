//! From files to views, against the pictures that the original program made.

mod fixtures;

use fixtures::{files_without_a_row, picture_rows, reference, rows};

#[test]
fn resized_and_mirrored_pictures_equal_those_of_mmaction() {
    let Some(folder) = reference::fixtures() else { return };
    reference::assert_exact(&picture_rows(&folder, "spatial"), 12 + 12 + 4);
}

#[test]
fn views_of_a_folder_of_pictures_equal_those_of_both_branches() {
    let Some(folder) = reference::fixtures() else { return };
    reference::assert_exact(&picture_rows(&folder, "pipeline"), 40 + 2 + 2 * (6 + 4 + 1 + 9));
}

#[test]
fn decoded_frames_their_colours_and_their_views_equal_those_of_mmaction() {
    let Some(folder) = reference::fixtures() else { return };
    let rows = picture_rows(&folder, "video");
    reference::assert_exact(&rows, 5 + 4 + 6 + 6);
    let missing = files_without_a_row(&folder, "video", &rows);
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_file_of_the_other_categories_has_a_row() {
    let Some(folder) = reference::fixtures() else { return };
    for category in ["sampling", "spatial", "pipeline", "schedule", "metrics"] {
        let missing = files_without_a_row(&folder, category, &rows(&folder, category));
        assert!(missing.is_empty(), "{missing:?}");
    }
}
