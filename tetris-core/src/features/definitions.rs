//! The numbers by which positions are judged.

/// What a placement did and what the board looks like after it, before the next piece.
///
/// The eight features of BCTS (Thiery and Scherrer, "Building Controllers for Tetris", 2009), of
/// which the first six are Dellacherie's, then the pattern diversity of DT-10 and DT-20
/// (Gabillon, Ghavamzadeh and Scherrer, "Approximate Dynamic Programming Finally Performs Well
/// in the Game of Tetris", 2013), then the mean height. The literature leaves some words open.
/// Play with the three published weight sets reproduces their results by the definitions here,
/// and would not with row transitions of the pile's rows only, or with uncovered wells only. It
/// cannot tell apart the readings of hole depth (all full cells above a hole, those directly
/// above it, or above the highest hole): the first is used.
///
/// All but the first two are of the board after full rows were taken out. Walls and floor count
/// as full, everything above the board as empty. All are whole numbers except
/// [`landing_height`](Self::landing_height) (halves) and [`mean_height`](Self::mean_height).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Features {
    /// Height in rows of the middle of the piece's bounding box above the floor, where it came
    /// to rest, before full rows were taken out: an I piece lying on the floor has 0.5.
    pub landing_height: f32,
    /// Rows cleared times cells of the placed piece in those rows.
    pub eroded_cells: f32,
    /// Full/empty changes between horizontal neighbours, walls included, over every row of the
    /// board: an empty row counts 2.
    pub row_transitions: f32,
    /// Full/empty changes between vertical neighbours from the floor to above the board: an
    /// empty column counts 1.
    pub column_transitions: f32,
    /// Empty cells with a full cell somewhere above them in their column.
    pub holes: f32,
    /// For each unbroken vertical run of empty cells whose left and right neighbours are both
    /// full, covered or not: 1 + 2 + ... + its length, added up.
    pub cumulative_wells: f32,
    /// For each hole the number of full cells above it in its column, added up.
    pub hole_depth: f32,
    /// Rows with at least one hole.
    pub rows_with_holes: f32,
    /// How many different height differences of neighbouring columns there are among
    /// -2, -1, 0, 1, 2; walls left out.
    pub pattern_diversity: f32,
    /// Column heights added up, over the board's width.
    pub mean_height: f32,
}

impl Features {
    /// Number of features.
    pub const LEN: usize = 10;

    /// Their names, in the order of [`Features::to_array`].
    pub const NAMES: [&'static str; Self::LEN] = [
        "landing_height",
        "eroded_cells",
        "row_transitions",
        "column_transitions",
        "holes",
        "cumulative_wells",
        "hole_depth",
        "rows_with_holes",
        "pattern_diversity",
        "mean_height",
    ];

    /// All features, in the order of the fields.
    #[must_use]
    #[inline]
    pub const fn to_array(&self) -> [f32; Self::LEN] {
        [
            self.landing_height,
            self.eroded_cells,
            self.row_transitions,
            self.column_transitions,
            self.holes,
            self.cumulative_wells,
            self.hole_depth,
            self.rows_with_holes,
            self.pattern_diversity,
            self.mean_height,
        ]
    }

    /// The features from such an array.
    #[inline]
    pub(crate) const fn from_array(all: [f32; Self::LEN]) -> Self {
        let [
            landing_height,
            eroded_cells,
            row_transitions,
            column_transitions,
            holes,
            cumulative_wells,
            hole_depth,
            rows_with_holes,
            pattern_diversity,
            mean_height,
        ] = all;
        Self {
            landing_height,
            eroded_cells,
            row_transitions,
            column_transitions,
            holes,
            cumulative_wells,
            hole_depth,
            rows_with_holes,
            pattern_diversity,
            mean_height,
        }
    }
}
