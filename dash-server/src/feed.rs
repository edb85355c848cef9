//! Where the training thread leaves its reports and the server picks them up.
//!
//! The training thread never waits here: what it does at every step is a store and a load, and the one lock is held for
//! the time of appending a row or of swapping two pointers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::bell::Bell;
use crate::games::Moves;
use crate::grid::Grid;
use crate::history::History;
use crate::protocol::{Change, Checkpoint, Frame};

/// Rows that are kept of what happens between two looks; more are thinned like a long history.
const STAGED_ROWS: usize = 4096;

/// Bytes of moves that wait between two looks; where more come, games lose their beginning.
const STAGED_MOVE_BYTES: usize = 16 << 20;

/// The reports of one run on their way to the server.
#[derive(Debug)]
pub struct Feed {
    step: AtomicU64,
    frame_wanted: AtomicBool,
    /// Whether the next board is wanted as soon as one has been left.
    every_frame: AtomicBool,
    update_wanted: AtomicBool,
    /// Whether a board rings the bell also when not every one is wanted.
    prompt: bool,
    staged: Mutex<Staged>,
    /// Rings when something is left that should be looked at soon.
    bell: OnceLock<Arc<Bell>>,
    /// Small pictures of all environments.
    pub(crate) grid: Grid,
}

/// What the server would like to see of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wants {
    /// The next board.
    pub(crate) frame: bool,
    /// Every board.
    pub(crate) every_frame: bool,
    /// The next update.
    pub(crate) update: bool,
    /// Small pictures of all environments.
    pub(crate) boards: bool,
    /// The environment whose boards are wanted.
    pub(crate) followed: usize,
}

impl Wants {
    /// Whether they say anything to who was told of others.
    pub(crate) fn is_new(&self, told: &Self) -> bool {
        let stays = (self.every_frame, self.followed) == (told.every_frame, told.followed);
        self.frame || self.update || self.boards || !stays
    }
}

/// What has been reported since the last look.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) frame: Option<Frame>,
    pub(crate) rows: History,
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) changes: Vec<Change>,
    /// The moves of the games, a stretch after the other.
    pub(crate) moves: Vec<Moves>,
    move_bytes: usize,
}

impl Default for Staged {
    fn default() -> Self {
        Self {
            frame: None,
            rows: History::with_capacity(STAGED_ROWS),
            checkpoints: Vec::new(),
            changes: Vec::new(),
            moves: Vec::new(),
            move_bytes: 0,
        }
    }
}

impl Staged {
    /// Leaves moves, unless too many wait already.
    pub(crate) fn put_moves(&mut self, moves: Moves) {
        self.move_bytes += moves.bytes();
        if self.move_bytes <= STAGED_MOVE_BYTES {
            self.moves.push(moves);
        }
    }

    /// Takes the moves out.
    pub(crate) fn take_moves(&mut self) -> impl Iterator<Item = Moves> {
        self.move_bytes = 0;
        self.moves.drain(..)
    }

    /// Whether there is something rare that everybody must hear of.
    fn is_eventful(&self) -> bool {
        !self.rows.evaluations.is_empty()
            || !self.checkpoints.is_empty()
            || !self.changes.is_empty()
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            step: AtomicU64::new(0),
            // The first board and the first update are wanted at once.
            frame_wanted: AtomicBool::new(true),
            every_frame: AtomicBool::new(false),
            update_wanted: AtomicBool::new(true),
            prompt: false,
            staged: Mutex::default(),
            bell: OnceLock::new(),
            grid: Grid::default(),
        }
    }
}

impl Feed {
    /// A feed for a new run.
    pub fn new() -> Self {
        Self::default()
    }

    /// A feed for a new run whose reports are passed on to another feed, which has asked for each board.
    pub(crate) fn prompt() -> Self {
        Self {
            prompt: true,
            ..Self::default()
        }
    }

    /// Steps that the run has taken.
    pub fn step(&self) -> u64 {
        self.step.load(Ordering::Relaxed)
    }

    pub(crate) fn set_step(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }

    /// Whether the server would like to see a board.
    pub(crate) fn frame_wanted(&self) -> bool {
        self.frame_wanted.load(Ordering::Relaxed)
    }

    pub(crate) fn want_frame(&self) {
        self.frame_wanted.store(true, Ordering::Relaxed);
    }

    /// Whether the server would like to see the board of every step, at once, as it does while training holds or is slow.
    pub(crate) fn want_every_frame(&self, every: bool) {
        self.every_frame.store(every, Ordering::Relaxed);
        self.want_frame();
    }

    /// Whether an update should be reported; the answer is yes once for each time the server asks.
    pub(crate) fn take_update_wanted(&self) -> bool {
        self.update_wanted.load(Ordering::Relaxed)
            && self.update_wanted.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn want_update(&self) {
        self.update_wanted.store(true, Ordering::Relaxed);
    }

    /// Takes the wishes out, to pass them on to another feed.
    pub(crate) fn take_wants(&self) -> Wants {
        Wants {
            frame: self.frame_wanted.swap(false, Ordering::Relaxed),
            every_frame: self.every_frame.load(Ordering::Relaxed),
            update: self.take_update_wanted(),
            boards: self.grid.take_wanted(),
            followed: self.grid.followed(),
        }
    }

    /// Takes over the wishes of another feed.
    pub(crate) fn want(&self, wants: Wants) {
        self.every_frame.store(wants.every_frame, Ordering::Relaxed);
        // An environment that has not been seen yet is followed once it has: the wish comes again.
        self.grid.follow(wants.followed);
        if wants.frame {
            self.want_frame();
        }
        if wants.update {
            self.want_update();
        }
        if wants.boards {
            self.grid.want();
        }
    }

    /// Leaves a board.
    pub(crate) fn put_frame(&self, frame: Frame) {
        self.frame_wanted
            .store(self.every_frame.load(Ordering::Relaxed), Ordering::Relaxed);
        self.stage(|staged| staged.frame = Some(frame));
    }

    /// Leaves anything.
    pub(crate) fn stage(&self, report: impl FnOnce(&mut Staged)) {
        let urgent = {
            let mut staged = self.staged();
            report(&mut staged);
            let at_once = self.prompt || self.every_frame.load(Ordering::Relaxed);
            (at_once && staged.frame.is_some()) || staged.is_eventful()
        };
        if urgent && let Some(bell) = self.bell.get() {
            bell.ring();
        }
    }

    /// Leaves what was reported of the run before it was gone on with.
    pub(crate) fn recall(&self, mut past: History) {
        self.stage(|staged| {
            let tables = staged.rows.tables_mut().into_iter();
            for (table, past) in tables.zip(past.tables_mut()) {
                table.extend(&past.take());
            }
        });
    }

    /// Takes everything that was left, giving an emptied `spare` in exchange.
    pub(crate) fn take(&self, spare: &mut Staged) {
        std::mem::swap(&mut *self.staged(), spare);
    }

    /// Takes the board only.
    pub(crate) fn take_frame(&self) -> Option<Frame> {
        self.staged().frame.take()
    }

    /// Whether something was left that is more than a board and numbers.
    pub(crate) fn is_eventful(&self) -> bool {
        self.staged().is_eventful()
    }

    /// Whom to wake when something is left that should be looked at soon; a second bell does not ring.
    pub(crate) fn connect(&self, bell: &Arc<Bell>) {
        self.bell.get_or_init(|| bell.clone());
    }

    /// Rows are appended whole, so a panic elsewhere leaves nothing half done.
    fn staged(&self) -> MutexGuard<'_, Staged> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
