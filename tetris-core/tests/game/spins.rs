//! Spins and chains as they are played.

use crate::{on_board, press, still};
use tetris_core::{Clear, Rules, Spin, SpinRule};

/// The classic slot: an overhang on one side, and the T turned in under it.
const SLOT: &str = "XX......../X...XXXXXX/XX.XXXXXXX";

/// The same for an S, which comes in by two turns.
const S_SLOT: &str = ".........X/X..XXXXXXX/..XXXXXXXX";

#[test]
fn a_t_spin_double() {
    let mut game = on_board(still("T"), SLOT);
    // Upright to the slot's column, down, and turned in.
    let locked = press(&mut game, &format!("cll{}cD", "d".repeat(18))).expect("locks");
    let double = Clear {
        lines: 2,
        spin: Some(Spin::Full),
        ..Clear::default()
    };
    assert_eq!(
        (locked.clear, locked.points, locked.attack),
        (double, 1_200, 4)
    );
    assert_eq!(game.back_to_back(), 1);
}

/// All-spin (Tetris wiki, "Twist"): an S turned in where it can move nowhere is told as the rule
/// says, and worth what a T-spin is.
#[test]
fn an_s_spin_is_an_option() {
    for (spins, spin, points, attack) in [
        (SpinRule::Off, None, 300, 1),
        (SpinRule::ThreeCorner, None, 300, 1),
        (SpinRule::AllMini, Some(Spin::Mini), 400, 1),
        (SpinRule::All, Some(Spin::Full), 1_200, 4),
    ] {
        let rules = Rules {
            spins,
            ..still("S")
        };
        let mut game = on_board(rules, S_SLOT);
        let locked = press(&mut game, &format!("ll{}clcD", "d".repeat(17))).expect("locks");
        assert_eq!((locked.clear.lines, locked.clear.spin), (2, spin));
        assert_eq!((locked.points, locked.attack), (points, attack));
        assert_eq!(game.back_to_back(), u16::from(spin.is_some()));
    }
}

/// The same place by falling, or with another move after the turn, is none.
#[test]
fn the_last_move_must_be_a_turn() {
    let open = "........../X...XXXXXX/XX.XXXXXXX";
    let mut game = on_board(still("T"), open);
    let locked = press(&mut game, "ccllD").expect("locks");
    assert_eq!((locked.clear.lines, locked.clear.spin), (2, None));
}

#[test]
fn chains_and_combos() {
    // Four rows with a well on the right, five times over.
    let board = ["XXXXXXXXX."; 14].join("/");
    let mut game = on_board(still("IIIO"), &board);
    let quad = "crrrrD";
    let first = press(&mut game, quad).expect("locks");
    assert_eq!(
        (
            first.clear.lines,
            first.clear.back_to_back,
            first.clear.combo
        ),
        (4, false, 0)
    );
    assert_eq!(first.points, 800);
    let second = press(&mut game, quad).expect("locks");
    assert!(second.clear.back_to_back);
    assert_eq!(
        (second.clear.combo, second.points, second.attack),
        (1, 1_200 + 50, 5)
    );
    let third = press(&mut game, quad).expect("locks");
    assert_eq!(
        (third.clear.combo, third.points, third.attack),
        (2, 3_000 / 2 * 2 / 2 - 300 + 100, 6)
    );
    // An O on the pile clears nothing: the combo ends, the chain does not.
    press(&mut game, "llllD");
    assert_eq!((game.combo(), game.back_to_back()), (0, 3));
    // Two rows are left: an I in the well clears them, which is not difficult.
    let double = press(&mut game, quad).expect("locks");
    assert_eq!(
        (double.clear.lines, double.points, game.back_to_back()),
        (2, 300 * 2, 0)
    );
}

#[test]
fn emptying_the_board() {
    let mut game = on_board(still("I"), "XXX....XXX");
    let locked = press(&mut game, "D").expect("locks");
    assert!(locked.clear.perfect);
    assert_eq!((locked.points, locked.attack), (100 + 800, 10));
}
