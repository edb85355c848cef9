//! How games are lost.

use core::fmt;

/// Why a game was lost (Tetris wiki, "Top out").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TopOut {
    /// A piece had no room to enter.
    BlockOut,
    /// A piece locked wholly above the visible rows.
    LockOut,
    /// A piece locked partly above the visible rows.
    PartialLockOut,
    /// Garbage pushed a full cell out over the highest row.
    GarbageOut,
}

impl fmt::Display for TopOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlockOut => "block out",
            Self::LockOut => "lock out",
            Self::PartialLockOut => "partial lock out",
            Self::GarbageOut => "garbage out",
        })
    }
}

/// What ends a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TopOutRules {
    /// A piece that finds its place to enter taken. Otherwise it enters in the lowest free place
    /// above it, and the game ends so only when there is none.
    pub block_out: bool,
    /// A piece that locks wholly above the visible rows.
    pub lock_out: bool,
    /// A piece that locks wholly or partly above them, before full rows are taken out.
    pub partial_lock_out: bool,
    /// Garbage that pushes a full cell out over the highest hidden row. Otherwise such cells are
    /// lost.
    pub garbage_out: bool,
}

impl TopOutRules {
    /// Block out, lock out and garbage out (Tetris wiki, "Top out").
    pub const GUIDELINE: Self = Self {
        block_out: true,
        lock_out: true,
        partial_lock_out: false,
        garbage_out: true,
    };
}
