//! Every panel, widget and colour of the window.
//!
//! [`AppState`](state::AppState) is plain data; [`AppState::apply`](state::AppState::apply) is a pure reducer;
//! [`show`] draws the state and returns what the user did. Nothing here reads a file, starts a thread, or knows the
//! media framework or the tensor library: that is the window's shell, which carries out the
//! [`Effect`](state::Effect)s.

pub mod commands;
pub mod crash_page;
pub mod format;
mod frame_times;
pub mod keymap;
mod keys;
mod panels;
pub mod picture;
pub mod state;
pub mod texts;
pub mod theme;
mod timeline;
mod view;
mod widgets;

pub use self::frame_times::FrameTimes;
pub use self::view::{ViewCtx, show};
