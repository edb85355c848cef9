import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsFor } from "../src/board/grid";
import { FrameLoop } from "../src/shell/frame_loop";
import { readBoards } from "../src/wire/boards";
import { ProtocolError } from "../src/wire/fields";

test("boards stand side by side, in several rows where they would get too narrow", () => {
  assert.deepEqual([2, 9, 16, 64].map((count) => columnsFor(count, 2, 960)), [2, 9, 12, 23]);
  assert.deepEqual([2, 9, 64].map((count) => columnsFor(count, 1, 350)), [2, 6, 9]);
  assert.equal(columnsFor(4, 2, 0), 1, "before the card has been laid out");
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
