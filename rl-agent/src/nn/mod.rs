//! Networks, losses and optimisers on `ndarray`, free of allocation once warm.

mod kernel;
mod loss;
mod mlp;
mod optimizer;

pub use loss::Loss;
pub use mlp::{Mlp, ShapeError, Workspace};
pub use optimizer::{Adam, clip_by_global_norm};
