//! What an agent sees, put together from parts.

use alloc::vec::Vec;
use core::ops::Range;

use crate::board::{Board, bit_height};
use crate::envs::{Element, MOST_WORDS, Plane};
use crate::error::ObservationError;
use crate::features::{Features, Move, features_below};
use crate::game::{Active, Game, Rules};
use crate::pieces::Piece;

/// A part of an observation. Every number in it is 0 or greater.
///
/// A plane is a number for each visible cell, row after row from the top, each from the left.
/// "One of seven" is 1 at [`Piece::index`] and 0 elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Part {
    /// A plane: 1 for locked cells.
    Board,
    /// A plane: 1 for the cells of the active piece.
    Piece,
    /// A plane: 1 for the cells in which the active piece would come to rest.
    Ghost,
    /// A plane: 1 for locked cells, 2 for those of the active piece.
    BoardAndPiece,
    /// Six numbers: column and row of the active piece's leftmost and lowest cell, counted from
    /// the lower left corner, and its orientation as one of four
    /// ([`Rotation::index`](crate::Rotation::index)).
    Position,
    /// The active piece, one of seven.
    Current,
    /// The held piece, one of seven; all 0 if none is.
    Hold,
    /// One number: 1 if the active piece can be held.
    CanHold,
    /// The pieces of the preview, one of seven each, the next one first.
    Queue,
    /// The first so many of them.
    Next(u8),
    /// The height of each column.
    Heights,
    /// How much the heights of each two neighbouring columns differ; a number less than columns.
    HeightDifferences,
    /// One number: empty cells with a full one somewhere above in their column.
    Holes,
    /// One number: the height differences of neighbouring columns added up.
    Bumpiness,
    /// One number: the height of the highest column.
    PileHeight,
    /// The [`Features`] of the visible board, in their order; those of the move are 0.
    Features,
    /// Four numbers: level, combo, back-to-back chain and pending garbage rows.
    Counters,
}

/// A layout of parts, one after the other.
///
/// ```
/// use tetris_core::{Game, Observation, Part, Rules};
///
/// let rules = Rules::guideline();
/// let parts = [Part::BoardAndPiece, Part::Position, Part::Current, Part::Hold, Part::Next(2)];
/// let observation = Observation::new(&rules, &parts)?;
/// assert_eq!(observation.len(), 200 + 6 + 7 + 7 + 14);
///
/// let mut numbers = vec![0.0f32; observation.len()];
/// observation.write(&Game::new(rules, 1)?, &mut numbers);
/// let (part, range) = observation.layout().nth(2).expect("five parts");
/// assert_eq!(part, Part::Current);
/// assert_eq!(numbers[range].iter().sum::<f32>(), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    parts: Vec<(Part, usize)>,
    plane: Plane,
    rows: usize,
    preview: u8,
    shows_board: bool,
    len: usize,
}

impl Observation {
    /// The layout of these parts in this order, for games by these rules.
    ///
    /// # Errors
    /// If [`Part::Next`] asks for more pieces than the preview has.
    pub fn new(rules: &Rules, parts: &[Part]) -> Result<Self, ObservationError> {
        let (width, height) = (usize::from(rules.width), usize::from(rules.height));
        let mut observation = Self {
            parts: Vec::with_capacity(parts.len()),
            plane: Plane { width, height },
            rows: rules.rows(),
            preview: rules.preview,
            shows_board: false,
            len: 0,
        };
        for &part in parts {
            let len = match part {
                Part::Board | Part::Piece | Part::Ghost | Part::BoardAndPiece => width * height,
                Part::Position => 6,
                Part::Current | Part::Hold => 7,
                Part::Queue => 7 * usize::from(rules.preview),
                Part::Next(asked) if asked > rules.preview => {
                    let preview = rules.preview;
                    return Err(ObservationError { asked, preview });
                }
                Part::Next(count) => 7 * usize::from(count),
                Part::CanHold | Part::Holes | Part::Bumpiness | Part::PileHeight => 1,
                Part::Heights => width,
                Part::HeightDifferences => width - 1,
                Part::Features => Features::LEN,
                Part::Counters => 4,
            };
            observation.shows_board |= matches!(part, Part::Board | Part::BoardAndPiece);
            observation.parts.push((part, len));
            observation.len += len;
        }
        Ok(observation)
    }

    /// How many numbers there are.
    #[must_use]
    #[inline]
    #[expect(
        clippy::len_without_is_empty,
        reason = "it says how long a buffer must be"
    )]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The parts and where their numbers are.
    pub fn layout(&self) -> impl Iterator<Item = (Part, Range<usize>)> {
        self.parts.iter().scan(0, |end, &(part, len)| {
            let start = *end;
            *end += len;
            Some((part, start..*end))
        })
    }

    /// Writes what there is to see of a game.
    ///
    /// # Panics
    /// If the slice is not [`Observation::len`] long, or the game has other rules as to width,
    /// height, hidden rows or preview.
    pub fn write<T: Element>(&self, game: &Game, out: &mut [T]) {
        let mut words = [0; MOST_WORDS];
        let words = &mut words[..self.plane.words()];
        assert!(
            self.is_for(game.rules()),
            "an observation of another kind of game"
        );
        self.plane.read(game.board(), words);
        self.write_with(game, words, out);
    }

    pub(crate) fn is_for(&self, rules: &Rules) -> bool {
        let size = (rules.width.into(), rules.height.into());
        (self.plane.width, self.plane.height) == size
            && self.rows == rules.rows()
            && self.preview == rules.preview
    }

    pub(crate) const fn plane(&self) -> Plane {
        self.plane
    }

    /// Whether the plane of the board is read at all.
    #[inline]
    pub(crate) const fn shows_board(&self) -> bool {
        self.shows_board
    }

    /// The same with the plane of the board read before.
    #[inline]
    pub(crate) fn write_with<T: Element>(&self, game: &Game, words: &[u64], out: &mut [T]) {
        assert_eq!(out.len(), self.len, "length of the observation");
        let mut rest = out;
        for &(part, len) in &self.parts {
            let (numbers, after) = rest.split_at_mut(len);
            rest = after;
            self.write_part(part, game, words, numbers);
        }
    }

    /// Each part is a call: what they have in common would otherwise be worked out for every part
    /// beforehand, also for those that are not asked for.
    #[inline]
    fn write_part<T: Element>(&self, part: Part, game: &Game, words: &[u64], out: &mut [T]) {
        match part {
            Part::Board => self.plane.write(words, out),
            Part::BoardAndPiece => {
                self.plane.write(words, out);
                self.draw(game.active(), T::of(2.0), out);
            }
            Part::Piece => self.write_alone(game.active(), out),
            Part::Ghost => self.write_ghost(game, out),
            Part::Position => position(game, out),
            Part::Current => current(game, out),
            Part::Hold => hold(game, out),
            Part::CanHold => can_hold(game, out),
            Part::Queue | Part::Next(_) => queue(game, out),
            Part::Counters => counters(game, out),
            of_board => self.write_of_board(of_board, game.board(), out),
        }
    }

    #[inline(never)]
    fn write_ghost<T: Element>(&self, game: &Game, out: &mut [T]) {
        self.write_alone(game.ghost(), out);
    }

    #[inline(never)]
    fn write_alone<T: Element>(&self, active: Option<Active>, out: &mut [T]) {
        out.fill(T::of(0.0));
        self.draw(active, T::of(1.0), out);
    }

    /// Parts that depend on the board alone.
    #[inline(never)]
    fn write_of_board<T: Element>(&self, part: Part, board: &Board, out: &mut [T]) {
        let columns = board.columns();
        let heights = columns.iter().map(|&column| bit_height(column));
        let differences = || {
            let heights = columns
                .windows(2)
                .map(|two| (bit_height(two[0]), bit_height(two[1])));
            heights.map(|(left, right)| left.abs_diff(right))
        };
        match part {
            Part::Heights => write_all(heights, out),
            Part::HeightDifferences => write_all(differences(), out),
            Part::Bumpiness => out[0] = T::of(differences().sum::<u32>() as f32),
            Part::PileHeight => out[0] = T::of(heights.fold(0, u32::max) as f32),
            Part::Holes => {
                let empty_below = |&column: &u64| bit_height(column) - column.count_ones();
                out[0] = T::of(columns.iter().map(empty_below).sum::<u32>() as f32);
            }
            _ => {
                let features = features_below(columns, self.plane.height, Move::default());
                for (number, feature) in out.iter_mut().zip(features.to_array()) {
                    *number = T::of(feature);
                }
            }
        }
    }

    #[inline(never)]
    fn draw<T: Element>(&self, active: Option<Active>, value: T, out: &mut [T]) {
        if let Some(active) = active {
            for (x, y) in active.cells() {
                if let Some(cell) = out.get_mut(self.plane.index(x, y)) {
                    *cell = value;
                }
            }
        }
    }
}

fn write_all<T: Element>(values: impl Iterator<Item = u32>, out: &mut [T]) {
    for (number, value) in out.iter_mut().zip(values) {
        *number = T::of(value as f32);
    }
}

/// By [`Piece::cell`], 0 for none: 1 at the index of the piece.
#[inline(always)]
fn one_of_seven<T: Element>(cell: u8, out: &mut [T; 7]) {
    let numbers = T::eight((1u32 << cell >> 1) as u8);
    *out = *numbers.first_chunk().expect("eight");
}

#[inline(always)]
fn only_seven<T: Element>(cell: u8, out: &mut [T]) {
    one_of_seven(cell, out.first_chunk_mut().expect("a part of seven"));
}

#[inline(never)]
fn current<T: Element>(game: &Game, out: &mut [T]) {
    only_seven(game.active().map_or(0, |active| active.piece.cell()), out);
}

#[inline(never)]
fn hold<T: Element>(game: &Game, out: &mut [T]) {
    only_seven(game.held().map_or(0, Piece::cell), out);
}

#[inline(never)]
fn can_hold<T: Element>(game: &Game, out: &mut [T]) {
    out[0] = T::of(u8::from(game.can_hold()).into());
}

#[inline(never)]
fn queue<T: Element>(game: &Game, out: &mut [T]) {
    let mut queue = game.queued_cells();
    for numbers in out.as_chunks_mut().0 {
        one_of_seven(queue as u8 & 0xf, numbers);
        queue >>= 4;
    }
}

#[inline(never)]
fn counters<T: Element>(game: &Game, out: &mut [T]) {
    out[0] = T::of(game.level().into());
    out[1] = T::of(game.combo().into());
    out[2] = T::of(game.back_to_back().into());
    out[3] = T::of(game.pending_garbage() as f32);
}

#[inline(never)]
fn position<T: Element>(game: &Game, out: &mut [T]) {
    let Some(active) = game.active() else {
        return out.fill(T::of(0.0));
    };
    let out: &mut [T; 6] = out.first_chunk_mut().expect("a part of six");
    let placement = active.placement();
    out[0] = T::of(placement.column.into());
    out[1] = T::of(placement.row.into());
    out[2..].copy_from_slice(&T::eight(1 << placement.rotation.index())[..4]);
}
