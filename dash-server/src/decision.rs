//! The decision behind a board: what the agent could do, and what it thought of it.

use std::sync::Arc;

use rl_agent::observer::DecisionReport;
use serde_bytes::ByteBuf;
use tetris_core::Piece;

use crate::board::{BoardView, dropped_piece};
use crate::protocol::{Decision, Frame};

/// Placements that are listed.
const LISTED: usize = 12;
/// Placements that are listed with their features.
const EXPLAINED: usize = 5;

/// What an agent sees of what a placement leads to.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    names: Arc<[String]>,
    unlisted: String,
}

impl Seen {
    pub(crate) fn of(env: &impl BoardView) -> Self {
        Self {
            names: env.feature_names().into(),
            unlisted: env.unlisted_features(),
        }
    }
}

/// An action with what is known of it.
struct Candidate {
    action: usize,
    /// Its row among the agent's candidates.
    row: Option<usize>,
    value: f32,
    reward: f32,
    cells: Vec<u16>,
    /// The piece it places, if its number tells.
    piece: Option<Piece>,
    /// What it is called, if it is a key.
    name: Option<&'static str>,
}

/// Why the reported decision was made. `board` shows the environment before the move.
pub(crate) fn explain<E: BoardView>(
    report: &DecisionReport<'_, E>,
    board: &Frame,
    Seen { names, unlisted }: &Seen,
) -> Option<Decision> {
    let mut candidates = candidates(report, usize::from(board.width));
    // The best first, and the first of equals before the others, as the agent chooses.
    candidates.sort_by(|a, b| b.value.total_cmp(&a.value));
    let count = candidates.len();
    let columns = best_by_column(&candidates, usize::from(board.width));
    let taken = candidates
        .iter()
        .position(|candidate| candidate.action == report.action)?;
    let looked = !report.values.is_empty();
    let chosen = if !looked {
        candidates = vec![candidates.swap_remove(taken)];
        0
    } else if taken >= LISTED {
        candidates.swap(LISTED - 1, taken);
        LISTED - 1
    } else {
        taken
    };
    candidates.truncate(LISTED);

    let size = candidates.iter().map(|row| row.cells.len()).max()?;
    let mut features = Vec::new();
    if let Some(batch) = report
        .candidates
        .filter(|batch| batch.feature_len() >= names.len())
    {
        let explained = candidates.iter().take(EXPLAINED);
        for row in explained.filter_map(|candidate| candidate.row) {
            features.extend(bytes(batch.row(row)[..names.len()].iter().copied()));
        }
    }
    let pieces = candidates
        .iter()
        .map(|row| row.piece.map_or(board.piece, Piece::cell));
    let pieces = pieces.collect::<Vec<_>>().into();
    let placements = candidates.iter().flat_map(|row| {
        let last = row.cells.last().copied().unwrap_or(0);
        let cells = row.cells.iter().copied();
        cells.chain(std::iter::repeat(last)).take(size)
    });
    Some(Decision {
        cells: board.cells.clone(),
        piece: board.piece,
        pieces,
        actions: (candidates.iter())
            .filter_map(|row| row.name.map(str::to_owned))
            .collect(),
        count: count as u32,
        chosen: chosen as u32,
        explored: report.explored,
        placements: placements
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
            .into(),
        values: bytes(candidates.iter().map(|row| row.value)),
        rewards: bytes(candidates.iter().map(|row| row.reward)),
        columns: bytes(columns.into_iter()),
        feature_names: names.clone(),
        features: features.into(),
        unlisted: unlisted.clone(),
    })
}

/// Every action that can be drawn, in the agent's order.
fn candidates<E: BoardView>(report: &DecisionReport<'_, E>, width: usize) -> Vec<Candidate> {
    let value = |row: usize| report.values.get(row).copied().unwrap_or(f32::NAN);
    // An agent that explores need not have listed what there is.
    let listed = report
        .candidates
        .filter(|batch| batch.actions().contains(&(report.action as u32)));
    let rows: Vec<(usize, Option<usize>, f32, f32)> = match listed {
        Some(batch) => (0..batch.len())
            .map(|row| {
                let action = batch.actions()[row] as usize;
                (action, Some(row), value(row), batch.rewards()[row])
            })
            .collect(),
        // An agent without afterstates has a value for each action there is.
        None => {
            let mut legal = vec![false; report.env.action_count()];
            report.env.legal_actions(&mut legal);
            (0..legal.len())
                .filter(|&action| legal[action])
                .map(|action| (action, None, value(action), f32::NAN))
                .collect()
        }
    };
    rows.into_iter()
        .filter_map(|(action, row, value, reward)| {
            let mut cells = Vec::with_capacity(4);
            report.env.fills(action, &mut cells);
            let number = report.env.drop_number(action);
            (!cells.is_empty()).then_some(Candidate {
                action,
                row,
                value,
                reward,
                cells,
                piece: number.and_then(|number| dropped_piece(number, width)),
                name: report.env.action_name(action),
            })
        })
        .collect()
}

fn best_by_column(candidates: &[Candidate], width: usize) -> Vec<f32> {
    let mut best = vec![f32::NAN; width];
    for candidate in candidates {
        for &cell in &candidate.cells {
            let column = &mut best[usize::from(cell) % width];
            // `max` prefers a number over NaN.
            *column = column.max(candidate.value);
        }
    }
    best
}

fn bytes(numbers: impl Iterator<Item = f32>) -> ByteBuf {
    numbers
        .flat_map(f32::to_le_bytes)
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment};
    use rl_agent::tetris::{Tetris, TetrisConfig};

    fn floats(bytes: &[u8]) -> Vec<f32> {
        let chunks = bytes.as_chunks().0.iter();
        chunks.map(|&chunk| f32::from_le_bytes(chunk)).collect()
    }

    fn words(bytes: &[u8]) -> Vec<u16> {
        let chunks = bytes.as_chunks().0.iter();
        chunks.map(|&chunk| u16::from_le_bytes(chunk)).collect()
    }

    struct Scene {
        env: Tetris,
        batch: Batch,
        seen: Seen,
        board: Frame,
    }

    fn scene() -> Scene {
        scene_of(TetrisConfig::default())
    }

    fn scene_of(config: TetrisConfig) -> Scene {
        let mut env = Tetris::new(config).unwrap();
        env.reset(4, &Default::default()).unwrap();
        let mut batch = Batch::new(env.model().feature_len());
        env.candidates(&mut batch);
        let mut board = Frame::blank();
        env.draw(&mut board);
        Scene {
            seen: Seen::of(&env),
            env,
            batch,
            board,
        }
    }

    fn report<'a>(
        scene: &'a Scene,
        action: u32,
        values: &'a [f32],
        with_rows: bool,
    ) -> DecisionReport<'a, Tetris> {
        DecisionReport {
            step: 0,
            env_index: 0,
            env: &scene.env,
            action: action as usize,
            explored: values.is_empty(),
            candidates: with_rows.then_some(&scene.batch),
            values,
        }
    }

    #[test]
    fn the_best_placements_come_first_with_what_belongs_to_them() {
        let scene = scene();
        let rows = scene.batch.len();
        assert!(rows > LISTED);
        // A permutation of distinct values.
        let values: Vec<f32> = (0..rows).map(|row| ((row * 7) % rows) as f32).collect();
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let action = scene.batch.actions()[order[2]];
        let decision = explain(
            &report(&scene, action, &values, true),
            &scene.board,
            &scene.seen,
        )
        .unwrap();

        assert_eq!(
            (decision.count as usize, decision.chosen, decision.explored),
            (rows, 2, false)
        );
        let sorted: Vec<f32> = order[..LISTED].iter().map(|&row| values[row]).collect();
        assert_eq!(floats(&decision.values), sorted);
        assert_eq!(floats(&decision.rewards), vec![1.0; LISTED]);
        let features: Vec<f32> = order[..EXPLAINED]
            .iter()
            .flat_map(|&row| scene.batch.row(row).to_vec())
            .collect();
        assert_eq!(floats(&decision.features), features);
        assert_eq!(decision.feature_names.len() * EXPLAINED, features.len());

        let mut cells = Vec::new();
        for &row in &order[..LISTED] {
            scene
                .env
                .fills(scene.batch.actions()[row] as usize, &mut cells);
        }
        assert_eq!(words(&decision.placements), cells);
        assert_eq!(decision.pieces.as_ref(), [decision.piece; LISTED]);

        // The best of each column, the slow way.
        for (column, best) in floats(&decision.columns).into_iter().enumerate() {
            let touching = (0..rows).filter(|&row| {
                let mut cells = Vec::new();
                scene
                    .env
                    .fills(scene.batch.actions()[row] as usize, &mut cells);
                cells.iter().any(|&cell| usize::from(cell) % 10 == column)
            });
            let expected = touching.map(|row| values[row]).fold(f32::MIN, f32::max);
            assert_eq!(best, expected, "column {column}");
        }
    }

    #[test]
    fn a_bad_placement_that_was_taken_is_listed_last() {
        let scene = scene();
        let rows = scene.batch.len();
        let values: Vec<f32> = (0..rows).map(|row| -(row as f32)).collect();
        let action = scene.batch.actions()[rows - 1];
        let decision = explain(
            &report(&scene, action, &values, true),
            &scene.board,
            &scene.seen,
        )
        .unwrap();
        assert_eq!(decision.chosen as usize, LISTED - 1);
        let shown = floats(&decision.values);
        assert_eq!(shown[LISTED - 1], -(rows as f32 - 1.0));
        assert_eq!(shown[LISTED - 2], -(LISTED as f32 - 2.0));
    }

    #[test]
    fn an_agent_that_did_not_look_has_one_placement_and_no_value() {
        let whole = scene();
        let action = whole.batch.actions()[5];
        let decision = explain(
            &report(&whole, action, &[], true),
            &whole.board,
            &whole.seen,
        )
        .unwrap();
        assert_eq!((decision.chosen, decision.explored), (0, true));
        assert!(floats(&decision.values)[0].is_nan());
        let mut cells = Vec::new();
        whole.env.fills(action as usize, &mut cells);
        assert_eq!(words(&decision.placements), cells);
        let empty = Scene {
            batch: Batch::new(whole.seen.names.len()),
            ..scene()
        };
        let without = explain(
            &report(&empty, action, &[], true),
            &empty.board,
            &empty.seen,
        );
        assert_eq!(
            without.map(|other| (other.count, other.placements)),
            Some((decision.count, decision.placements))
        );
        assert!(floats(&decision.columns).iter().all(|best| best.is_nan()));
    }

    #[test]
    fn placements_of_the_piece_on_hold_say_so() {
        let config = TetrisConfig {
            hold: true,
            ..TetrisConfig::default()
        };
        let mut scene = scene_of(config);
        for seed in 0.. {
            scene.env.reset(seed, &Default::default()).unwrap();
            if scene.env.game().hand().swap().is_some() {
                break;
            }
        }
        scene.env.candidates(&mut scene.batch);
        scene.env.draw(&mut scene.board);
        // The later actions are those with the piece on hold.
        let values: Vec<f32> = scene.batch.actions().iter().map(|&a| a as f32).collect();
        let best = *scene.batch.actions().last().unwrap();
        let report = report(&scene, best, &values, true);
        let decision = explain(&report, &scene.board, &scene.seen).unwrap();
        assert_ne!(scene.board.hold, scene.board.piece);
        assert_eq!(decision.piece, scene.board.piece);
        let held = scene.batch.actions().iter().filter(|&&a| a >= 40).count();
        for (row, &piece) in decision.pieces.iter().enumerate() {
            let expected = match row < held {
                true => scene.board.hold,
                false => scene.board.piece,
            };
            assert_eq!(piece, expected, "row {row}");
        }
    }

    #[test]
    fn values_of_actions_do_without_afterstates() {
        let scene = scene();
        let values: Vec<f32> = (0..scene.env.action_count())
            .map(|action| action as f32)
            .collect();
        let best = *scene.batch.actions().last().unwrap();
        let decision = explain(
            &report(&scene, best, &values, false),
            &scene.board,
            &scene.seen,
        )
        .unwrap();
        assert_eq!(
            (decision.chosen, decision.count as usize),
            (0, scene.batch.len())
        );
        assert_eq!(floats(&decision.values)[0], best as f32);
        assert!(decision.features.is_empty());
        assert!(floats(&decision.rewards)[0].is_nan());
    }
}
