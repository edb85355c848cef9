// A person's own game.

import { boardCells } from "./frame";
import { bytes, count, flag, optionalText, ProtocolError, words, type Fields } from "./fields";

/** A key of the game. */
export type Key = "left" | "right" | "soft_drop" | "hard_drop" | "clockwise" | "counter_clockwise" | "half" | "hold";

/** The game as it looks now. */
export interface PlayFrame {
  width: number;
  height: number;
  /** The locked cells, row by row from the top. */
  cells: Uint8Array;
  /** The piece in play; 0 after the end. */
  piece: number;
  /** Indices of its cells, and of those that it would come to rest in. */
  active: Uint16Array;
  ghost: Uint16Array;
  /** The held piece, 0 for none. */
  hold: number;
  canHold: boolean;
  next: Uint8Array;
  lines: number;
  pieces: number;
  score: number;
  level: number;
  /** Why it is over; null while it goes on. */
  over: string | null;
  /** Key commands that were obeyed. */
  keys: number;
}

/** Reads a person's game. */
export function readPlay(fields: Fields): PlayFrame {
  const [width, height] = [count(fields, "width"), count(fields, "height")];
  const cells = boardCells(fields, width * height);
  const [active, ghost] = [words(fields, "active"), words(fields, "ghost")];
  if ([...active, ...ghost].some((index) => index >= cells.length)) throw new ProtocolError("active or ghost points outside the board");
  const [piece, hold, next] = [count(fields, "piece"), count(fields, "hold"), bytes(fields, "next")];
  if (piece > 7 || hold > 7 || next.some((upcoming) => upcoming < 1 || upcoming > 7)) {
    throw new ProtocolError("piece, hold or next holds an unknown piece");
  }
  return {
    width, height, cells, piece, active, ghost, hold, next,
    canHold: flag(fields, "can_hold"),
    lines: count(fields, "lines"),
    pieces: count(fields, "pieces"),
    score: count(fields, "score"),
    level: count(fields, "level"),
    over: optionalText(fields, "over"),
    keys: count(fields, "keys"),
  };
}
