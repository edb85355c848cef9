//! The game against its naive twin, on random keys and in random places.

use crate::naive::Twin;
use crate::positions::positions;
use tetris_core::{
    Board, Game, Gravity, HalfTurns, Input, LockDelay, LockReset, Piece, Randomizer,
    RandomizerKind, Rotation, RotationSystem, Rules, Spin, SpinRule,
};

/// Rules of every kind, by number.
fn some_rules(random: &mut Randomizer) -> (Rules, RandomizerKind) {
    let mut pick = |range: usize| (random.draw().index() * 7 + random.draw().index()) % range;
    let kind = RandomizerKind::ALL[pick(5)];
    let mut rules = match pick(4) {
        0 => Rules::tetris_gymnasium(),
        1 => Rules::classic_research(),
        _ => Rules::guideline(),
    };
    rules.pieces = kind.into();
    if pick(2) == 0 {
        rules.width = [4, 4, 5, 6, 12, 13, 32][pick(7)];
        rules.height = [6, 10, 20, 40][pick(4)];
    }
    rules.preview = pick(15) as u8;
    rules.hold = pick(3) > 0;
    rules.rotation.system = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ][pick(3)];
    rules.rotation.half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked][pick(3)];
    rules.gravity = match pick(6) {
        0 => Gravity::None,
        1 => Gravity::Instant,
        2 => Gravity::Rows { rows: 1, ticks: 1 },
        3 => Gravity::Rows { rows: 7, ticks: 3 },
        4 => Gravity::Rows { rows: 1, ticks: 5 },
        _ => Gravity::Guideline,
    };
    rules.lock_delay = match pick(5) {
        0 => LockDelay::Instant,
        1 => LockDelay::Infinite,
        2 => LockDelay::Ticks {
            ticks: 3,
            reset: LockReset::Fall,
        },
        3 => LockDelay::Ticks {
            ticks: 5,
            reset: LockReset::EveryMove,
        },
        _ => LockDelay::Ticks {
            ticks: 4,
            reset: LockReset::Moves(6),
        },
    };
    rules.top_out.block_out = pick(4) > 0;
    rules.top_out.lock_out = pick(2) > 0;
    rules.top_out.partial_lock_out = pick(4) == 0;
    rules.spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ][pick(4)];
    rules.start_level = [1, 1, 5, 18][pick(4)];
    rules.lines_per_level = [0, 1, 10][pick(3)];
    (rules, kind)
}

/// Nothing, or a lower half with a few gaps in every row.
fn some_board(rules: &Rules, random: &mut Randomizer) -> Board {
    let width = usize::from(rules.width);
    let mut board = Board::new(width, rules.rows()).expect("a fine size");
    let mut pick = |range: usize| (random.draw().index() * 7 + random.draw().index()) % range;
    for y in 0..usize::from(rules.height / 3) * pick(3).min(1) {
        (0..width).for_each(|x| board.set(x, y, pick(9) > 0));
        for _ in 0..=pick(3) {
            board.set(pick(width), y, false);
        }
    }
    board
}

/// Random keys and ticks, compared after each one. On narrow boards pieces are stuffed into
/// holes all the time, so kicks, spins and clears are frequent.
#[test]
fn the_game_plays_as_its_twin() {
    let mut random = Randomizer::new(RandomizerKind::Uniform, 2_024);
    let (mut lines, mut spins, mut ends) = (0, 0, 0);
    for seed in 0..positions(1_000) as u64 {
        let (rules, kind) = some_rules(&mut random);
        let board = some_board(&rules, &mut random);
        let mut twin = Twin::new(&rules, &board, kind, seed);
        let mut game = Game::with_board(rules.clone(), board, seed).expect("fine rules");
        twin.check(&game, "the start");
        for step in 0..300 {
            if game.is_over() {
                ends += 1;
                break;
            }
            // Hard drops are rare, so that pieces get about first; soft drops come in runs, so
            // that pieces turn on the ground.
            let draw = random.draw().index() * 7 + random.draw().index();
            let (input, times) = match draw {
                0..=8 => (None, 1 + draw % 3),
                9..=13 => (Some(Input::SoftDrop), 25),
                14..=16 => (Some(Input::HardDrop), 1),
                17..=18 => (Some(Input::Hold), 1),
                _ => (
                    Some(Input::ALL[[0, 1, 3, 4, 5, 3, 4][draw % 7]]),
                    1 + draw % 4,
                ),
            };
            let what = format!("{input:?}, step {step} of {seed}, {rules:?}");
            for _ in 0..times {
                let locked = match input {
                    None => game.tick().expect("goes on"),
                    Some(input) => game.press(input).expect("goes on").locked,
                };
                match input {
                    None => twin.tick(),
                    Some(input) => twin.press(input),
                }
                twin.check(&game, &what);
                spins += usize::from(locked.is_some_and(|locked| locked.clear.spin.is_some()));
                if locked.is_some() || game.is_over() {
                    break;
                }
            }
        }
        lines += game.lines();
    }
    // The comparison is worth something only if all of this happened.
    assert!(
        lines > 300 && spins > 5 && ends > 100,
        "{lines} {spins} {ends}"
    );
}

/// Every place where a piece fits in noise, which is where spins are; in play they are rare.
#[test]
fn spins_are_told_as_by_the_twin() {
    let mut random = Randomizer::new(RandomizerKind::Uniform, 99);
    let (mut mini, mut full) = (0, 0);
    for spins in [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ] {
        let rules = Rules {
            width: 7,
            height: 6,
            hidden: 0,
            spins,
            ..Rules::guideline()
        };
        for _ in 0..60 {
            let mut board = Board::new(7, 6).expect("a fine size");
            for cell in 0..42 {
                board.set(cell % 7, cell / 7, random.draw().index() < 3);
            }
            let mut twin = Twin::new(&rules, &board, RandomizerKind::Bag7, 0);
            for piece in Piece::ALL {
                twin.piece = piece;
                for (x, y, rotation) in (0..42)
                    .flat_map(|cell| Rotation::ALL.map(|rotation| (cell % 7, cell / 7, rotation)))
                {
                    if !twin.fits(rotation, x, y) {
                        continue;
                    }
                    (twin.x, twin.y, twin.rotation) = (x, y, rotation);
                    for kick in [(0, 0), (1, -2)] {
                        twin.turned = Some(kick);
                        let found = spins.spin(&board, piece, rotation, (x, y), kick != (0, 0));
                        assert_eq!(found, twin.spin(), "{piece} {rotation:?} {x} {y} {board:?}");
                        mini += usize::from(found == Some(Spin::Mini));
                        full += usize::from(found == Some(Spin::Full));
                    }
                }
            }
        }
    }
    assert!(mini > 1_000 && full > 1_000, "{mini} {full}");
}
