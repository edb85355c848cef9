//! A trained network on the disk: a safetensors file that Python reads too.
//!
//! Layer i is the pair of tensors `layers.i.weight` (inputs x outputs) and `layers.i.bias`; the metadata key `model`
//! holds a JSON object with the rest of [`Model`], and with the [`Patches`] of a network over the cells of a board.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::afterstate_dqn::{AfterstatePolicy, Objective};
use crate::any_model::fingerprint;
use crate::model_file::{self, Tensors};
use crate::nn::{Activation, Mlp, Patches, ShapeError};

/// A network with what is needed to play by it.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The value of an afterstate from its features.
    pub network: Mlp,
    /// What it was trained to value.
    pub objective: Objective,
    /// Discount of the future.
    pub gamma: f64,
    /// Names of the features, in the order of the network's inputs.
    pub features: Vec<String>,
    /// Whatever the writer wanted the reader to know.
    pub notes: BTreeMap<String, String>,
}

/// A model that cannot be written or read.
#[derive(Debug, Error)]
pub enum ModelError {
    /// The file system said no.
    #[error("cannot access the model file {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("{path} is not a model: {reason}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// What the metadata key `model` holds.
#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    #[serde(default)]
    objective: Objective,
    gamma: f64,
    #[serde(default)]
    activation: Activation,
    features: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patches: Option<Patches>,
    notes: BTreeMap<String, String>,
}

const KIND: &str = "afterstate-value";
const VERSION: u32 = 1;

impl Model {
    /// The greedy policy.
    pub fn policy(self) -> AfterstatePolicy {
        AfterstatePolicy::new(self.network, self.objective, self.gamma)
    }

    /// Writes the model; the file is replaced as a whole or not at all. The same model gives the same bytes.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        model_file::write(path, &self.to_bytes())
    }

    /// Reads a model.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds something else.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        model_file::read(path, Self::from_bytes)
    }

    /// A number that is the same for the same network, objective and discount, and differs for others.
    pub fn fingerprint(&self) -> u64 {
        let notes = BTreeMap::new();
        let bytes = Self {
            notes,
            ..self.clone()
        }
        .to_bytes();
        fingerprint(&bytes)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let header = Header {
            kind: KIND.to_owned(),
            version: VERSION,
            objective: self.objective,
            gamma: self.gamma,
            activation: self.network.activation(),
            features: self.features.clone(),
            patches: self.network.patches().copied(),
            notes: self.notes.clone(),
        };
        let mut tensors = Vec::new();
        for (index, (weights, biases)) in self.network.weights().enumerate() {
            let shape = vec![weights.nrows(), weights.ncols()];
            let values = weights.iter().copied().collect();
            tensors.push((format!("layers.{index}.weight"), shape, values));
            let values = biases.to_vec();
            tensors.push((format!("layers.{index}.bias"), vec![biases.len()], values));
        }
        model_file::to_bytes(&header, tensors)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let header: Header = model_file::header(bytes, KIND, VERSION)?;
        let tensors = Tensors::of(bytes)?;
        let inputs = (header.patches.as_ref()).map_or(header.features.len(), Patches::inputs);
        let (mut sizes, mut parameters) = (vec![inputs], Vec::new());
        for index in 0..tensors.len() / 2 {
            let name = format!("layers.{index}.weight");
            let found = tensors.read(&name, &mut parameters)?;
            let biases = tensors.read(&format!("layers.{index}.bias"), &mut parameters)?;
            let expected = vec![sizes[index], biases.iter().product()];
            if found != expected {
                return Err(format!(
                    "tensor {name} is {found:?}, expected {expected:?} (inputs x outputs)"
                ));
            }
            sizes.push(expected[1]);
        }
        let network = Mlp::from_parameters(&sizes, parameters)
            .and_then(|network| network.activated_by(header.activation).over(header.patches))
            .map_err(|error: ShapeError| error.to_string())?;
        if network.input_len() != header.features.len() {
            let (cells, names) = (network.input_len(), header.features.len());
            return Err(format!(
                "its patches are of a board of {cells} cells, but it names {names} features"
            ));
        }
        if network.output_len() != 1 {
            let outputs = network.output_len();
            return Err(format!("it puts out {outputs} numbers, expected 1"));
        }
        Ok(Self {
            network,
            objective: header.objective,
            gamma: header.gamma,
            features: header.features,
            notes: header.notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn model() -> Model {
        Model {
            network: Mlp::new(&[3, 8, 1], &mut Rng::new(1, 1)).unwrap(),
            objective: Objective::Survival,
            gamma: 0.99,
            features: ["a", "b", "c"].map(str::to_owned).to_vec(),
            notes: BTreeMap::from([
                ("x".to_owned(), "1".to_owned()),
                ("y".to_owned(), "2".to_owned()),
            ]),
        }
    }

    /// PyTorch's layers hold outputs x inputs.
    #[test]
    fn weights_that_lie_the_other_way_are_refused() {
        let header = Header {
            kind: KIND.to_owned(),
            version: VERSION,
            objective: Objective::Return,
            gamma: 0.9,
            activation: Activation::Relu,
            features: ["a", "b", "c"].map(str::to_owned).to_vec(),
            patches: None,
            notes: BTreeMap::new(),
        };
        let bytes = |shape: [usize; 2]| {
            let tensors = vec![
                ("layers.0.weight".to_owned(), shape.to_vec(), vec![1.0; 3]),
                ("layers.0.bias".to_owned(), vec![1], vec![0.0]),
            ];
            model_file::to_bytes(&header, tensors)
        };
        assert!(Model::from_bytes(&bytes([3, 1])).is_ok());
        let error = Model::from_bytes(&bytes([1, 3])).unwrap_err();
        assert_eq!(
            error,
            "tensor layers.0.weight is [1, 3], expected [3, 1] (inputs x outputs)"
        );
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.safetensors");
        model().save(&path).unwrap();
        assert_eq!(Model::load(&path).unwrap(), model());
        assert_eq!(model().to_bytes(), model().to_bytes());
    }

    #[test]
    fn damage_is_named() {
        let bytes = model().to_bytes();
        for cut in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(
            Model::from_bytes(b"hello, this is no model at all")
                .unwrap_err()
                .starts_with("no safetensors file")
        );
        let two = Model {
            network: Mlp::new(&[3, 2], &mut Rng::new(1, 1)).unwrap(),
            ..model()
        };
        let error = Model::from_bytes(&two.to_bytes()).unwrap_err();
        assert_eq!(error, "it puts out 2 numbers, expected 1");
        let patches = Patches {
            height: 6,
            width: 4,
            size: 2,
        };
        let network = Mlp::of_patches(patches, &[3], &mut Rng::new(1, 1)).unwrap();
        let other = Model { network, ..model() };
        let error = Model::from_bytes(&other.to_bytes()).unwrap_err();
        assert_eq!(
            error,
            "its patches are of a board of 24 cells, but it names 3 features"
        );
        let error = Model::load(Path::new("/nowhere/model")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot access the model file /nowhere/model"),
            "{error}"
        );
    }
}
