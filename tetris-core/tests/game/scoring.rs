//! Every number of the guideline's points and attacks.

use tetris_core::{AttackTable, Clear, ScoreTable, Spin};

const MINI: Option<Spin> = Some(Spin::Mini);
const FULL: Option<Spin> = Some(Spin::Full);

fn clear(lines: u8, spin: Option<Spin>) -> Clear {
    Clear {
        lines,
        spin,
        ..Clear::default()
    }
}

/// Tetris wiki, "Scoring", "Recent guideline compatible games": action, points on level 1,
/// whether it is called difficult there.
const POINTS: [(u8, Option<Spin>, u32, bool); 12] = [
    (0, None, 0, false),
    (1, None, 100, false),
    (2, None, 300, false),
    (3, None, 500, false),
    (4, None, 800, true),
    (0, MINI, 100, false),
    (0, FULL, 400, false),
    (1, MINI, 200, true),
    (1, FULL, 800, true),
    (2, MINI, 400, true),
    (2, FULL, 1_200, true),
    (3, FULL, 1_600, true),
];

#[test]
fn points_of_the_guideline() {
    let table = ScoreTable::GUIDELINE;
    for (lines, spin, points, difficult) in POINTS {
        let plain = clear(lines, spin);
        assert_eq!(plain.is_difficult(), difficult, "{plain:?}");
        for level in [1, 2, 15, 20] {
            let scaled = points * u32::from(level);
            assert_eq!(table.points(&plain, level), scaled, "{plain:?}");
            let again = Clear {
                back_to_back: true,
                ..plain
            };
            // "Back-to-Back difficult line clears: action score x 1.5".
            let expected = if difficult { scaled * 3 / 2 } else { scaled };
            assert_eq!(table.points(&again, level), expected, "{again:?}");
            // "Combo: 50 x combo count x level", which is not multiplied by back-to-back.
            for combo in [1, 2, 3, 20] {
                let combined = Clear { combo, ..again };
                let expected = expected + 50 * u32::from(combo) * u32::from(level);
                assert_eq!(table.points(&combined, level), expected, "{combined:?}");
            }
        }
    }
    // "Soft drop: 1 per cell. Hard drop: 2 per cell."
    assert_eq!((table.soft_drop, table.hard_drop), (1, 2));
}

/// The same page on Tetris Effect and Tetris (2020 mobile): in addition to the clear itself.
#[test]
fn perfect_clears_of_the_guideline() {
    let table = ScoreTable::GUIDELINE;
    for (lines, bonus) in [(1, 800), (2, 1_200), (3, 1_800), (4, 2_000)] {
        let plain = clear(lines, None);
        let perfect = Clear {
            perfect: true,
            ..plain
        };
        for level in [1, 7] {
            let expected = table.points(&plain, level) + bonus * u32::from(level);
            assert_eq!(table.points(&perfect, level), expected);
        }
    }
    let four = Clear {
        perfect: true,
        back_to_back: true,
        ..clear(4, None)
    };
    assert_eq!(table.points(&four, 1), 1_200 + 3_200);
    // A back-to-back T-spin double is no Tetris.
    let double = Clear {
        perfect: true,
        back_to_back: true,
        ..clear(2, FULL)
    };
    assert_eq!(table.points(&double, 1), 1_800 + 1_200);
}

/// Tetris wiki, "Garbage"; the combos of Tetris 99 and NullpoMino for two players.
#[test]
fn attacks_of_the_guideline() {
    let table = AttackTable::GUIDELINE;
    for (lines, spin, rows) in [
        (0, None, 0),
        (1, None, 0),
        (2, None, 1),
        (3, None, 2),
        (4, None, 4),
        (0, MINI, 0),
        (0, FULL, 0),
        (1, MINI, 0),
        (1, FULL, 2),
        (2, MINI, 1),
        (2, FULL, 4),
        (3, FULL, 6),
    ] {
        let plain = clear(lines, spin);
        assert_eq!(table.rows(&plain), rows, "{plain:?}");
        let again = Clear {
            back_to_back: true,
            ..plain
        };
        let bonus = u16::from(plain.is_difficult());
        assert_eq!(table.rows(&again), rows + bonus, "{again:?}");
        if lines > 0 {
            let perfect = Clear {
                perfect: true,
                combo: 2,
                ..again
            };
            assert_eq!(table.rows(&perfect), 10 + 1, "only the combo adds to it");
        }
    }
    let combos = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5];
    for (combo, rows) in combos.into_iter().enumerate() {
        let combo = combo as u16;
        let single = Clear {
            combo,
            ..clear(1, None)
        };
        assert_eq!(table.rows(&single), rows, "{single:?}");
    }
}

/// A spin that clears more than its table has, and numbers that no game makes.
#[test]
fn odd_clears_are_no_accident() {
    let table = ScoreTable::GUIDELINE;
    assert_eq!(table.points(&clear(4, FULL), 1), 800);
    assert_eq!(table.points(&clear(3, MINI), 1), 500);
    assert_eq!(AttackTable::GUIDELINE.rows(&clear(4, MINI)), 4);
    let absurd = Clear {
        lines: 255,
        spin: FULL,
        perfect: true,
        back_to_back: true,
        combo: u16::MAX,
    };
    assert_eq!(table.points(&absurd, u16::MAX), u32::MAX);
    assert_eq!(AttackTable::GUIDELINE.rows(&absurd), 15);
    assert_eq!(ScoreTable::NONE.points(&absurd, 9), 0);
    assert_eq!(AttackTable::NONE.rows(&absurd), 0);
}
