//! A trained network of either kind, for programs that are given a file.

use std::path::Path;

use crate::dqn::DqnPolicy;
use crate::model::{Model, ModelError};
use crate::model_file;

/// What a model file holds.
#[derive(Debug, Clone)]
pub enum AnyModel {
    /// Values of afterstates.
    Afterstates(Box<Model>),
    /// Values of actions.
    Actions(Box<DqnPolicy>),
}

impl AnyModel {
    /// Reads a model.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds neither.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let kind = model_file::read(path, |bytes| Ok(model_file::kind(bytes)))?;
        if kind.as_deref() == Some(crate::dqn::MODEL_KIND) {
            let (policy, _) = DqnPolicy::load(path)?;
            return Ok(Self::Actions(Box::new(policy)));
        }
        Ok(Self::Afterstates(Box::new(Model::load(path)?)))
    }
}

/// A number that is the same for the same bytes, and differs for others (FNV-1a).
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
