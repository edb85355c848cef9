//! Networks, losses and optimisers on `ndarray`, free of allocation once warm.

mod activation;
mod biases;
mod chain;
mod convolution;
mod kernel;
mod loss;
mod mlp;
mod optimizer;
mod patches;
mod q_network;
mod scoring;

pub use activation::Activation;
pub use convolution::{Convolution, Filters};
pub use loss::Loss;
pub use mlp::{Mlp, ShapeError, Workspace};
pub use optimizer::{Optimizer, OptimizerState, clip_by_global_norm};
pub use patches::Patches;
pub use q_network::{Architecture, Noise, ParameterCountError, QNetwork, QWorkspace};
pub use scoring::Scoring;
