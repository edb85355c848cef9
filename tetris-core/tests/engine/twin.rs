//! A naive, obviously right twin of the board, its placements and its features: cells in a
//! `Vec<Vec<bool>>`, every question answered by looking at every cell.

use tetris_core::{Board, Features, Piece, Rotation};

#[path = "../common/random.rs"]
mod random;

pub(crate) use random::Random;

/// Rows from the floor, each from the left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Twin {
    pub(crate) rows: Vec<Vec<bool>>,
}

/// The cells of a piece, lower left corner of its bounding box at (0, 0), turned one by one.
pub(crate) fn cells(piece: Piece, rotation: Rotation) -> Vec<(usize, usize)> {
    // Pictures of the north orientation, top row first.
    let picture: &[&str] = match piece {
        Piece::I => &["XXXX"],
        Piece::O => &["XX", "XX"],
        Piece::T => &[".X.", "XXX"],
        Piece::S => &[".XX", "XX."],
        Piece::Z => &["XX.", ".XX"],
        Piece::J => &["X..", "XXX"],
        Piece::L => &["..X", "XXX"],
    };
    let mut grid: Vec<Vec<bool>> = picture
        .iter()
        .map(|row| row.chars().map(|cell| cell == 'X').collect())
        .collect();
    for _ in 0..rotation.index() {
        // Clockwise: the new top row is the old left column from the bottom.
        let (height, width) = (grid.len(), grid[0].len());
        grid = (0..width)
            .map(|x| (0..height).rev().map(|y| grid[y][x]).collect())
            .collect();
    }
    let height = grid.len();
    let mut cells = Vec::new();
    for (top, row) in grid.iter().enumerate() {
        for (x, &full) in row.iter().enumerate() {
            if full {
                cells.push((x, height - 1 - top));
            }
        }
    }
    cells.sort_unstable();
    cells
}

impl Twin {
    pub(crate) fn of(board: &Board) -> Self {
        let row = |y| (0..board.width()).map(|x| board.get(x, y)).collect();
        Self {
            rows: (0..board.height()).map(row).collect(),
        }
    }

    fn width(&self) -> usize {
        self.rows[0].len()
    }

    /// Walls and floor are full, everything above is empty.
    fn full(&self, x: isize, y: isize) -> bool {
        let inside = x >= 0 && x < self.width() as isize;
        if !inside || y < 0 {
            return true;
        }
        self.rows.get(y as usize).is_some_and(|row| row[x as usize])
    }

    pub(crate) fn fits(&self, cells: &[(usize, usize)], x: usize, y: usize) -> bool {
        cells.iter().all(|&(dx, dy)| {
            x + dx < self.width() && y + dy < self.rows.len() && !self.rows[y + dy][x + dx]
        })
    }

    /// The lowest row that falling from above the board leads to, one row at a time.
    pub(crate) fn drop_row(&self, cells: &[(usize, usize)], x: usize) -> usize {
        let free = |y: usize| {
            cells
                .iter()
                .all(|&(dx, dy)| !self.full((x + dx) as isize, (y + dy) as isize))
        };
        let mut y = self.rows.len();
        while y > 0 && free(y - 1) {
            y -= 1;
        }
        y
    }

    pub(crate) fn lock(&mut self, cells: &[(usize, usize)], x: usize, y: usize) {
        for (dx, dy) in cells {
            self.rows[y + dy][x + dx] = true;
        }
    }

    /// Takes out full rows; which they were.
    pub(crate) fn clear(&mut self) -> Vec<usize> {
        let (width, height) = (self.width(), self.rows.len());
        let full: Vec<usize> = (0..height)
            .filter(|&y| self.rows[y].iter().all(|&c| c))
            .collect();
        self.rows.retain(|row| !row.iter().all(|&cell| cell));
        self.rows.resize(height, vec![false; width]);
        full
    }

    pub(crate) fn height(&self, x: usize) -> usize {
        (0..self.rows.len())
            .rev()
            .find(|&y| self.rows[y][x])
            .map_or(0, |y| y + 1)
    }

    /// The features of the board, in the order of `Features::NAMES` from the third on.
    pub(crate) fn features(&self) -> [f32; Features::LEN - 2] {
        let (width, height) = (self.width() as isize, self.rows.len() as isize);
        let mut f = [0.0; Features::LEN - 2];
        for y in 0..height {
            for x in 0..=width {
                f[0] += f32::from(self.full(x - 1, y) != self.full(x, y));
            }
        }
        let mut hole_rows = vec![false; self.rows.len()];
        for x in 0..width {
            let mut well = 0;
            for y in 0..=height {
                f[1] += f32::from(self.full(x, y - 1) != self.full(x, y));
                let above = (y + 1..height).filter(|&above| self.full(x, above)).count();
                if !self.full(x, y) && above > 0 {
                    f[2] += 1.0;
                    f[4] += above as f32;
                    hole_rows[y as usize] = true;
                }
                if y < height && !self.full(x, y) && self.full(x - 1, y) && self.full(x + 1, y) {
                    well += 1;
                    f[3] += well as f32;
                } else {
                    well = 0;
                }
            }
            f[7] += self.height(x as usize) as f32 / width as f32;
        }
        f[5] = hole_rows.iter().filter(|&&hole| hole).count() as f32;
        let mut steps: Vec<isize> = (1..self.width())
            .map(|x| self.height(x) as isize - self.height(x - 1) as isize)
            .filter(|step| step.abs() <= 2)
            .collect();
        steps.sort_unstable();
        steps.dedup();
        f[6] = steps.len() as f32;
        f
    }
}

/// Random boards of many kinds for one size: empty, piled up by random pieces with a random
/// part of the cells taken out again, and pure noise. No row is full, and there is air on top.
pub(crate) fn random_boards(width: usize, height: usize, count: usize) -> Vec<Board> {
    let mut random = Random::new((width * 1_000 + height) as u64);
    (0..count)
        .map(|_| {
            let mut board = Board::new(width, height).expect("a size within the limits");
            let pile = random.below(height + 1).saturating_sub(random.below(5));
            let density = random.below(11);
            // Some boards have their gaps in one column, so that pieces clear many rows.
            let gap = (random.below(2) == 0).then(|| random.below(width));
            for y in 0..pile {
                for x in 0..width {
                    board.set(x, y, random.below(10) < density);
                }
                board.set(gap.unwrap_or_else(|| random.below(width)), y, false);
            }
            board
        })
        .collect()
}
