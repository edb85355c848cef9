//! Files of this library's own: a checked header around a postcard payload, replaced as a whole or not at all.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | what kind of file it is: `RLAGENT\n` a checkpoint, `RLGAMES\n` recorded games |
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

use crate::atomic_file;

const HEADER: usize = 44;
const PLAIN: u32 = 0;
const LZ4: u32 = 1;

/// A kind of file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// What it begins with.
    pub(crate) magic: &'static [u8; 8],
    /// What it is called, with its article.
    pub(crate) name: &'static str,
    /// The format that is written and read.
    pub(crate) format: u32,
}

/// A file of this library's own that cannot be written or read.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file system said no.
    #[error("cannot access {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What it said.
        source: std::io::Error,
    },
    /// Another kind of file.
    #[error("{path} is not {expected} of this library")]
    Foreign {
        /// The file.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Written in a format that this version does not read.
    #[error(
        "{path} was written by rl-agent {writer} in format {format}; this version reads format {expected}"
    )]
    Format {
        /// The file.
        path: String,
        /// Who wrote it.
        writer: String,
        /// In which format.
        format: u32,
        /// The format that is read.
        expected: u32,
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
    #[error("{path} belongs to another environment or algorithm: {reason}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// Bytes that LZ4 can be given at once: it writes down how many as 32 bits.
const COMPRESSIBLE: usize = u32::MAX as usize;

/// Writes `content`, compressed or not. What is too long to be compressed is not.
pub(crate) fn save(
    path: &Path,
    kind: Kind,
    content: &impl Serialize,
    compress: bool,
) -> Result<(), FileError> {
    let name = || path.display().to_string();
    let mut bytes = vec![0; HEADER];
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    bytes[..8].copy_from_slice(kind.magic);
    bytes[8..12].copy_from_slice(&kind.format.to_le_bytes());
    bytes[12..12 + version.len()].copy_from_slice(version);
    bytes = postcard::to_extend(content, bytes).map_err(|error| FileError::Content {
        path: name(),
        reason: error.to_string(),
    })?;
    let compress = compress && bytes.len() - HEADER <= COMPRESSIBLE;
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
    atomic_file::write(path, &bytes).map_err(|source| FileError::Io {
        path: name(),
        source,
    })
}

/// Reads what [`save`] wrote.
pub(crate) fn load<T: DeserializeOwned>(path: &Path, kind: Kind) -> Result<T, FileError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| FileError::Io {
        path: name.clone(),
        source,
    })?;
    let Some((header, payload)) = bytes
        .split_at_checked(HEADER)
        .filter(|(header, _)| header.starts_with(kind.magic))
    else {
        return Err(FileError::Foreign {
            path: name,
            expected: kind.name,
        });
    };
    let format = u32::from_le_bytes(header[8..12].try_into().expect("four bytes"));
    let expected = u64::from_le_bytes(header[28..36].try_into().expect("eight bytes"));
    let checksum = u32::from_le_bytes(header[36..40].try_into().expect("four bytes"));
    let encoding = u32::from_le_bytes(header[40..].try_into().expect("four bytes"));
    if format != kind.format {
        let writer = String::from_utf8_lossy(&header[12..28])
            .trim_end_matches('\0')
            .to_owned();
        return Err(FileError::Format {
            path: name,
            writer,
            format,
            expected: kind.format,
        });
    }
    if payload.len() as u64 != expected {
        return Err(FileError::Length {
            path: name,
            expected,
            found: payload.len() as u64,
        });
    }
    if crc32fast::hash(payload) != checksum {
        return Err(FileError::Checksum { path: name });
    }
    let content = |reason: String| FileError::Content {
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

    const KIND: Kind = Kind {
        magic: b"A KIND!\n",
        name: "a kind of file",
        format: 2,
    };

    #[test]
    fn every_kind_of_damage_has_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let content = (7u64, "text".to_owned(), vec![1.5f32; 100]);
        save(&path, KIND, &content, false).unwrap();
        assert_eq!(
            load::<(u64, String, Vec<f32>)>(&path, KIND).unwrap(),
            content
        );
        let good = std::fs::read(&path).unwrap();
        let damaged = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            load::<(u64, String, Vec<f32>)>(&path, KIND).unwrap_err()
        };
        for cut in 0..HEADER {
            assert!(
                matches!(damaged(&good[..cut]), FileError::Foreign { .. }),
                "cut at {cut}"
            );
        }
        for cut in HEADER..good.len() {
            assert!(
                matches!(damaged(&good[..cut]), FileError::Length { .. }),
                "cut at {cut}"
            );
        }
        for at in HEADER..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            assert!(
                matches!(damaged(&bytes), FileError::Checksum { .. }),
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
            load::<(u64, String)>(&path, KIND),
            Err(FileError::Content { .. })
        ));
        assert!(matches!(
            load::<u64>(&directory.path().join("none"), KIND),
            Err(FileError::Io { .. })
        ));
    }

    #[test]
    fn compressed_content_is_smaller_and_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let content = vec![7u8; 10_000];
        save(&path, KIND, &content, true).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < 200);
        assert_eq!(load::<Vec<u8>>(&path, KIND).unwrap(), content);
    }
}
