import assert from "node:assert/strict";
import { test } from "node:test";
import { lowerBound, merge, thin, type Thinned } from "../src/charts/thin";
import { seeded } from "./support";

const random = seeded(4);

function walk(rows: number): { x: Float64Array; y: Float64Array } {
  const x = new Float64Array(rows);
  const y = new Float64Array(rows);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    // Rows of several games end on the same step, and some values are missing.
    at += random() < 0.2 ? 0 : Math.floor(random() * 5);
    x[row] = at;
    y[row] = random() < 0.05 ? Number.NaN : random() * 100 - 50;
  }
  return { x, y };
}

test("lowerBound finds what a search from the left finds", () => {
  const { x } = walk(200);
  for (let bound = -2; bound < x[199]! + 3; bound++) {
    const first = [...x].findIndex((value) => value >= bound);
    const above = [...x].findIndex((value) => value > bound);
    assert.equal(lowerBound(x, bound), first < 0 ? 200 : first);
    assert.equal(lowerBound(x, bound, true), above < 0 ? 200 : above);
  }
});

test("each stretch shows its lowest, highest and last value", () => {
  for (const rows of [1, 2, 10, 1000, 5000]) {
    const { x, y } = walk(rows);
    const range: [number, number] = [x[0]!, Math.max(x[rows - 1]!, x[0]! + 1)];
    const buckets = 100;
    const { x: at, series } = thin(
      x, [{ values: y, pick: "low" }, { values: y, pick: "high" }, { values: y, pick: "last" }], range, buckets,
    );
    assert.ok(at.length <= buckets + 1, `${at.length} points`);
    assert.ok(at.every((value, index) => index === 0 || value > at[index - 1]!));
    assert.equal(at.at(-1), x[rows - 1]);
    let from = 0;
    at.forEach((end, point) => {
      let to = from;
      while (to < rows && x[to]! <= end) to += 1;
      const own = [...y.subarray(from, to)].filter((value) => !Number.isNaN(value));
      assert.equal(series[0]![point], own.length ? Math.min(...own) : null);
      assert.equal(series[1]![point], own.length ? Math.max(...own) : null);
      assert.equal(series[2]![point], own.at(-1) ?? null);
      from = to;
    });
    assert.equal(from, rows, "no row is left out");
  }
});

test("a part of the history comes with one row on either side", () => {
  const x = Float64Array.from({ length: 100 }, (_, row) => row);
  const { x: at } = thin(x, [{ values: x, pick: "last" }], [40, 50], 10_000);
  assert.deepEqual(at, Array.from({ length: 13 }, (_, index) => 39 + index));
});

test("an empty history gives no points", () => {
  assert.deepEqual(thin(new Float64Array(), [{ values: new Float64Array(), pick: "low" }], [0, 1], 10), { x: [], series: [[]] });
});

test("merged sources keep their values at their places", () => {
  for (let round = 0; round < 200; round++) {
    const sources: Thinned[] = [0, 1, 2].map(() => {
      const x = [...new Set(Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 15)))];
      x.sort((a, b) => a - b);
      return { x, series: [x.map((at) => at * 2), x.map((at) => (at % 3 === 0 ? null : at))] };
    });
    const merged = merge(sources);
    const everywhere = [...new Set(sources.flatMap(({ x }) => x))].sort((a, b) => a - b);
    assert.deepEqual(merged.x, everywhere);
    sources.forEach(({ x, series }, source) => {
      series.forEach((values, column) => {
        const expected = everywhere.map((at) => (x.includes(at) ? values[x.indexOf(at)]! : null));
        assert.deepEqual(merged.series[2 * source + column], expected);
      });
    });
  }
});

test("points without a place do not keep the others from being merged", () => {
  const odd: Thinned = { x: [Number.NaN, 1, Number.NaN], series: [[7, 8, 9]] };
  assert.deepEqual(merge([odd, { x: [1, 2], series: [[3, 4]] }]), { x: [1, 2], series: [[8, null], [3, 4]] });
});
