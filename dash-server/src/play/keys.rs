//! Keys that are held down: delayed auto shift, auto repeat, soft drop.

use tetris_core::{Game, Input};

use crate::protocol::Key;

/// Milliseconds of a delay that make sense.
const LONGEST: u16 = 1000;

/// The keys of a player.
#[derive(Debug)]
pub(super) struct Keys {
    /// Ticks that a shift is held before it repeats.
    das: u32,
    /// Ticks between two repeats; 0 goes to the wall at once.
    arr: u32,
    /// The shifts that are held, the newest last, which is the one that counts.
    held: Vec<Input>,
    /// Ticks that it has been held.
    ticks: u32,
}

impl Keys {
    /// Delays in milliseconds.
    pub(super) fn new(das: u16, arr: u16) -> Self {
        let ticks = |milliseconds: u16| (u32::from(milliseconds.min(LONGEST)) * 60 + 500) / 1000;
        Self {
            das: ticks(das).max(1),
            arr: ticks(arr),
            held: Vec::new(),
            ticks: 0,
        }
    }

    /// A key goes down or up.
    pub(super) fn turn(&mut self, game: &mut Game, key: Key, down: bool) {
        let input = match key {
            Key::Left => Input::Left,
            Key::Right => Input::Right,
            Key::SoftDrop => return game.set_soft_drop(down),
            Key::Clockwise => Input::Clockwise,
            Key::CounterClockwise => Input::CounterClockwise,
            Key::Half => Input::Half,
            Key::HardDrop => Input::HardDrop,
            Key::Hold => Input::Hold,
        };
        if matches!(input, Input::Left | Input::Right) {
            self.held.retain(|held| *held != input);
            self.ticks = 0;
            if down {
                self.held.push(input);
            }
        }
        if down {
            // After the end keys do nothing.
            let _ = game.press(input);
        }
    }

    /// A tick passes.
    pub(super) fn tick(&mut self, game: &mut Game) {
        let Some(&shift) = self.held.last() else {
            return;
        };
        self.ticks = self.ticks.saturating_add(1);
        if self.ticks < self.das {
            return;
        }
        if self.arr == 0 {
            while game.press(shift).is_ok_and(|pressed| pressed.acted) {}
        } else if (self.ticks - self.das).is_multiple_of(self.arr) {
            let _ = game.press(shift);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tetris_core::Rules;

    fn leftmost(game: &Game) -> usize {
        let active = game.active().unwrap();
        active.cells().map(|(x, _)| x).min().unwrap()
    }

    #[test]
    fn a_held_shift_moves_at_once_waits_and_repeats() {
        let mut game = Game::new(Rules::guideline(), 1).unwrap();
        // 10 ticks, then every 2.
        let mut keys = Keys::new(167, 33);
        let start = leftmost(&game);
        keys.turn(&mut game, Key::Left, true);
        let mut places = Vec::new();
        for _ in 0..14 {
            places.push(start - leftmost(&game));
            keys.tick(&mut game);
        }
        assert_eq!(places, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3]);
        keys.turn(&mut game, Key::Left, false);
        let rests = leftmost(&game);
        (0..30).for_each(|_| keys.tick(&mut game));
        assert_eq!(leftmost(&game), rests);
    }

    #[test]
    fn without_repeat_time_it_goes_to_the_wall_and_the_newest_key_counts() {
        let mut game = Game::new(Rules::guideline(), 1).unwrap();
        let mut keys = Keys::new(0, 0);
        keys.turn(&mut game, Key::Right, true);
        keys.turn(&mut game, Key::Left, true);
        keys.tick(&mut game);
        assert_eq!(leftmost(&game), 0);
        keys.turn(&mut game, Key::Left, false);
        keys.tick(&mut game);
        assert!(leftmost(&game) > 5, "the other one is still down");
    }
}
