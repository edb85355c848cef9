import assert from "node:assert/strict";
import { test } from "node:test";
import { Smoothing } from "../src/history/smoothing";
import { Table } from "../src/history/table";
import { TABLES } from "../src/wire/tables";
import { block, seeded } from "./support";

// The definition, summed anew for each row.
function naive(values: readonly number[], span: number): number[] {
  const keep = 1 - 2 / (span + 1);
  return values.map((_, row) => {
    let sum = 0;
    let weight = 0;
    for (let at = 0; at <= row; at++) {
      if (Number.isNaN(values[at]!)) continue;
      sum += keep ** (row - at) * values[at]!;
      weight += keep ** (row - at);
    }
    return sum / weight;
  });
}

test("the running average is the definition, however the rows arrive", () => {
  const random = seeded(3);
  const values = Array.from({ length: 700 }, () => Math.fround(random() * 50));
  for (const span of [1, 3, 30, 1000]) {
    const table = new Table(TABLES.updates);
    const smoothing = new Smoothing(table, "loss", span);
    for (let row = 0; row < values.length; ) {
      const rows = Math.min(1 + Math.floor(random() * 90), values.length - row);
      table.append(block("updates", row, rows, (_, at) => values[at]!));
      row += rows;
      smoothing.values();
    }
    const expected = naive(values, span);
    const smoothed = smoothing.values();
    expected.forEach((value, row) => assert.ok(Math.abs(smoothed[row]! - value) < 1e-9 * Math.max(1, value)));
  }
});

test("a constant stays what it is from the first row on", () => {
  const table = new Table(TABLES.updates);
  table.append(block("updates", 0, 50, () => 7));
  for (const value of new Smoothing(table, "loss", 100).values()) assert.ok(Math.abs(value - 7) < 1e-12);
});

test("a missing value is passed over, and before the first there is none", () => {
  const table = new Table(TABLES.updates);
  table.append(block("updates", 0, 4, (_, row) => [Number.NaN, 2, Number.NaN, 2][row]!));
  assert.deepEqual([...new Smoothing(table, "loss", 10).values()], [Number.NaN, 2, 2, 2]);
});

test("another history starts another average", () => {
  const table = new Table(TABLES.updates);
  const smoothing = new Smoothing(table, "loss", 10);
  table.append(block("updates", 0, 500, () => 100));
  smoothing.values();
  table.replace(block("updates", 0, 3, () => 1));
  assert.deepEqual([...smoothing.values()], [1, 1, 1]);
});

test("thinning leaves the average where it was", () => {
  const random = seeded(11);
  const rows = 40_000;
  // Most are small and few are large: the extremes that thinning keeps have quite another mean.
  const values = Float32Array.from({ length: rows }, (_, row) => (row < 30_000 ? 100 : 300) * -Math.log(1 - random()));
  const [whole, thinned] = [new Table(TABLES.episodes, rows), new Table(TABLES.episodes, 2048)];
  for (let row = 0; row < rows; row += 100) {
    const more = block("episodes", row, 100, (column, at) => (column === "step" ? at : values[at]!));
    whole.append(more);
    thinned.append(more);
  }
  const end = (table: Table, span: number) => new Smoothing(table, "lines", span).values().at(-1)!;
  for (const span of [2_000, 20_000]) {
    const [expected, found] = [end(whole, span), end(thinned, span)];
    assert.ok(Math.abs(found - expected) < 0.02 * expected, `${found}, not ${expected}`);
  }
  assert.equal([...thinned.column("count")].reduce((sum, count) => sum + count, 0), rows);
});
