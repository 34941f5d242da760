//! What mmaction2 reads and writes: configuration files, annotation lists, results.
