//! Every way in which a piece can lock, tucks and spins included.

use crate::board::{Board, MAX_WIDTH};
use crate::game::Active;
use crate::moves::{LowColumns, Placement, Reach, Spin, SpinRule, low_reach, placement, t_spin};
use crate::pieces::{Piece, Rotation, RotationRules};

/// A place where a piece can lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Move {
    /// The cells. Orientations that cover the same cells are the first of them: see
    /// [`Piece::distinct_rotations`].
    pub placement: Placement,
    /// The best spin that it can lock there with.
    pub spin: Option<Spin>,
}

/// How a piece moves, as far as its way to a place goes: steps to the left and right, single
/// rows down, and turns. Time is left out, so a place counts even if gravity would be faster.
///
/// ```
/// use tetris_core::{Active, Board, MoveRules, Piece, Rotation};
///
/// let board = Board::from_rows("XX......../X...XXXXXX/XX.XXXXXXX", 24)?;
/// let start = Active { piece: Piece::T, rotation: Rotation::North, x: 4, y: 19 };
/// let rules = MoveRules::default();
/// assert_eq!(rules.count(&board, start), 37);
///
/// let mut spins = 0;
/// rules.moves(&board, start, &mut |found| spins += u32::from(found.spin.is_some()));
/// assert_eq!(spins, 4);
/// # Ok::<(), tetris_core::ParseBoardError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct MoveRules {
    /// How pieces turn.
    pub rotation: RotationRules,
    /// Which pieces can spin.
    pub spins: SpinRule,
}

impl MoveRules {
    /// Calls `found` for every place where a piece can lock, once for each set of cells:
    /// rotations in turn from north, columns from the left, rows from the floor. No call if it
    /// does not fit where it starts.
    ///
    /// Cells must be on the board: what is above its height is not free. Whether a lock loses
    /// the game is up to other rules.
    pub fn moves(&self, board: &Board, start: Active, found: &mut impl FnMut(Move)) {
        if let Some(low) = self.low(board, &start) {
            self.low_moves(board, &low, start.piece, found);
            return;
        }
        let reach = Reach::new(board, &start, self.rotation);
        let locks = Locks::new(&reach, board.width(), start.piece);
        let spins = self.spins(board, start.piece, &reach);
        for &rotation in start.piece.distinct_rotations() {
            let r = rotation.index();
            for x in 0..board.width() {
                let mut rows = locks.0[r][x];
                while rows != 0 {
                    let row = rows.trailing_zeros();
                    rows &= rows - 1;
                    let spin = spins.as_ref().and_then(|[mini, full]| {
                        let has = |locks: &Locks| locks.0[r][x] >> row & 1 == 1;
                        match () {
                            () if has(full) => Some(Spin::Full),
                            () if has(mini) => Some(Spin::Mini),
                            () => None,
                        }
                    });
                    let placement = Placement {
                        rotation,
                        column: x as u8,
                        row: row as u8,
                    };
                    found(Move { placement, spin });
                }
            }
        }
    }

    /// How many places [`MoveRules::moves`] finds.
    #[must_use]
    pub fn count(&self, board: &Board, start: Active) -> u64 {
        if let Some(low) = self.low(board, &start) {
            return low_reach::count(&low, start.piece).into();
        }
        self.count_anywhere(board, start)
    }

    /// The same by the code for any board.
    pub(crate) fn count_anywhere(&self, board: &Board, start: Active) -> u64 {
        let reach = Reach::new(board, &start, self.rotation);
        Locks::new(&reach, board.width(), start.piece).count()
    }

    /// The board as the fast code takes it, if it is one for it.
    fn low(&self, board: &Board, start: &Active) -> Option<LowColumns> {
        let all_spins = matches!(self.spins, SpinRule::AllMini | SpinRule::All);
        let usual =
            self.rotation == low_reach::RULES && start.rotation == Rotation::North && !all_spins;
        if !usual {
            return None;
        }
        LowColumns::new(board, start.piece, (start.x, start.y))
    }

    fn low_moves(
        &self,
        board: &Board,
        low: &LowColumns,
        piece: Piece,
        found: &mut impl FnMut(Move),
    ) {
        if self.spins == SpinRule::Off || piece != Piece::T {
            let places = low_reach::find(low, piece);
            places.each(piece, |rotation, x, y| {
                let placement = placement(piece, rotation, x, y);
                let spin = None;
                found(Move { placement, spin });
            });
            return;
        }
        let [places, turned, far] = low_reach::find_t(low);
        places.each(piece, |rotation, x, y| {
            let spin = if turned.has(rotation, x, y) {
                let far = far.has(rotation, x, y);
                t_spin(board, rotation, x as i32, y as i32, far)
            } else {
                None
            };
            let placement = placement(piece, rotation, x, y);
            found(Move { placement, spin });
        });
    }

    /// The mini and the full spins.
    fn spins(&self, board: &Board, piece: Piece, reach: &Reach) -> Option<[Locks; 2]> {
        let some = match self.spins {
            SpinRule::Off => false,
            SpinRule::ThreeCorner => piece == Piece::T,
            SpinRule::AllMini | SpinRule::All => piece != Piece::O,
        };
        if !some {
            return None;
        }
        let mut spins = [Locks::NONE; 2];
        for rotation in Rotation::ALL {
            for x in 0..board.width() {
                let mut rows = reach.turned[rotation.index()][x] & reach.grounded(rotation, x);
                while rows != 0 {
                    let row = rows.trailing_zeros();
                    rows &= rows - 1;
                    let far = reach.far[rotation.index()][x] >> row & 1 == 1;
                    let pivot = (x as i32, row as i32);
                    if let Some(spin) = self.spins.spin(board, piece, rotation, pivot, far) {
                        spins[spin as usize].add(piece, rotation, x, 1 << row);
                    }
                }
            }
        }
        Some(spins)
    }
}

/// Places by distinct rotation and leftmost column, bits by lowest row.
#[derive(Clone, Debug)]
struct Locks([[u64; MAX_WIDTH]; 4]);

impl Locks {
    const NONE: Self = Self([[0; MAX_WIDTH]; 4]);

    fn new(reach: &Reach, width: usize, piece: Piece) -> Self {
        let mut locks = Self::NONE;
        for rotation in Rotation::ALL {
            for x in 0..width {
                locks.add(piece, rotation, x, reach.grounded(rotation, x));
            }
        }
        locks
    }

    /// Adds pivots of an orientation in a column, by their rows.
    #[inline]
    fn add(&mut self, piece: Piece, rotation: Rotation, x: usize, rows: u64) {
        if rows == 0 {
            return;
        }
        let (left, low) = piece.corner(rotation);
        let column = x.wrapping_add_signed(left.into());
        let distinct = rotation.index() % piece.distinct_rotations().len();
        self.0[distinct][column] |= rows >> -low;
    }

    fn count(&self) -> u64 {
        let columns = self.0.iter().flatten();
        columns.map(|column| u64::from(column.count_ones())).sum()
    }
}
