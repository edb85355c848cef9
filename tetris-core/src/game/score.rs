//! Points and attacks.

use crate::moves::Spin;

/// What a piece did when it locked, as far as points and attacks depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Clear {
    /// Rows cleared, 0 to 4.
    pub lines: u8,
    /// Whether the piece was spun into place.
    pub spin: Option<Spin>,
    /// Whether the board is empty afterwards.
    pub perfect: bool,
    /// Whether this clear and the last one before it were both difficult, see
    /// [`Clear::is_difficult`].
    pub back_to_back: bool,
    /// How many pieces in a row before this one cleared lines too; 0 if this one clears none.
    pub combo: u16,
}

impl Clear {
    /// Four lines at once, or any line by a spin. Such clears make back-to-back chains; other
    /// clears end them, and pieces that clear nothing leave them as they are.
    #[must_use]
    #[inline]
    pub const fn is_difficult(&self) -> bool {
        self.lines == 4 || self.lines > 0 && self.spin.is_some()
    }
}

/// What is worth how many points.
///
/// Where a spin clears more lines than its table has, it counts as a plain clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ScoreTable {
    /// For 0 to 4 lines.
    pub lines: [u32; 5],
    /// For 0 to 2 lines by a mini spin, instead.
    pub mini_spin: [u32; 3],
    /// For 0 to 3 lines by a full spin, instead.
    pub full_spin: [u32; 4],
    /// Whether a back-to-back clear is worth half as much again, perfect clear and combo
    /// excepted.
    pub back_to_back: bool,
    /// For each piece before it that cleared lines too.
    pub combo: u32,
    /// For emptying the board with 1 to 4 lines, in addition.
    pub perfect_clear: [u32; 4],
    /// For emptying the board with a back-to-back clear of four lines, instead of the last.
    pub back_to_back_perfect_clear: u32,
    /// Whether all of the above is multiplied by the level, as it is before the clear.
    pub by_level: bool,
    /// For each row of soft drop, whatever the level.
    pub soft_drop: u32,
    /// For each row of hard drop, whatever the level.
    pub hard_drop: u32,
}

impl ScoreTable {
    /// No points at all.
    pub const NONE: Self = Self {
        lines: [0; 5],
        mini_spin: [0; 3],
        full_spin: [0; 4],
        back_to_back: false,
        combo: 0,
        perfect_clear: [0; 4],
        back_to_back_perfect_clear: 0,
        by_level: false,
        soft_drop: 0,
        hard_drop: 0,
    };

    /// The points of recent games by the Tetris guideline (Tetris wiki, "Scoring": "Recent
    /// guideline compatible games", and for perfect clears Tetris Effect).
    pub const GUIDELINE: Self = Self {
        lines: [0, 100, 300, 500, 800],
        mini_spin: [100, 200, 400],
        full_spin: [400, 800, 1_200, 1_600],
        back_to_back: true,
        combo: 50,
        perfect_clear: [800, 1_200, 1_800, 2_000],
        back_to_back_perfect_clear: 3_200,
        by_level: true,
        soft_drop: 1,
        hard_drop: 2,
    };

    /// The points for a piece that locked.
    #[must_use]
    pub fn points(&self, clear: &Clear, level: u16) -> u32 {
        let lines = usize::from(clear.lines.min(4));
        let by_spin = match clear.spin {
            None => None,
            Some(Spin::Mini) => self.mini_spin.get(lines),
            Some(Spin::Full) => self.full_spin.get(lines),
        };
        let mut points = *by_spin.unwrap_or(&self.lines[lines]);
        let back_to_back = clear.back_to_back && clear.is_difficult();
        if back_to_back && self.back_to_back {
            points = points.saturating_mul(3) / 2;
        }
        points = points.saturating_add(self.combo.saturating_mul(clear.combo.into()));
        if clear.perfect && lines > 0 {
            points = points.saturating_add(if back_to_back && lines == 4 {
                self.back_to_back_perfect_clear
            } else {
                self.perfect_clear[lines - 1]
            });
        }
        let level = if self.by_level { level.into() } else { 1 };
        points.saturating_mul(level)
    }
}

/// How many rows of garbage an opponent gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AttackTable {
    /// For 0 to 4 lines.
    pub lines: [u16; 5],
    /// For 0 to 2 lines by a mini spin, instead.
    pub mini_spin: [u16; 3],
    /// For 0 to 3 lines by a full spin, instead.
    pub full_spin: [u16; 4],
    /// For a back-to-back clear, in addition.
    pub back_to_back: u16,
    /// For emptying the board, instead of all of the above.
    pub perfect_clear: u16,
    /// By how many pieces before it cleared lines too, in addition; the last goes on for ever.
    pub combo: [u16; 12],
}

impl AttackTable {
    /// No attacks.
    pub const NONE: Self = Self {
        lines: [0; 5],
        mini_spin: [0; 3],
        full_spin: [0; 4],
        back_to_back: 0,
        perfect_clear: 0,
        combo: [0; 12],
    };

    /// The usual attacks of games by the Tetris guideline (Tetris wiki, "Garbage"; that only
    /// combos add to a perfect clear: Hard Drop, "Multiplayer Tetris: The Definitive Rulebook";
    /// combos: Tetris 99 and NullpoMino).
    pub const GUIDELINE: Self = Self {
        lines: [0, 0, 1, 2, 4],
        mini_spin: [0, 0, 1],
        full_spin: [0, 2, 4, 6],
        back_to_back: 1,
        perfect_clear: 10,
        combo: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5],
    };

    /// The rows that a piece sends when it locks.
    #[must_use]
    pub fn rows(&self, clear: &Clear) -> u16 {
        let lines = usize::from(clear.lines.min(4));
        if lines == 0 {
            return 0;
        }
        let by_spin = match clear.spin {
            None => None,
            Some(Spin::Mini) => self.mini_spin.get(lines),
            Some(Spin::Full) => self.full_spin.get(lines),
        };
        let mut rows = *by_spin.unwrap_or(&self.lines[lines]);
        if clear.back_to_back && clear.is_difficult() {
            rows = rows.saturating_add(self.back_to_back);
        }
        if clear.perfect {
            rows = self.perfect_clear;
        }
        rows.saturating_add(self.combo[usize::from(clear.combo).min(self.combo.len() - 1)])
    }
}
