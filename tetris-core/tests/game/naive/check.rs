//! The comparison with the game.

use super::Twin;
use tetris_core::Game;

impl Twin {
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
