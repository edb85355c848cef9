// The seven tetrominoes as they are drawn. Values are those of the wire: 1..7 = I O T S Z J L.

/** Name of each piece by its value; 0 is empty, 8 no known piece. */
export const PIECE_NAMES = ["none", "I", "O", "T", "S", "Z", "J", "L", "garbage"] as const;

const USUAL = ["#0b1536", "#31c7e6", "#f2c230", "#aa6cf2", "#4cc96a", "#ef5a5f", "#4a7bf7", "#f2973a", "#8a93ad"] as const;

// Okabe and Ito's colours, each the one nearest to the usual, which people with any colour vision tell apart.
const SAFE = ["#0b1536", "#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00", "#0072b2", "#e69f00", "#9aa3b8"] as const;

let colours: readonly string[] = USUAL;

/** Draws pieces from now on in colours for any colour vision, or in the usual ones. */
export function useSafeColours(safe: boolean): void {
  colours = safe ? SAFE : USUAL;
}

/** Colour of a piece by its value; 0 is the well. */
export function pieceColour(piece: number): string {
  return colours[piece] ?? colours[0]!;
}

/** Cells of each piece as it appears, as [column, row] from the top left of its box. */
export const PIECE_CELLS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 0], [1, 0], [2, 0], [3, 0]],
  [[0, 0], [1, 0], [0, 1], [1, 1]],
  [[1, 0], [0, 1], [1, 1], [2, 1]],
  [[1, 0], [2, 0], [0, 1], [1, 1]],
  [[0, 0], [1, 0], [1, 1], [2, 1]],
  [[0, 0], [0, 1], [1, 1], [2, 1]],
  [[2, 0], [0, 1], [1, 1], [2, 1]],
];

/** Pixels from which on a cell has room for a gap and edges. */
const ROOMY = 5;

/** Draws one cell of `piece` with its corner at (x, y): a flat face, lighter above and darker below; a small one all face. */
export function drawCell(context: CanvasRenderingContext2D, piece: number, x: number, y: number, size: number): void {
  context.fillStyle = pieceColour(piece);
  if (size < ROOMY) return context.fillRect(x, y, size, size);
  const gap = Math.max(1, Math.round(size * 0.04));
  const edge = Math.max(1, Math.round(size * 0.11));
  const [left, top, side] = [x + gap, y + gap, size - 2 * gap];
  context.fillRect(left, top, side, side);
  context.fillStyle = "rgb(255 255 255 / 28%)";
  context.fillRect(left, top, side, edge);
  context.fillStyle = "rgb(255 255 255 / 12%)";
  context.fillRect(left, top + edge, edge, side - 2 * edge);
  context.fillStyle = "rgb(0 0 30 / 24%)";
  context.fillRect(left, top + side - edge, side, edge);
  context.fillStyle = "rgb(0 0 30 / 12%)";
  context.fillRect(left + side - edge, top + edge, edge, side - 2 * edge);
}
