//! (content to come)
