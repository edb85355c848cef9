//! The parts of an observation that are written anew each time.

use crate::board::{Board, bit_height};
use crate::envs::{Element, Part, Plane};
use crate::features::{Move, features_below};
use crate::game::{Active, Game};
use crate::pieces::{Piece, Rotation};

/// How pieces lie on a plane, for each piece and orientation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stencils([[Stencil; 4]; 7]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stencil {
    /// The numbers of its cells, relative to that of the pivot, where so many of its rows are shown:
    /// one, two, three or all. Pieces enter with some cells hidden, which no processor can foresee:
    /// these are where the lowest one is, and drawing needs no branch.
    cells: [[i16; 4]; 4],
    /// Its leftmost column and lowest row, relative to the pivot.
    corner: (i8, i8),
}

impl Stencil {
    fn new(piece: Piece, rotation: Rotation, plane: Plane) -> Self {
        let corner = piece.corner(rotation);
        let number = |(x, y): (i8, i8)| i16::from(x) - i16::from(y) * plane.width as i16;
        let offsets = piece.cells(rotation);
        let lowest = *offsets
            .iter()
            .min_by_key(|(_, y)| y)
            .expect("a piece has cells");
        let shown = |rows: usize| {
            let above = corner.1 + rows as i8;
            offsets.map(|cell| number(if cell.1 < above { cell } else { lowest }))
        };
        Self {
            cells: core::array::from_fn(|rows| shown(rows + 1)),
            corner,
        }
    }
}

impl Stencils {
    pub(super) fn new(plane: Plane) -> Self {
        let stencil = |piece, rotation| Stencil::new(piece, rotation, plane);
        Self(Piece::ALL.map(|piece| Rotation::ALL.map(|rotation| stencil(piece, rotation))))
    }

    /// The piece in play, as it is drawn.
    #[inline(always)]
    pub(super) fn cut<'a>(&'a self, active: &Active, plane: Plane) -> Cutout<'a> {
        let stencil = &self.0[active.piece.index()][active.rotation.index()];
        let (left, low) = stencil.corner;
        let corner = ((active.x + left) as u8, (active.y + low) as u8);
        let rows = plane.height as i32 - i32::from(corner.1);
        let above = plane.height as i32 - i32::from(active.y);
        Cutout {
            cells: &stencil.cells[rows.clamp(1, 4) as usize - 1],
            pivot: (above - 1) * plane.width as i32 + i32::from(active.x),
            hidden: rows <= 0,
            corner,
            rotation: active.rotation,
        }
    }

    fn draw_alone<T: Element>(&self, active: Option<Active>, plane: Plane, out: &mut [T]) {
        out.fill(T::of(0.0));
        if let Some(active) = active {
            self.cut(&active, plane).draw(T::of(1.0), out);
        }
    }
}

/// A piece somewhere on a plane.
pub(super) struct Cutout<'a> {
    /// Numbers of cells relative to that of the pivot.
    cells: &'a [i16; 4],
    pivot: i32,
    /// Whether none of it is on the plane.
    hidden: bool,
    corner: (u8, u8),
    rotation: Rotation,
}

impl Cutout<'_> {
    /// Draws it on the plane, at the beginning of a longer run of numbers.
    #[inline(always)]
    pub(super) fn draw<T: Element>(&self, value: T, out: &mut [T]) {
        if self.hidden {
            return;
        }
        for &cell in self.cells {
            out[(self.pivot + i32::from(cell)) as usize] = value;
        }
    }

    /// Tells where it is, over six zeros.
    #[inline(always)]
    pub(super) fn position<T: Element>(&self, out: &mut [T]) {
        let out: &mut [T; 6] = out.first_chunk_mut().expect("a part of six");
        out[0] = T::whole(self.corner.0);
        out[1] = T::whole(self.corner.1);
        out[2 + self.rotation.index()] = T::whole(1);
    }
}

/// Writes another part.
#[inline(never)]
pub(super) fn write<T: Element>(
    part: Part,
    game: &Game,
    plane: Plane,
    stencils: &Stencils,
    out: &mut [T],
) {
    match part {
        Part::Piece => stencils.draw_alone(game.active(), plane, out),
        Part::Ghost => stencils.draw_alone(game.ghost(), plane, out),
        Part::Counters => counters(game, out),
        of_board => write_of_board(of_board, game.board(), plane, out),
    }
}

fn counters<T: Element>(game: &Game, out: &mut [T]) {
    out[0] = T::of(game.level().into());
    out[1] = T::of(game.combo().into());
    out[2] = T::of(game.back_to_back().into());
    out[3] = T::of(game.pending_garbage() as f32);
}

/// Parts that depend on the board alone.
fn write_of_board<T: Element>(part: Part, board: &Board, plane: Plane, out: &mut [T]) {
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
            let features = features_below(columns, plane.height, Move::default());
            for (number, feature) in out.iter_mut().zip(features.to_array()) {
                *number = T::of(feature);
            }
        }
    }
}

fn write_all<T: Element>(values: impl Iterator<Item = u32>, out: &mut [T]) {
    for (number, value) in out.iter_mut().zip(values) {
        *number = T::of(value as f32);
    }
}
