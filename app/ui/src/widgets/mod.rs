//! The few widgets that every panel is made of.

mod bars;
mod buttons;
mod empty;
mod icons;
mod rows;

pub(crate) use self::bars::percent;
pub use self::bars::{progress_bar, score_bar};
pub use self::buttons::{command_button, icon_button, menu_item, primary_button, wide_button};
pub use self::empty::{EmptyState, empty_state};
pub use self::icons::{Icon, paint_icon};
pub(crate) use self::rows::{fit_middle, paint_elided};
pub use self::rows::{list_item, section, truncated, wrapped};
