import assert from "node:assert/strict";
import { test } from "node:test";
import { Table } from "../src/history/table";
import { TABLES } from "../src/wire/tables";
import { block, seeded } from "./support";

const cell = (column: string, row: number) => (column === "step" ? row * 10 : row % 97);
const updates = (start: number, rows: number) => block("updates", start, rows, cell);

test("rows come back as they went in, through every growth", () => {
  const table = new Table(TABLES.updates);
  const random = seeded(1);
  let rows = 0;
  while (rows < 5000) {
    const more = Math.floor(random() * 40);
    assert.equal(table.append(updates(rows, more)), more === 0 ? "known" : "appended");
    rows += more;
  }
  assert.equal(table.length, rows);
  for (const column of TABLES.updates) {
    assert.deepEqual([...table.column(column)], Array.from({ length: rows }, (_, row) => cell(column, row)));
  }
  assert.equal(table.last("step"), (rows - 1) * 10);
});

test("a block that overlaps brings only its new rows, a block behind brings none", () => {
  const table = new Table(TABLES.updates);
  table.append(updates(0, 10));
  assert.equal(table.append(updates(5, 10)), "appended");
  assert.equal(table.append(updates(3, 4)), "known");
  assert.deepEqual([...table.column("step")], Array.from({ length: 15 }, (_, row) => row * 10));
});

test("a block that leaves a gap is refused and changes nothing", () => {
  const table = new Table(TABLES.updates);
  table.append(updates(0, 10));
  assert.equal(table.append(updates(11, 5)), "gap");
  assert.equal(table.length, 10);
  assert.equal(table.produced, 10);
});

test("a thinned snapshot counts the rows that were produced", () => {
  const table = new Table(TABLES.updates);
  const before = table.generation;
  table.replace(updates(900, 100));
  assert.equal(table.length, 100);
  assert.equal(table.produced, 1000);
  assert.notEqual(table.generation, before);
  assert.equal(table.append(updates(1000, 1)), "appended");
});

test("a table that is full keeps the extremes of every part of the run, in order and sharp from end to end", () => {
  const random = seeded(2);
  const limit = 2048;
  const table = new Table(TABLES.episodes, limit);
  const rows = 50_000;
  const values = Float32Array.from({ length: rows }, () => random() * 1000);
  for (let row = 0; row < rows; row += 50) {
    table.append(block("episodes", row, 50, (column, at) => (column === "step" ? at : column === "lines" ? values[at]! : 1)));
    assert.ok(table.length <= limit);
  }
  assert.equal(table.produced, rows);
  const steps = [...table.column("step")];
  const kept = table.column("lines");
  assert.ok(steps.every((step, index) => index === 0 || step > steps[index - 1]!), "the steps are in order");
  steps.forEach((step, index) => assert.equal(kept[index], values[step]));
  for (let from = 0; from < rows; from += 1000) {
    const inside = (slack: number) => [...kept].filter((_, index) => Math.abs(steps[index]! - from - 500) <= 500 + slack);
    assert.ok(inside(0).length >= 2, `${inside(0).length} rows from ${from}`);
    // A stretch is at most 400 steps long and may hold a higher value on the far side of the part's edge.
    assert.ok(Math.max(...inside(400)) >= Math.max(...values.subarray(from, from + 1000)));
    assert.ok(Math.min(...inside(400)) <= Math.min(...values.subarray(from, from + 1000)));
  }
});

test("a table whose rows all end on one step does not overflow", () => {
  const table = new Table(TABLES.episodes, 64);
  for (let row = 0; row < 1000; row++) table.append(block("episodes", row, 1, (column, at) => (column === "step" ? 5 : at)));
  assert.ok(table.length <= 64);
  assert.equal(table.last("lines"), 999);
});
