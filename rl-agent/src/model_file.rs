//! What the files of all models have in common: safetensors, with one metadata key that holds a JSON object.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::atomic_file;
use crate::model::ModelError;

/// The metadata key.
const KEY: &str = "model";

/// Name, shape and values of a tensor of `f32`.
pub(crate) type Tensor = (String, Vec<usize>, Vec<f32>);

/// Replaces the file as a whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    atomic_file::write(path, bytes).map_err(|source| ModelError::Io {
        path: path.display().to_string(),
        source,
    })
}

/// Reads what `parse` makes of the file.
pub(crate) fn read<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<T, ModelError> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => parse(&bytes).map_err(|reason| ModelError::Invalid { path: name, reason }),
        Err(source) => Err(ModelError::Io { path: name, source }),
    }
}

/// The bytes of a file; the same content gives the same.
pub(crate) fn to_bytes(header: &impl Serialize, tensors: Vec<Tensor>) -> Vec<u8> {
    let header = serde_json::to_string(header).expect("strings and numbers");
    // A single key: the order of several would differ from run to run.
    let metadata = HashMap::from([(KEY.to_owned(), header)]);
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, shape, values)| {
            let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("shape and length agree"))
    });
    safetensors::serialize(views, Some(metadata)).expect("names and shapes are valid")
}

/// What kind of model the file says it holds, if it says so.
pub(crate) fn kind(bytes: &[u8]) -> Option<String> {
    Some(object(bytes).ok()?["kind"].as_str()?.to_owned())
}

/// The object, if it is of this kind and version.
pub(crate) fn header<T: DeserializeOwned>(
    bytes: &[u8],
    kind: &str,
    version: u32,
) -> Result<T, String> {
    let header = object(bytes)?;
    let (found, of) = (&header["kind"], &header["version"]);
    if found != kind || *of != version {
        return Err(format!(
            "it holds {found} version {of}, expected \"{kind}\" version {version}"
        ));
    }
    serde_json::from_value(header).map_err(damaged_metadata)
}

fn object(bytes: &[u8]) -> Result<Value, String> {
    let (_, metadata) =
        SafeTensors::read_metadata(bytes).map_err(|e| format!("no safetensors file ({e})"))?;
    let metadata = metadata.metadata().as_ref();
    let header = metadata.and_then(|map| map.get(KEY));
    let header = header.ok_or(format!("its metadata has no key `{KEY}`"))?;
    serde_json::from_str(header).map_err(damaged_metadata)
}

fn damaged_metadata(error: serde_json::Error) -> String {
    format!("its metadata is damaged ({error})")
}

/// The tensors of a file.
pub(crate) struct Tensors<'a>(SafeTensors<'a>);

impl<'a> Tensors<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let tensors = SafeTensors::deserialize(bytes);
        Ok(Self(tensors.map_err(|e| format!("it is damaged ({e})"))?))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Appends the values of a tensor, all of which must be finite, to `out`; returns its shape.
    pub(crate) fn read(&self, name: &str, out: &mut Vec<f32>) -> Result<Vec<usize>, String> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|e| format!("tensor {name}: {e}"))?;
        if tensor.dtype() != Dtype::F32 {
            let of = tensor.dtype();
            return Err(format!("tensor {name} is {of:?}, expected F32"));
        }
        let (floats, _) = tensor.data().as_chunks::<4>();
        for &bytes in floats {
            let value = f32::from_le_bytes(bytes);
            if !value.is_finite() {
                return Err(format!("a number of tensor {name} is {value}"));
            }
            out.push(value);
        }
        Ok(tensor.shape().to_vec())
    }
}
