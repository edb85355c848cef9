//! The key-press environment on one core: a step with a random key, without an observation, with 234 numbers written
//! after each, alone and in batches of 4,096.
//!
//!     cargo bench --bench env_throughput
//!
//! Peers, looked up in November 2025 and measured on another machine (a 2.7 GHz Xeon): the fastest environment in C
//! makes 9.8 million steps a second with 234 floats (a batch of 4,096: 5.8 million), Tetris-Gymnasium in Python 2,800
//! to 3,250. The game is that of the guideline, with kicks, lock delay, hold and scores, and each of the nine keys is as
//! likely as another. Before anything is timed the games are compared with those of a naive twin, the one of
//! `tetris-core`'s tests; how many times faster they are is printed.

use std::hint::black_box;

use benches::print_ratio;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{
    BatchBuffers, BatchEnv, Board, Element, Gravity, Input, KEY_ACTIONS, KeyEnv, Observation, Part,
    PerLine, Piece, RandomizerKind, Rules, episode_seed,
};

use crate::naive::Twin;

#[path = "../tetris-core/tests/game/naive/mod.rs"]
mod naive;

const STEPS: u64 = 10_000;

/// What the peer's observation has: the board, the piece's place, four pieces as one of seven.
const PARTS: [Part; 5] = [
    Part::BoardAndPiece,
    Part::Position,
    Part::Current,
    Part::Hold,
    Part::Next(2),
];

/// Actions that cost next to nothing to draw and never repeat.
struct Actions(u64);

impl Actions {
    fn next(&mut self) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 32) * KEY_ACTIONS as u64) >> 32) as usize
    }
}

fn observation(rules: &Rules, parts: &[Part]) -> Observation {
    Observation::new(rules, parts).expect("a preview of two or more")
}

/// One game after another, like the games in the first place of a batch.
struct Player {
    env: KeyEnv<PerLine>,
    actions: Actions,
    episode: u64,
}

impl Player {
    fn new(rules: &Rules, parts: &[Part]) -> Self {
        let env = KeyEnv::new(rules.clone(), observation(rules, parts), PerLine(1.0))
            .expect("fine rules");
        Self {
            env,
            actions: Actions(1),
            episode: 0,
        }
    }

    fn step(&mut self) {
        let action = self.actions.next();
        self.take(action);
    }

    fn take(&mut self, action: usize) {
        if self.env.step(action).expect("a legal action").terminated {
            self.episode += 1;
            self.env.reset(episode_seed(0, self.episode));
        }
    }
}

/// The same with the naive twin.
struct NaivePlayer {
    rules: Rules,
    twin: Twin,
    actions: Actions,
    episode: u64,
}

impl NaivePlayer {
    fn new(rules: &Rules) -> Self {
        Self {
            rules: rules.clone(),
            twin: Self::twin(rules, 0),
            actions: Actions(1),
            episode: 0,
        }
    }

    fn twin(rules: &Rules, seed: u64) -> Twin {
        let board = Board::new(rules.width.into(), rules.rows()).expect("a fine size");
        Twin::new(rules, &board, RandomizerKind::Bag7, seed)
    }

    fn step(&mut self) {
        let pieces = self.twin.pieces;
        if let Some(&input) = Input::ALL.get(self.actions.next()) {
            self.twin.press(input);
        }
        if self.twin.pieces == pieces && self.twin.over.is_none() {
            self.twin.tick();
        }
        if self.twin.over.is_some() {
            self.episode += 1;
            self.twin = Self::twin(&self.rules, episode_seed(0, self.episode));
        }
    }

    /// The numbers of [`PARTS`].
    fn observe(&self, out: &mut Vec<f32>) {
        let twin = &self.twin;
        let cells = twin.cells(twin.rotation, twin.x, twin.y);
        let one_of_seven =
            |piece: Option<Piece>| Piece::ALL.map(|other| f32::from(piece == Some(other)));
        out.clear();
        for y in (0..i32::from(self.rules.height)).rev() {
            for x in 0..i32::from(self.rules.width) {
                let locked = f32::from(twin.rows[y as usize][x as usize]);
                out.push(if cells.contains(&(x, y)) { 2.0 } else { locked });
            }
        }
        out.push(cells.iter().map(|cell| cell.0).min().expect("four") as f32);
        out.push(cells.iter().map(|cell| cell.1).min().expect("four") as f32);
        out.extend((0..4).map(|rotation| f32::from(twin.rotation.index() == rotation)));
        for piece in [
            Some(twin.piece),
            twin.hold,
            Some(twin.drawn[0]),
            Some(twin.drawn[1]),
        ] {
            out.extend(one_of_seven(piece));
        }
    }
}

/// Buffers for a batch.
struct Batch<T> {
    env: BatchEnv<PerLine>,
    actions: Vec<u8>,
    draw: Actions,
    observations: Vec<T>,
    final_observations: Vec<T>,
    rewards: Vec<f32>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
}

impl<T: Element> Batch<T> {
    fn new(rules: &Rules, games: usize) -> Self {
        let seeds: Vec<_> = (0..games as u64).collect();
        let env = BatchEnv::new(
            rules.clone(),
            observation(rules, &PARTS),
            PerLine(1.0),
            &seeds,
        )
        .expect("fine rules");
        let numbers = games * env.observation().len();
        Self {
            env,
            actions: vec![0; games],
            draw: Actions(1),
            observations: vec![T::of(0.0); numbers],
            final_observations: vec![T::of(0.0); numbers],
            rewards: vec![0.0; games],
            terminated: vec![false; games],
            truncated: vec![false; games],
        }
    }

    fn step(&mut self) {
        for action in &mut self.actions {
            *action = self.draw.next() as u8;
        }
        let buffers = BatchBuffers {
            observations: &mut self.observations,
            final_observations: &mut self.final_observations,
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
        };
        self.env.step(&self.actions, buffers).expect("all fits");
    }
}

/// Single games against the twin, a batch against single games.
fn assert_answers(rules: &Rules) {
    let (mut player, mut naive) = (Player::new(rules, &PARTS), NaivePlayer::new(rules));
    let (mut found, mut expected) = (vec![0.0f32; 234], Vec::new());
    for step in 0..20_000 {
        player.env.observe(&mut found);
        naive.observe(&mut expected);
        assert_eq!(found, expected, "step {step}");
        player.step();
        naive.step();
        naive.twin.check(player.env.game(), "a step");
    }
    assert!(player.episode > 50, "{} games", player.episode);

    // The first game of a batch is that of a single environment with the same actions.
    let mut batch = Batch::<u8>::new(rules, 32);
    let mut player = Player::new(rules, &PARTS);
    for _ in 0..2_000 {
        batch.step();
        player.take(batch.actions[0].into());
        player.env.observe(&mut found);
        let first = &batch.observations[..found.len()];
        assert!(
            first
                .iter()
                .zip(&found)
                .all(|(&byte, &float)| f32::from(byte) == float)
        );
    }
}

fn single(criterion: &mut Criterion) {
    let rules = Rules::guideline();
    assert_answers(&rules);
    let mut player = Player::new(&rules, &PARTS);
    let mut naive = NaivePlayer::new(&rules);
    print_ratio(
        "a step without observation",
        |steps| (0..steps).for_each(|_| player.step()),
        |steps| (0..steps).for_each(|_| naive.step()),
    );
    let (mut fast, mut slow) = (vec![0.0f32; 234], Vec::new());
    print_ratio(
        "a step with 234 floats",
        |steps| {
            (0..steps).for_each(|_| {
                player.step();
                player.env.observe(black_box(&mut fast[..]));
            });
        },
        |steps| {
            (0..steps).for_each(|_| {
                naive.step();
                naive.observe(black_box(&mut slow));
            });
        },
    );

    let mut group = criterion.benchmark_group("key_press");
    group.throughput(Throughput::Elements(STEPS));
    let mut player = Player::new(&rules, &[]);
    group.bench_function("no_observation", |bencher| {
        bencher.iter(|| (0..STEPS).for_each(|_| player.step()));
    });
    let mut player = Player::new(&rules, &PARTS);
    let mut numbers = vec![0.0f32; 234];
    group.bench_function("234_f32", |bencher| {
        bencher.iter(|| {
            (0..STEPS).for_each(|_| {
                player.step();
                player.env.observe(black_box(&mut numbers[..]));
            });
        });
    });
    group.finish();
}

fn bench_batch<T: Element>(criterion: &mut Criterion, name: &str, games: &[usize]) {
    let mut group = criterion.benchmark_group(name);
    for &games in games {
        let mut batch = Batch::<T>::new(&Rules::guideline(), games);
        group.throughput(Throughput::Elements(games as u64));
        group.bench_function(BenchmarkId::from_parameter(games), |bencher| {
            bencher.iter(|| batch.step())
        });
    }
    group.finish();
}

/// As many games as fit into the first cache, and many more.
fn batches(criterion: &mut Criterion) {
    bench_batch::<f32>(criterion, "batch_234_f32", &[4_096]);
    bench_batch::<u8>(criterion, "batch_234_u8", &[64, 4_096, 32_768]);
}

/// The cost of a step does not depend on the height of the board.
fn board_heights(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("board_height");
    group.throughput(Throughput::Elements(STEPS));
    for height in [10, 20, 44] {
        let rules = Rules {
            height,
            ..Rules::guideline()
        };
        let mut player = Player::new(&rules, &[]);
        group.bench_function(BenchmarkId::from_parameter(height), |bencher| {
            bencher.iter(|| (0..STEPS).for_each(|_| player.step()));
        });
    }
    group.finish();
}

/// The cost of a step does not depend on how long the game has been going on.
fn game_lengths(criterion: &mut Criterion) {
    const SCRIPT: &[u8] = b"\0\0\0\0\x06\0\0\x06\x06\x01\x01\x06\x01\x01\x01\x01\x06";
    let rules = Rules {
        pieces: "O".parse().expect("a piece"),
        gravity: Gravity::None,
        ..Rules::guideline()
    };
    let observation = observation(&rules, &[]);
    let mut env = KeyEnv::new(rules, observation, PerLine(1.0)).expect("fine rules");
    let mut clear_two_rows = || {
        for &action in SCRIPT {
            black_box(env.step(action.into()).expect("it never ends"));
        }
        env.game().lines()
    };
    let mut group = criterion.benchmark_group("game_length");
    group.throughput(Throughput::Elements(SCRIPT.len() as u64));
    let mut lines = 0;
    for after in [0, 1_000_000] {
        while lines < after {
            lines = clear_two_rows();
        }
        group.bench_function(BenchmarkId::new("lines", after), |bencher| {
            bencher.iter(&mut clear_two_rows)
        });
    }
    group.finish();
}

criterion_group!(benches, single, batches, board_heights, game_lengths);
criterion_main!(benches);
