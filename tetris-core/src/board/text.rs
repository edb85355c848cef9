//! Boards as text: rows of `X` and `.`.

use core::fmt;
use core::str::FromStr;

use super::Board;
use crate::error::ParseBoardError;

impl Board {
    /// Reads rows of text, from the top, onto the floor of a board of the given height.
    ///
    /// # Errors
    /// If rows differ in length, there are too many, or a cell is neither `X` nor `.`.
    pub fn from_rows(text: &str, height: usize) -> Result<Self, ParseBoardError> {
        let rows = || text.trim().split(['/', '\n']).map(str::trim);
        let expected = rows().next().map_or(0, |row| row.chars().count());
        let mut board = Self::new(expected, height)?;
        let count = rows().count();
        if count > height {
            let found = count;
            return Err(ParseBoardError::TooManyRows { found, height });
        }
        for (index, text) in rows().enumerate() {
            let row = index + 1;
            let found = text.chars().count();
            if found != expected {
                return Err(ParseBoardError::RowLength {
                    row,
                    expected,
                    found,
                });
            }
            for (x, cell) in text.chars().enumerate() {
                match cell {
                    'X' => board.set(x, count - row, true),
                    '.' => {}
                    found => return Err(ParseBoardError::Cell { row, found }),
                }
            }
        }
        Ok(board)
    }
}

impl fmt::Display for Board {
    /// The rows from the highest full one down to the floor (at least the floor), separated by
    /// `/`. With `{:#}` all rows, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if f.alternate() {
            self.height()
        } else {
            self.pile_height().max(1)
        };
        for y in (0..rows).rev() {
            for x in 0..self.width() {
                f.write_str(if self.get(x, y) { "X" } else { "." })?;
            }
            if y > 0 {
                f.write_str(if f.alternate() { "\n" } else { "/" })?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Board({}x{} {self})", self.width(), self.height())
    }
}

impl FromStr for Board {
    type Err = ParseBoardError;

    /// Reads a board of exactly the rows of the text: see [`Board::from_rows`].
    fn from_str(text: &str) -> Result<Self, ParseBoardError> {
        Self::from_rows(text, text.trim().split(['/', '\n']).count())
    }
}
