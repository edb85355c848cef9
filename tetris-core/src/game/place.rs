//! Whole moves: where the active piece can lock, and locking it there.

use super::{Active, Game, LastMove};
use crate::error::{GameOver, PlaceError};
use crate::game::Locked;
use crate::moves::{Move, MoveRules, Placement};

impl Game {
    /// How pieces move by the rules of the game.
    #[must_use]
    pub fn move_rules(&self) -> MoveRules {
        let rules = self.rules();
        MoveRules {
            rotation: rules.rotation,
            spins: rules.spins,
        }
    }

    /// Calls `found` for every place where the active piece can lock from where it is, tucks and
    /// spins included, in the order of [`MoveRules::moves`]. Gravity and the lock delay are left
    /// out. A piece that was just turned has its spin where it lies, which those rules, who do not
    /// know of that turn, need not find. No call after the end.
    pub fn moves(&self, found: &mut impl FnMut(Move)) {
        let Some(active) = self.active() else {
            return;
        };
        let rules = self.move_rules();
        let Some(spun) = self.spun(active) else {
            rules.moves(self.board(), active, found);
            return;
        };
        // One closure for all callers, because the code behind it is large.
        let found: &mut dyn FnMut(Move) = found;
        rules.moves(self.board(), active, &mut |mut one: Move| {
            if one.placement == spun.placement {
                one.spin = one.spin.max(spun.spin);
            }
            found(one);
        });
    }

    /// Where the active piece lies, if it would lock there with a spin as it is.
    fn spun(&self, active: Active) -> Option<Move> {
        let state = &self.state;
        if state.last_move == LastMove::Other || !state.grounded {
            return None;
        }
        let (piece, far) = (active.piece, state.last_move == LastMove::FarKick);
        let pivot = (active.x.into(), active.y.into());
        let spins = self.setup.rules.spins;
        let spin = spins.spin(&state.board, piece, active.rotation, pivot, far)?;
        let distinct = piece.distinct_rotations();
        let placement = Placement {
            rotation: distinct[active.rotation.index() % distinct.len()],
            ..active.placement()
        };
        Some(Move {
            placement,
            spin: Some(spin),
        })
    }

    /// Locks the active piece in one of its [`moves`](Self::moves), with the best spin that it
    /// can have there, as the keys do that lead there ([`MoveRules::inputs`]). No points are
    /// given for dropping, and no tick passes.
    ///
    /// ```
    /// use tetris_core::{Game, Rules};
    ///
    /// let mut game = Game::new(Rules::guideline(), 1)?;
    /// let mut lowest = None;
    /// game.moves(&mut |found| {
    ///     let placement = found.placement;
    ///     if lowest.is_none_or(|(row, _)| placement.row < row) {
    ///         lowest = Some((placement.row, placement));
    ///     }
    /// });
    /// let (_, placement) = lowest.expect("the board is empty");
    /// assert_eq!(game.place(placement)?.placement, placement);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the game is over or the piece does not get there; the game is then unchanged.
    pub fn place(&mut self, placement: Placement) -> Result<Locked, PlaceError> {
        if let Some(top_out) = self.top_out() {
            return Err(GameOver { top_out }.into());
        }
        let mut target = None;
        self.moves(&mut |found| {
            if found.placement == placement {
                target = Some(found);
            }
        });
        let piece = self.state.active.piece;
        let target = target.ok_or(PlaceError::OutOfReach { piece, placement })?;
        Ok(self.place_reachable(target))
    }

    /// The same for a move that was found in a game that is not over.
    pub(crate) fn place_reachable(&mut self, target: Move) -> Locked {
        let spins = self.setup.rules.spins;
        let state = &mut self.state;
        let (piece, placement) = (state.active.piece, target.placement);
        let (left, low) = piece.corner(placement.rotation);
        state.active = Active {
            piece,
            rotation: placement.rotation,
            x: placement.column as i8 - left,
            y: placement.row as i8 - low,
        };
        let pivot = (state.active.x.into(), state.active.y.into());
        let near = spins.spin(&state.board, piece, placement.rotation, pivot, false);
        state.last_move = match target.spin {
            None => LastMove::Other,
            spin if spin == near => LastMove::Turn,
            Some(_) => LastMove::FarKick,
        };
        *self.lock(&mut None)
    }
}
