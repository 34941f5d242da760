//! What a network costs: multiply-accumulates and the room that its weights take. How its tables are made of these
//! numbers is told in `zoo`; time and memory are measured, not computed, and are not here.

use crate::{ArchSpec, BlockPlace, BottleneckMode, StrideStyle};

/// The size of one clip that goes into a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipShape {
    /// Frames.
    pub frames: usize,
    /// Pixels.
    pub height: usize,
    /// Pixels.
    pub width: usize,
}

impl ClipShape {
    /// A clip of square frames.
    pub const fn square(frames: usize, side: usize) -> Self {
        Self { frames, height: side, width: side }
    }

    /// Elements of one channel.
    const fn volume(self) -> u64 {
        self.frames as u64 * self.height as u64 * self.width as u64
    }

    /// The size after a convolution or pool whose padding makes up for its kernel, or nearly so.
    fn strided(self, [time, height, width]: [usize; 3]) -> Self {
        Self {
            frames: self.frames.div_ceil(time),
            height: self.height.div_ceil(height),
            width: self.width.div_ceil(width),
        }
    }
}

impl ArchSpec {
    /// Multiply-accumulates of one clip: those of the convolutions and of the head, as published tables mean it.
    ///
    /// Batch normalisation, activations and pools are left out: they add well under one percent, and mmaction2's own
    /// counters count them in two different ways.
    pub fn macs(&self, clip: ClipShape) -> u64 {
        self.backbone_macs(clip) + self.classes as u64 * self.features() as u64
    }

    /// [`Self::macs`] without the head.
    pub fn backbone_macs(&self, clip: ClipShape) -> u64 {
        // Every kernel is odd and padded by half of itself, so only strides change the size.
        let mut shape = clip.strided([self.conv1_stride_t, 2, 2]);
        let mut macs = (self.in_channels * self.base_channels * 3 * 7 * 7) as u64 * shape.volume();
        if self.with_pool1 {
            shape = shape.strided([self.pool1_stride_t, 2, 2]);
        }
        for place in self.blocks() {
            if self.with_pool2 && place == (BlockPlace { stage: 1, index: 0 }) {
                // A kernel of two without padding: an odd last frame is dropped.
                shape.frames /= 2;
            }
            let after = shape.strided(self.block_stride(place));
            macs += self.block_macs(place, shape, after);
            shape = after;
        }
        macs
    }

    fn block_macs(&self, place: BlockPlace, before: ClipShape, after: ClipShape) -> u64 {
        let (inputs, planes) = (self.block_inputs(place) as u64, self.planes(place.stage) as u64);
        let inner = match self.style {
            StrideStyle::Pytorch => before,
            StrideStyle::Caffe => after,
        };
        let mix = match self.mode {
            BottleneckMode::Ir => 0,
            BottleneckMode::Ip => planes * planes * inner.volume(),
        };
        let first = inputs * planes * inner.volume();
        let depthwise_and_last = (27 * planes + 4 * planes * planes) * after.volume();
        let shortcut = if self.has_shortcut(place) { 4 * inputs * planes * after.volume() } else { 0 };
        first + mix + depthwise_and_last + shortcut
    }

    /// Trainable parameters without the head.
    pub fn backbone_parameters(&self) -> usize {
        self.parameters() - self.classes * (self.features() + 1)
    }

    /// Bytes that the backbone's arrays take in a file at single precision: parameters, running statistics and the
    /// counters of batches, without the file's own overhead.
    pub fn backbone_bytes(&self) -> u64 {
        let (mut running, mut counters) = (0, 0);
        for unit in self.units() {
            running += 2 * unit.kind.outputs() as u64;
            counters += 1;
        }
        4 * (self.backbone_parameters() as u64 + running) + 8 * counters
    }

    /// [`Self::backbone_bytes`] with the head.
    pub fn weight_bytes(&self) -> u64 {
        self.backbone_bytes() + 4 * (self.classes * (self.features() + 1)) as u64
    }
}
