//! The parts of an observation that are written anew each time.

use core::hint::select_unpredictable;

use crate::board::{Board, bit_height};
use crate::envs::{Element, Part, Plane};
use crate::features::{Move, features_below};
use crate::game::{Active, Game};
use crate::pieces::{Piece, Rotation};

/// How pieces lie on a plane: for each piece and orientation the numbers of its cells, relative to that
/// of the pivot, and their rows, relative to its row, one of the lowest row first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stencils([[Stencil; 4]; 7]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stencil {
    cells: [i32; 4],
    rows: [i32; 4],
}

impl Stencils {
    pub(super) fn new(plane: Plane) -> Self {
        let stencil = |piece: Piece, rotation: Rotation| {
            let mut offsets = piece.cells(rotation);
            offsets.sort_by_key(|&(_, y)| y);
            let width = plane.width as i32;
            Stencil {
                cells: offsets.map(|(x, y)| i32::from(x) - i32::from(y) * width),
                rows: offsets.map(|(_, y)| y.into()),
            }
        };
        Self(Piece::ALL.map(|piece| Rotation::ALL.map(|rotation| stencil(piece, rotation))))
    }

    /// Draws a piece on the plane, at the beginning of a longer run of numbers.
    #[inline(always)]
    pub(super) fn draw<T: Element>(&self, active: &Active, value: T, plane: Plane, out: &mut [T]) {
        let Stencil { cells, rows } = self.0[active.piece.index()][active.rotation.index()];
        let above = plane.height as i32 - i32::from(active.y);
        if rows[0] >= above {
            return;
        }
        let pivot = (above - 1) * plane.width as i32 + i32::from(active.x);
        // Pieces enter with some cells hidden, which no processor can foresee: these are drawn where
        // the lowest one is, without a branch.
        let shown: [i32; 4] = core::array::from_fn(|i| {
            let hidden = rows[i] >= above;
            pivot + select_unpredictable(hidden, cells[0], cells[i])
        });
        for cell in shown {
            out[cell as usize] = value;
        }
    }

    fn draw_alone<T: Element>(&self, active: Option<Active>, plane: Plane, out: &mut [T]) {
        out.fill(T::of(0.0));
        if let Some(active) = active {
            self.draw(&active, T::of(1.0), plane, out);
        }
    }
}

/// Tells where a piece is, over six zeros.
#[inline(always)]
pub(super) fn position<T: Element>(active: &Active, out: &mut [T]) {
    let out: &mut [T; 6] = out.first_chunk_mut().expect("a part of six");
    let placement = active.placement();
    out[0] = T::whole(placement.column);
    out[1] = T::whole(placement.row);
    out[2 + placement.rotation.index()] = T::of(1.0);
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
