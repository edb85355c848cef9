//! Controllers reproduce the published results, which fixes what the literature leaves open of row
//! transitions (every row of the board counts) and wells (covered or not). Other readings of hole
//! depth would pass too.

use tetris_core::{
    BCTS, Controller, DELLACHERIE, DT10, DT20, PlacementConfig, PlacementEnv, Scenario,
};

/// Mean lines over games on a 10x10 board with uniform pieces, seeds from 0, all played to the
/// end.
fn mean_lines(controller: Controller, games: u64) -> f64 {
    let config = PlacementConfig {
        height: 10,
        ..PlacementConfig::default()
    };
    let mut env = PlacementEnv::new(config).expect("a fine size");
    env.set_colours(false);
    let mut lines = 0;
    for seed in 0..games {
        env.reset(seed, &Scenario::default()).expect("the default");
        while let Some(action) = controller.choose(&env) {
            env.step(action).expect("a legal action");
        }
        lines += env.lines();
    }
    lines as f64 / games as f64
}

/// The published means are 2,091, 3,438 and 4,734; DT-20 was tuned for higher boards. The length
/// of a game is about exponentially distributed, so 600 games leave a standard error of 4 %.
#[test]
fn published_means_on_10x10() {
    for (controller, published) in [(DELLACHERIE, 2_091.0), (BCTS, 3_438.0), (DT10, 4_734.0)] {
        let mean = mean_lines(controller, 600);
        let ratio = mean / published;
        assert!(
            (0.9..1.1).contains(&ratio),
            "{}: {mean} lines",
            controller.name()
        );
    }
}

#[test]
fn names_are_read_back() {
    for controller in [DELLACHERIE, BCTS, DT10, DT20] {
        assert_eq!(controller.name().parse(), Ok(controller));
    }
    let error = "deep blue"
        .parse::<Controller>()
        .expect_err("no such controller");
    assert!(error.to_string().contains("deep blue"));
}

#[test]
fn a_lone_weight_decides() {
    let env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    let mut low = [0.0; 9];
    low[0] = -1.0;
    let lowest = Controller::new("low", low).choose(&env).expect("not over");
    low[0] = 1.0;
    let highest = Controller::new("high", low).choose(&env).expect("not over");
    let height = |action| {
        let after = env.after(action).expect("a legal action");
        env.model().features(&after).landing_height
    };
    assert!(height(lowest) < height(highest) || env.current_piece() == tetris_core::Piece::O);
    // Among equals the first: all weights 0 leave the first placement.
    assert_eq!(Controller::new("none", [0.0; 9]).choose(&env), Some(0));
}

/// With an infinite weight 0 times it is no number, and no placement would be the best.
#[test]
fn weights_are_numbers() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2e30] {
        let mut weights = [1.0; 9];
        weights[8] = bad;
        let made = std::panic::catch_unwind(|| Controller::new("none", weights));
        assert!(made.is_err(), "{bad}");
    }
}
