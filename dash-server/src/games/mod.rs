//! Games that can be shown again: the newest fifty and the best ten, as the boards and moves that they were.
//!
//! A game is kept in stretches of [`STRETCH`] placements, each with the board before it. Whoever looks at placement
//! 900,000 needs one stretch and nothing before it, and a game too long to keep loses its first stretches. A move takes a
//! byte on boards of up to 14 columns and two on wider ones.

mod game;
mod log;
mod recorder;

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::board::{drop_count, dropped_piece};
use crate::play::Course;
use crate::protocol::{Block, GameList};
use game::{Game, Stretch};
pub(crate) use log::Moves;
pub(crate) use recorder::Recorder;

/// Placements in a stretch.
const STRETCH: usize = 1024;
/// Games that are kept because they are new.
const NEWEST: usize = 50;
/// Games that are kept because they are good.
const BEST: usize = 10;
/// Bytes that all games together may take.
const BUDGET: usize = 16 << 20;
/// Pieces that a person gets of a game; then they come again.
const LONGEST_COURSE: usize = 10_000;

/// The games of a run.
#[derive(Debug)]
pub(crate) struct Games {
    /// The running game of each environment.
    running: Vec<Option<Game>>,
    /// The oldest first.
    finished: VecDeque<Game>,
    /// Games that were ever begun, in all runs: a number never stands for another game.
    begun: u64,
    /// Bytes that all of them together may take.
    budget: usize,
    /// Bytes that they take at most: those that were counted last, and all that came since.
    bytes: usize,
}

impl Default for Games {
    fn default() -> Self {
        Self {
            running: Vec::new(),
            finished: VecDeque::new(),
            begun: 0,
            budget: BUDGET,
            bytes: 0,
        }
    }
}

impl Games {
    /// Forgets the games of the last run.
    pub(crate) fn clear(&mut self) {
        self.running.clear();
        self.finished.clear();
        self.bytes = 0;
    }

    /// Takes moves over.
    pub(crate) fn extend(&mut self, mut moves: Moves) {
        let environment = moves.environment;
        let grows = moves.opening.is_some();
        self.bytes += moves.bytes();
        if self.running.len() <= environment {
            self.running.resize_with(environment + 1, || None);
        }
        let slot = &mut self.running[environment];
        // Moves that were lost take the part before them along.
        if !slot.as_mut().is_some_and(|game| game.extend(&mut moves)) {
            if moves.opening.is_none() {
                *slot = None;
                return;
            }
            let mut game = Game {
                number: self.begun,
                environment,
                pieces: moves.from,
                stretches: VecDeque::new(),
                ending: None,
            };
            self.begun += 1;
            game.extend(&mut moves);
            *slot = Some(game);
        }
        if let Some(game) = slot.take_if(|game| game.ending.is_some()) {
            self.finished.push_back(game);
            self.keep_newest_and_best();
        }
        if grows && self.bytes > self.budget {
            self.keep_within_budget();
        }
    }

    /// All of them, for whoever asked with `id`.
    pub(crate) fn list(&self, id: u64) -> GameList {
        let running = self.running.iter().flatten().map(|game| game.info(false));
        let best = self.best();
        let finished = self.finished.iter().enumerate().rev();
        let finished = finished.map(|(index, game)| game.info(best.contains(&index)));
        GameList {
            id,
            games: running.chain(finished).collect(),
        }
    }

    /// The stretch that holds a placement, for whoever asked with `id`.
    pub(crate) fn block(&self, id: u64, game: u64, piece: u64) -> Option<Block> {
        let kept = self.find(game)?;
        let after = kept
            .stretches
            .partition_point(|stretch| stretch.from <= piece);
        let Stretch { opening, from, log } = kept.stretches.get(after.checked_sub(1)?)?;
        (piece < kept.pieces).then(|| Block {
            id,
            game,
            from: *from,
            width: opening.width,
            height: opening.height,
            cells: opening.cells.clone().into(),
            lines: opening.lines,
            score: opening.score,
            moves: log.moves.clone().into(),
            counts: log.counts.clone().into(),
            highest: log.highest.clone().into(),
            below: log.below.clone().into(),
        })
    }

    /// All stretches of a game in order; `None` if it is not kept.
    pub(crate) fn whole(&self, game: u64) -> Option<Vec<Block>> {
        let from = self
            .find(game)?
            .stretches
            .iter()
            .map(|stretch| stretch.from);
        from.map(|piece| self.block(0, game, piece)).collect()
    }

    /// The board of a game and the pieces that came in it, as far as they are kept and a person is likely to get.
    pub(crate) fn course(&self, game: u64) -> Option<Course> {
        let kept = self.find(game)?;
        let opening = &kept.stretches.front()?.opening;
        let width = usize::from(opening.width);
        let wide = drop_count(width) > 256;
        let numbers = kept.stretches.iter().flat_map(|stretch| {
            let moves = stretch.log.moves.chunks(1 + usize::from(wide));
            moves.map(|bytes| {
                let mut number = [0; 2];
                number[..bytes.len()].copy_from_slice(bytes);
                u16::from_le_bytes(number)
            })
        });
        let pieces = numbers.take(LONGEST_COURSE);
        Some(Course {
            width: opening.width,
            height: opening.height,
            pieces: pieces
                .filter_map(|number| dropped_piece(number, width))
                .collect(),
        })
    }

    fn find(&self, game: u64) -> Option<&Game> {
        let running = self.running.iter().flatten();
        running
            .chain(&self.finished)
            .find(|kept| kept.number == game)
    }

    /// Places of the best finished games, the best first; of equals the older one.
    fn best(&self) -> Vec<usize> {
        let key = |&index: &usize| (Reverse(self.finished[index].rank()), index);
        let mut order: Vec<usize> = (0..self.finished.len()).collect();
        // Nearly every game that ends asks for this.
        if order.len() > BEST {
            order.select_nth_unstable_by_key(BEST, key);
            order.truncate(BEST);
        }
        order.sort_unstable_by_key(key);
        order
    }

    fn keep_newest_and_best(&mut self) {
        if self.finished.len() > NEWEST {
            let (best, old) = (self.best(), self.finished.len() - NEWEST);
            // From the back, so that the places before stay the same.
            for index in (0..old).rev().filter(|index| !best.contains(index)) {
                self.finished.remove(index);
            }
        }
    }

    /// Lets go of the oldest games that are not among the best, then of the worst of the best, then of the beginning of
    /// the longest, until what is left fits.
    fn keep_within_budget(&mut self) {
        let budget = self.budget;
        let games = self.running.iter().flatten().chain(&self.finished);
        let mut bytes: usize = games.map(Game::bytes).sum();
        while bytes > budget && self.finished.len() > 1 {
            let best = self.best();
            let old = (0..self.finished.len()).find(|index| !best.contains(index));
            let gone = old.or(best.last().copied());
            bytes -= gone
                .and_then(|index| self.finished.remove(index))
                .map_or(0, |game| game.bytes());
        }
        while bytes > budget {
            let games = self.running.iter_mut().flatten().chain(&mut self.finished);
            let longest = games.max_by_key(|game| game.stretches.len());
            match longest.filter(|game| game.stretches.len() > 1) {
                Some(game) => {
                    let gone = game.stretches.pop_front();
                    bytes -= gone.map_or(0, |stretch| stretch.bytes());
                }
                None => break,
            }
        }
        self.bytes = bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::log::{Ending, Log, Opening};
    use super::*;

    /// `count` moves of a game, with two values each.
    fn moves(from: u64, count: u64, ending: Option<u64>) -> Moves {
        Moves {
            environment: 0,
            from,
            count,
            opening: from.is_multiple_of(STRETCH as u64).then(|| Opening {
                width: 10,
                height: 20,
                cells: vec![0; 200],
                lines: from,
                score: from,
            }),
            log: Log {
                moves: (0..count).map(|move_| move_ as u8).collect(),
                counts: vec![2; count as usize],
                highest: vec![0; 4 * count as usize],
                below: vec![0; 4 * count as usize],
            },
            ending: ending.map(|lines| Ending {
                episode: lines,
                lines,
                score: lines,
            }),
        }
    }

    fn play(games: &mut Games, length: u64, lines: u64) {
        for from in (0..length).step_by(STRETCH) {
            let count = (length - from).min(STRETCH as u64);
            let last = from + count == length;
            games.extend(moves(from, count, last.then_some(lines)));
        }
    }

    #[test]
    fn the_newest_and_the_best_are_kept() {
        let mut games = Games::default();
        for lines in (0..100).rev().chain(0..100) {
            play(&mut games, 3, lines);
        }
        let list = games.list(7);
        assert_eq!((list.id, list.games.len()), (7, 55));
        // The last fifty hold five of the best ten; the other five are the first that were played.
        let lines: Vec<u64> = list.games.iter().map(|game| game.lines).collect();
        let expected: Vec<u64> = (50..100).rev().chain(95..100).collect();
        assert_eq!(lines, expected);
        assert_eq!(list.games.iter().filter(|game| game.best).count(), 10);
        assert!(list.games.iter().all(|game| game.lines < 95 || game.best));
    }

    #[test]
    fn every_placement_is_found_in_its_stretch() {
        let mut games = Games::default();
        for from in [0, 1, 600, 1024, 1030] {
            let count = match from {
                0 => 1,
                1 => 599,
                600 => 424,
                1024 => 6,
                _ => 70,
            };
            games.extend(moves(from, count, None));
        }
        let info = &games.list(1).games[0];
        assert_eq!(
            (info.pieces, info.first, info.episode, info.lines),
            (1100, 0, None, 1024)
        );
        for (piece, from, length) in [(0, 0, 1024), (1023, 0, 1024), (1024, 1024, 76)] {
            let block = games.block(2, info.game, piece).unwrap();
            assert_eq!((block.from, block.moves.len()), (from, length));
            assert_eq!(block.counts.len(), length);
        }
        assert_eq!(games.block(2, info.game, 1100), None);
        assert_eq!(games.block(2, info.game + 1, 0), None);
    }

    #[test]
    fn values_are_kept_for_the_end_of_a_game_only() {
        let mut games = Games::default();
        play(&mut games, 10_000, 1);
        let number = games.list(1).games[0].game;
        let valued = |piece| !games.block(1, number, piece).unwrap().counts.is_empty();
        assert!((8000..10_000).all(valued));
        assert!(!(0..6000).any(valued));
    }

    #[test]
    fn a_gap_costs_the_part_before_it_and_nothing_else() {
        let mut games = Games::default();
        games.extend(moves(0, 100, None));
        games.extend(moves(200, 100, None));
        assert!(games.list(1).games.is_empty());
        games.extend(moves(1024, 10, Some(5)));
        let info = games.list(1).games[0].clone();
        assert_eq!(
            (info.first, info.pieces, info.episode),
            (1024, 1034, Some(5))
        );
        assert!(games.block(1, info.game, 1023).is_none());
        games.clear();
        play(&mut games, 3, 1);
        assert_ne!(games.list(1).games[0].game, info.game);
    }

    #[test]
    fn all_games_together_stay_within_their_budget() {
        let mut games = Games {
            budget: 1 << 20,
            ..Games::default()
        };
        let used = |games: &Games| -> usize {
            let all = games.running.iter().flatten().chain(&games.finished);
            all.map(Game::bytes).sum()
        };
        for lines in 0..30 {
            play(&mut games, 100_000, lines);
            assert!(used(&games) <= games.budget);
        }
        let list = games.list(1).games;
        assert!(list.len() > 3 && list.iter().any(|game| game.lines == 29));
        assert!(
            list.iter().all(|game| game.first == 0),
            "whole ones go first"
        );
        // A single game that is longer than everything loses its beginning.
        play(&mut games, 3_000_000, 100);
        assert!(used(&games) <= games.budget);
        let longest = &games.list(1).games[0];
        assert!(longest.first > 1_000_000 && longest.pieces == 3_000_000);
        assert!(games.block(1, longest.game, longest.first).is_some());
        assert!(games.block(1, longest.game, longest.first - 1).is_none());
        games.clear();
        play(&mut games, 3, 1);
        assert!(games.bytes < 1_000, "a new run counts from nothing");
    }
}
