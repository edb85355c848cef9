//! Checkpoint files: a checked header around a postcard payload, replaced as a whole or not at all.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `RLAGENT\n` |
//! | 4 | format version, little-endian |
//! | 16 | version of the crate that wrote it, ASCII, padded with zeros |
//! | 8 | length of the payload, little-endian |
//! | 4 | CRC-32 of the payload, little-endian |
//! | 4 | encoding of the payload, little-endian: 0 as it is, 1 an LZ4 block after its unpacked length |
//! | rest | the payload |

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::agent::StateMismatch;
use crate::atomic_file;

const MAGIC: &[u8; 8] = b"RLAGENT\n";
const FORMAT: u32 = 2;
const HEADER: usize = 44;
const PLAIN: u32 = 0;
const LZ4: u32 = 1;

/// A checkpoint that cannot be written or read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file system said no.
    #[error("cannot access the checkpoint {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// Another kind of file.
    #[error("{path} is not a checkpoint of this library")]
    Foreign {
        /// The file.
        path: String,
    },
    /// Written in a format that this version does not read.
    #[error(
        "{path} was written by rl-agent {writer} in format {format}; this version reads format {FORMAT}"
    )]
    Format {
        /// The file.
        path: String,
        /// Who wrote it.
        writer: String,
        /// In which format.
        format: u32,
    },
    /// Shorter or longer than it says.
    #[error("{path} is cut: its payload has {found} bytes, its header says {expected}")]
    Length {
        /// The file.
        path: String,
        /// What the header says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Its bytes have changed.
    #[error("{path} is damaged: its checksum does not match its content")]
    Checksum {
        /// The file.
        path: String,
    },
    /// The content is of another shape: another environment or another algorithm.
    #[error("{path} holds the state of another environment or algorithm: {reason}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The content is of another configuration.
    #[error("{path}: {source}")]
    Mismatch {
        /// The file.
        path: String,
        /// What differs.
        source: StateMismatch,
    },
}

/// Writes `content`, compressed or not.
pub(crate) fn save(
    path: &Path,
    content: &impl Serialize,
    compress: bool,
) -> Result<(), CheckpointError> {
    let name = || path.display().to_string();
    let mut bytes = vec![0; HEADER];
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[12..12 + version.len()].copy_from_slice(version);
    bytes = postcard::to_extend(content, bytes).map_err(|error| CheckpointError::Content {
        path: name(),
        reason: error.to_string(),
    })?;
    if compress {
        let packed = lz4_flex::compress_prepend_size(&bytes[HEADER..]);
        bytes.truncate(HEADER);
        bytes.extend_from_slice(&packed);
    }
    let (header, payload) = bytes.split_at_mut(HEADER);
    let encoding = if compress { LZ4 } else { PLAIN };
    header[28..36].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    header[36..40].copy_from_slice(&crc32fast::hash(payload).to_le_bytes());
    header[40..].copy_from_slice(&encoding.to_le_bytes());
    atomic_file::write(path, &bytes).map_err(|source| CheckpointError::Io {
        path: name(),
        source,
    })
}

/// Reads what [`save`] wrote.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<T, CheckpointError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| CheckpointError::Io {
        path: name.clone(),
        source,
    })?;
    let Some((header, payload)) = bytes
        .split_at_checked(HEADER)
        .filter(|(header, _)| header.starts_with(MAGIC))
    else {
        return Err(CheckpointError::Foreign { path: name });
    };
    let format = u32::from_le_bytes(header[8..12].try_into().expect("four bytes"));
    let expected = u64::from_le_bytes(header[28..36].try_into().expect("eight bytes"));
    let checksum = u32::from_le_bytes(header[36..40].try_into().expect("four bytes"));
    let encoding = u32::from_le_bytes(header[40..].try_into().expect("four bytes"));
    if format != FORMAT {
        let writer = String::from_utf8_lossy(&header[12..28])
            .trim_end_matches('\0')
            .to_owned();
        return Err(CheckpointError::Format {
            path: name,
            writer,
            format,
        });
    }
    if payload.len() as u64 != expected {
        return Err(CheckpointError::Length {
            path: name,
            expected,
            found: payload.len() as u64,
        });
    }
    if crc32fast::hash(payload) != checksum {
        return Err(CheckpointError::Checksum { path: name });
    }
    let content = |reason: String| CheckpointError::Content {
        path: name.clone(),
        reason,
    };
    let unpacked;
    let payload = match encoding {
        PLAIN => payload,
        LZ4 => {
            unpacked = lz4_flex::decompress_size_prepended(payload)
                .map_err(|error| content(error.to_string()))?;
            &unpacked[..]
        }
        _ => return Err(content(format!("its encoding {encoding} is unknown"))),
    };
    match postcard::take_from_bytes(payload) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(content(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(content(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_damage_has_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let content = (7u64, "text".to_owned(), vec![1.5f32; 100]);
        save(&path, &content, false).unwrap();
        assert_eq!(load::<(u64, String, Vec<f32>)>(&path).unwrap(), content);
        let good = std::fs::read(&path).unwrap();
        let damaged = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            load::<(u64, String, Vec<f32>)>(&path).unwrap_err()
        };
        for cut in 0..HEADER {
            assert!(
                matches!(damaged(&good[..cut]), CheckpointError::Foreign { .. }),
                "cut at {cut}"
            );
        }
        for cut in HEADER..good.len() {
            assert!(
                matches!(damaged(&good[..cut]), CheckpointError::Length { .. }),
                "cut at {cut}"
            );
        }
        for at in HEADER..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            assert!(
                matches!(damaged(&bytes), CheckpointError::Checksum { .. }),
                "flipped at {at}"
            );
        }
        let mut bytes = good.clone();
        bytes[8] = 9;
        let error = damaged(&bytes).to_string();
        assert!(
            error.ends_with("in format 9; this version reads format 2"),
            "{error}"
        );
        let mut bytes = good.clone();
        bytes[40] = 7;
        let error = damaged(&bytes).to_string();
        assert!(error.ends_with("its encoding 7 is unknown"), "{error}");
        std::fs::write(&path, &good).unwrap();
        assert!(matches!(
            load::<(u64, String)>(&path),
            Err(CheckpointError::Content { .. })
        ));
        assert!(matches!(
            load::<u64>(&directory.path().join("none")),
            Err(CheckpointError::Io { .. })
        ));
    }
    #[test]
    fn compressed_content_is_smaller_and_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let content = vec![7u8; 10_000];
        save(&path, &content, true).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < 200);
        assert_eq!(load::<Vec<u8>>(&path).unwrap(), content);
    }
}
