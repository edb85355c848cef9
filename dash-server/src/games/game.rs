//! One game that is kept: its stretches, what is known of it, and how good it was.

use std::collections::VecDeque;

use super::STRETCH;
use super::log::{Ending, Log, Moves, Opening};
use crate::protocol::GameInfo;

/// Placements at the end of a game for which values are kept.
const VALUED: u64 = 2000;

#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) opening: Opening,
    pub(super) from: u64,
    pub(super) log: Log,
}

impl Stretch {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.opening.cells.len() + self.log.bytes()
    }
}

#[derive(Debug)]
pub(super) struct Game {
    pub(super) number: u64,
    pub(super) environment: usize,
    pub(super) pieces: u64,
    pub(super) stretches: VecDeque<Stretch>,
    pub(super) ending: Option<Ending>,
}

impl Game {
    pub(super) fn bytes(&self) -> usize {
        self.stretches.iter().map(Stretch::bytes).sum()
    }

    /// Takes further moves; false if some are missing before them.
    pub(super) fn extend(&mut self, moves: &mut Moves) -> bool {
        if self.pieces != moves.from {
            return false;
        }
        self.pieces += moves.count;
        let log = &mut moves.log;
        match (moves.opening.take(), self.stretches.back_mut()) {
            (Some(opening), _) => {
                self.stretches.push_back(Stretch {
                    opening,
                    from: moves.from,
                    log: std::mem::take(log),
                });
                self.forget_old_values();
            }
            (None, Some(stretch)) => stretch.log.append(log),
            (None, None) => return false,
        }
        self.ending = moves.ending.take();
        true
    }

    fn forget_old_values(&mut self) {
        let newest = self.stretches.back().map_or(0, |stretch| stretch.from);
        for stretch in self.stretches.iter_mut().rev() {
            let end = stretch.from + STRETCH as u64;
            if end + VALUED <= newest {
                if stretch.log.counts.is_empty() {
                    break;
                }
                stretch.log.forget_values();
            }
        }
    }

    pub(super) fn info(&self, best: bool) -> GameInfo {
        let opening = self.stretches.back().map(|stretch| &stretch.opening);
        let known = opening.map_or((0, 0), |opening| (opening.lines, opening.score));
        let (lines, score) = match &self.ending {
            Some(ending) => (ending.lines, ending.score),
            None => known,
        };
        GameInfo {
            game: self.number,
            episode: self.ending.as_ref().map(|ending| ending.episode),
            environment: self.environment as u32,
            first: self.stretches.front().map_or(0, |stretch| stretch.from),
            pieces: self.pieces,
            lines,
            score,
            best,
        }
    }

    /// By what games are better than others.
    pub(super) fn rank(&self) -> (u64, u64, u64) {
        let ending = self.ending.as_ref();
        ending.map_or((0, 0, 0), |ending| {
            (ending.lines, ending.score, self.pieces)
        })
    }
}
