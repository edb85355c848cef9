//! Random positions and rules.

use tetris_core::{
    Active, Board, HalfTurns, MoveRules, Piece, Rotation, RotationRules, RotationSystem, SpinRule,
};

use crate::random::Random;

/// Piles with overhangs: noise, thinned out, with tunnels.
pub(crate) fn board(random: &mut Random) -> Board {
    let width = if random.below(3) > 0 {
        10
    } else {
        4 + random.below(29)
    };
    let height = [20, 24, 40, 64, 4 + random.below(61)][random.below(5)];
    let mut board = Board::new(width, height).expect("a possible size");
    let most = if random.below(4) > 0 { 12 } else { 40 };
    let pile = random
        .below(height.min(most) + 1)
        .saturating_sub(random.below(4));
    let density = 1 + random.below(10);
    for y in 0..pile {
        for x in 0..width {
            board.set(x, y, random.below(10) < density);
        }
    }
    for _ in 0..random.below(4) {
        let (x, y) = (random.below(width), random.below(height));
        for i in 0..random.below(8) {
            let (x, y) = if random.below(2) == 0 {
                (x + i, y)
            } else {
                (x, y + i)
            };
            if x < width && y < height {
                board.set(x, y, false);
            }
        }
    }
    board
}

pub(crate) fn rules(random: &mut Random) -> MoveRules {
    if random.below(2) == 0 {
        return MoveRules::default();
    }
    let system = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ];
    let half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked];
    let spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ];
    MoveRules {
        rotation: RotationRules {
            system: system[random.below(3)],
            half_turns: half_turns[random.below(3)],
        },
        spins: spins[random.below(4)],
    }
}

/// Somewhere above the pile, mostly in the middle and facing north.
pub(crate) fn start(random: &mut Random, board: &Board, piece: Piece) -> Active {
    let above = board.pile_height() + random.below(8);
    Active {
        piece,
        rotation: match random.below(3) {
            0 => Rotation::ALL[random.below(4)],
            _ => Rotation::North,
        },
        x: match random.below(2) {
            0 => board.width() as i8 / 2 - 1,
            _ => random.below(board.width()) as i8,
        },
        y: above.min(board.height()).saturating_sub(2) as i8,
    }
}
