//! The seven tetrominoes and their orientations.

use core::fmt;
use core::str::FromStr;

use super::Shape;
use crate::error::ParsePieceError;

/// One of the seven tetrominoes.
///
/// The order and the numbers are those of a cell on a coloured board: 0 is empty, then
/// I = 1, O = 2, T = 3, S = 4, Z = 5, J = 6, L = 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum Piece {
    /// Four cells in a line.
    I = 1,
    /// The square.
    O = 2,
    /// Three in a line with one on the middle.
    T = 3,
    /// The lower two to the left of the upper two.
    S = 4,
    /// The lower two to the right of the upper two.
    Z = 5,
    /// Three in a line with one on the left end.
    J = 6,
    /// Three in a line with one on the right end.
    L = 7,
}

impl Piece {
    /// All seven, in the order of their cell values.
    pub const ALL: [Self; 7] = [
        Self::I,
        Self::O,
        Self::T,
        Self::S,
        Self::Z,
        Self::J,
        Self::L,
    ];

    /// Position in [`Piece::ALL`], 0 to 6.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self as usize - 1
    }

    /// Value of a cell that came from this piece, 1 to 7.
    #[must_use]
    #[inline]
    pub const fn cell(self) -> u8 {
        self as u8
    }

    /// The letter of the piece, upper case.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::I => 'I',
            Self::O => 'O',
            Self::T => 'T',
            Self::S => 'S',
            Self::Z => 'Z',
            Self::J => 'J',
            Self::L => 'L',
        }
    }

    /// The four cells of an orientation as `(x, y)` relative to the piece's pivot, x to the
    /// right and y upwards, by the Super Rotation System (a clockwise turn takes `(x, y)` to
    /// `(y, -x)`; the O piece covers the same cells in every orientation).
    #[must_use]
    pub const fn cells(self, rotation: Rotation) -> [(i8, i8); 4] {
        let mut cells = match self {
            Self::I => [(-1, 0), (0, 0), (1, 0), (2, 0)],
            Self::O => return [(0, 0), (1, 0), (0, 1), (1, 1)],
            Self::T => [(-1, 0), (0, 0), (1, 0), (0, 1)],
            Self::S => [(-1, 0), (0, 0), (0, 1), (1, 1)],
            Self::Z => [(-1, 1), (0, 1), (0, 0), (1, 0)],
            Self::J => [(-1, 0), (0, 0), (1, 0), (-1, 1)],
            Self::L => [(-1, 0), (0, 0), (1, 0), (1, 1)],
        };
        let mut turn = 0;
        while turn < rotation.index() {
            let mut i = 0;
            while i < 4 {
                let (x, y) = cells[i];
                cells[i] = (y, -x);
                i += 1;
            }
            turn += 1;
        }
        cells
    }

    /// The orientations that cover different cells once they are pushed into the same corner:
    /// one for O, two (north, east) for I, S and Z, all four for T, J and L.
    #[must_use]
    #[inline]
    pub const fn distinct_rotations(self) -> &'static [Rotation] {
        const ALL: &[Rotation] = &Rotation::ALL;
        match self {
            Self::O => ALL.split_at(1).0,
            Self::I | Self::S | Self::Z => ALL.split_at(2).0,
            Self::T | Self::J | Self::L => ALL,
        }
    }

    /// The leftmost column and the lowest row of an orientation, relative to its pivot.
    #[must_use]
    #[inline]
    pub const fn corner(self, rotation: Rotation) -> (i8, i8) {
        CORNERS[self.index()][rotation.index()]
    }

    /// The cells of an orientation, pushed into the lower left corner.
    #[must_use]
    #[inline]
    pub const fn shape(self, rotation: Rotation) -> &'static Shape {
        &SHAPES[self.index()][rotation.index()]
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.letter())
    }
}

impl TryFrom<char> for Piece {
    type Error = ParsePieceError;

    fn try_from(letter: char) -> Result<Self, ParsePieceError> {
        let upper = letter.to_ascii_uppercase();
        Self::ALL
            .into_iter()
            .find(|piece| piece.letter() == upper)
            .ok_or(ParsePieceError)
    }
}

impl FromStr for Piece {
    type Err = ParsePieceError;

    /// Reads one letter, upper or lower case.
    fn from_str(text: &str) -> Result<Self, ParsePieceError> {
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => letter.try_into(),
            _ => Err(ParsePieceError),
        }
    }
}

/// An orientation, named after where the upper side of the spawning piece points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum Rotation {
    /// As spawned.
    North = 0,
    /// Turned once clockwise.
    East = 1,
    /// Turned twice.
    South = 2,
    /// Turned once counter-clockwise.
    West = 3,
}

impl Rotation {
    /// All four, clockwise from north.
    pub const ALL: [Self; 4] = [Self::North, Self::East, Self::South, Self::West];

    /// Number of clockwise turns from north, 0 to 3.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }
}

static CORNERS: [[(i8, i8); 4]; 7] = {
    let mut corners = [[(0, 0); 4]; 7];
    let mut at = 0;
    while at < 28 {
        let cells = Piece::ALL[at / 4].cells(Rotation::ALL[at % 4]);
        let corner = &mut corners[at / 4][at % 4];
        let mut i = 0;
        while i < 4 {
            let (x, y) = cells[i];
            corner.0 = if x < corner.0 { x } else { corner.0 };
            corner.1 = if y < corner.1 { y } else { corner.1 };
            i += 1;
        }
        at += 1;
    }
    corners
};

static SHAPES: [[Shape; 4]; 7] = {
    let mut shapes = [[Shape::new(Piece::I.cells(Rotation::North)); 4]; 7];
    let mut piece = 0;
    while piece < 7 {
        let mut rotation = 0;
        while rotation < 4 {
            let cells = Piece::ALL[piece].cells(Rotation::ALL[rotation]);
            shapes[piece][rotation] = Shape::new(cells);
            rotation += 1;
        }
        piece += 1;
    }
    shapes
};
