//! The parts of an observation that are written anew each time.

use crate::board::{Board, bit_height};
use crate::envs::{Element, Part, Plane};
use crate::features::{Move, features_below};
use crate::game::{Active, Game};

/// Draws a piece on a plane, at the beginning of a longer run of numbers.
#[inline(always)]
pub(super) fn draw<T: Element>(active: &Active, value: T, plane: Plane, out: &mut [T]) {
    let cells = active.cells_from_below();
    let (x, y) = cells[0];
    if y >= plane.height {
        return;
    }
    let lowest = plane.index(x, y);
    for (x, y) in cells {
        // Pieces enter with some cells hidden, which no processor can foresee: these are drawn where
        // the lowest one is, without a branch.
        let shown = if y < plane.height {
            plane.index(x, y)
        } else {
            lowest
        };
        out[shown] = value;
    }
}

/// Tells where a piece is, over six zeros.
#[inline(always)]
pub(super) fn position<T: Element>(active: &Active, out: &mut [T]) {
    let out: &mut [T; 6] = out.first_chunk_mut().expect("a part of six");
    let placement = active.placement();
    out[0] = T::of(placement.column.into());
    out[1] = T::of(placement.row.into());
    out[2 + placement.rotation.index()] = T::of(1.0);
}

/// Writes another part.
#[inline(never)]
pub(super) fn write<T: Element>(part: Part, game: &Game, plane: Plane, out: &mut [T]) {
    match part {
        Part::Piece => write_alone(game.active(), plane, out),
        Part::Ghost => write_alone(game.ghost(), plane, out),
        Part::Counters => counters(game, out),
        of_board => write_of_board(of_board, game.board(), plane, out),
    }
}

fn write_alone<T: Element>(active: Option<Active>, plane: Plane, out: &mut [T]) {
    out.fill(T::of(0.0));
    if let Some(active) = active {
        draw(&active, T::of(1.0), plane, out);
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
