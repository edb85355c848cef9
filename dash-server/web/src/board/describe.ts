// The board in words, for people who do not see it.

import type { Frame } from "../wire/frame";
import { topOf } from "./path";
import { PIECE_NAMES } from "./pieces";

/** One sentence about the position. */
export function describe(frame: Frame | null): string {
  if (!frame) return "Tetris board, empty";
  const { width, height, cells, lines, pieces, piece, hold } = frame;
  const next = piece === 0 ? "game over" : `next piece ${PIECE_NAMES[piece]}`;
  const held = hold === 0 ? "" : `, ${PIECE_NAMES[hold]} on hold`;
  return `Tetris board: stack ${height - topOf(cells, width)} of ${height} rows high, ${lines} lines, ${pieces} pieces, ${next}${held}`;
}
