import { encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../src/runs/difference";
import { parseSeed } from "../src/wire/commands";
import { ProtocolError } from "../src/wire/fields";
import { decodeMessage } from "../src/wire/messages";
import { isWide, TABLES } from "../src/wire/tables";

const frame = {
  type: "frame", width: 4, height: 4, cells: new Uint8Array(16), placed: new Uint8Array([0, 0, 15, 0]), piece: 7,
  next: new Uint8Array([1]), hold: 0, lines: 0, pieces: 1, score: 0, episode: 0, step: 1, value: Number.NaN,
};

function refusal(message: unknown): string {
  try {
    decodeMessage(encode(message));
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return error.message;
  }
  assert.fail("the message was read");
}

test("a frame is read, keys it does not know are not", () => {
  const message = decodeMessage(encode({ ...frame, future: 1 }));
  assert.ok(message.type === "frame");
  assert.deepEqual([...message.frame.placed], [0, 15]);
  assert.ok(!("future" in message.frame));
});

test("a refusal names the field", () => {
  assert.match(refusal({ ...frame, cells: new Uint8Array(15) }), /cells has 15 bytes, the board needs 16/);
  assert.match(refusal({ ...frame, cells: new Uint8Array(16).fill(9) }), /cells/);
  assert.match(refusal({ ...frame, placed: new Uint8Array([16, 0]) }), /placed points outside/);
  assert.match(refusal({ ...frame, placed: new Uint8Array([1]) }), /placed does not hold/);
  assert.match(refusal({ ...frame, piece: 8 }), /piece/);
  assert.match(refusal({ ...frame, next: new Uint8Array([0]) }), /next/);
  assert.match(refusal({ ...frame, hold: 8 }), /hold/);
  assert.match(refusal({ ...frame, lines: -1 }), /lines/);
  assert.match(refusal({ ...frame, value: "high" }), /value/);
  assert.match(refusal({ type: "status", state: "asleep", step: 0 }), /asleep/);
  assert.match(refusal({ type: "metrics", updates: { start: 0, rows: 1, step: new Uint8Array(4) } }), /updates\.step/);
  assert.match(refusal({ type: "hello", protocol: 1, server: "x", started: 1, frame_rate: 1, presets: [1], configs: {}, form: [] }), /presets/);
  assert.match(refusal([1, 2]), /not a map/);
  assert.match(refusal({ id: 1 }), /type/);
});

test("a decision whose parts do not fit together is refused", () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
  const decision = {
    cells: new Uint8Array(16), piece: 2, pieces: new Uint8Array([2, 5]), actions: [], count: 3, chosen: 1, explored: false, placements: words(1, 2, 3, 4),
    values: floats(2, 1), rewards: floats(1, 1), columns: floats(2, 2, 1, 1), feature_names: ["holes"], features: floats(0.5),
  };
  const message = decodeMessage(encode({ ...frame, decision }));
  assert.ok(message.type === "frame" && message.frame.decision);
  const { placements } = message.frame.decision;
  assert.deepEqual(placements.map(({ piece, cells, value, features }) => [piece, [...cells], value, [...features]]), [
    [2, [1, 2], 2, [0.5]], [5, [3, 4], 1, []],
  ]);
  for (const [wrong, reason] of [
    [{ cells: new Uint8Array(15) }, /cells/],
    [{ chosen: 2 }, /chosen/],
    [{ explored: 1 }, /explored/],
    [{ placements: words(1, 2, 3) }, /placements/],
    [{ placements: words(1, 2, 3, 16) }, /placements points outside/],
    [{ rewards: floats(1) }, /rewards/],
    [{ values: new Uint8Array(0), rewards: new Uint8Array(0), placements: new Uint8Array(0) }, /values/],
    [{ pieces: new Uint8Array([2]) }, /pieces/],
    [{ pieces: new Uint8Array([2, 8]) }, /pieces/],
    [{ actions: ["left"] }, /actions/],
    [{ columns: floats(1) }, /columns/],
    [{ feature_names: [] }, /features/],
    [{ feature_names: ["a", "b"] }, /features/],
  ] as const) {
    assert.match(refusal({ ...frame, decision: { ...decision, ...wrong } }), reason);
  }
});

test("a message of a type to come is let pass", () => {
  assert.deepEqual(decodeMessage(encode({ type: "weather" })), { type: "other", name: "weather" });
});

test("whole numbers of 64 bits keep all their digits in a configuration, and are numbers elsewhere", () => {
  const status = { state: "running", message: null, run: "a", preset: null, step: 2n ** 40n, speed_limit: null };
  const present = (seed: bigint) => {
    const message = decodeMessage(encode({ type: "present", status, config: { seed }, frame: null }, { useBigInt64: true }));
    assert.ok(message.type === "present");
    return message.present;
  };
  const [one, other] = [present(2n ** 63n), present(2n ** 63n + 1n)];
  assert.equal(one.status.step, 2 ** 40);
  assert.deepEqual(differences([one.config!, other.config!]), [{ key: "seed", values: ["9223372036854775808", "9223372036854775809"] }]);
});

test("a row that stands nowhere is refused", () => {
  const message = (changed: object) => {
    const columns = TABLES.positions.map((column) => [column, new Uint8Array(isWide(column) ? 8 : 4)]);
    return { type: "metrics", positions: { start: 0, rows: 1, ...Object.fromEntries(columns), ...changed } };
  };
  assert.equal(decodeMessage(encode(message({}))).type, "metrics");
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const wide = new Uint8Array(Float64Array.of(value).buffer);
    for (const key of ["step", "seconds", "episode"]) assert.match(refusal(message({ [key]: wide })), new RegExp(`positions.${key} is not`));
    assert.equal(decodeMessage(encode(message({ value: new Uint8Array(Float32Array.of(value).buffer) }))).type, "metrics");
  }
});

test("bytes after the message are refused", () => {
  const bytes = new Uint8Array([...encode({ type: "ack", id: 1 }), 0]);
  assert.throws(() => decodeMessage(bytes), ProtocolError);
});

test("a seed is any u64 and nothing else", () => {
  assert.equal(parseSeed(" 42 "), 42n);
  assert.equal(parseSeed("18,446,744,073,709,551,615"), 2n ** 64n - 1n);
  for (const typed of ["", "-1", "1.5", "1e3", "0x10", "18446744073709551616", "seed"]) assert.equal(parseSeed(typed), null);
});
