//! Rows that come in from below.

use alloc::collections::VecDeque;

use crate::board::Board;
use crate::envs::in_range;
use crate::error::ConfigError;
use crate::pieces::Rng;

/// How garbage comes in: rows that are full but for one hole, pushed in under the board when a
/// piece locks.
///
/// The seed of the game decides the holes, independently of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct GarbageRules {
    /// Ticks from when it is sent to when it can come in.
    pub delay: u16,
    /// Most rows that come in with one piece, 1 or more.
    pub cap: u8,
    /// Whether it waits while pieces clear lines.
    pub blocking: bool,
    /// Whether an attack of one's own takes rows away that have not come in yet, before any are
    /// sent.
    pub cancelling: bool,
    /// Chance in percent, 0 to 100, that the hole of a row is in another column than that of the
    /// row before it in the same attack. Each attack starts in a new column.
    pub messiness: u8,
}

impl GarbageRules {
    /// Common among games by the Tetris guideline (Tetris wiki, "Garbage"): a delay of half a
    /// second at 60 ticks a second, at most eight rows at once, waiting while lines are cleared,
    /// cancelling, and one column for all rows of an attack.
    pub const GUIDELINE: Self = Self {
        delay: 30,
        cap: 8,
        blocking: true,
        cancelling: true,
        messiness: 0,
    };

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        in_range("garbage.cap", self.cap.into(), 1, u8::MAX.into())?;
        in_range("garbage.messiness", self.messiness.into(), 0, 100)
    }
}

impl Default for GarbageRules {
    /// [`GarbageRules::GUIDELINE`].
    fn default() -> Self {
        Self::GUIDELINE
    }
}

/// An attack that has not come in, or not wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Attack {
    rows: u16,
    /// The tick from which it can come in.
    from: u64,
    /// Column of the hole of the next row, once the first has come in.
    hole: Option<u8>,
}

/// Attacks under way, and where their holes will be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(crate) struct Garbage {
    rng: Rng,
    attacks: VecDeque<Attack>,
    last_hole: Option<u8>,
}

impl Garbage {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            // Any other stream than that of the pieces: the bits of "garbage".
            rng: Rng::new(seed ^ 0x67_6172_6261_6765),
            attacks: VecDeque::new(),
            last_hole: None,
        }
    }

    /// Whether every number in it is possible on a board of this width.
    #[cfg(feature = "serde")]
    pub(crate) fn suits(&self, width: u8) -> bool {
        let fits = |hole: Option<u8>| hole.is_none_or(|hole| hole < width);
        let fine = |attack: &Attack| fits(attack.hole) && attack.rows > 0;
        fits(self.last_hole) && self.attacks.iter().all(fine)
    }

    /// Rows under way.
    pub(crate) fn pending(&self) -> u32 {
        let rows = self.attacks.iter().map(|attack| u32::from(attack.rows));
        rows.fold(0, u32::saturating_add)
    }

    pub(crate) fn receive(&mut self, rows: u16, from: u64) {
        if rows > 0 {
            self.attacks.push_back(Attack {
                rows,
                from,
                hole: None,
            });
        }
    }

    /// Takes rows away, the oldest first. Returns what is left of the attack.
    pub(crate) fn cancel(&mut self, mut attack: u16) -> u16 {
        while let Some(oldest) = self.attacks.front_mut() {
            let rows = oldest.rows.min(attack);
            oldest.rows -= rows;
            attack -= rows;
            if oldest.rows > 0 {
                break;
            }
            self.attacks.pop_front();
        }
        attack
    }

    /// The hole of the next row that can come in at a tick, if there is one, which is then no
    /// longer under way.
    pub(crate) fn next_hole(&mut self, now: u64, width: u8, messiness: u8) -> Option<u8> {
        let attack = self
            .attacks
            .front_mut()
            .filter(|attack| attack.from <= now)?;
        let hole = match attack.hole {
            None => other_column(&mut self.rng, self.last_hole, width),
            Some(hole) if self.rng.below(100) < messiness.into() => {
                other_column(&mut self.rng, Some(hole), width)
            }
            Some(hole) => hole,
        };
        attack.hole = Some(hole);
        attack.rows -= 1;
        if attack.rows == 0 {
            self.attacks.pop_front();
        }
        self.last_hole = Some(hole);
        Some(hole)
    }
}

/// A uniformly random column, but not the given one.
fn other_column(rng: &mut Rng, but: Option<u8>, width: u8) -> u8 {
    match but {
        None => rng.below(width.into()) as u8,
        Some(but) => {
            let column = rng.below(u32::from(width) - 1) as u8;
            column + u8::from(column >= but)
        }
    }
}

impl Board {
    /// Pushes a row in under the board that is full but for one column. Returns whether a full
    /// cell was pushed out over the top, where it is lost.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn push_garbage(&mut self, hole: usize) -> bool {
        assert!(hole < self.width(), "column {hole} is not on the board");
        let (height, mut lost) = (self.height(), false);
        let mask = u64::MAX >> (64 - height);
        for (x, column) in self.columns_mut().iter_mut().enumerate() {
            lost |= *column >> (height - 1) != 0;
            *column = (*column << 1 | u64::from(x != hole)) & mask;
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    fn holes(garbage: &mut Garbage, now: u64, messiness: u8) -> Vec<u8> {
        core::iter::from_fn(|| garbage.next_hole(now, 10, messiness)).collect()
    }

    #[test]
    fn attacks_wait_and_come_in_order() {
        let mut garbage = Garbage::new(1);
        garbage.receive(3, 10);
        garbage.receive(2, 20);
        garbage.receive(0, 0);
        assert_eq!(garbage.pending(), 5);
        assert_eq!(holes(&mut garbage, 9, 0), []);
        let first = holes(&mut garbage, 19, 0);
        assert_eq!((first.len(), garbage.pending()), (3, 2));
        let second = holes(&mut garbage, 20, 0);
        assert_eq!(second.len(), 2);
        assert!(first.iter().chain(&second).all(|&hole| hole < 10));
        assert!(first[0] == first[1] && first[1] == first[2] && second[0] == second[1]);
        assert_ne!(first[0], second[0], "a new attack, a new column");
    }

    #[test]
    fn messiness_moves_holes() {
        let changes = |messiness| {
            let mut garbage = Garbage::new(7);
            garbage.receive(10_001, 0);
            let holes = holes(&mut garbage, 0, messiness);
            holes.windows(2).filter(|pair| pair[0] != pair[1]).count()
        };
        assert_eq!((changes(0), changes(100)), (0, 10_000));
        // Five standard deviations of a binomial(10_000, 0.3) are 229.
        assert!(changes(30).abs_diff(3_000) < 229, "{}", changes(30));
    }

    #[test]
    fn attacks_cancel_the_oldest_rows() {
        let mut garbage = Garbage::new(2);
        garbage.receive(3, 0);
        garbage.receive(4, 5);
        assert_eq!((garbage.cancel(2), garbage.pending()), (0, 5));
        assert_eq!((garbage.cancel(3), garbage.pending()), (0, 2));
        assert_eq!(holes(&mut garbage, 4, 0), [], "the second is left");
        assert_eq!((garbage.cancel(9), garbage.pending()), (7, 0));
    }

    #[test]
    fn rows_push_the_board_up() {
        let mut board = Board::from_rows("X.../XX..", 4).expect("a well-formed board");
        assert!(!board.push_garbage(3));
        assert_eq!(board.to_string(), "X.../XX../XXX.");
        assert!(!board.push_garbage(0));
        assert!(board.push_garbage(1));
        assert_eq!(board.to_string(), "XX../XXX./.XXX/X.XX");
    }
}
