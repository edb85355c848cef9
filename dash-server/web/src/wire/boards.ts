// Small boards of several environments.

import { boardCells } from "./frame";
import { bytes, count, ProtocolError, type Fields } from "./fields";

/** How the boards look now. */
export interface Boards {
  width: number;
  height: number;
  count: number;
  /** The environment that is shown large. */
  followed: number;
  /** The cells of each board in turn. */
  cells: Uint8Array;
  /** Lines of the running game of each. */
  lines: Uint32Array;
}

/** Reads the boards. */
export function readBoards(fields: Fields): Boards {
  const [width, height, boards, followed] = [
    count(fields, "width"), count(fields, "height"), count(fields, "count"), count(fields, "followed"),
  ];
  const lines = bytes(fields, "lines");
  if (boards > 64 || lines.byteLength !== 4 * boards) throw new ProtocolError("count and lines do not belong together");
  return { width, height, count: boards, followed, cells: boardCells(fields, width * height * boards), lines: new Uint32Array(lines.slice().buffer) };
}
