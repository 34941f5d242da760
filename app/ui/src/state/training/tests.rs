//! The reducer of training.
