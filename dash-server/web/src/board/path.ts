// The way of a piece from the top of the board to where it was placed: turns, then shifts, then a straight fall.

import { PIECE_CELLS } from "./pieces";

/** A cell as [column, row from the top]. */
export type Cell = readonly [column: number, row: number];

/** Where a piece stands after each key press, from where it appears to right above its place. */
export function posesAbove(piece: number, placed: readonly Cell[], stackTop: number, width: number): Cell[][] {
  const target = placed.map(([column]) => column);
  const left = Math.min(...target);
  const goal = normal(placed);
  const turns = turnsTo(PIECE_CELLS[piece] ?? [], goal);
  const tallest = Math.max(...turns.map((shape) => height(shape)), height(goal));
  // Above a high stack the piece waits outside the board.
  const top = Math.min(0, stackTop - tallest);
  const centred = (shape: readonly Cell[]) => Math.floor((width - span(shape)) / 2);
  const poses = turns.map((shape) => moved(shape, centred(shape), top));
  const from = centred(goal);
  const stride = Math.sign(left - from);
  if (poses.length === 0) poses.push(moved(goal, from, top));
  for (let column = from; column !== left; column += stride) poses.push(moved(goal, column + stride, top));
  return poses;
}

/** First row of the board that holds a full cell; the number of rows if none does. */
export function topOf(cells: Uint8Array, width: number): number {
  const first = cells.findIndex((cell) => cell !== 0);
  return Math.floor((first < 0 ? cells.length : first) / width);
}

/** The same cells, `columns` to the right and `rows` further down. */
export function moved(cells: readonly Cell[], columns: number, rows: number): Cell[] {
  return cells.map(([column, row]) => [column + columns, row + rows]);
}

// The shapes on the shorter way around from `shape` to `goal`; nothing if it cannot be turned into it.
function turnsTo(shape: readonly Cell[], goal: readonly Cell[]): (readonly Cell[])[] {
  const key = keyOf(goal);
  const shapes: (readonly Cell[])[] = [];
  let turned = shape;
  for (let turn = 0; turn < 4 && shape.length > 0; turn++) {
    shapes.push(turned);
    if (keyOf(turned) === key) return turn === 3 ? [shape, turned] : shapes;
    turned = clockwise(turned);
  }
  return [];
}

/** The shape after a quarter turn to the right. */
export function clockwise(shape: readonly Cell[]): Cell[] {
  const rows = height(shape);
  return shape.map(([column, row]) => [rows - 1 - row, column]);
}

function normal(cells: readonly Cell[]): Cell[] {
  return moved(cells, -Math.min(...cells.map(([column]) => column)), -Math.min(...cells.map(([, row]) => row)));
}

function keyOf(shape: readonly Cell[]): string {
  return shape.map(([column, row]) => `${column},${row}`).sort().join(" ");
}

const span = (shape: readonly Cell[]) => 1 + Math.max(...shape.map(([column]) => column));
const height = (shape: readonly Cell[]) => 1 + Math.max(...shape.map(([, row]) => row));
