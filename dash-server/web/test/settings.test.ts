// What a configuration may say to the page, whoever wrote it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { previewOf, queueSlots } from "../src/board/upcoming";
import { rowsOf } from "../src/session";
import { numberOf, readSettings } from "../src/wire/settings";

const sound = {
  environment: { height: 22, preview: 5, reward_per_piece: 1, reward_per_line: 10 },
  agent: { gamma: 0.99, objective: "survival" },
};

test("the settings that are read are kept, and nothing else", () => {
  const { environment, agent } = sound;
  const whole = { game: "placement", environment: { ...environment, width: 10 }, agent: { ...agent, hidden: [64] }, seed: 1 };
  assert.deepEqual(readSettings(whole), sound);
  assert.equal(readSettings(null), null);
  assert.deepEqual(readSettings({}), {});
  assert.deepEqual(readSettings({ environment: 3, agent: null }), {});
});

test("a value that no run can have is not there", () => {
  const wrong: [string, unknown[]][] = [
    ["height", [1e9, 65, 3, 20.5, -20, Number.NaN, Number.POSITIVE_INFINITY, "20", null, {}]],
    ["preview", [1e8, 15, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, "5"]],
    ["reward_per_piece", [Number.NaN, Number.POSITIVE_INFINITY, "1"]],
  ];
  for (const [key, values] of wrong) {
    for (const value of values) assert.deepEqual(readSettings({ environment: { [key]: value } }), {}, `${key} ${String(value)}`);
  }
  for (const gamma of [-0.1, 1.5, Number.NaN, "0.9"]) assert.deepEqual(readSettings({ agent: { gamma } }), {});
  assert.deepEqual(readSettings({ agent: { objective: "x".repeat(1e6) } }), {});
  assert.equal(numberOf({ environment: { height: 40 } }, "environment", "height"), 40);
  assert.equal(numberOf(null, "agent", "gamma"), undefined);
});

test("board and queue are of bounded size, whatever a configuration says", () => {
  assert.equal(rowsOf({ environment: { height: 24 } }, null), 24);
  for (const height of [1e9, Number.POSITIVE_INFINITY, 2.5]) assert.equal(rowsOf({ environment: { height } }, null), 20);
  for (const preview of [1e8, Number.POSITIVE_INFINITY, 0.5]) {
    assert.equal(queueSlots(previewOf({ environment: { preview } })).length, 1);
  }
});
