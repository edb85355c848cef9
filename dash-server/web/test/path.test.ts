import assert from "node:assert/strict";
import { test } from "node:test";
import { Motion } from "../src/board/motion";
import { moved, posesAbove, type Cell } from "../src/board/path";
import { PIECE_CELLS } from "../src/board/pieces";
import { decisionScene, fallingScene, positionScene } from "../src/board/scene";
import type { Frame } from "../src/wire/frame";
import { seeded } from "./support";

const sorted = (cells: readonly Cell[]) => cells.map(([column, row]) => `${column},${row}`).sort();
const shapeOf = (cells: readonly Cell[]) =>
  sorted(moved(cells, -Math.min(...cells.map(([column]) => column)), -Math.min(...cells.map(([, row]) => row))));

function turned(piece: number, turns: number): Cell[] {
  let cells: Cell[] = [...PIECE_CELLS[piece]!];
  for (let turn = 0; turn < turns; turn++) {
    const rows = 1 + Math.max(...cells.map(([, row]) => row));
    cells = cells.map(([column, row]): Cell => [rows - 1 - row, column]);
  }
  return cells;
}

test("every piece gets from the top to every place by single key presses", () => {
  const random = seeded(3);
  const below = (bound: number) => Math.floor(random() * bound);
  for (let round = 0; round < 2000; round++) {
    const [piece, width, stackTop] = [1 + below(7), 4 + below(12), below(20)];
    const shape = turned(piece, below(4));
    const span = 1 + Math.max(...shape.map(([column]) => column));
    const placed = moved(shape, below(width - span + 1), stackTop);
    const poses = posesAbove(piece, placed, stackTop, width);
    assert.deepEqual(shapeOf(poses[0]!), sorted(PIECE_CELLS[piece]!), "it appears as it is spawned");
    const last = poses[poses.length - 1]!;
    const columns = (cells: readonly Cell[]) => cells.map(([column]) => column).sort((a, b) => a - b);
    assert.deepEqual([columns(last), shapeOf(last)], [columns(placed), shapeOf(placed)], "it ends above its place");
    for (const [index, pose] of poses.entries()) {
      assert.ok(pose.every(([column]) => column >= 0 && column < width), "inside the walls");
      assert.ok(pose.every(([, row]) => row < stackTop), "above the stack");
      const before = poses[index - 1];
      if (!before || shapeOf(before).join() !== shapeOf(pose).join()) continue;
      assert.equal(Math.abs(columns(pose)[0]! - columns(before)[0]!), 1, "one column a press");
    }
    const turns = new Set(poses.map((pose) => shapeOf(pose).join())).size - 1;
    assert.ok(turns <= 2, "never three turns where one the other way does");
  }
});

function frame(cleared: boolean): Frame {
  const before = new Uint8Array(40);
  before.fill(3, 34, 40);
  if (!cleared) before[39] = 0;
  // An I in the left four columns of ten, of a board of four rows.
  return {
    width: 10, height: 4, cells: new Uint8Array(40), placed: Uint16Array.of(30, 31, 32, 33), piece: 2,
    next: new Uint8Array(), hold: 0, text: "", lines: 1, pieces: 9, score: 0, episode: 0, step: 9, value: 2,
    decision: {
      cells: before, piece: 1, count: 2, chosen: 0, explored: false, columns: new Float32Array(10).fill(2), featureNames: [], unlisted: "", actions: [],
      placements: [
        { piece: 1, cells: Uint16Array.of(30, 31, 32, 33), value: 2, reward: 1, features: new Float32Array() },
        { piece: 1, cells: Uint16Array.of(24, 25, 26, 27), value: 1, reward: 1, features: new Float32Array() },
      ],
    },
  };
}

test("a piece moves into its place, full rows flash, and then it is over", () => {
  for (const cleared of [true, false]) {
    const motion = Motion.of(frame(cleared), 1000, 500)!;
    assert.deepEqual(sorted(motion.at(1000)!.piece), ["3,0", "4,0", "5,0", "6,0"]);
    assert.deepEqual(sorted(motion.at(1249)!.piece), ["0,0", "1,0", "2,0", "3,0"]);
    const falling = motion.at(1300)!.piece.map(([, row]) => row);
    assert.ok(falling.every((row) => row > 0 && row < 3));
    assert.deepEqual(motion.at(1450)?.cleared, cleared ? [3] : undefined);
    assert.equal(motion.at(1500), null);
  }
  assert.equal(Motion.of({ ...frame(true), decision: null }, 0, 1), null);
});

test("scenes show the position, the thoughts about it, one of them, or a piece on its way", () => {
  const shown = frame(true);
  const decision = shown.decision!;
  assert.deepEqual(positionScene(shown).outlined, [], "the line is gone");
  assert.deepEqual(positionScene({ ...shown, cells: new Uint8Array(40).fill(1) }).outlined, [30, 31, 32, 33]);
  const thoughts = decisionScene(shown, decision, null);
  assert.deepEqual(thoughts.ghosts.map(({ rank, chosen, strength }) => [rank, chosen, strength]), [[2, false, 0.2], [1, true, 1]]);
  assert.deepEqual(thoughts.heat, Array(10).fill(1));
  assert.deepEqual(decisionScene(shown, decision, 1).ghosts.map(({ rank }) => rank), [2]);
  const moment = { piece: [[0, 0.5]] as Cell[], cleared: [3] };
  const falling = fallingScene(shown, decision, moment, false);
  assert.deepEqual([falling.ghosts[0]!.cells, falling.heat, falling.cleared], [[30, 31, 32, 33], [], [3]]);
  assert.equal(fallingScene(shown, decision, moment, true).ghosts.length, 2);
});
