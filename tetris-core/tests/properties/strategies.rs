//! Boards, rules and keys of every kind.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tetris_core::{
    Board, Gravity, HalfTurns, Input, LockDelay, LockReset, Piece, PieceSequence, PieceSource,
    RandomizerKind, RotationRules, RotationSystem, Rules, Spawn, SpinRule, TopOutRules,
};

/// Noise with a sky of some height above it; rows may be full.
pub(crate) fn boards() -> impl Strategy<Value = Board> {
    (4..=32usize, 4..=64usize).prop_flat_map(|(width, height)| {
        let rows = vec(vec(any::<bool>(), width), 0..=height);
        rows.prop_map(move |rows| {
            let mut board = Board::new(width, height).expect("a possible size");
            for (y, row) in rows.iter().enumerate() {
                for (x, &full) in row.iter().enumerate() {
                    board.set(x, y, full);
                }
            }
            board
        })
    })
}

/// Full cells.
pub(crate) fn cells(board: &Board) -> u32 {
    let columns = board.columns().iter();
    columns.map(|column| column.count_ones()).sum()
}

pub(crate) fn pieces() -> impl Strategy<Value = Piece> {
    select(&Piece::ALL[..])
}

pub(crate) fn kinds() -> impl Strategy<Value = RandomizerKind> {
    select(&RandomizerKind::ALL[..])
}

pub(crate) fn rotation_rules() -> impl Strategy<Value = RotationRules> {
    let systems = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ];
    let half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked];
    let rules = (select(systems.to_vec()), select(half_turns.to_vec()));
    rules.prop_map(|(system, half_turns)| RotationRules { system, half_turns })
}

fn sources() -> impl Strategy<Value = PieceSource> {
    let sequence = vec(pieces(), 1..10).prop_map(|pieces| {
        PieceSource::Sequence(PieceSequence::new(&pieces).expect("one piece at least"))
    });
    prop_oneof![kinds().prop_map(PieceSource::Random), sequence]
}

fn gravities() -> impl Strategy<Value = Gravity> {
    prop_oneof![
        Just(Gravity::None),
        Just(Gravity::Guideline),
        Just(Gravity::Instant),
        (any::<u16>(), 1..=u16::MAX).prop_map(|(rows, ticks)| Gravity::Rows { rows, ticks }),
    ]
}

fn lock_delays() -> impl Strategy<Value = LockDelay> {
    let reset = prop_oneof![
        Just(LockReset::Fall),
        Just(LockReset::EveryMove),
        any::<u8>().prop_map(LockReset::Moves),
    ];
    let delay = (any::<u16>(), reset).prop_map(|(ticks, reset)| LockDelay::Ticks { ticks, reset });
    prop_oneof![Just(LockDelay::Instant), Just(LockDelay::Infinite), delay]
}

/// Valid rules.
pub(crate) fn rules() -> impl Strategy<Value = Rules> {
    let spawns = [Spawn::Guideline, Spawn::Above, Spawn::Box];
    let spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ];
    let size = (4..=32u8, 4..=60u8).prop_flat_map(|(width, height)| {
        let hidden = 4..=64 - height;
        (Just(width), Just(height), hidden)
    });
    let turns = (
        rotation_rules(),
        select(spawns.to_vec()),
        select(spins.to_vec()),
    );
    let falling = (gravities(), lock_delays(), 1..=u16::MAX);
    let levels = (1..=u16::MAX, any::<u16>());
    let flags = any::<[bool; 7]>();
    let known = (sources(), 0..=14u8);
    (size, known, turns, falling, levels, flags).prop_map(
        |((width, height, hidden), (pieces, preview), turns, falling, levels, flags)| {
            let (rotation, spawn, spins) = turns;
            let (gravity, lock_delay, soft_drop) = falling;
            let (start_level, lines_per_level) = levels;
            Rules {
                width,
                height,
                hidden,
                pieces,
                preview,
                rotation,
                spawn,
                spins,
                gravity,
                lock_delay,
                soft_drop,
                start_level,
                lines_per_level,
                hold: flags[0],
                initial_rotation: flags[1],
                initial_hold: flags[2],
                top_out: TopOutRules {
                    block_out: flags[3],
                    lock_out: flags[4],
                    partial_lock_out: flags[5],
                    garbage_out: flags[6],
                },
                ..Rules::guideline()
            }
        },
    )
}

/// What a player does between two ticks or more.
pub(crate) fn keys(most: usize) -> impl Strategy<Value = Vec<(Input, u8)>> {
    // Soft drops come in runs in play, and a hard drop ends it all.
    let key = prop_oneof![
        6 => select(&Input::ALL[..]),
        3 => Just(Input::SoftDrop),
    ];
    vec((key, 0..4u8), 0..most)
}
