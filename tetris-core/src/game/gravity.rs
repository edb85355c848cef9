//! How pieces fall by themselves, and when they lock. Time is counted in the caller's ticks.

/// How pieces fall by themselves. One G is a row a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Gravity {
    /// Not at all.
    None,
    /// So many rows in so many ticks (1 or more), evenly. From 20 rows a tick on it is as
    /// [`Gravity::Instant`].
    Rows {
        /// Rows.
        rows: u16,
        /// Ticks.
        ticks: u16,
    },
    /// By the level, at 60 ticks a second: `(0.8 - 0.007 (level - 1))^(level - 1)` seconds a row
    /// up to level 20, which is kept from there on (Tetris wiki, "Marathon"). From level 19 on
    /// that is more than 20 rows a tick, and then it is as [`Gravity::Instant`].
    #[default]
    Guideline,
    /// 20G: a piece is on the ground as soon as it enters, moves or turns.
    Instant,
}

/// Ticks for a million rows on each level of the guideline, at 60 ticks a second.
const GUIDELINE_TICKS: [u32; 20] = [
    60_000_000, 47_580_000, 37_067_760, 28_363_748, 21_311_816, 15_720_213, 11_380_635, 8_084_084,
    5_632_935, 3_849_095, 2_578_575, 1_693_061, 1_089_200, 686_361, 423_517, 255_813, 151_205,
    87_428, 49_434, 27_324,
];

/// Rows in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) rows: u32,
    /// 1 or more.
    pub(crate) ticks: u32,
}

impl Rate {
    /// As fast as makes no difference to falling at once.
    pub(crate) const fn is_instant(self) -> bool {
        self.rows as u64 >= 20 * self.ticks as u64
    }
}

impl Gravity {
    /// The rate on a level.
    pub(crate) fn rate(self, level: u16) -> Rate {
        match self {
            Self::None => Rate { rows: 0, ticks: 1 },
            Self::Rows { rows, ticks } => Rate {
                rows: rows.into(),
                ticks: ticks.into(),
            },
            Self::Guideline => Rate {
                rows: 1_000_000,
                ticks: GUIDELINE_TICKS[usize::from(level.clamp(1, 20)) - 1],
            },
            Self::Instant => Rate {
                rows: u32::MAX,
                ticks: 1,
            },
        }
    }
}

/// When a piece on the ground locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LockDelay {
    /// When gravity, or a soft drop, would move it a row down and cannot.
    Instant,
    /// After so many ticks on the ground.
    Ticks {
        /// Ticks.
        ticks: u16,
        /// What starts the count again.
        reset: LockReset,
    },
    /// Never by itself: only by a hard drop.
    Infinite,
}

/// What starts the ticks of a lock delay again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LockReset {
    /// Falling by a row ("classic" or step reset).
    Fall,
    /// That, and so many moves and turns ("extended placement": 15). Once they are used up the
    /// piece locks as soon as it is on the ground, whatever is left of the delay; falling below
    /// the lowest row it has reached gives all of them back.
    Moves(u8),
    /// That, and every move and turn ("infinite placement").
    EveryMove,
}

impl LockDelay {
    /// Half a second at 60 ticks a second, extended placement (Tetris wiki, "Tetris Guideline").
    pub const GUIDELINE: Self = Self::Ticks {
        ticks: 30,
        reset: LockReset::Moves(15),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "std")]
    fn the_guideline_has_a_formula() {
        for level in 1..=20u16 {
            let base = 0.8 - 0.007 * f64::from(level - 1);
            let ticks = 60.0 * base.powi(i32::from(level) - 1);
            let rate = Gravity::Guideline.rate(level);
            let found = f64::from(rate.ticks) / f64::from(rate.rows);
            assert!((found - ticks).abs() <= 5e-7, "level {level}: {ticks}");
            assert_eq!(rate.is_instant(), level >= 19, "level {level}");
        }
        assert_eq!(Gravity::Guideline.rate(21), Gravity::Guideline.rate(20));
        assert_eq!(Gravity::Guideline.rate(0), Gravity::Guideline.rate(1));
    }

    #[test]
    fn instant_is_twenty() {
        let rows = |rows| Gravity::Rows { rows, ticks: 1 }.rate(1).is_instant();
        assert_eq!((rows(19), rows(20)), (false, true));
        assert!(Gravity::Instant.rate(1).is_instant());
        assert!(!Gravity::None.rate(1).is_instant());
    }
}
