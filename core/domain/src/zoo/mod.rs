//! The networks that the field published: what they are, what was reported of them, and where their files lie.
//!
//! Data from `assets/zoo/*.toml`, one file a published checkpoint, as mmaction2's tables of both branches have them,
//! with the cost that we counted ourselves. Here is only knowledge; fetching and keeping files is the engine's.
//!
//! ```
//! let entry = ks_domain::zoo::find("ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb").expect("should be published");
//! assert_eq!((entry.depth, entry.cost.parameters), (152, 29_703_568));
//! ```

mod entry;
mod lookup;

use std::sync::LazyLock;

pub use self::entry::{
    BatchNorm, Branch, Citation, ClipSettings, Cost, Entry, Kind, Origin, PixelSet, Pretraining, Published,
};
pub use self::lookup::{UnknownName, find};

/// The files, in the order in which the tables of mmaction2 have them; backbones last.
const FILES: &[&str] = &[
    include_str!("../../../../assets/zoo/ircsn-r50.toml"),
    include_str!("../../../../assets/zoo/ircsn-r50-ig65m-vmz.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-vmz.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-sports1m-vmz.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m-vmz.toml"),
    include_str!("../../../../assets/zoo/ipcsn-r152-vmz.toml"),
    include_str!("../../../../assets/zoo/ipcsn-r152-sports1m-vmz.toml"),
    include_str!("../../../../assets/zoo/ipcsn-r152-ig65m-vmz.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m-live.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m-1x.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m-1x-second.toml"),
    include_str!("../../../../assets/zoo/ircsn-r50-ig65m-1x.toml"),
    include_str!("../../../../assets/zoo/ircsn-r50-ig65m-backbone.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-ig65m-backbone.toml"),
    include_str!("../../../../assets/zoo/ircsn-r152-sports1m-backbone.toml"),
    include_str!("../../../../assets/zoo/ipcsn-r152-ig65m-backbone.toml"),
    include_str!("../../../../assets/zoo/ipcsn-r152-sports1m-backbone.toml"),
];

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    FILES.iter().map(|text| toml::from_str(text).expect("should be an entry: a test reads every file")).collect()
});

/// Every published checkpoint that is known, in the order of the tables.
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}
