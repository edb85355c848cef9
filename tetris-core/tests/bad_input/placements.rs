//! Placements that there are not.

use tetris_core::{
    IllegalAction, Piece, Placement, PlacementConfig, PlacementEnv, RandomizerKind, Rotation,
    Scenario, Spin, SpinRule, t_spin,
};

use crate::{board, unchanged};

#[test]
fn illegal_placements() {
    let config = PlacementConfig {
        hold: true,
        pieces: RandomizerKind::Snakes,
        ..PlacementConfig::default()
    };
    let mut env = PlacementEnv::new(config).expect("fine settings");
    let scenario = Scenario {
        ceiling: Some(4),
        start: Some(board("X........./X........./X.........", 20)),
        ..Scenario::default()
    };
    env.reset(0, &scenario).expect("room for every piece");
    let piece = env.current_piece();
    let held = env.hand().held.expect("the first piece is on hold");
    unchanged(
        &mut env,
        &[
            (
                "an action past the last",
                |env| env.step(80),
                IllegalAction::OutOfRange {
                    action: 80,
                    last: 79,
                },
                &["80 does not exist", "0 to 79"],
            ),
            (
                "an action far past it",
                |env| env.step(usize::MAX),
                IllegalAction::OutOfRange {
                    action: usize::MAX,
                    last: 79,
                },
                &["0 to 79"],
            ),
            (
                "a piece that sticks out at the side",
                |env| env.step(9),
                IllegalAction::NoSuchPlacement { action: 9, piece },
                &["9 is no placement", "legal actions"],
            ),
            (
                "an orientation that is another one's",
                |env| env.step(20),
                IllegalAction::NoSuchPlacement { action: 20, piece },
                &["20 is no placement"],
            ),
            (
                "a piece above the ceiling",
                |env| env.step(10),
                IllegalAction::AboveCeiling {
                    action: 10,
                    piece,
                    ceiling: 4,
                },
                &["above the ceiling of 4 rows"],
            ),
            (
                "the same of the held piece",
                |env| env.step(50),
                IllegalAction::AboveCeiling {
                    action: 50,
                    piece: held,
                    ceiling: 4,
                },
                &["above the ceiling of 4 rows"],
            ),
        ],
    );
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    while let Some(action) = (0..40).find(|&action| env.placement(action).is_ok()) {
        let _ = env.step(action).expect("a legal action");
    }
    let over: &[&str] = &["game is over", "reset"];
    unchanged(
        &mut env,
        &[
            (
                "a step after the end",
                |env| env.step(0).map(drop),
                IllegalAction::GameOver,
                over,
            ),
            (
                "a look after the end",
                |env| env.after(0).map(drop),
                IllegalAction::GameOver,
                over,
            ),
            (
                "no action after the end",
                |env| env.step(99).map(drop),
                IllegalAction::GameOver,
                over,
            ),
        ],
    );
}

/// Numbers that no board has: as far outside as can be told, and no overflow.
#[test]
fn far_from_any_board() {
    let board = board("XXXX/XXXX", 4);
    for far in [i32::MIN, -9, 99, i32::MAX] {
        let corners = t_spin(&board, Rotation::North, far, 1, false);
        assert_eq!(corners, Some(Spin::Full), "beside the walls all is full");
        let immobile = SpinRule::All.spin(&board, Piece::S, Rotation::East, (far, far), true);
        assert_eq!(immobile, Some(Spin::Full));
    }
    let outside = Placement {
        rotation: Rotation::East,
        column: 255,
        row: 255,
    };
    let cells: Vec<_> = outside.cells(Piece::I).collect();
    assert_eq!(cells, [(255, 255), (255, 256), (255, 257), (255, 258)]);
}
