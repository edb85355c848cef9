//! A naive, obviously right twin of the game: cells in a `Vec<Vec<bool>>`, a piece as a list of
//! cells, every row fallen one at a time. Kicks and points are looked up in the crate's tables,
//! which other tests compare with what is published. The benches are timed against it too.

mod check;
mod locking;
mod motion;

use tetris_core::{Board, Gravity, Piece, Randomizer, RandomizerKind, Rotation, Rules, TopOut};

pub(crate) struct Twin {
    pub(crate) rules: Rules,
    pub(crate) rows: Vec<Vec<bool>>,
    randomizer: Randomizer,
    /// Pieces drawn and not yet in play.
    pub(crate) drawn: Vec<Piece>,
    pub(crate) piece: Piece,
    pub(crate) rotation: Rotation,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) hold: Option<Piece>,
    pub(crate) hold_used: bool,
    /// Since the last move: None, or the kick of the turn that it was.
    pub(crate) turned: Option<(i8, i8)>,
    lowest: i32,
    landed: bool,
    resets: u32,
    lock_ticks: u32,
    /// Rows times ticks of gravity not yet fallen.
    progress: u64,
    pub(crate) over: Option<TopOut>,
    level: u16,
    combo: u16,
    chain: bool,
    lines: u32,
    /// Pieces locked.
    pub(crate) pieces: u32,
    score: u64,
}

impl Twin {
    pub(crate) fn new(rules: &Rules, board: &Board, kind: RandomizerKind, seed: u64) -> Self {
        let row = |y| (0..board.width()).map(|x| board.get(x, y)).collect();
        let mut twin = Self {
            rules: rules.clone(),
            rows: (0..board.height()).map(row).collect(),
            randomizer: Randomizer::new(kind, seed),
            drawn: Vec::new(),
            piece: Piece::O,
            rotation: Rotation::North,
            x: 0,
            y: 0,
            hold: None,
            hold_used: false,
            turned: None,
            lowest: 0,
            landed: false,
            resets: 0,
            lock_ticks: 0,
            progress: 0,
            over: None,
            level: rules.start_level,
            combo: 0,
            chain: false,
            lines: 0,
            pieces: 0,
            score: 0,
        };
        let piece = twin.draw();
        twin.enter(piece);
        twin
    }

    fn draw(&mut self) -> Piece {
        while self.drawn.len() < 15 {
            self.drawn.push(self.randomizer.draw());
        }
        self.drawn.remove(0)
    }

    fn full(&self, x: i32, y: i32) -> bool {
        if x < 0 || x >= i32::from(self.rules.width) || y < 0 {
            return true;
        }
        self.rows.get(y as usize).is_some_and(|row| row[x as usize])
    }

    pub(crate) fn cells(&self, rotation: Rotation, x: i32, y: i32) -> Vec<(i32, i32)> {
        let cells = self.piece.cells(rotation);
        cells
            .iter()
            .map(|&(dx, dy)| (x + i32::from(dx), y + i32::from(dy)))
            .collect()
    }

    pub(crate) fn fits(&self, rotation: Rotation, x: i32, y: i32) -> bool {
        let top = self.rows.len() as i32;
        self.cells(rotation, x, y)
            .iter()
            .all(|&(x, y)| y < top && !self.full(x, y))
    }

    fn grounded(&self) -> bool {
        !self.fits(self.rotation, self.x, self.y - 1)
    }

    fn lowest_cell(&self) -> i32 {
        self.cells(self.rotation, self.x, self.y)
            .iter()
            .map(|cell| cell.1)
            .min()
            .expect("four")
    }

    /// Rows and ticks of gravity; 20 rows a tick and more are at once.
    fn rate(&self) -> (u64, u64) {
        match self.rules.gravity {
            Gravity::None => (0, 1),
            Gravity::Rows { rows, ticks } => (rows.into(), ticks.into()),
            Gravity::Instant => (1_000, 1),
            Gravity::Guideline => {
                let level = self.level.clamp(1, 20);
                let seconds = (0.8 - 0.007 * f64::from(level - 1)).powi(i32::from(level) - 1);
                (1_000_000, (seconds * 60e6).round() as u64)
            }
        }
    }

    fn instant(&self) -> bool {
        let (rows, ticks) = self.rate();
        rows >= 20 * ticks
    }
}
