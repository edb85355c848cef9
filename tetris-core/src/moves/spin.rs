//! Spins: pieces turned into place.

use crate::board::{Board, MAX_HEIGHT, MAX_WIDTH};
use crate::pieces::{Piece, Rotation};

/// How a piece was spun into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Spin {
    /// A mini spin, worth less.
    Mini,
    /// A full spin.
    Full,
}

/// Which pieces can spin, and how it is told. In every rule the last successful move of the
/// piece, falling included, must have been a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum SpinRule {
    /// None.
    Off,
    /// T only, by the three-corner rule of the Tetris guideline: see [`t_spin`].
    #[default]
    ThreeCorner,
    /// T as above; any other piece (O never turns) that can then move neither left nor right
    /// nor up makes a mini spin.
    AllMini,
    /// T as above; any other piece that can then move neither left nor right nor up makes a
    /// full spin (the immobile rule of The New Tetris, Tetris wiki, "Twist").
    All,
}

/// A turn that moved the pivot one column and two rows makes every T-spin a full one: by the last
/// of the five tests of the Super Rotation System, or by one of the tests of kicked half turns.
#[inline]
pub(crate) const fn is_far_kick((dx, dy): (i8, i8)) -> bool {
    dx.abs() == 1 && dy.abs() == 2
}

/// Whether a T whose last move was a turn, with its pivot in column `x` and row `y`, is spun.
///
/// By the three-corner rule of the Tetris guideline (Tetris wiki, "T-Spin"): three of the four
/// cells diagonal to the pivot are full, where walls and floor count as full and what is above
/// the board as empty. It is full if both corners beside the pointing cell are, or if the turn
/// kicked the pivot one column and two rows away (`far_kick`), and else mini.
#[must_use]
#[inline]
pub fn t_spin(board: &Board, rotation: Rotation, x: i32, y: i32, far_kick: bool) -> Option<Spin> {
    let (x, y) = near_a_board((x, y));
    // Clockwise from the upper left, so that the front of north is the first two.
    let corners =
        [(-1, 1), (1, 1), (1, -1), (-1, -1)].map(|(dx, dy)| is_full(board, x + dx, y + dy));
    let front = rotation.index();
    let fronts = corners[front] && corners[(front + 1) % 4];
    match corners.iter().filter(|&&full| full).count() {
        0..=2 => None,
        _ if fronts || far_kick => Some(Spin::Full),
        _ => Some(Spin::Mini),
    }
}

/// The same place, or one as far outside as the board is concerned, so that sums do not overflow.
#[inline]
fn near_a_board((x, y): (i32, i32)) -> (i32, i32) {
    let (width, height) = (MAX_WIDTH as i32, MAX_HEIGHT as i32);
    (x.clamp(-8, width + 8), y.clamp(-8, height + 8))
}

/// Whether a piece of one cell could not be there.
#[inline]
fn is_full(board: &Board, x: i32, y: i32) -> bool {
    let inside = 0..board.width() as i32;
    if !inside.contains(&x) || y < 0 {
        return true;
    }
    y < board.height() as i32 && board.get(x as usize, y as usize)
}

impl SpinRule {
    /// Whether a piece whose last move was a turn is spun, its pivot in column `x` and row `y`
    /// of a board that does not hold it yet. For `far_kick` see [`t_spin`].
    #[must_use]
    #[inline]
    pub fn spin(
        self,
        board: &Board,
        piece: Piece,
        rotation: Rotation,
        pivot: (i32, i32),
        far_kick: bool,
    ) -> Option<Spin> {
        let (x, y) = near_a_board(pivot);
        let immobile = || {
            let free = |dx: i32, dy: i32| {
                let cells = piece.cells(rotation);
                cells.iter().all(|&(cx, cy)| {
                    !is_full(board, x + i32::from(cx) + dx, y + i32::from(cy) + dy)
                })
            };
            !free(-1, 0) && !free(1, 0) && !free(0, 1)
        };
        match (self, piece) {
            (Self::Off, _) | (_, Piece::O) => None,
            (_, Piece::T) => t_spin(board, rotation, x, y, far_kick),
            (Self::ThreeCorner, _) => None,
            (Self::AllMini, _) => immobile().then_some(Spin::Mini),
            (Self::All, _) => immobile().then_some(Spin::Full),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(rows: &str) -> Board {
        Board::from_rows(rows, 20).expect("a well-formed board")
    }

    /// The pictures of the Tetris wiki: two corners in front, two at the back, and the kick.
    #[test]
    fn three_corners() {
        let slot = board("...XX...../X...XXXXXX/XX.XXXXXXX");
        assert_eq!(
            t_spin(&slot, Rotation::South, 2, 1, false),
            Some(Spin::Full)
        );
        let open = board("........../X...XXXXXX/XX.XXXXXXX");
        assert_eq!(t_spin(&open, Rotation::South, 2, 1, false), None);
        // The same corners, but the T points up: only one of them is in front.
        assert_eq!(
            t_spin(&slot, Rotation::North, 2, 1, false),
            Some(Spin::Mini)
        );
        assert_eq!(t_spin(&slot, Rotation::North, 2, 1, true), Some(Spin::Full));
    }

    #[test]
    fn walls_and_floor_are_full_and_the_sky_is_not() {
        let empty = board("..........");
        // Lying on the floor: two corners. In the left corner, facing away from the wall: three.
        assert_eq!(t_spin(&empty, Rotation::North, 4, 0, false), None);
        assert_eq!(
            t_spin(&empty, Rotation::East, 0, 0, false),
            Some(Spin::Mini)
        );
        assert_eq!(t_spin(&empty, Rotation::East, 0, 19, false), None);
        // At the top of a board without more rows: above it is nothing.
        let mut high = Board::new(4, 4).expect("a fine size");
        high.set(0, 2, true);
        assert_eq!(t_spin(&high, Rotation::South, 1, 3, true), None);
    }

    #[test]
    fn all_spins() {
        // An S between the wall and a pile, without and with a roof.
        let open = board("X..XXXXXXX/...XXXXXXX/..XXXXXXXX");
        let roofed = board("XX........./X..XXXXXXXX/..XXXXXXXXX");
        let spin =
            |rule: SpinRule, board| rule.spin(board, Piece::S, Rotation::North, (1, 0), false);
        for (rule, expected) in [
            (SpinRule::Off, None),
            (SpinRule::ThreeCorner, None),
            (SpinRule::AllMini, Some(Spin::Mini)),
            (SpinRule::All, Some(Spin::Full)),
        ] {
            assert_eq!(spin(rule, &open), None, "it can go up");
            assert_eq!(spin(rule, &roofed), expected);
        }
        let o = SpinRule::All.spin(&roofed, Piece::O, Rotation::North, (1, 0), false);
        assert_eq!(o, None);
    }

    #[test]
    fn only_the_last_test_is_a_far_kick() {
        let srs = crate::RotationRules::default();
        for from in Rotation::ALL {
            for turn in [crate::Turn::Clockwise, crate::Turn::CounterClockwise] {
                let kicks = srs.kicks(Piece::T, from, from.turned(turn));
                let far: alloc::vec::Vec<_> = kicks.iter().map(|&kick| is_far_kick(kick)).collect();
                assert_eq!(far, [false, false, false, false, true]);
            }
        }
    }
}
