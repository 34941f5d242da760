//! Which squares of a resized picture are looked at.

use ks_domain::CropMode;

/// A square part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Square {
    /// Columns left of it.
    pub left: usize,
    /// Rows above it.
    pub top: usize,
    /// Length of its sides.
    pub side: usize,
}

/// The centre square, half pixels rounded to the left and to the top. `None` if it does not fit.
pub fn center(width: usize, height: usize, side: usize) -> Option<Square> {
    let left = width.checked_sub(side)? / 2;
    let top = height.checked_sub(side)? / 2;
    Some(Square { left, top, side })
}

/// Left, right, middle square of a picture as high as `side`; top, bottom, middle of one as wide.
///
/// `None` if neither is the case. With an odd rest the right (bottom) square stops one pixel short of the edge.
pub fn three(width: usize, height: usize, side: usize) -> Option<[Square; 3]> {
    if height == side {
        let step = width.checked_sub(side)? / 2;
        Some([0, 2 * step, step].map(|left| Square { left, top: 0, side }))
    } else if width == side {
        let step = height.checked_sub(side)? / 2;
        Some([0, 2 * step, step].map(|top| Square { left: 0, top, side }))
    } else {
        None
    }
}

/// The squares of a mode, in the order in which the network gets them.
pub fn squares(mode: CropMode, width: usize, height: usize, side: usize) -> Option<Vec<Square>> {
    match mode {
        CropMode::Center => center(width, height, side).map(|square| vec![square]),
        CropMode::Three => three(width, height, side).map(Vec::from),
    }
}
