//! The keys that take a piece to a place.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use crate::board::{Board, MAX_HEIGHT, MAX_WIDTH};
use crate::game::{Active, Input};
use crate::moves::{Move, MoveRules, Placement, is_far_kick};
use crate::pieces::{Piece, Rotation};

/// The keys in the order in which they are tried: of two ways of the same length, the one that
/// differs first by an earlier key is taken.
const KEYS: [Input; 6] = [
    Input::Left,
    Input::Right,
    Input::Clockwise,
    Input::CounterClockwise,
    Input::Half,
    Input::SoftDrop,
];

/// A piece under way, and whether its last move was a turn, and one with a far kick.
#[derive(Clone, Copy)]
struct State {
    at: Active,
    turned: bool,
    far: bool,
}

impl State {
    const COUNT: usize = 4 * 3 * MAX_WIDTH * MAX_HEIGHT;

    fn index(&self) -> usize {
        let last = usize::from(self.turned) + usize::from(self.far);
        let place = self.at.x as usize * MAX_HEIGHT + self.at.y as usize;
        (self.at.rotation.index() * 3 + last) * MAX_WIDTH * MAX_HEIGHT + place
    }

    /// The cells, by the first of the orientations that cover them.
    fn placement(&self) -> Placement {
        let piece = self.at.piece;
        let (left, low) = piece.corner(self.at.rotation);
        let distinct = piece.distinct_rotations();
        Placement {
            rotation: distinct[self.at.rotation.index() % distinct.len()],
            column: (self.at.x + left) as u8,
            row: (self.at.y + low) as u8,
        }
    }
}

impl MoveRules {
    /// The fewest keys that lock a piece in a place with just that spin, a hard drop the last of
    /// them; `None` if it does not get there. One row down counts as one key.
    ///
    /// A [`Game`](crate::Game) with these rules and without gravity in between replays them to
    /// the same lock. This allocates, and is slow beside
    /// [`MoveRules::moves`].
    ///
    /// ```
    /// use tetris_core::{Active, Board, Input, MoveRules, Piece, Rotation, Spin};
    ///
    /// let board = Board::from_rows("XX......../X...XXXXXX/XX.XXXXXXX", 24)?;
    /// let start = Active { piece: Piece::T, rotation: Rotation::North, x: 4, y: 19 };
    /// let rules = MoveRules::default();
    /// let mut double = None;
    /// rules.moves(&board, start, &mut |found| {
    ///     if found.spin == Some(Spin::Full) && found.placement.rotation == Rotation::South {
    ///         double = Some(found);
    ///     }
    /// });
    /// let keys = rules.inputs(&board, start, double.expect("a T-spin"));
    /// let keys = keys.expect("a way there");
    /// assert_eq!(keys.last(), Some(&Input::HardDrop));
    /// assert!(keys[keys.len() - 2].turn().is_some());
    /// # Ok::<(), tetris_core::ParseBoardError>(())
    /// ```
    #[must_use]
    pub fn inputs(&self, board: &Board, start: Active, target: Move) -> Option<Vec<Input>> {
        let first = State {
            at: start,
            turned: false,
            far: false,
        };
        if !fits(board, &start) {
            return None;
        }
        // The key that first led to a state, and the state before it.
        let mut reached_by: Vec<Option<(Input, State)>> = vec![None; State::COUNT];
        let mut seen = vec![false; State::COUNT];
        seen[first.index()] = true;
        let mut queue = VecDeque::from([first]);
        while let Some(state) = queue.pop_front() {
            if self.locks_as(board, state, target) {
                let mut keys = vec![Input::HardDrop];
                let mut at = state;
                while let Some((key, before)) = reached_by[at.index()] {
                    keys.push(key);
                    at = before;
                }
                keys.reverse();
                return Some(keys);
            }
            for key in KEYS {
                if let Some(next) = self.pressed(board, state, key)
                    && !seen[next.index()]
                {
                    seen[next.index()] = true;
                    reached_by[next.index()] = Some((key, state));
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// Whether a hard drop makes the target of a state.
    fn locks_as(&self, board: &Board, mut state: State, target: Move) -> bool {
        while let Some(lower) = self.pressed(board, state, Input::SoftDrop) {
            state = lower;
        }
        let Active {
            piece,
            rotation,
            x,
            y,
        } = state.at;
        let pivot = (x.into(), y.into());
        state.placement() == target.placement
            && target.spin
                == state
                    .turned
                    .then(|| self.spins.spin(board, piece, rotation, pivot, state.far))
                    .flatten()
    }

    /// What a key does; `None` if nothing.
    fn pressed(&self, board: &Board, state: State, key: Input) -> Option<State> {
        let moved = |dx: i8, dy: i8, rotation: Rotation| Active {
            rotation,
            x: state.at.x.saturating_add(dx),
            y: state.at.y.saturating_add(dy),
            ..state.at
        };
        let from = state.at.rotation;
        let step = match key {
            Input::Left => moved(-1, 0, from),
            Input::Right => moved(1, 0, from),
            Input::SoftDrop => moved(0, -1, from),
            _ => {
                let to = from.turned(key.turn()?);
                let kicks = self.rotation.kicks(state.at.piece, from, to);
                return kicks.iter().find_map(|&kick| {
                    let at = moved(kick.0, kick.1, to);
                    let turned = State {
                        at,
                        turned: true,
                        far: is_far_kick(kick),
                    };
                    fits(board, &at).then_some(turned)
                });
            }
        };
        fits(board, &step).then_some(State {
            at: step,
            turned: false,
            far: false,
        })
    }
}

/// Whether all cells are on the board and empty.
fn fits(board: &Board, at: &Active) -> bool {
    let free = |(dx, dy): (i8, i8)| {
        let x = usize::try_from(i32::from(at.x) + i32::from(dx));
        let y = usize::try_from(i32::from(at.y) + i32::from(dy));
        match (x, y) {
            (Ok(x), Ok(y)) => x < board.width() && y < board.height() && !board.get(x, y),
            _ => false,
        }
    };
    let piece: Piece = at.piece;
    piece.cells(at.rotation).into_iter().all(free)
}
