//! A place that holds the latest value and forgets older ones.

use std::sync::Arc;

use parking_lot::Mutex;

/// Hands values from one thread to another, the latest only: putting a second value before the first was taken
/// replaces it. Neither side ever waits for the other. Clones share the place.
#[derive(Debug)]
pub struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// An empty slot.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Puts a value and returns the one that nobody took, if any.
    pub fn put(&self, value: T) -> Option<T> {
        self.0.lock().replace(value)
    }

    /// Takes the latest value, if there is one that was not taken yet.
    pub fn take_latest(&self) -> Option<T> {
        self.0.lock().take()
    }

    /// Forgets what nobody took.
    pub fn clear(&self) {
        let forgotten = self.take_latest();
        drop(forgotten);
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_value_is_kept_and_it_is_taken_once() {
        let slot = Slot::new();
        assert_eq!(slot.put(1), None);
        assert_eq!(slot.clone().put(2), Some(1));
        assert_eq!(slot.take_latest(), Some(2));
        assert_eq!(slot.take_latest(), None);
    }
}
