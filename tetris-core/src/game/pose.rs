//! Pieces in their orientations, laid out for the questions that a moving piece asks of a board.

use super::{Input, LastMove};
use crate::board::{Board, WINDOW};
use crate::pieces::{HalfTurns, Piece, Rotation, RotationRules, RotationSystem, Shape};

/// Columns of a pose with as many empty ones before them as a [window](Board::window) may begin
/// before the piece: whatever is asked of a window is asked with four of these.
const COLUMNS: usize = 2 * WINDOW - 1;

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

    /// Whether it is between walls, floor and top with its lower left corner there.
    #[inline(always)]
    pub(super) fn is_inside(self, board: &Board, x: i32, y: i32) -> bool {
        let (width, height) = (board.width() as i32, board.height() as i32);
        // One comparison each: a negative number is a great unsigned one.
        x as u32 <= (width - i32::from(self.width)) as u32
            && y as u32 <= (height - i32::from(self.height)) as u32
    }
}

/// A piece in one orientation.
#[derive(Clone, Copy)]
pub(super) struct Pose {
    pub(super) extent: Extent,
    /// The cells of each column as bits, bit 0 the lowest row of the piece.
    cells: [u64; COLUMNS],
    /// The row of the lowest cell of each column.
    bottoms: [u64; COLUMNS],
    /// All bits for columns with cells.
    used: [u64; COLUMNS],
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
        let shape = Shape::new(piece.cells(rotation));
        let mut pose = Self {
            extent: Extent::new(piece, rotation),
            cells: [0; COLUMNS],
            bottoms: [0; COLUMNS],
            used: [0; COLUMNS],
        };
        let mut column = 0;
        while column < shape.width() {
            let at = COLUMNS - WINDOW + column;
            pose.cells[at] = shape.columns()[column] as u64;
            pose.bottoms[at] = shape.bottoms()[column] as u64;
            pose.used[at] = u64::MAX;
            column += 1;
        }
        pose
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
        let (columns, at) = board.window(x as usize);
        let cells = under_window(&self.cells, at);
        let mut here = 0;
        for i in 0..WINDOW {
            here |= columns[i] >> y & cells[i];
        }
        (here == 0).then(|| stands(columns, cells, y))
    }

    /// Whether it is on the ground in a place where it fits.
    #[inline(never)]
    pub(super) fn is_grounded(&self, board: &Board, x: i32, y: i32) -> bool {
        let (columns, at) = board.window(x as usize);
        stands(columns, under_window(&self.cells, at), y)
    }

    /// Fills its cells in a place where it fits.
    #[inline]
    pub(super) fn fill(&self, board: &mut Board, x: i32, y: i32) {
        let (columns, at) = board.window_mut(x as usize);
        let cells = under_window(&self.cells, at);
        for i in 0..WINDOW {
            columns[i] |= cells[i] << y;
        }
    }

    /// How many rows it can fall from a place where it fits.
    #[inline]
    pub(super) fn rows_below(&self, board: &Board, x: i32, y: i32) -> u8 {
        let (columns, at) = board.window(x as usize);
        let (bottoms, used) = (
            under_window(&self.bottoms, at),
            under_window(&self.used, at),
        );
        // Rows for the corner at which a lowest cell of a column would be on a full cell.
        let mut taken = 0;
        for i in 0..WINDOW {
            taken |= columns[i] >> bottoms[i] & used[i];
        }
        // Above the highest of them below; on the floor if there is none.
        let below = taken & ((1 << y) - 1);
        (y as u32 - (u64::BITS - below.leading_zeros())) as u8
    }
}

/// Whether cells in row `y` would be on full ones a row lower, where the floor is full.
#[inline(always)]
fn stands(columns: &[u64; WINDOW], cells: &[u64; WINDOW], y: i32) -> bool {
    let mut under = 0;
    for i in 0..WINDOW {
        // No shape reaches the bit lost.
        under |= (columns[i] << 1 | 1) >> y & cells[i];
    }
    under != 0
}

/// What is under a window that begins so many columns before the piece, which is fewer than
/// it has.
#[inline(always)]
fn under_window(all: &[u64; COLUMNS], at: usize) -> &[u64; WINDOW] {
    let from = (WINDOW - 1).wrapping_sub(at) % WINDOW;
    all[from..].first_chunk().expect("enough columns")
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
