//! From a tensor's description to its elements.

use super::error::TorchError;
use super::node::{Arena, ElementType, Id, Node, StorageNode, TensorNode};

/// Axes that a tensor may have.
const MAX_AXES: usize = 8;

impl Arena {
    /// The tensor of the arguments `(storage, offset, size, stride, …)`; `None` if they are something else.
    pub(super) fn described_tensor(&self, arguments: &[Id]) -> Option<TensorNode> {
        let [storage, offset, shape, stride, ..] = arguments else { return None };
        let Node::Persistent(storage) = self.node(*storage) else { return None };
        let (storage, first) = self.described_storage(*storage)?;
        let sizes = |id: Id| -> Option<Vec<u64>> {
            let items = self.items(id)?;
            if items.len() > MAX_AXES {
                return None;
            }
            items.iter().map(|item| u64::try_from(self.int(*item)?).ok()).collect()
        };
        let shape = sizes(*shape)?.into_iter().map(|size| usize::try_from(size).ok()).collect::<Option<Vec<_>>>()?;
        let stride = sizes(*stride)?;
        let offset = u64::try_from(self.int(*offset)?).ok()?.checked_add(first)?;
        (shape.len() == stride.len()).then_some(TensorNode { storage, offset, shape, stride })
    }

    /// The storage of a persistent reference `("storage", class, key, device, elements[, view])`, and the first element
    /// of the view that very old files have.
    pub(super) fn described_storage(&self, reference: Id) -> Option<(StorageNode, u64)> {
        let [kind, class, key, _device, elements, view @ ..] = self.items(reference)? else { return None };
        if self.text(*kind)? != "storage" {
            return None;
        }
        let (module, class) = self.global(*class)?;
        let dtype = if module.starts_with("torch") { ElementType::of_storage(class) } else { None };
        let first = match view.first().and_then(|view| self.items(*view)) {
            Some([_key, first, _elements]) => u64::try_from(self.int(*first)?).ok()?,
            Some(_) => return None,
            None => 0,
        };
        let elements = u64::try_from(self.int(*elements)?).ok()?;
        Some((StorageNode { dtype, key: self.text(*key)?.to_owned(), elements }, first))
    }
}

impl TensorNode {
    /// The number of elements.
    pub fn count(&self) -> Option<u64> {
        self.shape.iter().try_fold(1u64, |count, size| count.checked_mul(*size as u64))
    }

    /// One more than the last element of the storage that is used.
    fn end(&self) -> Option<u64> {
        if self.shape.contains(&0) {
            return Some(self.offset);
        }
        let reach = self
            .shape
            .iter()
            .zip(&self.stride)
            .try_fold(0u64, |reach, (size, stride)| reach.checked_add((*size as u64 - 1).checked_mul(*stride)?));
        self.offset.checked_add(reach?)?.checked_add(1)
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1u64;
        self.shape.iter().zip(&self.stride).rev().all(|(size, stride)| {
            let fits = *size == 1 || *stride == expected;
            expected = expected.saturating_mul(*size as u64);
            fits
        })
    }

    /// The bytes of all elements in row-major order, out of those of the storage.
    pub(super) fn gather(&self, name: &str, dtype: ElementType, storage: &[u8]) -> Result<Vec<u8>, TorchError> {
        let outside = || TorchError::tensor(name, "lies outside of its storage");
        let (count, end) = (self.count().ok_or_else(outside)?, self.end().ok_or_else(outside)?);
        let size = dtype.size();
        let available = (storage.len() / size) as u64;
        if end > available || self.offset > available {
            return Err(outside());
        }
        let (count, first) = (count as usize, self.offset as usize);
        if count == 0 {
            return Ok(Vec::new());
        }
        if self.is_contiguous() {
            return storage.get(first * size..(first + count) * size).map(<[u8]>::to_vec).ok_or_else(outside);
        }
        let mut bytes = Vec::with_capacity(count * size);
        let mut index = vec![0usize; self.shape.len()];
        for _ in 0..count {
            let steps: u64 = index.iter().zip(&self.stride).map(|(index, stride)| *index as u64 * stride).sum();
            let at = (first + steps as usize) * size;
            bytes.extend_from_slice(storage.get(at..at + size).ok_or_else(outside)?);
            for (index, size) in index.iter_mut().zip(&self.shape).rev() {
                *index += 1;
                if *index < *size {
                    break;
                }
                *index = 0;
            }
        }
        Ok(bytes)
    }
}
