//! The project file, and the files of other programs that labels come from and go to.
//!
//! What a project is stands in `ks_domain::project`; here it is kept and exchanged.

pub mod exchange;
