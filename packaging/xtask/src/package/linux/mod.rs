//! Packages for Linux, made on Debian 12: the deb, the rpm, the archive that carries GStreamer, and the AppImage of the same
//! tree; and their trial on clean systems.
//!
//! All of them pack one [`tree`]. What the archive carries besides is found by [`carried`], with an FFmpeg of its own
//! ([`ffmpeg`]), and accounted for by [`licences`]. A [`trial`] happens in a [`chroot`], with a [`window`] on a display that
//! nobody sees.

pub mod appimage;
mod carried;
mod chroot;
pub mod deb;
mod deb_test;
mod debian;
mod ffmpeg;
mod files;
mod libraries;
mod licences;
pub mod rpm;
pub mod tarball;
mod tarball_test;
mod tree;
mod trial;
mod window;
