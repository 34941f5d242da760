//! The panels, each a function of the state that answers with actions.

mod about;
pub(crate) mod banners;
pub(crate) mod checkpoints;
pub(crate) mod dialogs;
mod exchange;
pub(crate) mod improve;
pub(crate) mod inspector;
pub(crate) mod key_help;
pub(crate) mod labels;
pub(crate) mod overlay;
pub(crate) mod palette;
pub(crate) mod player;
pub(crate) mod queue;
mod screens;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod top_bar;
pub(crate) mod training;
pub(crate) mod transport;
pub(crate) mod zoo;
