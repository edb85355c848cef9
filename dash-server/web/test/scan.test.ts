// What a stranger's bytes promise is looked through before room is made for it.

import { encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { isBounded } from "../src/wire/scan";
import { goldenMessages, seeded } from "./support";

const fits = (bytes: readonly number[] | Uint8Array, deepest = 8, most = 1e6) => isBounded(Uint8Array.from(bytes), deepest, most);

/** Arrays inside each other that promise as much as a header of this kind can. */
const nested = (header: readonly number[], levels: number) => Array.from({ length: levels }, () => header).flat();

test("every kind of value passes, and its beginning does not", () => {
  const values = [
    0, 127, -1, -32, 200, 60_000, 4e9, 2 ** 40, -100, -30_000, -2e9, -(2 ** 40), 1.5, null, true, false, "", "a".repeat(31),
    "a".repeat(200), "a".repeat(70_000), new Uint8Array(3), new Uint8Array(300), new Uint8Array(70_000), new Date(1e12), [], {},
    [1, [2]], { a: { b: 1 } }, Array(20).fill(0), Array(70_000).fill(0), Object.fromEntries(Array.from({ length: 20 }, (_, key) => [key, 0])),
  ];
  for (const value of [...values, values]) {
    const bytes = encode(value);
    assert.ok(isBounded(bytes, 8, 1e6), String(value));
    if (bytes.length > 1) assert.ok(!isBounded(bytes.subarray(0, -1), 8, 1e6), `cut: ${String(value)}`);
  }
  for (const { hex } of goldenMessages()) assert.ok(isBounded(Buffer.from(hex, "hex"), 8, 1e6));
});

test("no header promises more than there is, however they nest", () => {
  const arrays = [0xdd, 0x01, 0xff, 0xff, 0xff];
  for (const header of [arrays, [0xdf, 0x01, 0xff, 0xff, 0xff], [0xdc, 0xff, 0xff], [0xde, 0xff, 0xff]]) {
    for (const levels of [1, 2, 4, 1000]) assert.ok(!fits(nested(header, levels)));
  }
  for (const header of [[0xc6], [0xdb], [0xc9]]) assert.ok(!fits([...header, 0xff, 0xff, 0xff, 0xff, 0]));
  // Each of them alone would fit into the bytes that are left.
  const half = [0xdc, 0x40, 0x00];
  assert.ok(!fits([...nested(half, 6), ...Array<number>(0x4100).fill(0)]));
});

test("levels and values have a bound", () => {
  assert.ok(fits([...nested([0x91], 8), 0], 8));
  assert.ok(!fits([...nested([0x91], 9), 0], 8));
  assert.ok(fits(encode(Array(99).fill(0)), 8, 100));
  assert.ok(!fits(encode(Array(100).fill(0)), 8, 100));
});

test("no bytes make it fail or take long", () => {
  const random = seeded(11);
  for (let round = 0; round < 2_000; round++) {
    const bytes = Uint8Array.from({ length: Math.floor(40 * random()) }, () => Math.floor(256 * random()));
    assert.equal(typeof isBounded(bytes, 8, 1e6), "boolean");
  }
});
