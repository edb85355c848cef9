//! Where a piece can come to rest: straight drops, and everything that slides and turns reach.

mod finesse;
mod low_columns;
mod low_reach;
mod perft;
mod placement;
mod plane;
mod reach;
mod reachable;
mod spin;

pub use perft::perft;
pub use placement::{HardDrops, Placement};
pub use reachable::{Move, MoveRules};
pub use spin::{Spin, SpinRule, t_spin};

pub(crate) use low_columns::{LowColumns, WIDTH, placement};
pub(crate) use placement::{NoDrop, drop_action};
pub(crate) use plane::{COLUMNS, Long, Plane, SHORT_PILE, Short};
pub(crate) use reach::Reach;
pub(crate) use spin::is_far_kick;
