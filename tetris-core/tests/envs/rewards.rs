//! Steps: what they do to the game, and what they are worth.

use crate::{Actions, small};
use tetris_core::{
    AtEnd, Game, HalfTurns, IllegalAction, Input, KEY_ACTIONS, KeyEnv, Observation, Part, PerLine,
    PerPiece, PerPoint, PerStep, Reward, Rules, TetrisGymnasium, Transition,
};

fn env<R: Reward>(rules: Rules, reward: R) -> KeyEnv<R> {
    let observation = Observation::new(&rules, &[Part::Board]).expect("no preview asked for");
    KeyEnv::new(rules, observation, reward).expect("fine rules")
}

/// The environment does what a player with the same keys would do.
#[test]
fn a_step_is_a_key_and_a_tick() {
    for rules in [Rules::guideline(), Rules::tetris_gymnasium(), small()] {
        let mut env = env(rules.clone(), PerLine(1.0));
        env.reset(5);
        let mut game = Game::new(rules, 5).expect("fine rules");
        let mut actions = Actions::new(2);
        for _ in 0..1_000 {
            let action = actions.next();
            let step = env.step(action).expect("goes on");
            let mut locked = None;
            if let Some(&input) = Input::ALL.get(action) {
                locked = game.press(input).expect("goes on").locked;
            }
            if locked.is_none() && !game.is_over() {
                locked = game.tick().expect("goes on");
            }
            assert_eq!(env.game(), &game);
            assert_eq!((step.locked, step.terminated), (locked, game.is_over()));
            if step.terminated {
                break;
            }
        }
    }
}

#[test]
fn rewards_are_what_they_say() {
    let (mut lines, mut pieces, mut points, mut ends, mut steps) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut gymnasium = 0.0;
    // Each on its own, on the same games.
    let total = |reward: &dyn Fn(&Transition<'_>) -> f32| -> f32 {
        let mut env = env(small(), reward);
        let mut actions = Actions::new(3);
        let mut sum = 0.0;
        for seed in 0..40 {
            env.reset(seed);
            while !env.game().is_over() {
                sum += env.step(actions.next()).expect("goes on").reward;
            }
        }
        sum
    };
    let mut env = env(small(), PerLine(1.0));
    let mut actions = Actions::new(3);
    for seed in 0..40 {
        env.reset(seed);
        while !env.game().is_over() {
            let before = env.game().clone();
            let step = env.step(actions.next()).expect("goes on");
            let cleared = (env.game().lines() - before.lines()) as f32;
            let placed = (env.game().pieces() - before.pieces()) as f32;
            assert_eq!(step.reward, cleared);
            lines += cleared;
            pieces += placed;
            points += (env.game().score() - before.score()) as f32;
            if step.terminated {
                ends += 1.0;
            } else {
                steps += 1.0;
                gymnasium += (cleared * cleared * 5.0 + 1.0) * placed;
            }
        }
    }
    assert!(lines > 3.0 && ends == 40.0, "{lines} {ends}");
    assert_eq!(total(&|step| PerLine(2.0).reward(step)), 2.0 * lines);
    assert_eq!(total(&|step| PerPiece(3.0).reward(step)), 3.0 * pieces);
    assert_eq!(total(&|step| PerPoint(0.5).reward(step)), 0.5 * points);
    assert_eq!(total(&|step| AtEnd(-7.0).reward(step)), -7.0 * ends);
    assert_eq!(total(&|step| PerStep(1.0).reward(step)), steps);
    assert_eq!(
        total(&|step| TetrisGymnasium::default().reward(step)),
        gymnasium
    );
    let sum = |step: &Transition<'_>| (PerLine(2.0), AtEnd(-7.0), PerPiece(1.0)).reward(step);
    assert_eq!(total(&sum), 2.0 * lines - 7.0 * ends + pieces);
}

#[test]
fn games_are_cut_off() {
    let mut env = env(Rules::guideline(), PerLine(1.0)).with_max_steps(10);
    for episode in 0..3 {
        env.reset(episode);
        for step in 1..=10 {
            let taken = env.step(KEY_ACTIONS - 1).expect("goes on");
            assert_eq!((taken.terminated, taken.truncated), (false, step == 10));
        }
    }
}

#[test]
fn what_there_is_not_is_refused() {
    let mut env = env(Rules::tetris_gymnasium(), PerLine(1.0));
    let before = env.game().clone();
    let error = IllegalAction::OutOfRange { action: 9, last: 8 };
    assert_eq!(env.step(9), Err(error));
    assert_eq!(env.game(), &before);
    while !env.step(6).expect("goes on").terminated {}
    let over = env.game().clone();
    assert_eq!(env.step(6), Err(IllegalAction::GameOver));
    assert_eq!(env.game(), &over);
    let mut legal = [true; KEY_ACTIONS];
    env.legal_actions(&mut legal);
    assert_eq!(legal, [false; KEY_ACTIONS]);
}

#[test]
fn legal_actions_are_those_of_the_rules() {
    let mut rules = Rules::guideline();
    let mut legal = [false; KEY_ACTIONS];
    env(rules.clone(), PerLine(1.0)).legal_actions(&mut legal);
    assert_eq!(
        legal,
        [true, true, true, true, true, false, true, true, true]
    );
    rules.rotation.half_turns = HalfTurns::InPlace;
    let mut env = env(rules, PerLine(1.0));
    env.step(Input::Hold as usize).expect("goes on");
    env.legal_actions(&mut legal);
    assert_eq!(
        legal,
        [true, true, true, true, true, true, true, false, true]
    );
}

#[test]
fn an_environment_goes_on_from_a_game() {
    let mut first = env(small(), PerLine(1.0));
    let mut actions = Actions::new(4);
    for _ in 0..60 {
        if first.step(actions.next()).expect("goes on").terminated {
            first.reset(1);
        }
    }
    let mut second = env(small(), PerLine(1.0));
    second.set_game(first.game().clone(), first.steps());
    let (mut a, mut b) = ([0u8; 60], [1u8; 60]);
    first.observe(&mut a);
    second.observe(&mut b);
    assert_eq!(a, b);
    assert_eq!(first.step(6), second.step(6));
}
