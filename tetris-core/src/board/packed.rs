//! Boards without a wasted bit, for memories of millions of positions.

use alloc::boxed::Box;
use alloc::vec;

use crate::board::Board;

/// Words that live inside the value: 256 cells, so 10x20 does and 10x25 still does.
const INLINE_WORDS: usize = 4;

/// A board as `width x height` bits without gaps: 40 bytes and no allocation up to 256 cells.
///
/// Column after column from the left, each from the floor up. Serialised as width, height and
/// the bits as little-endian bytes (25 for 10x20).
///
/// ```
/// use tetris_core::{Board, PackedBoard};
///
/// let board = Board::from_rows("XX......../X...XXXXXX/XX.XXXXXXX", 20)?;
/// let packed = PackedBoard::from(&board);
/// assert_eq!(packed.unpack(), board);
/// # Ok::<(), tetris_core::ParseBoardError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PackedBoard(Bits);

/// Bits past the last cell are always 0, so equality and hashing can be derived.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Bits {
    Inline {
        width: u8,
        height: u8,
        words: [u64; INLINE_WORDS],
    },
    Heap {
        width: u8,
        height: u8,
        words: Box<[u64]>,
    },
}

impl PackedBoard {
    /// All cells empty; the size must be one that [`Board::new`] takes.
    fn empty(width: u8, height: u8) -> Self {
        let count = (usize::from(width) * usize::from(height)).div_ceil(64);
        Self(if count <= INLINE_WORDS {
            let words = [0; INLINE_WORDS];
            Bits::Inline {
                width,
                height,
                words,
            }
        } else {
            let words = vec![0; count].into_boxed_slice();
            Bits::Heap {
                width,
                height,
                words,
            }
        })
    }

    /// Number of columns.
    #[must_use]
    #[inline]
    pub const fn width(&self) -> usize {
        match &self.0 {
            Bits::Inline { width, .. } | Bits::Heap { width, .. } => *width as usize,
        }
    }

    /// Number of rows.
    #[must_use]
    #[inline]
    pub const fn height(&self) -> usize {
        match &self.0 {
            Bits::Inline { height, .. } | Bits::Heap { height, .. } => *height as usize,
        }
    }

    #[inline]
    fn words(&self) -> &[u64] {
        match &self.0 {
            Bits::Inline { words, .. } => words,
            Bits::Heap { words, .. } => words,
        }
    }

    #[inline]
    fn words_mut(&mut self) -> &mut [u64] {
        match &mut self.0 {
            Bits::Inline { words, .. } => words,
            Bits::Heap { words, .. } => words,
        }
    }

    /// The board that was packed.
    #[must_use]
    pub fn unpack(&self) -> Board {
        let mut board = Board::new(self.width(), self.height())
            .expect("a packed board has the size of a board");
        self.unpack_into(board.columns_mut());
        board
    }

    /// Writes the columns, one word each, bit 0 the floor row.
    #[inline]
    pub(crate) fn unpack_into(&self, columns: &mut [u64]) {
        let (words, height) = (self.words(), self.height());
        let mask = u64::MAX >> (64 - height);
        for (x, column) in columns[..self.width()].iter_mut().enumerate() {
            let (word, bit) = (x * height / 64, x * height % 64);
            let mut bits = words[word] >> bit;
            if bit + height > 64 {
                bits |= words[word + 1] << (64 - bit);
            }
            *column = bits & mask;
        }
    }

    #[inline]
    pub(crate) fn pack(width: usize, height: usize, columns: &[u64]) -> Self {
        let mut packed = Self::empty(width as u8, height as u8);
        let words = packed.words_mut();
        for (x, &column) in columns[..width].iter().enumerate() {
            let (word, bit) = (x * height / 64, x * height % 64);
            words[word] |= column << bit;
            if bit + height > 64 {
                words[word + 1] |= column >> (64 - bit);
            }
        }
        packed
    }
}

impl From<&Board> for PackedBoard {
    fn from(board: &Board) -> Self {
        Self::pack(board.width(), board.height(), board.columns())
    }
}

impl From<Board> for PackedBoard {
    fn from(board: Board) -> Self {
        Self::from(&board)
    }
}

impl From<PackedBoard> for Board {
    fn from(packed: PackedBoard) -> Self {
        packed.unpack()
    }
}

#[cfg(feature = "serde")]
mod wire {
    use alloc::vec::Vec;
    use core::fmt;

    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::PackedBoard;
    use crate::board::Board;

    /// Bytes as bytes where the format has them, and as a list of numbers elsewhere (JSON).
    struct Bytes(Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct BytesVisitor;

            impl<'de> Visitor<'de> for BytesVisitor {
                type Value = Bytes;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("the bits of a board as bytes")
                }

                fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_vec()))
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Bytes, A::Error> {
                    let mut bytes = Vec::new();
                    while let Some(byte) = seq.next_element()? {
                        bytes.push(byte);
                    }
                    Ok(Bytes(bytes))
                }
            }

            deserializer.deserialize_bytes(BytesVisitor)
        }
    }

    impl Serialize for PackedBoard {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let length = (self.width() * self.height()).div_ceil(8);
            let bytes = self.words().iter().flat_map(|word| word.to_le_bytes());
            let bytes = Bytes(bytes.take(length).collect());
            (self.width() as u8, self.height() as u8, bytes).serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for PackedBoard {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let (width, height, Bytes(bytes)) = <(u8, u8, Bytes)>::deserialize(deserializer)?;
            Board::new(width.into(), height.into()).map_err(D::Error::custom)?;
            let cells = usize::from(width) * usize::from(height);
            if bytes.len() != cells.div_ceil(8) {
                return Err(D::Error::invalid_length(
                    bytes.len(),
                    &"one bit for each cell of the board",
                ));
            }
            if cells % 8 != 0 && bytes.last().is_some_and(|last| last >> (cells % 8) != 0) {
                return Err(D::Error::custom(
                    "bits are set past the last cell of the board",
                ));
            }
            let mut packed = Self::empty(width, height);
            for (index, &byte) in bytes.iter().enumerate() {
                packed.words_mut()[index / 8] |= u64::from(byte) << (index % 8 * 8);
            }
            Ok(packed)
        }
    }
}
