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

function entry(name: string, size: number, created = 0): RunEntry {
  return {
    name, state: "running", reason: null, created, seed: null, step: 0, seconds: 0, episodes: 0, meanLines: null, best: null,
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
  overlays.toggle(entry("a", 0));
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

test("an overlay begins anew when another run has come into its folder, however long its file is", async () => {
  const asked: number[] = [];
  const answers = [answer(0, 100, [1, 2]), answer(0, 250, [7, 8, 9]), answer(0, 250, [7, 8])];
  const overlays = new Overlays(
    async (_name, from) => (asked.push(from), answers.shift()!),
    { chosen: () => {}, grown: () => {}, trouble: (message) => assert.fail(message) },
  );
  const follow = (size: number, created: number) => overlays.follow(new Map([["a", entry("a", size, created)]]));
  overlays.toggle(entry("a", 100, 5));
  await settled();
  const steps = () => [...overlays.of("a")!.history.tables.episodes.column("step")];
  assert.deepEqual(steps(), [1, 2]);
  follow(250, 6);
  await settled();
  assert.deepEqual([asked, steps()], [[0, 0], [7, 8, 9]]);
  follow(250, 6);
  await settled();
  assert.equal(asked.length, 2, "nothing is new");
  follow(250, 7);
  await settled();
  assert.deepEqual([asked, steps()], [[0, 0, 0], [7, 8]], "also where it has grown to the same length");
});

test("rows that were asked for before another run came are those of neither", async () => {
  const asked: number[] = [];
  const waiting: ((rows: RunHistory) => void)[] = [];
  const overlays = new Overlays(
    (_name, from) => new Promise((resolve) => (asked.push(from), waiting.push(resolve))),
    { chosen: () => {}, grown: () => {}, trouble: (message) => assert.fail(message) },
  );
  const follow = (size: number, created: number) => overlays.follow(new Map([["a", entry("a", size, created)]]));
  const tell = async (rows: RunHistory) => (waiting.shift()!(rows), settled());
  overlays.toggle(entry("a", 100, 5));
  await tell(answer(0, 100, [1, 2]));
  follow(150, 5);
  follow(180, 6);
  await tell(answer(100, 180, [9]));
  await tell(answer(0, 180, [7, 8, 9]));
  assert.deepEqual(asked, [0, 100, 0]);
  assert.deepEqual([...overlays.of("a")!.history.tables.episodes.column("step")], [7, 8, 9]);
});

test("each overlay has a colour of its own, and there are only so many", async () => {
  const overlays = new Overlays(async () => answer(0, 1, []), { chosen: () => {}, grown: () => {}, trouble: () => {} });
  for (const name of ["a", "b", "c", "d", "e", "f"]) overlays.toggle(entry(name, 0));
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
  overlays.toggle(entry("a", 0));
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
