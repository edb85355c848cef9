// Runs that are laid over the charts, and the settings in which runs differ.

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../src/runs/difference";
import { Overlays } from "../src/runs/overlays";
import type { RunEntry, RunHistory } from "../src/wire/runs";
import { TABLES, type Block, type TableName } from "../src/wire/tables";

function rows(name: TableName, steps: number[]): Block {
  const columns = TABLES[name].map((column) => [column, Float64Array.from(steps)] as const);
  return { start: 0, rows: steps.length, columns: new Map(columns) };
}

function answer(from: number, next: number, steps: number[]): RunHistory {
  const blocks = {
    episodes: rows("episodes", steps), updates: rows("updates", []), summaries: rows("summaries", []),
    evaluations: rows("evaluations", []),
  };
  return { from, next, config: from === 0 ? { agent: { gamma: 0.9 } } : null, blocks };
}

function entry(name: string, size: number): RunEntry {
  return {
    name, state: "running", reason: null, created: 0, seed: null, step: 0, seconds: 0, episodes: 0, meanLines: null, best: null,
    note: "", files: new Map([["events.jsonl", size]]),
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("an overlay reads on where its file has grown, and begins anew when it was cut back", async () => {
  const asked: number[] = [];
  const answers = [answer(0, 100, [1, 2]), answer(100, 250, [3]), answer(0, 60, [1])];
  const overlays = new Overlays(
    async (_name, from) => (asked.push(from), answers.shift()!),
    { chosen: () => {}, grown: () => {}, trouble: (message) => assert.fail(message) },
  );
  overlays.toggle("a");
  await settled();
  const steps = () => [...overlays.of("a")!.history.tables.episodes.column("step")];
  assert.deepEqual(steps(), [1, 2]);
  overlays.follow(new Map([["a", entry("a", 100)]]));
  await settled();
  assert.deepEqual(asked, [0], "nothing is new");
  overlays.follow(new Map([["a", entry("a", 250)]]));
  await settled();
  assert.deepEqual([asked, steps()], [[0, 100], [1, 2, 3]]);
  overlays.follow(new Map([["a", entry("a", 60)]]));
  await settled();
  assert.deepEqual(steps(), [1]);
  overlays.follow(new Map());
  assert.equal(overlays.shown.length, 0, "the run is gone");
});

test("each overlay has a colour of its own, and there are only so many", async () => {
  const overlays = new Overlays(async () => answer(0, 1, []), { chosen: () => {}, grown: () => {}, trouble: () => {} });
  for (const name of ["a", "b", "c", "d", "e", "f"]) overlays.toggle(name);
  assert.equal(new Set(overlays.shown.map(({ colour }) => colour)).size, 5);
  assert.ok(overlays.full && overlays.of("f") === undefined);
  await settled();
});

test("what cannot be read is told", async () => {
  const told: string[] = [];
  const overlays = new Overlays(
    () => Promise.reject(new Error("gone")),
    { chosen: () => {}, grown: () => {}, trouble: (message) => told.push(message) },
  );
  overlays.toggle("a");
  await settled();
  assert.deepEqual(told, ["The metrics of a could not be read: gone."]);
});

test("only settings that differ are compared", () => {
  const one = { agent: { gamma: 0.99, hidden: [32, 32] }, trainer: { seed: 1 } };
  const other = { agent: { gamma: 0.95, hidden: [32, 32], double: true }, trainer: { seed: 1 } };
  assert.deepEqual(differences([one, other]), [
    { key: "agent.gamma", values: ["0.99", "0.95"] },
    { key: "agent.double", values: [null, "true"] },
  ]);
  assert.deepEqual(differences([one, one]), []);
});
