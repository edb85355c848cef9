//! What follows from the rules before a game begins.

use super::Active;
use crate::game::{Input, Rules, Spawn};
use crate::pieces::{HalfTurns, Piece, Rotation};

/// The rules, and what follows from them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) rules: Rules,
    /// How each piece enters.
    pub(super) entries: [Entry; 7],
    /// Bits for the numbers of the keys that the rules have.
    pub(super) keys: u16,
}

impl Setup {
    pub(super) fn new(rules: Rules) -> Self {
        let entries = Piece::ALL.map(|piece| Entry::new(&rules, piece));
        let missing = [
            (Input::Half, rules.rotation.half_turns == HalfTurns::Off),
            (Input::Hold, !rules.hold),
        ];
        let keys = missing
            .iter()
            .filter(|(_, missing)| *missing)
            .fold(u16::MAX, |keys, &(key, _)| keys & !(1 << key as u16));
        Self {
            rules,
            entries,
            keys,
        }
    }
}

/// How a piece enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where, before it falls by the row of [`Spawn::Guideline`].
    pub(super) at: Active,
    /// Where it is after that, in free air.
    pub(super) fallen: Active,
    /// The lowest row of that; 0, which is in no free air, if it does not enter on the board.
    pub(super) row: u8,
}

impl Entry {
    fn new(rules: &Rules, piece: Piece) -> Self {
        let (x, y) = pivot_at_entry(rules, piece);
        let rotation = Rotation::North;
        let at = Active {
            piece,
            rotation,
            x,
            y,
        };
        let falls = rules.spawn == Spawn::Guideline;
        let fallen = at.lower(falls.into());
        let (left, low) = at.corner();
        let size = (rules.width.into(), rules.rows());
        let inside = at.pose().extent.is_inside(size, left, low);
        let row = if inside { fallen.corner().1 as u8 } else { 0 };
        Self { at, fallen, row }
    }
}

/// Where the pivot of a piece enters, before it falls by the row of [`Spawn::Guideline`].
fn pivot_at_entry(rules: &Rules, piece: Piece) -> (i8, i8) {
    let shape = piece.shape(Rotation::North);
    let (width, height) = (i32::from(rules.width), i32::from(rules.height));
    let (left, _) = piece.corner(Rotation::North);
    let centred = (width - shape.width() as i32) / 2 - i32::from(left);
    let (x, y) = match rules.spawn {
        Spawn::Guideline => (centred, height.min((rules.rows() - shape.height()) as i32)),
        Spawn::Above => (centred, height + 2),
        Spawn::Box => {
            let (size, pivot) = match piece {
                Piece::I => (4, 1),
                Piece::O => (2, 0),
                _ => (3, 1),
            };
            (width / 2 - size / 2 + pivot, height - 2)
        }
    };
    (x as i8, y as i8)
}
