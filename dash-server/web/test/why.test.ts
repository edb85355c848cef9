import assert from "node:assert/strict";
import { test } from "node:test";
import { afterValue } from "../src/why/after_value";
import { summary } from "../src/why/why";
import type { Decision } from "../src/wire/frame";

test("the value of the position after a placement is that of the placement without reward and discount", () => {
  assert.equal(afterValue(11, 1, { agent: { gamma: 0.5 } }), 20);
  assert.equal(afterValue(11, 1, { agent: { gamma: 0.5, objective: "return" } }), 20);
  const survival = { agent: { gamma: 0.5, objective: "survival" } };
  assert.equal(afterValue(11, 1, survival), 11 - Math.log(2));
  for (const config of [null, {}, { agent: {} }, { agent: { gamma: 0 } }]) assert.ok(Number.isNaN(afterValue(11, 1, config)));
});

test("the decision is told in a sentence", () => {
  const row = (value: number, piece = 3) => ({ value, piece, reward: 1, cells: new Uint16Array(), features: new Float32Array() });
  const decision: Decision = {
    cells: new Uint8Array(), piece: 3, count: 34, chosen: 0, explored: false, placements: [row(4.5), row(4.25)],
    columns: new Float32Array(), featureNames: [], actions: [],
  };
  assert.equal(summary(decision), "T: the best of 34 placements, 0.25 ahead of the next.");
  assert.equal(summary({ ...decision, chosen: 1 }), "T: number 2 of 34 placements.");
  assert.equal(summary({ ...decision, explored: true }), "T: explored, one of 34 placements by chance.");
  assert.equal(summary({ ...decision, placements: [row(1)], count: 1 }), "T: there was only one placement.");
  const held = [row(2, 4), row(1)];
  assert.equal(summary({ ...decision, placements: held }), "S from hold: the best of 34 placements, 1 ahead of the next.");
});
