//! The few widgets that every panel is made of.

mod bars;
mod browse;
mod buttons;
mod chart;
mod choice;
mod empty;
mod icons;
mod rows;
mod small_picture;

pub(crate) use self::bars::percent;
pub use self::bars::{progress_bar, score_bar};
pub use self::browse::Browse;
pub use self::buttons::{command_button, icon_button, icon_spot, menu_item, primary_button, wide_button};
pub use self::chart::{Chart, Curve, CurveStyle, chart};
pub use self::choice::choice;
pub use self::empty::{EmptyState, empty_state};
pub use self::icons::{Icon, paint_icon};
pub use self::rows::{at_most_lines, list_item, section, section_in_row, truncated, wrapped};
pub(crate) use self::rows::{fit_middle, paint_elided, paint_number, paint_struck};
pub(crate) use self::small_picture::small_picture;
