import assert from "node:assert/strict";
import { test } from "node:test";
import { afterValue } from "../src/why/after_value";
import { layoutOf } from "../src/why/layout";
import { heightsOf, rowsFor, stepsInWords } from "../src/why/skyline";
import { note, summary } from "../src/why/why";
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
    columns: new Float32Array(), featureNames: [], unlisted: "", actions: [],
  };
  assert.equal(summary(decision), "T: the best of 34 placements, 0.25 ahead of the next.");
  assert.equal(summary({ ...decision, chosen: 1 }), "T: number 2 of 34 placements.");
  assert.equal(summary({ ...decision, explored: true }), "T: explored, one of 34 placements by chance.");
  assert.equal(summary({ ...decision, placements: [row(1)], count: 1 }), "T: there was only one placement.");
  const held = [row(2, 4), row(1)];
  assert.equal(summary({ ...decision, placements: held }), "S from hold: the best of 34 placements, 1 ahead of the next.");
});

test("each feature has a column, the steps of the surface share one, and what has no room is counted", () => {
  const steps = ["step_1", "step_2", "step_3"];
  assert.deepEqual(layoutOf(["holes", "wells"]), { plain: [0, 1], surface: null, left: 0 });
  assert.deepEqual(layoutOf(["holes", ...steps, "wells"]), { plain: [0, 4], surface: [1, 4], left: 0 });
  assert.deepEqual(layoutOf(["step_2", "step_1"]), { plain: [0], surface: [1, 2], left: 0 });
  assert.deepEqual(layoutOf([]), { plain: [], surface: null, left: 0 });
  const cells = layoutOf(Array.from({ length: 200 }, (_, at) => `cell_${at % 10}_${Math.floor(at / 10)}`));
  assert.deepEqual([cells.plain.length, cells.left], [16, 184]);
});

test("what the network sees beside that is told in a sentence", () => {
  const many = Array.from({ length: 20 }, (_, at) => `input_${at}`);
  const told = (featureNames: string[], unlisted = "") => note({ featureNames, unlisted });
  assert.equal(told(["holes"]), "");
  assert.equal(told([], "the 200 cells of the board"), "The network sees the 200 cells of the board.");
  assert.equal(told(["holes"], "the next piece"), "The network also sees the next piece.");
  assert.equal(told(many, "the next piece"), "The network also sees 4 more numbers and the next piece.");
});

test("the surface is drawn from its steps, above its lowest column", () => {
  const steps = Float32Array.from([0, -0.25, 0.5, -1]);
  assert.deepEqual(heightsOf(steps), [3, 3, 2, 4, 0]);
  assert.equal(stepsInWords(steps), "0 −1 2 −4");
  assert.equal(rowsFor([steps, Float32Array.from([2.5])]), 10);
  assert.equal(rowsFor([steps]), 6, "what is nearly flat looks flat");
  assert.deepEqual(heightsOf(new Float32Array()), [0], "of a placement without features");
});
