//! A trained network of either kind, for programs that are given a file.

use std::path::Path;

use safetensors::tensor::SafeTensors;

use crate::dqn::DqnPolicy;
use crate::model::{Model, ModelError};

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
        let bytes = std::fs::read(path).map_err(|source| ModelError::Io {
            path: path.display().to_string(),
            source,
        })?;
        if values_actions(&bytes) {
            let (policy, _) = DqnPolicy::load(path)?;
            return Ok(Self::Actions(Box::new(policy)));
        }
        Ok(Self::Afterstates(Box::new(Model::load(path)?)))
    }
}

/// Whether the file says that its network values actions.
fn values_actions(bytes: &[u8]) -> bool {
    let Ok((_, metadata)) = SafeTensors::read_metadata(bytes) else {
        return false;
    };
    let metadata = metadata.metadata().as_ref();
    let header = metadata.and_then(|map| map.get("model"));
    let header = header.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    header.is_some_and(|header| header["kind"] == crate::dqn::MODEL_KIND)
}

/// A number that is the same for the same bytes, and differs for others (FNV-1a).
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
