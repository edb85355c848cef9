// The board in words, for people who do not see it.

import { byId, setText } from "../shell/dom";
import type { Frame } from "../wire/frame";
import { topOf } from "./path";
import { PIECE_NAMES } from "./pieces";

/** Shows an environment without a board in its words, in place of the board. */
export function showWords(frame: Frame | null): void {
  const words = frame?.text ?? "";
  const place = byId("board-text");
  place.hidden = words === "";
  setText(place, words);
}

/** One sentence about the position. */
export function describe(frame: Frame | null): string {
  if (!frame) return "Tetris board, empty";
  if (frame.text) return `The environment in words: ${frame.text}`;
  const { width, height, cells, lines, pieces, piece, hold } = frame;
  const next = piece === 0 ? "game over" : `next piece ${PIECE_NAMES[piece]}`;
  const held = hold === 0 ? "" : `, ${PIECE_NAMES[hold]} on hold`;
  return `Tetris board: stack ${height - topOf(cells, width)} of ${height} rows high, ${lines} lines, ${pieces} pieces, ${next}${held}`;
}
