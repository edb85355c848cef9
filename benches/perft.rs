//! Finding every place that a piece can get to, on one core: the leaves of the tree of all placements, and single
//! positions.
//!
//!     cargo bench -p benches --bench perft                          # all of it
//!     cargo run --release --example perft -- --depth 7              # the long count
//!
//! Peers, looked up in November 2025 and measured on another machine (a 2.7 GHz Xeon): the fastest public generator, in
//! C++, counts 322 to 330 million leaves a second. Before anything is timed the counts are compared with those in
//! `tetris-core/data` and with a naive twin, breadth-first search over a board of bools; how many times faster the
//! engine is than the twin is printed.

use std::hint::black_box;

use benches::print_ratio;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{Active, Board, MoveRules, Piece, Rotation, SpinRule, perft};

#[path = "naive/moves.rs"]
mod naive_moves;

const ENTRY: (i8, i8) = (4, 19);
const RULES: MoveRules = MoveRules {
    rotation: tetris_core::RotationRules {
        system: tetris_core::RotationSystem::Srs,
        half_turns: tetris_core::HalfTurns::Off,
    },
    spins: SpinRule::Off,
};

/// A T-spin double with a place for a triple, and its counts for the pieces in the order of `PIECES`.
const T_SPIN: &str = "XX......../X........./X.XXXXXXXX/X..XXXXXXX/X.XXXXXXXX";
const PIECES: [(Piece, u64); 7] = [
    (Piece::I, 19),
    (Piece::O, 9),
    (Piece::T, 36),
    (Piece::L, 35),
    (Piece::J, 35),
    (Piece::S, 18),
    (Piece::Z, 17),
];

fn empty(height: usize) -> Board {
    Board::new(10, height).expect("a possible size")
}

fn entering(piece: Piece) -> Active {
    Active {
        piece,
        rotation: Rotation::North,
        x: ENTRY.0,
        y: ENTRY.1,
    }
}

/// Leaves of queues, the last piece I or T: the one with the fewest turns that matter, the one with the most.
fn leaves(criterion: &mut Criterion) {
    const QUEUES: [(&str, &[Piece], u64); 3] = {
        use Piece::{I, J, L, O, S, T, Z};
        [
            ("IOLJ", &[I, O, L, J], 188_374),
            ("IOLJS", &[I, O, L, J, S], 3_497_187),
            ("OLSZT", &[O, L, S, Z, T], 3_684_492),
        ]
    };
    let board = empty(48);
    let short = &QUEUES[0].1[..3];
    assert_eq!(naive_moves::perft(&board, short, ENTRY), 5_266);
    let mut group = criterion.benchmark_group("perft");
    for (name, queue, leaves) in QUEUES {
        assert_eq!(perft(&board, queue, RULES, ENTRY), leaves, "{name}");
        group.throughput(Throughput::Elements(leaves));
        group.bench_function(name, |bencher| {
            bencher.iter(|| perft(&board, black_box(queue), RULES, ENTRY));
        });
    }
    group.finish();
}

/// One call for one piece on a board with T-spins: the count, and the places with their spins.
fn t_spin_board(criterion: &mut Criterion) {
    let board = Board::from_rows(T_SPIN, 48).expect("well-formed");
    for (piece, count) in PIECES {
        let start = entering(piece);
        assert_eq!(RULES.count(&board, start), count, "{piece}");
        assert_eq!(naive_moves::places(&board, start).len() as u64, count);
    }
    let start = entering(Piece::T);
    print_ratio(
        "counting the places of a T",
        |calls| (0..calls).for_each(|_| _ = black_box(RULES.count(black_box(&board), start))),
        |calls| (0..calls).for_each(|_| drop(black_box(naive_moves::places(&board, start)))),
    );
    let mut group = criterion.benchmark_group("t_spin_board");
    for (piece, _) in PIECES {
        let start = entering(piece);
        group.bench_function(BenchmarkId::new("count", piece), |bencher| {
            bencher.iter(|| RULES.count(black_box(&board), start));
        });
    }
    let spins = MoveRules {
        spins: SpinRule::ThreeCorner,
        ..RULES
    };
    group.bench_function("every_T_with_its_spin", |bencher| {
        bencher.iter(|| {
            let mut found = 0;
            spins.moves(black_box(&board), entering(Piece::T), &mut |place| {
                found += u32::from(place.spin.is_some());
            });
            found
        });
    });
    group.finish();
}

/// The cost of a call does not depend on the height of the board.
fn board_heights(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("moves_board_height");
    for height in [24, 48, 64] {
        let board = Board::from_rows(T_SPIN, height).expect("well-formed");
        let start = entering(Piece::T);
        assert_eq!(RULES.count(&board, start), 36);
        group.bench_function(BenchmarkId::from_parameter(height), |bencher| {
            bencher.iter(|| RULES.count(black_box(&board), start));
        });
    }
    group.finish();
}

criterion_group!(benches, leaves, t_spin_board, board_heights);
criterion_main!(benches);
