//! Labels in the files of other programs: one trait, one file per format.
