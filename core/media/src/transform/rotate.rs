//! Turning pictures upright.

use ks_domain::Rotation;

/// Where the pixel `(column, row)` of the upright picture lies in the stored one of the given size.
#[inline]
pub fn stored_place(rotation: Rotation, stored: (usize, usize), column: usize, row: usize) -> (usize, usize) {
    let (width, height) = stored;
    match rotation {
        Rotation::None => (column, row),
        Rotation::Clockwise90 => (row, height - 1 - column),
        Rotation::Half => (width - 1 - column, height - 1 - row),
        Rotation::Clockwise270 => (width - 1 - row, column),
    }
}

/// Width and height of the upright picture.
pub fn upright_size(rotation: Rotation, stored: (usize, usize)) -> (usize, usize) {
    match rotation {
        Rotation::None | Rotation::Half => stored,
        Rotation::Clockwise90 | Rotation::Clockwise270 => (stored.1, stored.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns a picture whose pixels are letters.
    fn turned(rotation: Rotation, rows: &[&str]) -> Vec<String> {
        let stored = (rows[0].len(), rows.len());
        let (width, height) = upright_size(rotation, stored);
        let letter = |column, row| {
            let (x, y) = stored_place(rotation, stored, column, row);
            char::from(rows[y].as_bytes()[x])
        };
        (0..height).map(|row| (0..width).map(|column| letter(column, row)).collect()).collect()
    }

    #[test]
    fn turning_is_clockwise() {
        let rows = ["abc", "def"];
        assert_eq!(turned(Rotation::None, &rows), ["abc", "def"]);
        assert_eq!(turned(Rotation::Clockwise90, &rows), ["da", "eb", "fc"]);
        assert_eq!(turned(Rotation::Half, &rows), ["fed", "cba"]);
        assert_eq!(turned(Rotation::Clockwise270, &rows), ["cf", "be", "ad"]);
    }
}
