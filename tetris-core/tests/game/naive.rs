//! A naive, obviously right twin of the game: cells in a `Vec<Vec<bool>>`, a piece as a list of
//! cells, every row fallen one at a time. Kicks and points are looked up in the crate's tables,
//! which other tests compare with what is published. The benches are timed against it too.

use tetris_core::{
    Board, Clear, Game, Gravity, Input, LockDelay, LockReset, Piece, Randomizer, RandomizerKind,
    Rotation, Rules, Spawn, Spin, SpinRule, TopOut,
};

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

    fn enter(&mut self, piece: Piece) {
        (self.piece, self.rotation) = (piece, Rotation::North);
        let cells = piece.cells(Rotation::North);
        let left = cells
            .iter()
            .map(|cell| i32::from(cell.0))
            .min()
            .expect("four");
        let right = cells
            .iter()
            .map(|cell| i32::from(cell.0))
            .max()
            .expect("four");
        let top = cells
            .iter()
            .map(|cell| i32::from(cell.1))
            .max()
            .expect("four");
        let (width, height) = (i32::from(self.rules.width), i32::from(self.rules.height));
        let centred = (width - (right - left + 1)) / 2 - left;
        (self.x, self.y) = match self.rules.spawn {
            Spawn::Guideline => (centred, height.min(self.rows.len() as i32 - 1 - top)),
            Spawn::Above => (centred, height + 2),
            Spawn::Box => match piece {
                Piece::I => (width / 2 - 1, height - 2),
                Piece::O => (width / 2 - 1, height - 2),
                _ => (width / 2, height - 2),
            },
        };
        while !self.fits(self.rotation, self.x, self.y) {
            if self.rules.top_out.block_out || self.y > self.rows.len() as i32 {
                self.over = Some(TopOut::BlockOut);
                return;
            }
            self.y += 1;
        }
        if self.rules.spawn == Spawn::Guideline && !self.grounded() {
            self.y -= 1;
        }
        while self.instant() && !self.grounded() {
            self.y -= 1;
        }
        self.turned = None;
        self.lowest = self.lowest_cell();
        self.landed = self.grounded();
        (self.resets, self.lock_ticks, self.progress) = (0, 0, 0);
    }

    fn fall_a_row(&mut self) {
        self.y -= 1;
        self.turned = None;
        self.lock_ticks = 0;
        if self.lowest_cell() < self.lowest {
            self.lowest = self.lowest_cell();
            self.resets = 0;
            self.landed = false;
        }
        if self.grounded() {
            self.landed = true;
            self.progress = 0;
        }
    }

    fn after_move(&mut self) {
        if self.landed
            && let LockDelay::Ticks { reset, .. } = self.rules.lock_delay
        {
            let most = match reset {
                LockReset::Fall => 0,
                LockReset::Moves(most) => most.into(),
                LockReset::EveryMove => u32::MAX,
            };
            if self.resets < most {
                self.resets += u32::from(most != u32::MAX);
                self.lock_ticks = 0;
            }
        }
        if self.grounded() {
            self.landed = true;
        }
        while self.instant() && !self.grounded() {
            self.fall_a_row();
        }
    }

    pub(crate) fn press(&mut self, input: Input) {
        match input {
            Input::Left | Input::Right => {
                let x = self.x + if input == Input::Left { -1 } else { 1 };
                if self.fits(self.rotation, x, self.y) {
                    self.x = x;
                    self.turned = None;
                    self.after_move();
                }
            }
            Input::SoftDrop if !self.grounded() => {
                self.score += u64::from(self.rules.score.soft_drop);
                self.fall_a_row();
            }
            Input::SoftDrop => {
                if self.rules.lock_delay == LockDelay::Instant {
                    self.lock();
                }
            }
            Input::HardDrop => {
                while !self.grounded() {
                    self.score += u64::from(self.rules.score.hard_drop);
                    self.fall_a_row();
                }
                self.lock();
            }
            Input::Hold => {
                if self.rules.hold && !self.hold_used {
                    self.hold_used = true;
                    let next = match self.hold {
                        Some(held) => held,
                        None => self.draw(),
                    };
                    self.hold = Some(self.piece);
                    self.enter(next);
                }
            }
            Input::Clockwise | Input::CounterClockwise | Input::Half => {
                let quarters = match input {
                    Input::Clockwise => 1,
                    Input::Half => 2,
                    _ => 3,
                };
                let to = Rotation::ALL[(self.rotation.index() + quarters) % 4];
                let kicks = self.rules.rotation.kicks(self.piece, self.rotation, to);
                let fitting = kicks.iter().find(|&&(dx, dy)| {
                    self.fits(to, self.x + i32::from(dx), self.y + i32::from(dy))
                });
                if let Some(&(dx, dy)) = fitting {
                    self.rotation = to;
                    self.x += i32::from(dx);
                    self.y += i32::from(dy);
                    self.turned = Some((dx, dy));
                    self.after_move();
                }
            }
        }
    }

    pub(crate) fn tick(&mut self) {
        let (rows, ticks) = self.rate();
        let grounded = self.grounded();
        if !grounded || self.rules.lock_delay == LockDelay::Instant {
            self.progress += rows;
        }
        if !grounded {
            while self.progress >= ticks && !self.grounded() {
                self.progress -= ticks;
                self.fall_a_row();
            }
            return;
        }
        match self.rules.lock_delay {
            LockDelay::Infinite => {}
            LockDelay::Instant => {
                if self.progress >= ticks {
                    self.lock();
                }
            }
            LockDelay::Ticks { ticks, reset } => {
                self.lock_ticks += 1;
                let used_up =
                    matches!(reset, LockReset::Moves(most) if self.resets == u32::from(most));
                if self.lock_ticks >= ticks.into() || used_up {
                    self.lock();
                }
            }
        }
    }

    pub(crate) fn spin(&self) -> Option<Spin> {
        let kick = self.turned?;
        if self.piece == Piece::T && self.rules.spins != SpinRule::Off {
            let corner = |dx: i32, dy: i32| self.full(self.x + dx, self.y + dy);
            // In front is where the T points.
            let (front, back) = match self.rotation {
                Rotation::North => ([(-1, 1), (1, 1)], [(-1, -1), (1, -1)]),
                Rotation::East => ([(1, 1), (1, -1)], [(-1, 1), (-1, -1)]),
                Rotation::South => ([(-1, -1), (1, -1)], [(-1, 1), (1, 1)]),
                Rotation::West => ([(-1, 1), (-1, -1)], [(1, 1), (1, -1)]),
            };
            let count = |corners: [(i32, i32); 2]| {
                corners.iter().filter(|&&(dx, dy)| corner(dx, dy)).count()
            };
            return match (count(front), count(back)) {
                (2, 1 | 2) => Some(Spin::Full),
                (1, 2) if kick.0.abs() == 1 && kick.1.abs() == 2 => Some(Spin::Full),
                (1, 2) => Some(Spin::Mini),
                _ => None,
            };
        }
        let free = |dx, dy| {
            let cells = self.cells(self.rotation, self.x + dx, self.y + dy);
            cells.iter().all(|&(x, y)| !self.full(x, y))
        };
        let stuck = self.piece != Piece::O && !free(-1, 0) && !free(1, 0) && !free(0, 1);
        match self.rules.spins {
            SpinRule::All if stuck => Some(Spin::Full),
            SpinRule::AllMini if stuck => Some(Spin::Mini),
            _ => None,
        }
    }

    fn lock(&mut self) {
        let spin = self.spin();
        let cells = self.cells(self.rotation, self.x, self.y);
        for &(x, y) in &cells {
            self.rows[y as usize][x as usize] = true;
        }
        self.hold_used = false;
        self.pieces += 1;
        let skyline = i32::from(self.rules.height);
        let above = cells.iter().filter(|cell| cell.1 >= skyline).count();
        if above == 4 && self.rules.top_out.lock_out {
            self.over = Some(TopOut::LockOut);
            return;
        }
        if above > 0 && self.rules.top_out.partial_lock_out {
            self.over = Some(TopOut::PartialLockOut);
            return;
        }
        let (width, height) = (self.rules.width, self.rows.len());
        self.rows.retain(|row| !row.iter().all(|&cell| cell));
        let lines = height - self.rows.len();
        self.rows.resize(height, vec![false; width.into()]);
        let mut clear = Clear {
            lines: lines as u8,
            spin,
            ..Clear::default()
        };
        if lines > 0 {
            let difficult = lines == 4 || spin.is_some();
            clear.perfect = self.rows.iter().flatten().all(|&cell| !cell);
            clear.combo = self.combo;
            clear.back_to_back = self.chain && difficult;
            self.combo += 1;
            self.chain = difficult;
        } else {
            self.combo = 0;
        }
        self.lines += lines as u32;
        self.score += u64::from(self.rules.score.points(&clear, self.level));
        if self.rules.lines_per_level > 0 {
            let levels = self.lines / u32::from(self.rules.lines_per_level);
            self.level = self.rules.start_level + levels as u16;
        }
        let next = self.draw();
        self.enter(next);
    }

    pub(crate) fn check(&self, game: &Game, what: &str) {
        let board = game.board();
        for (y, row) in self.rows.iter().enumerate() {
            for (x, &cell) in row.iter().enumerate() {
                assert_eq!(board.get(x, y), cell, "cell {x} {y} after {what}");
            }
        }
        assert_eq!(game.top_out(), self.over, "{what}");
        if let Some(active) = game.active() {
            let found = (
                active.piece,
                active.rotation,
                active.x.into(),
                active.y.into(),
            );
            assert_eq!(found, (self.piece, self.rotation, self.x, self.y), "{what}");
            let mut low = self.y;
            while self.fits(self.rotation, self.x, low - 1) {
                low -= 1;
            }
            assert_eq!(
                game.ghost().map(|ghost| i32::from(ghost.y)),
                Some(low),
                "{what}"
            );
            let preview = usize::from(self.rules.preview);
            let queue: Vec<_> = game.queue().collect();
            let known = queue.len().min(self.drawn.len());
            assert_eq!(queue.len(), preview);
            assert_eq!(queue[..known], self.drawn[..known], "{what}");
        }
        assert_eq!(game.held(), self.hold, "{what}");
        let counters = (game.score(), game.lines(), game.level(), game.combo());
        let expected = (self.score, self.lines, self.level, self.combo);
        assert_eq!(
            counters, expected,
            "score, lines, level, combo after {what}"
        );
        let found = (game.back_to_back() > 0, game.pieces());
        assert_eq!(found, (self.chain, self.pieces), "{what}");
    }
}
