import { decode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Commander } from "../src/net/commander";
import { LONGEST_LOAD, Pulse, SILENCE } from "../src/net/pulse";

let sent: { id: number; type: string }[] = [];
let dropped = 0;
let trains = true;
let loads = false;

function pulse(): { pulse: Pulse; commander: Commander } {
  const send = (data: Uint8Array) => sent.push(decode(data) as { id: number; type: string }) > 0;
  const commander = new Commander(send, () => (dropped += 1));
  const made = new Pulse({
    ask: () => commander.request({ type: "games" }), expected: () => trains, loading: () => loads, lost: () => (dropped += 1),
  });
  return { pulse: made, commander };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  sent = [];
  dropped = 0;
  trains = true;
  loads = false;
});

test("as long as something is heard, nothing is asked", () => {
  const made = pulse();
  for (let second = 0; second < 60; second += 5) {
    mock.timers.tick(5_000);
    made.pulse.heard();
  }
  assert.equal(sent.length, 0);
});

test("a run that falls silent is asked after once, and without an answer the connection is given up", async () => {
  pulse();
  mock.timers.tick(SILENCE - 1);
  assert.equal(sent.length, 0);
  mock.timers.tick(1);
  mock.timers.tick(9_999);
  assert.deepEqual([sent.length, dropped], [1, 0]);
  mock.timers.tick(1);
  assert.equal(dropped, 1);
  await settled();
  mock.timers.tick(1_000);
  assert.equal(sent.length, 2, "whoever connects anew may fall silent as well");
});

test("a run that is slow answers, and is asked again after another silence only", async () => {
  const { pulse: made, commander } = pulse();
  mock.timers.tick(SILENCE);
  made.heard();
  commander.acknowledged(sent[0]!.id);
  await settled();
  mock.timers.tick(SILENCE - 1);
  assert.equal(sent.length, 1);
  mock.timers.tick(1);
  assert.deepEqual([sent.length, dropped], [2, 0]);
});

test("where nothing is to be expected silence means nothing, but whoever comes back may ask", () => {
  trains = false;
  const { pulse: made } = pulse();
  mock.timers.tick(60_000);
  assert.equal(sent.length, 0);
  made.feel();
  made.feel();
  assert.equal(sent.length, 1);
  mock.timers.tick(10_000);
  assert.equal(dropped, 1);
});

test("while the history is on its way nothing is asked, and a long silence gives the connection up", () => {
  const { pulse: made } = pulse();
  loads = true;
  mock.timers.tick(LONGEST_LOAD / 2);
  made.heard();
  made.feel();
  mock.timers.tick(LONGEST_LOAD - 1_000);
  assert.deepEqual([sent.length, dropped], [0, 0]);
  mock.timers.tick(1_000);
  assert.deepEqual([sent.length, dropped], [0, 1]);
});

test("a history of 2 MB over the slowest line that the server bears is waited for", () => {
  assert.ok(LONGEST_LOAD > (1000 * 2e6) / 16_384);
});
