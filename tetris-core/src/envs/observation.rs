//! What an agent sees, put together from parts.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::view::{self, Stencils};
use crate::envs::{Element, Plane, expand, put};
use crate::error::ObservationError;
use crate::features::Features;
use crate::game::{Game, Locked, Rules};
use crate::pieces::Piece;
use crate::simd::{self, Kernel, Vector};

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
    parts: Vec<Place>,
    /// Parts of ones and zeros that change only when a piece locks or enters play: boards, pieces
    /// as one of seven with their place among [`pieces_in_order`], and whether there is a hold.
    /// They are kept as bits from step to step, bit `i` for number `i`, and become numbers all at
    /// once.
    boards: Vec<usize>,
    pieces: Vec<(usize, u32)>,
    can_hold: Vec<usize>,
    /// Boards that the active piece is drawn on, and where its place is told.
    drawn: Vec<usize>,
    positions: Vec<usize>,
    /// What else is written anew each time.
    moving: Vec<Place>,
    plane: Plane,
    stencils: Box<Stencils>,
    rows: usize,
    preview: u8,
    len: usize,
}

/// Where a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    part: Part,
    at: usize,
    len: usize,
}

impl Place {
    const fn range(&self) -> Range<usize> {
        self.at..self.at + self.len
    }
}

impl Observation {
    /// The layout of these parts in this order, for games by these rules.
    ///
    /// # Errors
    /// If a field of the rules is outside its range, or [`Part::Next`] asks for more pieces than
    /// the preview has.
    pub fn new(rules: &Rules, parts: &[Part]) -> Result<Self, ObservationError> {
        rules.validate()?;
        let (width, height) = (usize::from(rules.width), usize::from(rules.height));
        let plane = Plane { width, height };
        let mut observation = Self {
            parts: Vec::with_capacity(parts.len()),
            boards: Vec::new(),
            pieces: Vec::new(),
            can_hold: Vec::new(),
            drawn: Vec::new(),
            positions: Vec::new(),
            moving: Vec::new(),
            plane,
            stencils: Box::new(Stencils::new(plane)),
            rows: rules.rows(),
            preview: rules.preview,
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
                    return Err(ObservationError::Preview { asked, preview });
                }
                Part::Next(count) => 7 * usize::from(count),
                Part::CanHold | Part::Holes | Part::Bumpiness | Part::PileHeight => 1,
                Part::Heights => width,
                Part::HeightDifferences => width - 1,
                Part::Features => Features::LEN,
                Part::Counters => 4,
            };
            let at = observation.len;
            let place = Place { part, at, len };
            observation.parts.push(place);
            match part {
                Part::Board => observation.boards.push(at),
                Part::Current => observation.pieces.push((at, 0)),
                Part::Hold => observation.pieces.push((at, 1)),
                Part::Queue | Part::Next(_) => {
                    let places = (at..at + len).step_by(7).zip(2..);
                    observation.pieces.extend(places);
                }
                Part::CanHold => observation.can_hold.push(at),
                Part::BoardAndPiece => {
                    observation.boards.push(at);
                    observation.drawn.push(at);
                }
                Part::Position => observation.positions.push(at),
                _ => observation.moving.push(place),
            }
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
        self.parts.iter().map(|place| (place.part, place.range()))
    }

    /// Writes what there is to see of a game.
    ///
    /// # Panics
    /// If the slice is not [`Observation::len`] long, or the game has other rules as to width,
    /// height, hidden rows or preview.
    pub fn write<T: Element>(&self, game: &Game, out: &mut [T]) {
        assert!(
            self.is_for(game.rules()),
            "an observation of another kind of game"
        );
        let mut bits = vec![0; self.words()];
        self.read(game, &mut bits);
        self.write_with(game, &bits, out);
    }

    pub(crate) fn is_for(&self, rules: &Rules) -> bool {
        let size = (rules.width.into(), rules.height.into());
        (self.plane.width, self.plane.height) == size
            && self.rows == rules.rows()
            && self.preview == rules.preview
    }

    /// Words for the bits; one at least.
    #[inline]
    pub(crate) const fn words(&self) -> usize {
        self.len / 64 + 1
    }

    /// Reads the bits of a game.
    pub(crate) fn read(&self, game: &Game, bits: &mut [u64]) {
        bits.fill(0);
        for &at in &self.boards {
            self.plane.read(game.board(), bits, at);
        }
        self.read_pieces(game, bits);
    }

    /// Reads the bits of the pieces again: one entered play.
    #[inline]
    pub(crate) fn read_pieces(&self, game: &Game, bits: &mut [u64]) {
        let all = pieces_in_order(game);
        for &(at, place) in &self.pieces {
            put(bits, at, 7, 1 << (all >> (4 * place) & 0xf) >> 1);
        }
        for &at in &self.can_hold {
            put(bits, at, 1, game.can_hold().into());
        }
    }

    /// Reads again what is other than before a piece locked.
    #[inline(never)]
    pub(crate) fn read_locked(&self, game: &Game, locked: &Locked, bits: &mut [u64]) {
        for &at in &self.boards {
            if locked.clear.lines == 0 && locked.garbage == 0 {
                let cells = locked.placement.cells(locked.piece);
                self.plane.lock(cells, bits, at);
            } else {
                self.plane.read(game.board(), bits, at);
            }
        }
        self.read_pieces(game, bits);
    }

    /// Whether any bits are kept.
    #[inline]
    pub(crate) const fn has_bits(&self) -> bool {
        !(self.boards.is_empty() && self.pieces.is_empty() && self.can_hold.is_empty())
    }

    /// Writes what there is to see of a game whose bits were read.
    #[inline]
    pub(crate) fn write_with<T: Element>(&self, game: &Game, bits: &[u64], out: &mut [T]) {
        assert_eq!(out.len(), self.len, "length of the observation");
        simd::run(Write {
            observation: self,
            game,
            bits,
            out,
        });
    }
}

/// What there is to see, as numbers.
struct Write<'a, T> {
    observation: &'a Observation,
    game: &'a Game,
    bits: &'a [u64],
    out: &'a mut [T],
}

impl<T: Element> Kernel for Write<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self {
            observation,
            game,
            bits,
            out,
        } = self;
        let (plane, stencils) = (observation.plane, &observation.stencils);
        expand::<V, T>(bits, out);
        if let Some(active) = game.active_in_place() {
            let piece = stencils.cut(active, plane);
            for &at in &observation.drawn {
                piece.draw(T::whole(2), &mut out[at..]);
            }
            for &at in &observation.positions {
                piece.position(&mut out[at..]);
            }
        }
        for place in &observation.moving {
            let out = &mut out[place.range()];
            view::write(place.part, game, plane, stencils, out);
        }
    }
}

/// The active piece, the held one and the preview as [`Piece::cell`]s of four bits each, 0 for
/// none, the active one lowest.
#[inline]
fn pieces_in_order(game: &Game) -> u64 {
    let cell = |piece: Option<Piece>| u64::from(piece.map_or(0, Piece::cell));
    let current = game.active_in_place().map(|active| active.piece);
    game.queued_cells() << 8 | cell(game.held()) << 4 | cell(current)
}
