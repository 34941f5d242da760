//! Writing pickles, protocol 2, of the few kinds of values that a checkpoint is made of.
//!
//! Every call in them is one that PyTorch's loader makes with `weights_only=True`.

use super::elements::Written;

/// A pickle that grows.
pub(super) struct Pickle {
    bytes: Vec<u8>,
}

impl Pickle {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0x80, 2] }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'.');
        self.bytes
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes.push(b'X');
        // A text of 4 GiB is no name of a tensor and no description.
        self.bytes.extend(u32::try_from(text.len()).expect("should be a short text").to_le_bytes());
        self.bytes.extend(text.as_bytes());
    }

    /// Sizes, strides and counts.
    pub(super) fn size(&mut self, value: usize) {
        match i32::try_from(value) {
            Ok(value) => {
                self.bytes.push(b'J');
                self.bytes.extend(value.to_le_bytes());
            }
            Err(_large) => {
                self.bytes.extend([0x8a, 9]);
                self.bytes.extend((value as u64).to_le_bytes());
                self.bytes.push(0);
            }
        }
    }

    /// A tuple of what `inner` adds.
    pub(super) fn tuple(&mut self, inner: impl FnOnce(&mut Self)) {
        self.bytes.push(b'(');
        inner(self);
        self.bytes.push(b't');
    }

    /// A mapping of the keys and values that `inner` adds in turn.
    pub(super) fn dict(&mut self, inner: impl FnOnce(&mut Self)) {
        self.bytes.extend(b"}(");
        inner(self);
        self.bytes.push(b'u');
    }

    /// As [`Self::dict`], one that PyTorch's modules load.
    pub(super) fn ordered_dict(&mut self, inner: impl FnOnce(&mut Self)) {
        self.bytes.extend(b"ccollections\nOrderedDict\n)R(");
        inner(self);
        self.bytes.push(b'u');
    }

    /// A contiguous tensor that fills the storage `key`.
    pub(super) fn tensor(&mut self, key: usize, kind: Written, shape: &[usize]) {
        let class: &[u8] = match kind {
            Written::Single => b"ctorch\nFloatStorage\n",
            Written::Half => b"ctorch\nHalfStorage\n",
            Written::Integer => b"ctorch\nLongStorage\n",
        };
        self.bytes.extend(b"ctorch._utils\n_rebuild_tensor_v2\n");
        self.tuple(|pickle| {
            pickle.tuple(|pickle| {
                pickle.text("storage");
                pickle.bytes.extend(class);
                pickle.text(&key.to_string());
                pickle.text("cpu");
                pickle.size(shape.iter().product());
            });
            pickle.bytes.push(b'Q');
            pickle.size(0);
            pickle.tuple(|pickle| shape.iter().for_each(|size| pickle.size(*size)));
            let stride = |axis: usize| shape.iter().skip(axis + 1).product();
            pickle.tuple(|pickle| (0..shape.len()).for_each(|axis| pickle.size(stride(axis))));
            // Whether it requires a gradient, and its hooks.
            pickle.bytes.extend(b"\x89ccollections\nOrderedDict\n)R");
        });
        self.bytes.push(b'R');
    }
}
