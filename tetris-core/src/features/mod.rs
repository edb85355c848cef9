//! The features of positions, of one board or of all boards that one more piece makes.

mod afterstate;
mod analysis;
mod best;
mod definitions;
mod expanded;
mod low_board;
mod narrow_board;
mod neighbours;
mod totals;

pub use afterstate::{Afterstate, Expanded, PlacementModel};
pub use definitions::Features;

pub(crate) use analysis::Analysis;
pub(crate) use best::{Values, replaced};
pub(crate) use expanded::{ReadBoard, best_action, candidates, features_below, totals};
pub(crate) use low_board::{
    Across, Eight, LOW_PILE, LowBoard, PerColumn, all_left, all_right, counting, eight, load,
    steps, store, well_sums,
};
pub(crate) use narrow_board::{NarrowBoard, is_narrow};
pub(crate) use neighbours::Neighbours;
pub(crate) use totals::{Move, Totals};
