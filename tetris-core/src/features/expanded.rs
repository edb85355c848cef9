//! Boards that were read once, to be asked for the placements of several pieces.

use alloc::boxed::Box;

use crate::board::{Board, MAX_WIDTH};
use crate::features::{
    Analysis, Eight, Features, LOW_PILE, LowBoard, Move, NarrowBoard, Neighbours, Totals, is_narrow,
};
use crate::pieces::Piece;
use crate::simd::{self, Kernel, Vector};

/// Vectors across the usual width of 10, and across any width.
const TEN: usize = 4;
const ANY: usize = 6;

/// A board that was read once, to be asked for the placements of several pieces.
///
/// Boards 10 wide with a pile of at most 28 rows need no allocation.
#[derive(Clone, Debug)]
pub(crate) struct ReadBoard(Reading);

/// The fast code is compiled twice, for the usual width and for any.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "the usual boards are read millions of times a second and must not allocate"
)]
enum Reading {
    Ten(Analysis<Eight, TEN>),
    Any(Box<Analysis<Eight, ANY>>),
    Tall(Box<Tall>),
}

impl ReadBoard {
    pub(crate) fn new(columns: &[u64], height: usize, ceiling: usize) -> Self {
        let low = if !is_low(columns) {
            None
        } else if columns.len() == 10 {
            simd::run_large(Read(columns, height, ceiling)).map(Reading::Ten)
        } else {
            let read = simd::run_large(Read(columns, height, ceiling));
            read.map(|analysis| Reading::Any(Box::new(analysis)))
        };
        Self(low.unwrap_or_else(|| {
            let board = Board::from_columns(columns, height);
            Reading::Tall(Box::new(Tall { board, ceiling }))
        }))
    }

    /// Calls `found(action, lines, features)` for every legal placement of a piece.
    #[inline]
    pub(crate) fn successors(&self, piece: Piece, found: &mut impl FnMut(usize, u32, &Features)) {
        self.neighbours(piece, &mut |neighbours| neighbours.each(found));
    }

    fn neighbours(&self, piece: Piece, each: &mut dyn FnMut(&Neighbours)) {
        let read = match &self.0 {
            Reading::Ten(analysis) => simd::run_large(Successors(analysis, piece, each)),
            Reading::Any(analysis) => simd::run_large(Successors(&**analysis, piece, each)),
            Reading::Tall(tall) => {
                tall.neighbours(piece, each);
                Some(())
            }
        };
        debug_assert!(read.is_some(), "this CPU made the analysis");
    }
}

/// The features of a board alone.
pub(crate) fn totals(columns: &[u64], height: usize) -> Totals {
    let low = if !is_low(columns) {
        None
    } else if columns.len() == 10 {
        simd::run_large(ReadTotals::<TEN>(columns, height))
    } else {
        simd::run_large(ReadTotals::<ANY>(columns, height))
    };
    low.unwrap_or_else(|| Totals::of(columns, height))
}

/// The features of the lowest rows of a board, without what is above them.
pub(crate) fn features_below(columns: &[u64], rows: usize, move_: Move) -> Features {
    let mut cut = [0; MAX_WIDTH];
    for (cut, column) in cut.iter_mut().zip(columns) {
        *cut = column & u64::MAX >> (64 - rows);
    }
    let width = columns.len();
    totals(&cut[..width], rows).features(move_, width)
}

/// As [`ReadBoard::successors`] for one piece.
#[inline]
pub(crate) fn candidates(
    board: &Board,
    ceiling: usize,
    piece: Piece,
    found: &mut impl FnMut(usize, u32, &Features),
) {
    neighbours(board, ceiling, piece, &mut |neighbours| {
        neighbours.each(found);
    });
}

fn neighbours(board: &Board, ceiling: usize, piece: Piece, each: &mut dyn FnMut(&Neighbours)) {
    let game = (board.columns(), board.height(), ceiling, piece);
    let low = if !is_low(board.columns()) {
        None
    } else if board.width() == 10 {
        simd::run_large(Candidates::<TEN>(game, each))
    } else {
        simd::run_large(Candidates::<ANY>(game, each))
    };
    if low.is_none() {
        Tall::of(board, ceiling).neighbours(piece, each);
    }
}

/// The action with the greatest weighted sum of features, the first of equals.
pub(crate) fn best_action(
    board: &Board,
    ceiling: usize,
    piece: Piece,
    weights: &[f32; 9],
) -> Option<usize> {
    let game = (board.columns(), board.height(), ceiling, piece);
    // The last three features cost as much as the others.
    let six = weights[6..] == [0.0; 3];
    let low = if !is_low(board.columns()) {
        None
    } else if six && is_narrow(board.columns(), board.height()) {
        simd::run_large(BestOfSix(game, weights))
    } else if board.width() != 10 {
        simd::run_large(Best::<ANY, 9, true>(game, weights))
    } else if six {
        simd::run_large(Best::<TEN, 6, false>(game, weights))
    } else {
        simd::run_large(Best::<TEN, 9, true>(game, weights))
    };
    low.unwrap_or_else(|| Tall::of(board, ceiling).best(piece, weights))
}

/// Whether the columns fit into a [`LowBoard`].
#[inline]
fn is_low(columns: &[u64]) -> bool {
    columns.iter().fold(0, |all, column| all | column) >> LOW_PILE == 0
}

/// Columns, height, ceiling.
struct Read<'a, const N: usize>(&'a [u64], usize, usize);

impl<const N: usize> Kernel for Read<'_, N> {
    type Output = Analysis<Eight, N>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Self::Output {
        let board = LowBoard::<V, N>::new(self.0, self.1);
        Analysis::new::<true>(board, self.2).store()
    }
}

/// Columns, height.
struct ReadTotals<'a, const N: usize>(&'a [u64], usize);

impl<const N: usize> Kernel for ReadTotals<'_, N> {
    type Output = Totals;

    #[inline(always)]
    fn run<V: Vector>(self) -> Totals {
        LowBoard::<V, N>::new(self.0, self.1).totals::<true>().0
    }
}

/// The board, the piece, and what is called with its placements.
struct Successors<'a, const N: usize>(
    &'a Analysis<Eight, N>,
    Piece,
    &'a mut dyn FnMut(&Neighbours),
);

impl<const N: usize> Kernel for Successors<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        self.0.load::<V>().successors(self.1, self.2);
    }
}

/// Columns, height, ceiling and piece.
type Game<'a> = (&'a [u64], usize, usize, Piece);

/// All successors of a board that is asked for one piece only.
struct Candidates<'a, const N: usize>(Game<'a>, &'a mut dyn FnMut(&Neighbours));

impl<const N: usize> Kernel for Candidates<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let (columns, height, ceiling, piece) = self.0;
        let board = LowBoard::<V, N>::new(columns, height);
        Analysis::new::<true>(board, ceiling).successors(piece, self.1);
    }
}

/// The game, then the weights.
struct Best<'a, const N: usize, const USED: usize, const ALL: bool>(Game<'a>, &'a [f32; 9]);

impl<const N: usize, const USED: usize, const ALL: bool> Kernel for Best<'_, N, USED, ALL> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Option<usize> {
        let (columns, height, ceiling, piece) = self.0;
        let board = LowBoard::<V, N>::new(columns, height);
        Analysis::new::<ALL>(board, ceiling).best::<USED, ALL>(piece, self.1)
    }
}

/// The game, then the weights, of which the first six are looked at.
struct BestOfSix<'a>(Game<'a>, &'a [f32; 9]);

impl Kernel for BestOfSix<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Option<usize> {
        let (columns, height, ceiling, piece) = self.0;
        NarrowBoard::<V>::new(columns, height).best(piece, ceiling, self.1)
    }
}

/// A board with a pile too high for the fast code, which is rare, or on a CPU without vectors: every
/// board after it is read from scratch.
#[derive(Clone, Debug)]
struct Tall {
    board: Board,
    ceiling: usize,
}

impl Tall {
    fn of(board: &Board, ceiling: usize) -> Self {
        let board = board.clone();
        Self { board, ceiling }
    }

    /// Each by itself.
    fn neighbours(&self, piece: Piece, each: &mut dyn FnMut(&Neighbours)) {
        self.successors(piece, &mut |action, lines, features| {
            each(&Neighbours::alone(action, lines, features));
        });
    }

    fn successors(&self, piece: Piece, found: &mut dyn FnMut(usize, u32, &Features)) {
        let (width, height) = (self.board.width(), self.board.height());
        for placement in self.board.hard_drops(piece, self.ceiling) {
            let shape = piece.shape(placement.rotation);
            let (x, row) = (placement.column.into(), placement.row.into());
            let mut board = self.board.clone();
            board.lock(shape, x, row);
            let full = board.clear_full_rows();
            let totals = Totals::of(board.columns(), height);
            let features = totals.features(Move::new(shape, row, full), width);
            found(placement.action(width), full.count_ones(), &features);
        }
    }

    fn best(&self, piece: Piece, weights: &[f32; 9]) -> Option<usize> {
        let mut best: Option<(usize, f32)> = None;
        self.successors(piece, &mut |action, _, features| {
            let mut value = 0.0;
            for (feature, weight) in features.to_array().into_iter().zip(weights) {
                value += weight * feature;
            }
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((action, value));
            }
        });
        best.map(|(action, _)| action)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::envs::Controller;
    use crate::pieces::{Randomizer, RandomizerKind};
    use crate::simd::{Level, run_at};

    fn levels() -> Vec<Level> {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        return [Level::Plain, Level::Avx2, Level::Avx512].to_vec();
        #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
        return [Level::Plain].to_vec();
    }

    /// Piles up to the limit of the fast code, with gaps of many kinds, on every width.
    fn boards() -> Vec<Board> {
        let mut random = Randomizer::new(RandomizerKind::Uniform, 11);
        let mut below =
            |range: usize| (0..4).fold(0, |number, _| number * 7 + random.draw().index()) % range;
        let mut boards = Vec::new();
        for round in 0..400 {
            let width = if round % 2 == 0 { 10 } else { 4 + below(29) };
            let height = 4 + below(61);
            let mut board = Board::new(width, height).expect("a possible size");
            let (pile, density) = (below(height.min(LOW_PILE) + 1), below(11));
            let gap = below(width);
            for y in 0..pile {
                for x in (0..width).filter(|&x| x != gap) {
                    board.set(x, y, below(10) < density);
                }
            }
            boards.push(board);
        }
        boards
    }

    type Found = Vec<(usize, u32, Features)>;

    /// Whether the board was narrow enough for [`NarrowBoard`], which was then checked too.
    fn check<const N: usize>(board: &Board, ceiling: usize, level: Level) -> bool {
        let columns = board.columns();
        let narrow = is_narrow(columns, board.height());
        let totals = run_at(level, ReadTotals::<N>(columns, board.height()));
        assert_eq!(totals, Totals::of(columns, board.height()), "{board:?}");
        let read = run_at(level, Read::<N>(columns, board.height(), ceiling));
        let tall = Tall::of(board, ceiling);
        for piece in Piece::ALL {
            let mut expected = Found::new();
            tall.successors(piece, &mut |a, l, f| expected.push((a, l, *f)));
            let (mut found, mut again) = (Found::new(), Found::new());
            let mut push = |n: &Neighbours| n.each(&mut |a, l, f| found.push((a, l, *f)));
            run_at(level, Successors(&read, piece, &mut push));
            assert_eq!(found, expected, "{board:?} {piece}");
            let game = (columns, board.height(), ceiling, piece);
            let mut push = |n: &Neighbours| n.each(&mut |a, l, f| again.push((a, l, *f)));
            run_at(level, Candidates::<N>(game, &mut push));
            assert_eq!(again, expected, "{board:?} {piece}");
            for controller in Controller::ALL {
                let weights = controller.weights();
                let best = run_at(level, Best::<N, 9, true>(game, weights));
                assert_eq!(best, tall.best(piece, weights), "{board:?} {piece}");
                if weights[6..] == [0.0; 3] {
                    let six = run_at(level, Best::<N, 6, false>(game, weights));
                    assert_eq!(six, best, "{board:?} {piece}");
                    if narrow {
                        let at_once = run_at(level, BestOfSix(game, weights));
                        assert_eq!(at_once, best, "{board:?} {piece}");
                    }
                }
            }
        }
        narrow
    }

    /// The fast code, with every set of instructions that this CPU has, against reading each
    /// board from scratch: the same to the last bit.
    #[test]
    fn every_instruction_set_gives_the_same() {
        let mut narrow = 0;
        for (round, board) in boards().iter().enumerate() {
            for level in levels() {
                let ceiling = 4 + round % (board.height() - 3);
                narrow += usize::from(check::<ANY>(board, ceiling, level));
                if board.width() == 10 {
                    check::<TEN>(board, ceiling, level);
                }
            }
        }
        assert!(narrow >= 50 * levels().len(), "{narrow} narrow boards");
    }
}
