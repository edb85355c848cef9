//! Players with published weights, to compare with and to show.

use core::str::FromStr;

use crate::envs::PlacementEnv;
use crate::error::ParseControllerError;
use crate::features::{Features, best_action};

/// A player that puts each piece where a weighted sum of [`Features`] is greatest; among equals
/// where it comes first (rotations in turn, columns from the left).
///
/// ```
/// use tetris_core::{DELLACHERIE, PlacementConfig, PlacementEnv};
///
/// let mut env = PlacementEnv::new(PlacementConfig::default())?;
/// while env.pieces() < 1_000 {
///     let action = DELLACHERIE.choose(&env).expect("it does not lose this early");
///     env.step(action)?;
/// }
/// assert!(env.lines() > 380);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controller {
    name: &'static str,
    weights: [f32; 9],
}

/// Pierre Dellacherie's hand-made weights (2003), as given by Thiery and Scherrer (2009).
pub const DELLACHERIE: Controller = Controller {
    name: "dellacherie",
    weights: [-1.0, 1.0, -1.0, -1.0, -4.0, -1.0, 0.0, 0.0, 0.0],
};

/// BCTS: weights found by the cross-entropy method (Thiery and Scherrer, 2009).
pub const BCTS: Controller = Controller {
    name: "bcts",
    weights: [
        -12.63, 6.60, -9.22, -19.77, -13.08, -10.49, -1.61, -24.04, 0.0,
    ],
};

/// DT-10: weights found on 10x10 boards (Gabillon, Ghavamzadeh and Scherrer, 2013).
pub const DT10: Controller = Controller {
    name: "dt10",
    weights: [-2.18, 2.42, -2.17, -3.31, 0.95, -2.22, -0.81, -9.65, 1.27],
};

/// DT-20: weights found on 10x20 boards (Gabillon, Ghavamzadeh and Scherrer, 2013).
pub const DT20: Controller = Controller {
    name: "dt20",
    weights: [-2.68, 1.38, -2.41, -6.32, 2.03, -2.71, -0.43, -9.48, 0.89],
};

impl Controller {
    /// The published ones.
    pub const ALL: [Self; 4] = [DELLACHERIE, BCTS, DT10, DT20];

    /// A player of your own: weights of the features in the order of [`Features::NAMES`], the
    /// mean height excepted.
    ///
    /// # Panics
    /// If a weight is no number or beyond ±1e30: sums of such need not be numbers, and then there
    /// is no greatest.
    #[must_use]
    pub const fn new(name: &'static str, weights: [f32; 9]) -> Self {
        let mut i = 0;
        while i < weights.len() {
            assert!(
                weights[i].abs() <= 1e30,
                "a weight is no number or beyond 1e30"
            );
            i += 1;
        }
        Self { name, weights }
    }

    /// The name, which [`Controller::from_str`] reads back for the published ones.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The weights of the features, in the order of [`Features::NAMES`].
    #[must_use]
    pub const fn weights(&self) -> &[f32; 9] {
        &self.weights
    }

    /// The weighted sum of the features.
    #[must_use]
    #[inline]
    pub fn value(&self, features: &Features) -> f32 {
        let features = features.to_array();
        self.weights
            .iter()
            .zip(features)
            .map(|(weight, feature)| weight * feature)
            .sum()
    }

    /// The action to take; `None` when the game is over.
    #[must_use]
    #[inline]
    pub fn choose(&self, env: &PlacementEnv) -> Option<usize> {
        if env.is_over() {
            return None;
        }
        if env.hand().swap().is_some() {
            return self.choose_with_swap(env);
        }
        best_action(
            env.board(),
            env.ceiling(),
            env.current_piece(),
            &self.weights,
        )
    }

    /// The best of the placements of both pieces.
    fn choose_with_swap(&self, env: &PlacementEnv) -> Option<usize> {
        let mut best: Option<(usize, f32)> = None;
        env.candidates(&mut |action, _, features| {
            let value = self.value(features);
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((action, value));
            }
        });
        best.map(|(action, _)| action)
    }
}

impl FromStr for Controller {
    type Err = ParseControllerError;

    /// Reads the name of a published controller: `dellacherie`, `bcts`, `dt10` or `dt20`.
    fn from_str(text: &str) -> Result<Self, ParseControllerError> {
        let found = Self::ALL.into_iter().find(|known| known.name == text);
        found.ok_or_else(|| ParseControllerError { found: text.into() })
    }
}
