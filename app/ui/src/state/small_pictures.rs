//! Small pictures of a video, for lists and for what the pointer is over.

/// One small picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallPicture {
    /// Which frame it shows.
    pub frame: u32,
    /// `[height, width, 3]`, upright.
    pub rgb: Vec<u8>,
}

/// Small pictures of one video, all of one size, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallPictures {
    /// Width of each in pixels.
    pub width: usize,
    /// Height of each in pixels.
    pub height: usize,
    /// The pictures.
    pub pictures: Vec<SmallPicture>,
}

impl SmallPictures {
    /// The place of the picture that is nearest to a frame.
    pub fn nearest(&self, frame: u32) -> Option<usize> {
        let after = self.pictures.partition_point(|picture| picture.frame <= frame);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let distance = |place: &usize| self.pictures.get(*place).map(|picture| picture.frame.abs_diff(frame));
        around.filter(|place| *place < self.pictures.len()).min_by_key(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_picture_is_found_on_both_sides() {
        let pictures = [10, 50, 90].map(|frame| SmallPicture { frame, rgb: vec![0; 3] }).to_vec();
        let pictures = SmallPictures { width: 1, height: 1, pictures };
        assert_eq!([0, 29, 31, 50, 1000].map(|frame| pictures.nearest(frame)), [0, 0, 1, 1, 2].map(Some));
        assert_eq!(SmallPictures { pictures: vec![], ..pictures }.nearest(3), None);
    }
}
