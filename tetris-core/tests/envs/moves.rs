//! The environment of whole moves: its actions, what they give, and what is seen.

use crate::{ALL, Actions, small};
use tetris_core::{
    AtEnd, Board, Features, Game, GarbageRules, IllegalAction, MoveEnv, Observation, Part, PerLine,
    PerPiece, PerPoint, Placement, Reward, Rotation, Rules, Spin,
};

fn env<R: Reward>(rules: Rules, reward: R) -> MoveEnv<R> {
    let parts = [Part::Board, Part::Features];
    let observation = Observation::new(&rules, &parts).expect("no preview asked for");
    MoveEnv::new(rules, observation, reward).expect("fine rules")
}

fn kinds() -> [Rules; 4] {
    [
        Rules::guideline(),
        Rules::tetris_gymnasium(),
        Rules::classic_research(),
        small(),
    ]
}

fn legal<R: Reward>(env: &MoveEnv<R>) -> Vec<usize> {
    let mut legal = vec![false; env.action_count()];
    env.legal_actions(&mut legal);
    (0..legal.len()).filter(|&action| legal[action]).collect()
}

/// Plays random legal actions and calls `look` before each of them.
fn play<R: Reward>(env: &mut MoveEnv<R>, seed: u64, mut look: impl FnMut(&MoveEnv<R>)) {
    env.reset(seed);
    let mut random = Actions::new(seed);
    for step in 0..60 {
        look(env);
        let legal = legal(env);
        let action = legal[(random.next() * 81 + random.next() * 9 + random.next()) % legal.len()];
        if env.step(action).expect("a legal action").terminated {
            env.reset(step);
        }
    }
}

#[test]
fn legal_actions_are_taken_and_no_others() {
    for rules in kinds() {
        let mut env = env(rules, PerLine(1.0));
        let mut looks = 0;
        play(&mut env, 4, |env| {
            looks += 1;
            if looks % 12 != 0 {
                return;
            }
            let legal = legal(env);
            let piece = env.game().active().expect("goes on").piece;
            for action in 0..env.action_count() + 2 {
                let mut tried = env.clone();
                let result = tried.step(action);
                assert_eq!(result.is_ok(), legal.contains(&action), "{action}");
                let last = env.action_count() - 1;
                match result {
                    Ok(_) => continue,
                    Err(IllegalAction::OutOfRange { .. }) => assert!(action > last),
                    Err(IllegalAction::HoldUsed { .. }) => {
                        assert_eq!(Some(action), env.hold_action());
                    }
                    Err(error) => {
                        assert_eq!(error, IllegalAction::NoSuchPlacement { action, piece });
                    }
                }
                assert_eq!((tried.game(), tried.steps()), (env.game(), env.steps()));
            }
        });
        assert_eq!(looks, 60);
    }
}

/// The numbering is as documented, and each place of the piece has one number.
#[test]
fn actions_are_numbered_by_rotation_column_and_row() {
    let env = env(Rules::guideline(), PerLine(1.0));
    assert_eq!(env.action_count(), 4 * 10 * 40 + 1);
    let placement = Placement {
        rotation: Rotation::East,
        column: 3,
        row: 7,
    };
    assert_eq!(env.action(placement), (10 + 3) * 40 + 7);
    let mut expected: Vec<usize> = Vec::new();
    env.game()
        .moves(&mut |found| expected.push(env.action(found.placement)));
    expected.extend(env.hold_action());
    expected.sort_unstable();
    assert_eq!(legal(&env), expected);
}

#[test]
fn outcomes_are_what_the_steps_give() {
    for rules in kinds() {
        let mut env = env(rules, (PerLine(2.0), PerPiece(0.5), AtEnd(-3.0)));
        env.set_colours(true);
        play(&mut env, 9, |env| {
            let mut actions: Vec<usize> = env
                .game()
                .can_hold()
                .then(|| env.action_count() - 1)
                .into_iter()
                .collect();
            env.outcomes(&mut |outcome| {
                actions.push(outcome.action);
                let mut after = env.clone();
                let step = after.step(outcome.action).expect("a legal action");
                assert_eq!(step, outcome.step);
                after.set_colours(false);
                assert_eq!(after.game(), outcome.game);

                let locked = step.locked.expect("a move locks the piece");
                let lines = f32::from(locked.clear.lines);
                let end = if step.terminated { -3.0 } else { 0.0 };
                assert_eq!(step.reward, 2.0 * lines + 0.5 + end);
                if locked.top_out.is_none() {
                    let features = outcome.features();
                    assert_eq!(features.to_array()[2..], seen_features(&after)[2..]);
                    check_move(env.game(), outcome.found.placement, &features);
                }
            });
            actions.sort_unstable();
            assert_eq!(actions, legal(env));
        });
    }
}

/// The features as the observation has them.
fn seen_features<R: Reward>(env: &MoveEnv<R>) -> Vec<f32> {
    let mut seen = vec![0.0; env.observation().len()];
    env.observe(&mut seen);
    seen.split_off(seen.len() - Features::LEN)
}

/// The two features of the move itself, cell by cell.
fn check_move(before: &Game, placement: Placement, features: &Features) {
    let (board, piece) = (before.board(), before.active().expect("goes on").piece);
    let cells: Vec<_> = placement.cells(piece).collect();
    let rows = || cells.iter().map(|cell| cell.1);
    let (low, high) = (rows().min().expect("four"), rows().max().expect("four"));
    let is_full =
        |y: &usize| (0..board.width()).all(|x| board.get(x, *y) || cells.contains(&(x, *y)));
    let full: Vec<usize> = (low..=high).filter(is_full).collect();
    let own = rows().filter(|row| full.contains(row)).count();
    assert_eq!(features.landing_height, (low + high + 1) as f32 / 2.0);
    assert_eq!(features.eroded_cells, (full.len() * own) as f32);
}

#[test]
fn holding_is_an_action_once_a_piece() {
    let mut env = env(Rules::guideline(), (PerPiece(1.0), PerPoint(1.0)));
    let hold = env.hold_action().expect("the guideline has hold");
    assert!(legal(&env).contains(&hold));
    let piece = env.game().active().map(|active| active.piece);
    let step = env.step(hold).expect("legal");
    assert_eq!((step.reward, step.locked), (0.0, None));
    assert_eq!(env.game().held(), piece);
    assert!(!legal(&env).contains(&hold));
    assert_eq!(
        env.step(hold),
        Err(IllegalAction::HoldUsed { action: hold })
    );
    let place = legal(&env)[0];
    assert_eq!(env.step(place).expect("legal").reward, 1.0);
    assert!(legal(&env).contains(&hold));

    let env = self::env(Rules::classic_research(), PerLine(1.0));
    assert_eq!((env.hold_action(), env.action_count()), (None, 4 * 10 * 24));
}

/// A T-spin double is one action, and is worth what the rules say.
#[test]
fn spins_are_actions() {
    let rules = Rules {
        pieces: "T".parse().expect("well-formed"),
        ..Rules::guideline()
    };
    let slot = Board::from_rows("XX......../X...XXXXXX/XX.XXXXXXX", 40).expect("well-formed");
    let mut env = env(rules.clone(), PerPoint(1.0));
    env.set_game(Game::with_board(rules, slot, 0).expect("fine rules"), 0);
    let action = env.action(Placement {
        rotation: Rotation::South,
        column: 1,
        row: 0,
    });
    let step = env.step(action).expect("the T gets there");
    let clear = step.locked.expect("a move locks").clear;
    assert_eq!((clear.lines, clear.spin), (2, Some(Spin::Full)));
    assert_eq!(step.reward, 1_200.0);
}

/// Every part of the observation is of the game as it is, garbage or not.
#[test]
fn what_is_seen_is_the_game() {
    let rules = Rules {
        garbage: GarbageRules {
            delay: 0,
            ..GarbageRules::GUIDELINE
        },
        ..small()
    };
    let observation = Observation::new(&rules, &ALL).expect("the preview has two");
    let (mut seen, mut expected) = (
        vec![0.0f32; observation.len()],
        vec![0.0; observation.len()],
    );
    let mut env = MoveEnv::new(rules.clone(), observation, PerLine(1.0)).expect("fine rules");
    for seed in 0..10 {
        let mut game = Game::new(rules.clone(), seed).expect("fine rules");
        game.receive_garbage(3);
        env.reset(seed);
        env.set_game(game, 0);
        for _ in 0..30 {
            let legal = legal(&env);
            let Some(&action) = legal.get(seed as usize % legal.len().max(1)) else {
                break;
            };
            let _ = env.step(action).expect("a legal action");
            env.observe(&mut seen);
            env.observation().write(env.game(), &mut expected);
            assert_eq!(seen, expected);
        }
        assert!(env.game().pieces() > 0 && env.game().pending_garbage() == 0);
    }
}

#[test]
fn games_end_and_are_cut_off() {
    let mut env = env(small(), AtEnd(-1.0)).with_max_steps(5);
    for step in 1..=5 {
        let place = legal(&env)[0];
        let taken = env.step(place).expect("legal");
        assert!(!taken.terminated);
        assert_eq!(taken.truncated, step == 5);
    }
    let mut env = self::env(small(), AtEnd(-1.0));
    let last = loop {
        let legal = legal(&env);
        let last = legal[legal.len() - 2];
        let step = env.step(last).expect("legal");
        if step.terminated {
            break step;
        }
    };
    assert_eq!((last.reward, last.truncated), (-1.0, false));
    assert!(legal(&env).is_empty());
    env.outcomes(&mut |_| panic!("an outcome after the end"));
    assert_eq!(env.step(0), Err(IllegalAction::GameOver));
}
