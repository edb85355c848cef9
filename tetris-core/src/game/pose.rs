//! Pieces in their orientations, laid out for the questions that a moving piece asks of a board.

use super::Input;
use super::motion::LastMove;
use crate::board::{Board, bit_height};
use crate::pieces::{HalfTurns, Piece, Rotation, RotationRules, RotationSystem, Shape, Stamp};

/// Where a piece in one orientation begins and ends.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// Its leftmost column and its lowest row, relative to the pivot.
    pub(super) corner: (i8, i8),
    pub(super) width: u8,
    pub(super) height: u8,
}

impl Extent {
    const fn new(piece: Piece, rotation: Rotation) -> Self {
        let shape = Shape::new(piece.cells(rotation));
        Self {
            corner: piece.corner(rotation),
            width: shape.width() as u8,
            height: shape.height() as u8,
        }
    }

    /// Whether it is between walls, floor and top of a board of that many columns and rows, with its lower
    /// left corner there.
    #[inline(always)]
    pub(super) fn is_inside(self, size: (usize, usize), x: i32, y: i32) -> bool {
        let (width, height) = (size.0 as i32, size.1 as i32);
        // One comparison each: a negative number is a great unsigned one.
        x as u32 <= (width - i32::from(self.width)) as u32
            && y as u32 <= (height - i32::from(self.height)) as u32
    }
}

/// A piece in one orientation.
#[derive(Clone, Copy)]
pub(super) struct Pose {
    pub(super) extent: Extent,
    stamp: Stamp,
}

/// By [`Piece::index`] and [`Rotation::index`].
static POSES: [[Pose; 4]; 7] = {
    let mut poses = [[Pose::new(Piece::I, Rotation::North); 4]; 7];
    let mut at = 0;
    while at < 28 {
        poses[at / 4][at % 4] = Pose::new(Piece::ALL[at / 4], Rotation::ALL[at % 4]);
        at += 1;
    }
    poses
};

impl Pose {
    const fn new(piece: Piece, rotation: Rotation) -> Self {
        Self {
            extent: Extent::new(piece, rotation),
            stamp: *Shape::new(piece.cells(rotation)).stamp(),
        }
    }

    #[inline]
    pub(super) fn of(piece: Piece, rotation: Rotation) -> &'static Self {
        &POSES[piece.index()][rotation.index()]
    }

    /// Whether it is on the ground in a place inside the board; `None` if it does not fit.
    ///
    /// A call of its own, because most pieces on the move are in free air.
    #[inline(never)]
    pub(super) fn probe(&self, board: &Board, x: i32, y: i32) -> Option<bool> {
        let window = board.window(x as usize);
        let fits = self.stamp.fits(window, y as u32);
        fits.then(|| self.stamp.stands(window, y as u32))
    }

    /// Whether it is on the ground in a place where it fits.
    #[inline(never)]
    pub(super) fn is_grounded(&self, board: &Board, x: i32, y: i32) -> bool {
        self.stamp.stands(board.window(x as usize), y as u32)
    }

    /// Fills its cells in a place where it fits.
    #[inline]
    pub(super) fn fill(&self, board: &mut Board, x: i32, y: i32) {
        self.stamp.fill(board.window_mut(x as usize), y as u32);
    }

    /// How many rows it can fall from a place where it fits.
    #[inline]
    pub(super) fn rows_below(&self, board: &Board, x: i32, y: i32) -> u8 {
        let stopped = self.stamp.stopped(board.window(x as usize));
        // By the highest of them below; by the floor if there is none.
        y as u8 - bit_height(stopped & ((1 << y) - 1)) as u8
    }
}

/// How a shift, a soft drop, or a turn without a kick moves the pivot and the orientation, with what must be
/// known of the pose after it in free air.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(super) struct Step {
    pub(super) dx: i8,
    pub(super) dy: i8,
    pub(super) rotation: Rotation,
    pub(super) extent: Extent,
    /// What spins ask for after it; `None` if it leaves the piece as it is.
    pub(super) last: Option<LastMove>,
}

/// Steps of a piece in one orientation: one for each input and, for the numbers after them, that of no key.
const KEYS: usize = 2 * Input::COUNT;

/// By [`Piece::index`], [`Rotation::index`] and the number of the key. All systems agree on turns
/// without a kick.
static STEPS: [[[Step; KEYS]; 4]; 7] = {
    let rules = RotationRules {
        system: RotationSystem::NoKicks,
        half_turns: HalfTurns::InPlace,
    };
    let still = Step {
        dx: 0,
        dy: 0,
        rotation: Rotation::North,
        extent: Extent::new(Piece::I, Rotation::North),
        last: None,
    };
    let mut steps = [[[still; KEYS]; 4]; 7];
    let mut i = 0;
    while i < 28 {
        let (piece, from) = (Piece::ALL[i / 4], Rotation::ALL[i % 4]);
        let mut key = 0;
        while key < KEYS {
            let step = &mut steps[i / 4][i % 4][key];
            step.rotation = from;
            if key < Input::COUNT {
                match Input::ALL[key] {
                    Input::Left => (step.dx, step.last) = (-1, Some(LastMove::Other)),
                    Input::Right => (step.dx, step.last) = (1, Some(LastMove::Other)),
                    Input::SoftDrop => (step.dy, step.last) = (-1, Some(LastMove::Other)),
                    other => {
                        if let Some(turn) = other.turn() {
                            step.rotation = from.turned(turn);
                            (step.dx, step.dy) = rules.kicks(piece, from, step.rotation)[0];
                            step.last = Some(LastMove::Turn);
                        }
                    }
                }
            }
            step.extent = Extent::new(piece, step.rotation);
            key += 1;
        }
        i += 1;
    }
    steps
};

impl Step {
    #[inline]
    pub(super) fn of(piece: Piece, rotation: Rotation, key: u8) -> Self {
        STEPS[piece.index()][rotation.index()][usize::from(key) % KEYS]
    }
}
