import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsFor } from "../src/board/grid";
import { FrameLoop } from "../src/shell/frame_loop";
import { readBoards } from "../src/wire/boards";
import { ProtocolError } from "../src/wire/fields";

test("boards stand in as many columns as make the card wider than tall", () => {
  assert.deepEqual([2, 4, 5, 9, 16, 64].map(columnsFor), [2, 4, 5, 6, 8, 16]);
  for (let count = 1; count <= 64; count++) {
    const across = columnsFor(count);
    assert.ok(across <= count && 2 * Math.ceil(count / across) <= Math.max(across, 4), `${count} in ${across} columns`);
  }
});

test("boards that do not belong together are refused", () => {
  const fields = { width: 4, height: 4, count: 2, followed: 0, cells: new Uint8Array(32), lines: new Uint8Array(8) };
  assert.deepEqual([...readBoards(fields).lines], [0, 0]);
  assert.throws(() => readBoards({ ...fields, count: 3 }), ProtocolError);
  assert.throws(() => readBoards({ ...fields, cells: new Uint8Array(33) }), ProtocolError);
  assert.throws(() => readBoards({ ...fields, count: 65, lines: new Uint8Array(260) }), ProtocolError);
});

test("charts give way to a frame that fills a canvas, and never twice in a row", () => {
  const frames: ((now: number) => void)[] = [];
  globalThis.requestAnimationFrame = (callback) => frames.push(callback);
  const loop = new FrameLoop(0);
  const drawn: string[] = [];
  const board = loop.prompt(() => (drawn.push("board"), true));
  const numbers = loop.prompt(() => void drawn.push("numbers"));
  const chart = loop.inTurn(() => void drawn.push("chart"));
  const frame = (now: number) => frames.shift()!(now);
  chart();
  board();
  frame(1);
  assert.deepEqual(drawn, ["board"]);
  board();
  frame(2);
  assert.deepEqual(drawn, ["board", "board", "chart"]);
  chart();
  numbers();
  frame(3);
  assert.deepEqual(drawn.slice(3), ["numbers", "chart"]);
  assert.equal(frames.length, 0, "nothing runs while nothing is marked");
});
