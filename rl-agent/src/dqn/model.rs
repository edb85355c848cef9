//! A greedy policy on the disk: a safetensors file that Python reads too.
//!
//! The tensors are those of [`QNetwork::tensors`](crate::nn::QNetwork::tensors) and, if observations are normalised,
//! `normalizer.shift` and `normalizer.scale`; the metadata key `model` holds a JSON object with the rest.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::categorical::Categorical;
use super::policy::DqnPolicy;
use crate::any_model::fingerprint;
use crate::model::ModelError;
use crate::model_file::{self, Tensor, Tensors};
use crate::nn::{Architecture, QNetwork};
use crate::normalizer::Normalizer;

/// The kind of model that the file says it is.
pub(crate) const KIND: &str = "state-action-values";
const VERSION: u32 = 1;

/// What the metadata key `model` holds.
#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    architecture: Architecture,
    categorical: Option<Categorical>,
    normalizer: Option<Normalizer>,
    notes: BTreeMap<String, String>,
}

impl DqnPolicy {
    /// Writes the policy, with notes for whoever loads it; the file is replaced as a whole or not at all. The same policy
    /// gives the same bytes.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError> {
        model_file::write(path, &self.to_bytes(notes))
    }

    /// Reads a policy and its notes.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds something else.
    pub fn load(path: &Path) -> Result<(Self, BTreeMap<String, String>), ModelError> {
        model_file::read(path, Self::from_bytes)
    }

    /// A number that is the same for the same network, and differs for others.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(&self.to_bytes(&BTreeMap::new()))
    }

    fn to_bytes(&self, notes: &BTreeMap<String, String>) -> Vec<u8> {
        let header = Header {
            kind: KIND.to_owned(),
            version: VERSION,
            architecture: Architecture {
                // The greedy policy plays without noise.
                noisy: None,
                ..self.network().architecture().clone()
            },
            categorical: self.categorical(),
            normalizer: self.normalizer().cloned(),
            notes: notes.clone(),
        };
        let network = self.network().tensors().into_iter();
        let mut tensors: Vec<Tensor> = network
            .map(|(name, shape, values)| (name, shape, values.to_vec()))
            .collect();
        if let Some(normalizer) = self.normalizer() {
            let (shift, scale): (Vec<f32>, Vec<f32>) = normalizer.shift_and_scale().unzip();
            tensors.push(("normalizer.shift".to_owned(), vec![shift.len()], shift));
            tensors.push(("normalizer.scale".to_owned(), vec![scale.len()], scale));
        }
        model_file::to_bytes(&header, tensors)
    }

    fn from_bytes(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), String> {
        let header: Header = model_file::header(bytes, KIND, VERSION)?;
        let tensors = Tensors::of(bytes)?;
        header.architecture.validate().map_err(|e| e.to_string())?;
        if let Some(categorical) = &header.categorical {
            categorical.validate().map_err(|e| e.to_string())?;
        }
        let atoms = header
            .categorical
            .map_or(1, |categorical| categorical.atoms);
        if atoms != header.architecture.atoms {
            return Err(format!(
                "it has {} atoms, not {atoms}",
                header.architecture.atoms
            ));
        }
        let mut parameters = Vec::new();
        for (name, shape) in QNetwork::shapes(&header.architecture) {
            let found = tensors.read(&name, &mut parameters)?;
            if found != shape {
                return Err(format!("tensor {name} is {found:?}, expected {shape:?}"));
            }
        }
        if let Some(normalizer) = &header.normalizer
            && normalizer.shift_and_scale().count() != header.architecture.inputs
        {
            return Err("its normaliser is of another length than an observation".to_owned());
        }
        let network = QNetwork::from_parameters(header.architecture, parameters)
            .map_err(|e| e.to_string())?;
        let policy = Self::new(network, header.categorical, header.normalizer);
        Ok((policy, header.notes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Convolution, Filters};
    use crate::rng::Rng;

    fn policy() -> DqnPolicy {
        let architecture = Architecture {
            inputs: 14,
            convolution: Some(Convolution {
                planes: 1,
                height: 3,
                width: 4,
                layers: vec![Filters {
                    count: 2,
                    size: 2,
                    stride: 1,
                }],
            }),
            hidden: vec![6, 5],
            activation: Activation::Elu,
            dueling: true,
            noisy: Some(0.5),
            actions: 3,
            atoms: 4,
        };
        let mut rng = Rng::new(1, 0);
        let mut normalizer = Normalizer::new(14);
        for _ in 0..9 {
            let row: Vec<f32> = (0..14).map(|_| rng.normal() as f32).collect();
            normalizer.see(&row);
        }
        let categorical = Categorical {
            atoms: 4,
            low: -1.0,
            high: 2.0,
        };
        let network = QNetwork::new(architecture, &mut rng);
        DqnPolicy::new(network, Some(categorical), Some(normalizer))
    }

    #[test]
    fn what_was_saved_plays_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.safetensors");
        let notes = BTreeMap::from([("world".to_owned(), "none".to_owned())]);
        let mut saved = policy();
        saved.save(&path, &notes).unwrap();
        let (mut loaded, read) = DqnPolicy::load(&path).unwrap();
        assert_eq!(read, notes);
        let observation: Vec<f32> = (0..14).map(|i| (i as f32).sin()).collect();
        assert_eq!(loaded.values(&observation), saved.values(&observation));
        assert_eq!(saved.to_bytes(&notes), policy().to_bytes(&notes));
    }

    #[test]
    fn damage_is_named() {
        let bytes = policy().to_bytes(&BTreeMap::new());
        for cut in 0..bytes.len() {
            assert!(
                DqnPolicy::from_bytes(&bytes[..cut]).is_err(),
                "cut at {cut}"
            );
        }
        let error = DqnPolicy::from_bytes(b"hello, this is no model at all").unwrap_err();
        assert!(error.starts_with("no safetensors file"), "{error}");
    }
}
