#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod history;
pub mod protocol;
