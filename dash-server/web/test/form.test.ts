import assert from "node:assert/strict";
import { test } from "node:test";
import { FormError, parsed, written } from "../src/controls/form_value";
import { putAt, valueAt, type FieldKind, type FormField } from "../src/wire/form";

const field = (kind: FieldKind, min: number | null = null, max: number | null = null): FormField => ({
  key: "agent.x", game: null, label: "X", doc: "", kind, min, max, choices: [],
});

test("what is written is what is read", () => {
  for (const [kind, value, text] of [
    ["integer", 128, "128"],
    ["number", 0.995, "0.995"],
    ["choice", "bag7", "bag7"],
    ["switch", true, "on"],
    ["switch", false, "off"],
    ["sizes", [32, 32], "32, 32"],
    ["schedule", { constant: 0.001 }, "0.001"],
    ["schedule", { exponential: { from: 0.002, to: 0.0002, over: 200000 } }, "exponential 0.002 0.0002 200000"],
  ] as const) {
    assert.equal(written(value, field(kind)), text);
    assert.deepEqual(parsed(text, field(kind)), value);
  }
  assert.equal(written(undefined, field("integer")), "");
  assert.equal(written({ piecewise: [[0, 1]] }, field("schedule")), "piecewise");
});

test("what cannot be meant is refused in words", () => {
  for (const [kind, text, reason] of [
    ["integer", "1.5", /whole number/],
    ["integer", "many", /not a number/],
    ["integer", "3", /Between 4 and 32/],
    ["number", "33", /Between 4 and 32/],
    ["sizes", "8, x", /not a number/],
    ["sizes", "8,000", /not 1,000/],
    ["integer", "_", /not a number/],
    ["integer", "0x10", /not a number/],
    ["number", "0b101", /not a number/],
    ["number", "Infinity", /not a number/],
    ["number", "1__0", /not a number/],
    ["sizes", "8, 99", /Between/],
    ["schedule", "linear 8 9", /start, end and steps/],
    ["schedule", "square 8 9 10", /linear, exponential or cosine/],
    ["schedule", "linear 8 99 10", /Between/],
  ] as const) {
    const wrong = (error: unknown) => error instanceof FormError && reason.test(error.message);
    assert.throws(() => parsed(text, field(kind, 4, 32)), wrong, `${kind} ${text}`);
  }
  assert.throws(() => parsed("0", field("integer", 1)), /At least 1/);
  assert.throws(() => parsed("2", field("number", null, 1)), /At most 1/);
});

test("digits can be grouped, and need no zero around a point", () => {
  const cases = [["1_000", 1000], [" -2.5e-3 ", -0.0025], [".5", 0.5], ["5.", 5], ["+1E3", 1000]] as const;
  for (const [text, value] of cases) assert.equal(parsed(text, field("number")), value);
  assert.deepEqual(parsed("128,64 1_024", field("sizes")), [128, 64, 1024]);
});

test("values are found in a configuration and put into one", () => {
  const config = { agent: { gamma: 0.9, target: { soft: { tau: 0.01 } } } };
  assert.equal(valueAt(config, "agent.target.soft.tau"), 0.01);
  assert.equal(valueAt(config, "agent.target.hard.every"), undefined);
  assert.equal(valueAt(undefined, "agent.gamma"), undefined);
  const made = {};
  putAt(made, "agent.gamma", 0.5);
  putAt(made, "agent.batch_size", 8);
  putAt(made, "trainer.seed", 1);
  assert.deepEqual(made, { agent: { gamma: 0.5, batch_size: 8 }, trainer: { seed: 1 } });
});
