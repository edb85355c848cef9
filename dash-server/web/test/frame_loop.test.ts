import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { FrameLoop } from "../src/shell/frame_loop";

let waiting: FrameRequestCallback[] = [];

/** The next animation frame. */
function frame(now: number): void {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback(now);
}

beforeEach(() => {
  waiting = [];
  globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
  mock.method(console, "error", () => {});
});
afterEach(() => mock.restoreAll());

const told = () => (console.error as unknown as { mock: { calls: { arguments: unknown[] }[] } }).mock.calls.map((call) => call.arguments[0]);

test("what cannot be drawn is said, and takes nothing else of its frame with it", () => {
  const loop = new FrameLoop();
  const failure = new Error("too large");
  const drawn: string[] = [];
  const marks = [
    loop.prompt(() => { throw failure; }),
    loop.prompt(() => { drawn.push("small"); }),
    loop.inTurn(() => drawn.push("chart")),
  ];
  for (const mark of marks) mark();
  frame(1_000);
  assert.deepEqual(drawn, ["small", "chart"]);
  assert.deepEqual(told(), [failure]);
});

test("a chart that cannot be drawn leaves the others their turns", () => {
  const loop = new FrameLoop();
  const drawn: string[] = [];
  for (const mark of [loop.inTurn(() => { throw new Error("no"); }), loop.inTurn(() => drawn.push("chart"))]) mark();
  for (let now = 1_000; waiting.length > 0 && now < 2_000; now += 16) frame(now);
  assert.deepEqual(drawn, ["chart"]);
  assert.equal(told().length, 1);
});
