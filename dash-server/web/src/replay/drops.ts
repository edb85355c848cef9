// All straight drops there are, in the order that gives moves their numbers: pieces I O T S Z J L, of each its distinct
// rotations in turn, of each the columns from the left.

import { clockwise, type Cell } from "../board/path";
import { PIECE_CELLS } from "../board/pieces";

/** One way to let a piece fall. */
export interface Drop {
  /** 1..7. */
  piece: number;
  /** Its cells as [column of the board, row from the top of the piece]. */
  cells: readonly Cell[];
  /** For each column it covers, the row of its lowest cell there. */
  feet: readonly Cell[];
}

// Rotations that cover other cells than the ones before, by piece.
const ROTATIONS = [0, 2, 1, 4, 2, 2, 4, 4] as const;

const known = new Map<number, readonly Drop[]>();

/** The drops on a board of this width. */
export function dropsOf(width: number): readonly Drop[] {
  const drops = known.get(width) ?? listDrops(width);
  known.set(width, drops);
  return drops;
}

/** The drops of one piece, with the number of the first. */
export function dropsOfPiece(width: number, piece: number): { first: number; drops: readonly Drop[] } {
  const all = dropsOf(width);
  const first = all.findIndex((drop) => drop.piece === piece);
  const after = all.findIndex((drop) => drop.piece > piece);
  return { first, drops: all.slice(first, after < 0 ? all.length : after) };
}

function listDrops(width: number): Drop[] {
  const drops: Drop[] = [];
  for (let piece = 1; piece <= 7; piece++) {
    let shape: readonly Cell[] = PIECE_CELLS[piece]!;
    for (let turn = 0; turn < ROTATIONS[piece]!; turn++) {
      const span = 1 + Math.max(...shape.map(([column]) => column));
      for (let left = 0; left + span <= width; left++) {
        const cells = shape.map(([column, row]): Cell => [left + column, row]);
        const foot = (column: number) => Math.max(...cells.filter(([at]) => at === column).map(([, row]) => row));
        const feet = Array.from({ length: span }, (_, at): Cell => [left + at, foot(left + at)]);
        drops.push({ piece, cells, feet });
      }
      shape = clockwise(shape);
    }
  }
  return drops;
}

/** Indices of the cells that a drop fills; null if it would stick out over the top. */
export function land(cells: Uint8Array, width: number, { cells: shape, feet }: Drop): number[] | null {
  let top = Number.POSITIVE_INFINITY;
  for (const [column, foot] of feet) {
    let index = column;
    while (index < cells.length && cells[index] === 0) index += width;
    top = Math.min(top, (index - column) / width - 1 - foot);
  }
  return top < 0 ? null : shape.map(([column, row]) => (top + row) * width + column);
}

/** Rows that are full once these cells are. */
export function fullRows(cells: Uint8Array, width: number, filled: readonly number[]): number[] {
  const rows = [...new Set(filled.map((index) => Math.floor(index / width)))];
  const isFull = (row: number) => {
    for (let index = row * width; index < (row + 1) * width; index++) {
      if (cells[index] === 0 && !filled.includes(index)) return false;
    }
    return true;
  };
  return rows.filter(isFull).sort((a, b) => a - b);
}
