//! The Tetris adapter, and that a DQN learns Tetris with it.
#![cfg(feature = "tetris")]

use ndarray::Array2;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig, Objective};
use rl_agent::agent::Agent;
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment, Resumable};
use rl_agent::evaluation::{EvaluationConfig, evaluate};
use rl_agent::nn::Workspace;
use rl_agent::rng::Rng;
use rl_agent::tetris::{Inputs, RandomizerKind, Scenario, Tetris, TetrisConfig, TetrisModel};
use rl_agent::trainer::{Trainer, TrainerConfig};

fn low() -> Scenario {
    Scenario {
        ceiling: Some(10),
        ..Scenario::default()
    }
}

fn trainer(steps: u64) -> Trainer<Tetris, AfterstateDqn<TetrisModel>> {
    let tetris = Tetris::without_colours(TetrisConfig::default()).unwrap();
    let config = AfterstateDqnConfig {
        objective: Objective::Survival,
        update_every: 4,
        ..AfterstateDqnConfig::default()
    };
    let agent = AfterstateDqn::new(tetris.model(), config, 3).unwrap();
    let limits = TrainerConfig {
        seed: 3,
        total_steps: Some(steps),
        ..TrainerConfig::default()
    };
    let trainer = Trainer::new(vec![tetris], agent, limits).unwrap();
    trainer.scenarios(|_| low())
}

/// What the live game says of its candidates is what the model says of the stored afterstate before them.
#[test]
fn the_model_agrees_with_the_live_game() {
    let (uniform, bag7) = (RandomizerKind::Uniform, RandomizerKind::Bag7);
    for (pieces, hold, preview, inputs) in [
        (uniform, false, 0, Inputs::Features),
        (bag7, false, 0, Inputs::Features),
        (bag7, true, 5, Inputs::Features),
        (uniform, true, 0, Inputs::Features),
        (bag7, false, 1, Inputs::Features),
        (uniform, false, 0, Inputs::Surface),
        (bag7, true, 2, Inputs::Surface),
        (uniform, false, 0, Inputs::Cells),
        (bag7, true, 2, Inputs::Cells),
    ] {
        let board = match inputs {
            Inputs::Features => 10,
            Inputs::Surface => 19,
            Inputs::Cells => 200,
        };
        let config = TetrisConfig {
            inputs,
            pieces,
            hold,
            preview,
            reward_per_line: 2.5,
            ..TetrisConfig::default()
        };
        let mut tetris = Tetris::new(config).unwrap();
        let model = tetris.model();
        let known = 7 * (usize::from(hold) + usize::from(preview));
        assert_eq!(model.feature_len(), model.feature_names().len());
        assert_eq!(Inputs::named(&model.feature_names()), inputs);
        assert_eq!(model.feature_len(), board + known);
        assert_eq!(tetris.observation_len(), 200 + 7 + known);
        let mut observation = vec![0.0; tetris.observation_len()];
        let mut rng = Rng::new(1, 0);
        let (mut live, mut stored) = (
            Batch::new(model.feature_len()),
            Batch::new(model.feature_len()),
        );
        let mut features = vec![0.0; model.feature_len()];
        let mut chances = vec![0.0; model.outcome_count()];
        for game in 0..20 {
            tetris.reset(game, &low()).unwrap();
            loop {
                live.clear();
                tetris.candidates(&mut live);
                let row = rng.below(live.len());
                let action = live.actions()[row] as usize;
                let after = tetris.after(action).unwrap();
                model.features(&after, &mut features);
                assert_eq!(features, live.row(row));
                assert_eq!(features[board..].iter().sum::<f32>(), known as f32 / 7.0);
                tetris.observe(&mut observation);
                let swapped = action >= 40;
                assert!(hold || !swapped);
                // The preview is the same before and after a move; so is the piece on hold without a swap.
                let from = if swapped { board + 7 } else { board };
                let seen = &observation[200 + 7 + from - board..];
                assert_eq!(&features[from..], seen);
                if swapped {
                    assert_eq!(features[board..board + 7], observation[200..207]);
                }
                let step = tetris.step(action).unwrap();
                assert_eq!(step.reward, live.rewards()[row]);
                if inputs == Inputs::Surface {
                    tetris.observe(&mut observation);
                    let height = |x: usize| {
                        let from_top = observation[..200].chunks_exact(10);
                        20 - from_top.take_while(|row| row[x] == 0.0).count()
                    };
                    let steps = (1..10).map(|x| (height(x) as f32 - height(x - 1) as f32) / 4.0);
                    assert!(features[10..19].iter().copied().eq(steps));
                }
                if inputs == Inputs::Cells {
                    // The observation goes from the top, the afterstate from the floor.
                    tetris.observe(&mut observation);
                    let rows = observation[..200].chunks_exact(10).rev();
                    assert!(features[..200].chunks_exact(10).eq(rows));
                }

                model.outcomes(&after, &mut chances);
                assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                assert!(
                    chances[tetris.outcome()] > 0.0,
                    "the piece that came was possible"
                );
                stored.clear();
                model.successors(&after, tetris.outcome(), &mut stored);
                assert_eq!(step.terminated, stored.is_empty());
                if step.done() {
                    break;
                }
                live.clear();
                tetris.candidates(&mut live);
                assert_eq!(stored.actions(), live.actions());
                assert_eq!(stored.rewards(), live.rewards());
                assert_eq!(stored.features(), live.features());
            }
        }
    }
}

#[test]
fn expanding_is_asking_for_every_piece() {
    expand_and_ask(Inputs::Features);
    expand_and_ask(Inputs::Surface);
    expand_and_ask(Inputs::Cells);
}

fn expand_and_ask(inputs: Inputs) {
    let config = TetrisConfig {
        inputs,
        ..TetrisConfig::default()
    };
    let mut tetris = Tetris::new(config).unwrap();
    let model = tetris.model();
    tetris.reset(5, &low()).unwrap();
    let (mut all, mut each) = (
        Batch::new(model.feature_len()),
        Batch::new(model.feature_len()),
    );
    let after = tetris.after(0).unwrap();
    let mut ends = Vec::new();
    model.expand(&after, &mut all, &mut |chance, rows| {
        ends.push((chance, rows.len()))
    });
    for (outcome, &(chance, end)) in ends.iter().enumerate() {
        model.successors(&after, outcome, &mut each);
        assert_eq!((each.len(), chance), (end, 1.0 / 7.0));
    }
    assert_eq!(
        (all.features(), all.actions()),
        (each.features(), each.actions())
    );
}

#[test]
fn a_saved_game_goes_on_as_if_nothing_had_happened() {
    let mut tetris = Tetris::new(TetrisConfig::default()).unwrap();
    tetris.reset(9, &Scenario::default()).unwrap();
    let legal = |tetris: &Tetris| {
        let mut legal = vec![false; tetris.action_count()];
        tetris.legal_actions(&mut legal);
        legal.iter().position(|&legal| legal)
    };
    for _ in 0..5 {
        let action = legal(&tetris).unwrap();
        tetris.step(action).unwrap();
    }
    let mut other = Tetris::new(TetrisConfig::default()).unwrap();
    other.restore(tetris.save()).unwrap();
    let mut seen = [
        vec![0.0; tetris.observation_len()],
        vec![0.0; tetris.observation_len()],
    ];
    while let Some(action) = legal(&tetris) {
        assert_eq!(tetris.step(action).unwrap(), other.step(action).unwrap());
        tetris.observe(&mut seen[0]);
        other.observe(&mut seen[1]);
        assert_eq!(seen[0], seen[1]);
    }
    let mut narrow = Tetris::new(TetrisConfig {
        width: 6,
        ..TetrisConfig::default()
    })
    .unwrap();
    assert!(narrow.restore(tetris.save()).is_err());
}

#[test]
fn it_learns_tetris() {
    let mut trainer = trainer(40_000);
    trainer.run(()).unwrap();
    let games = EvaluationConfig {
        games: 10,
        max_steps: Some(1_000),
        ..EvaluationConfig::default()
    };
    let tetris = Tetris::without_colours(TetrisConfig::default()).unwrap();
    let policy = Agent::<Tetris>::policy(trainer.agent());
    let played = evaluate(&tetris, &Scenario::default(), &policy, &games, || false).unwrap();
    // A thousand pieces are four hundred lines; an untrained network clears none.
    assert!(played.mean() > 200.0, "{} lines on average", played.mean());
}

#[test]
fn resumed_training_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let mut whole = trainer(4_000);
    whole.run(()).unwrap();
    let mut half = trainer(2_001);
    half.run(()).unwrap();
    half.write_checkpoint(&path).unwrap();
    let mut resumed = trainer(4_000);
    resumed.read_checkpoint(&path).unwrap();
    resumed.run(()).unwrap();
    assert!(whole.agent().state() == resumed.agent().state());
}

/// A network that sees the cells, over patches of this size if one is given.
fn seeing_cells(patches: Option<usize>) -> AfterstateDqn<TetrisModel> {
    let tetris = Tetris::without_colours(TetrisConfig {
        inputs: Inputs::Cells,
        ..TetrisConfig::default()
    });
    let config = AfterstateDqnConfig {
        patches,
        ..AfterstateDqnConfig::default()
    };
    AfterstateDqn::new(tetris.unwrap().model(), config, 5).unwrap()
}

/// With patches what is far from the walls is worth the same in all places of a row, without them it is not.
#[test]
fn patches_are_worth_the_same_wherever_they_are() {
    let board = |column: usize| {
        let mut cells = Array2::zeros((1, 200));
        for (x, y) in [(0, 7), (1, 7), (1, 8)] {
            cells[[0, 10 * y + column + x]] = 1.0;
        }
        cells
    };
    let mut workspace = Workspace::default();
    let mut values = |patches: Option<usize>| {
        let agent = seeing_cells(patches);
        [3, 5].map(|column| {
            agent
                .network()
                .forward(board(column).view(), &mut workspace)[[0, 0]]
        })
    };
    let [here, there] = values(Some(3));
    assert!((here - there).abs() < 1e-5, "{here} and {there}");
    let [here, there] = values(None);
    assert!((here - there).abs() > 1e-2, "{here} and {there}");
}

#[test]
fn patches_of_what_is_no_board_are_refused() {
    let refused = |inputs, preview, patches| {
        let config = TetrisConfig {
            inputs,
            preview,
            ..TetrisConfig::default()
        };
        let agent = AfterstateDqnConfig {
            patches: Some(patches),
            ..AfterstateDqnConfig::default()
        };
        let tetris = Tetris::new(config).unwrap();
        AfterstateDqn::new(tetris.model(), agent, 1)
            .unwrap_err()
            .to_string()
    };
    let told = "patches = 3 makes no sense: expected an environment whose features are the cells of a board and nothing \
                else";
    assert_eq!(refused(Inputs::Surface, 0, 3), told);
    assert_eq!(refused(Inputs::Cells, 1, 3), told);
    assert_eq!(
        refused(Inputs::Cells, 0, 5),
        "patches.size = 5 makes no sense: expected 2..=4 on this board"
    );
}
