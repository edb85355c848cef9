//! Hold and preview in the placement environment, beside lists of pieces and beside `Game`.

use std::collections::VecDeque;

use crate::twin::Random;
use tetris_core::{
    Features, Game, Gravity, Hand, IllegalAction, Input, Piece, PlacementConfig, PlacementEnv,
    Randomizer, RandomizerKind, Rules, Scenario,
};

fn env(pieces: RandomizerKind, hold: bool, preview: u8) -> PlacementEnv {
    let config = PlacementConfig {
        pieces,
        hold,
        preview,
        ..PlacementConfig::default()
    };
    PlacementEnv::new(config).expect("fine settings")
}

/// What there is to choose from.
fn candidates(env: &PlacementEnv) -> Vec<(usize, u32, Features)> {
    let mut found = Vec::new();
    env.candidates(&mut |action, lines, features| found.push((action, lines, *features)));
    found
}

/// The pieces of whole games beside lists; the model's answers beside the live game.
#[test]
fn the_hand_is_what_lists_of_pieces_say() {
    let scenario = Scenario {
        ceiling: Some(8),
        ..Scenario::default()
    };
    for kind in RandomizerKind::ALL {
        for (hold, preview) in [(false, 1), (true, 0), (true, 1), (true, 5), (false, 14)] {
            let mut env = env(kind, hold, preview);
            let model = env.model();
            let mut random = Random::new(u64::from(preview));
            let mut swaps = 0;
            for seed in 0..15 {
                env.reset(seed, &scenario).expect("a fine ceiling");
                let mut stream = Randomizer::new(kind, seed);
                let mut held = hold.then(|| stream.draw());
                let mut queue: VecDeque<Piece> = (0..=preview).map(|_| stream.draw()).collect();
                loop {
                    let hand = env.hand();
                    assert_eq!((hand.held, hand.current), (held, queue[0]));
                    assert!(hand.queue.iter().eq(queue.iter().skip(1).copied()));
                    let here = candidates(&env);
                    check_actions(&env, &here);

                    let (action, lines, features) = here[random.below(here.len())];
                    let after = env.after(action).expect("a legal action");
                    assert_eq!(model.features(&after), features);
                    if action >= 40 {
                        assert_eq!(env.piece(action).ok(), held);
                        held = Some(queue[0]);
                        swaps += 1;
                    } else {
                        assert_eq!(env.piece(action), Ok(queue[0]));
                    }
                    // What the model says before the draw is what is there after it.
                    let odds = stream.odds();
                    assert_eq!(after.odds(), odds);
                    let drawn = stream.draw();
                    assert!(model.outcomes(&after)[drawn.index()] > 0.0);
                    queue.push_back(drawn);
                    queue.pop_front();
                    let mut predicted = Vec::new();
                    model.successors(&after, drawn, &mut |action, lines, features| {
                        predicted.push((action, lines, *features));
                    });
                    let outcome = env.step(action).expect("a legal action");
                    assert_eq!(outcome.lines, lines);
                    assert_eq!(after.hand(drawn), env.hand());
                    assert_eq!(predicted, candidates(&env));
                    assert_eq!(outcome.terminated, predicted.is_empty());
                    if outcome.terminated {
                        break;
                    }
                }
            }
            assert_eq!(swaps > 0, hold);
        }
    }
}

/// The mask, the candidates and what `placement` takes are the same, in ascending order.
fn check_actions(env: &PlacementEnv, candidates: &[(usize, u32, Features)]) {
    let mut legal = vec![false; env.config().action_count()];
    env.legal_actions(&mut legal);
    let listed = (0..legal.len()).filter(|&action| legal[action]);
    assert!(listed.eq(candidates.iter().map(|&(action, ..)| action)));
    for (action, legal) in legal.into_iter().enumerate() {
        assert_eq!(env.placement(action).is_ok(), legal);
    }
}

#[test]
fn the_same_piece_is_no_swap() {
    let mut env = env(RandomizerKind::Uniform, true, 0);
    let same = |seed: &u64| {
        env.reset(*seed, &Scenario::default()).expect("the default");
        let Hand { current, held, .. } = env.hand();
        held == Some(current)
    };
    (0..100).find(same).expect("one in seven");
    let (before, piece) = (env.clone(), env.current_piece());
    assert_eq!(
        env.step(43),
        Err(IllegalAction::NoSwap {
            action: 43,
            piece,
            instead: 3
        })
    );
    assert_eq!(env.step(80), {
        let (action, last) = (80, 79);
        Err(IllegalAction::OutOfRange { action, last })
    });
    assert_eq!(env, before);
}

/// A slot that starts full gives the choices of one that starts empty, as `Game` has it.
#[test]
fn the_choices_are_those_of_the_guideline() {
    let rules = Rules {
        height: 44,
        gravity: Gravity::None,
        ..Rules::guideline()
    };
    let active = |game: &Game| game.active().expect("the game goes on").piece;
    for choices in 0..256u32 {
        let seed = u64::from(choices / 16);
        let mut env = env(RandomizerKind::Bag7, true, 0);
        env.reset(seed, &Scenario::default()).expect("the default");
        let mut game = Game::new(rules.clone(), seed).expect("the guideline");
        for step in 0..8 {
            let hand = env.hand();
            let swap = choices >> step & 1 == 1 && hand.swap().is_some();
            let mut placed = hand.current;
            if swap {
                placed = hand.swap().expect("another piece");
            }
            if active(&game) != placed {
                let _ = game.press(Input::Hold).expect("the game goes on");
            }
            assert_eq!(active(&game), placed, "{choices:b} {step}");
            let _ = game.press(Input::HardDrop).expect("the game goes on");
            // Side by side, so that neither game ends.
            let first = if swap { 40 } else { 0 };
            let columns = (first..first + 10).rev();
            let free = columns
                .into_iter()
                .find(|&action| env.placement(action).is_ok());
            env.step(free.expect("room")).expect("a legal action");
        }
    }
}
