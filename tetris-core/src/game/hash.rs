//! Positions as numbers.

use super::Game;
use crate::hash::Mixer;

impl Game {
    /// A 64-bit hash of the position: the board, the active piece, hold and preview, what can
    /// come after them, combo and back-to-back chain, and whether the game is over. Counters,
    /// timers, random numbers and pending garbage do not enter, so that a search finds two ways
    /// to the same position equal. The same in every version of this crate.
    #[must_use]
    pub fn position_hash(&self) -> u64 {
        let state = &self.state;
        let mut hash = Mixer(state.board.width() as u64 | (state.board.height() as u64) << 32);
        for &column in state.board.columns() {
            hash.add(column);
        }
        let active = state.active;
        hash.add(u64::from_le_bytes([
            active.piece.cell(),
            active.rotation as u8,
            active.x as u8,
            active.y as u8,
            state.hold.map_or(0, |piece| piece.cell()),
            state.hold_used.into(),
            state.over.map_or(0, |top_out| top_out as u8 + 1),
            (state.chain > 0).into(),
        ]));
        hash.add(state.queue);
        let odds = state.feed.odds().weights();
        let weights = |all, &weight: &u8| all << 4 | u64::from(weight);
        hash.add(u64::from(state.combo) << 28 | odds.iter().fold(0, weights));
        hash.finish()
    }
}
