#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod actor;
pub mod afterstate_dqn;
pub mod agent;
mod any_model;
pub mod atomic_file;
mod checkpoint;
mod config;
pub mod control;
pub mod dqn;
pub mod env;
pub mod evaluation;
pub mod experience;
mod finite;
pub mod game_log;
mod learning;
pub mod model;
mod model_file;
#[cfg(feature = "tetris")]
pub mod models;
pub mod nn;
pub mod normalizer;
pub mod observer;
pub mod observers;
#[cfg(feature = "onnx")]
pub mod onnx;
mod prioritized;
pub mod replay_buffer;
pub mod rng;
pub mod schedule;
mod sealed_file;
mod seed_format;
mod seldom;
mod short_float;
pub mod sum_tree;
mod target;
#[cfg(feature = "tetris")]
pub mod tetris;
pub mod trainer;

pub use any_model::AnyModel;
pub use checkpoint::CheckpointError;
pub use config::ConfigError;
pub use sealed_file::FileError;

/// The quick start of the workspace's README, compiled and run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod workspace_readme {}
