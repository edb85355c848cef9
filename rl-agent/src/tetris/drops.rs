//! What an agent with keys sees: the boards that a drop would leave, after every way that the piece can still go.

use tetris_core::{Features, Game, Input, Observation, Part, Piece, Rules};

use super::keys::Course;

/// Numbers that tell of a drop.
const PLANES: usize = 8;
/// Turns that can still be made: none, one and two clockwise, one counter-clockwise.
const TURNS: usize = 4;

/// A layout of observations for [`KeyTetris`](super::KeyTetris).
///
/// Eight planes of four rows and `2 * width - 1` columns, as a
/// [`Convolution`](crate::nn::Convolution) reads them: a row for each turn that can still be made (none, clockwise,
/// twice, counter-clockwise), and in it a column for each slide after it, that by none in the middle. The planes say, for
/// the piece dropped there: whether it can be; lines cleared; the row in which it lies; then row transitions, column
/// transitions, holes, cumulative wells and rows with holes of the board it leaves, as in [`Features`], scaled to about
/// one. Places out of reach are all zero. Behind the planes stands the piece, as one of seven, and whether it slid to the
/// left, to the right, and turned.
#[derive(Debug, Clone)]
pub struct DropView {
    width: usize,
    height: f32,
    features: Observation,
}

impl DropView {
    pub(super) fn new(rules: &Rules) -> Self {
        Self {
            width: rules.width.into(),
            height: rules.height.into(),
            features: Observation::new(rules, &[Part::Features]).expect("a part of all rules"),
        }
    }

    /// Planes, their rows and their columns on a board of this width.
    pub(super) fn shape(width: usize) -> [usize; 3] {
        [PLANES, TURNS, 2 * width - 1]
    }

    fn columns(&self) -> usize {
        2 * self.width - 1
    }

    /// Numbers in an observation.
    pub(super) fn len(&self) -> usize {
        PLANES * TURNS * self.columns() + Piece::ALL.len() + 3
    }

    /// The features of the board as it is.
    fn features(&self, game: &Game) -> [f32; Features::LEN] {
        let mut features = [0.0; Features::LEN];
        self.features.write(game, &mut features);
        features
    }

    pub(super) fn holes(&self, game: &Game) -> f32 {
        self.features(game)[4]
    }

    pub(super) fn write(&self, game: &Game, course: Course, out: &mut [f32]) {
        assert_eq!(out.len(), self.len(), "length of the observation");
        out.fill(0.0);
        let (planes, rest) = out.split_at_mut(PLANES * TURNS * self.columns());
        let Some(active) = game.active() else {
            return;
        };
        let mut bare = game.clone();
        bare.set_colours(false);
        self.slides(&bare, course, 0, planes);
        for (row, turn) in [(1, Input::Clockwise), (3, Input::CounterClockwise)] {
            if course.keys(game).any(|key| key == turn) {
                let mut turned = bare.clone();
                let mut course = course;
                for row in row..TURNS {
                    press(&mut turned, turn);
                    course = course.after(turn);
                    self.slides(&turned, course, row, planes);
                    if !course.keys(&turned).any(|key| key == turn) {
                        break;
                    }
                }
            }
        }
        rest[active.piece.index()] = 1.0;
        let done = [course.slid < 0, course.slid > 0, course.turns > 0];
        for (number, done) in rest[Piece::ALL.len()..].iter_mut().zip(done) {
            *number = f32::from(u8::from(done));
        }
    }

    /// Drops the piece where it is, and after every slide.
    fn slides(&self, game: &Game, course: Course, row: usize, planes: &mut [f32]) {
        let middle = self.width - 1;
        self.drop(game, row, middle, planes);
        for (side, key) in [(-1, Input::Left), (1, Input::Right)] {
            let (mut slid, mut course, mut column) = (game.clone(), course, middle);
            while course.keys(&slid).any(|legal| legal == key) {
                press(&mut slid, key);
                course = course.after(key);
                column = column.wrapping_add_signed(side);
                self.drop(&slid, row, column, planes);
            }
        }
    }

    fn drop(&self, game: &Game, row: usize, column: usize, planes: &mut [f32]) {
        let mut dropped = game.clone();
        let locked = press(&mut dropped, Input::HardDrop).expect("a hard drop locks");
        let after = self.features(&dropped);
        let wide = self.width as f32 / 10.0;
        let numbers: [f32; PLANES] = [
            1.0,
            f32::from(locked.clear.lines) / 4.0,
            f32::from(locked.placement.row) / 10.0,
            // An empty board has two row transitions in every row and one column transition in every column.
            (after[2] - 2.0 * self.height) / (20.0 * wide),
            (after[3] - self.width as f32) / (20.0 * wide),
            after[4] / (5.0 * wide),
            after[5] / (20.0 * wide),
            after[7] / 5.0,
        ];
        for (plane, number) in planes.chunks_exact_mut(TURNS * self.columns()).zip(numbers) {
            plane[row * self.columns() + column] = number;
        }
    }
}

fn press(game: &mut Game, key: Input) -> Option<tetris_core::Locked> {
    game.press(key).expect("the game goes on").locked
}
