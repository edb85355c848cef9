import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { rowsOf, Session } from "../src/session";
import type { Frame } from "../src/wire/frame";
import type { RunState, ServerMessage, Status } from "../src/wire/messages";
import type { RunEntry } from "../src/wire/runs";
import { TABLES, type TableName } from "../src/wire/tables";
import { block } from "./support";

let asked = 0;
let begun = 0;
let greeted = 0;
let replaced = 0;
let told = 0;
let troubles: string[] = [];
let saved: number[] = [];
let snapshotComes = true;

function session(): Session {
  return new Session({
    greeted: () => (greeted += 1),
    incomplete: () => {
      asked += 1;
      return snapshotComes ? Promise.resolve() : Promise.reject(new Error("refused"));
    },
    trouble: (message) => troubles.push(message),
    acknowledged: () => {},
    refused: (id) => id === 1,
    replaced: () => (replaced += 1),
    statusChanged: () => {},
    begun: () => (begun += 1),
    frameChanged: () => {},
    runsChanged: () => (told += 1),
    metricsChanged: () => {},
    boardsChanged: () => {},
    played: () => {},
    saved: (step) => saved.push(step),
  });
}

const status = (run: string | null, state: RunState = "running", step = 0): Status => ({
  state, message: null, run, preset: null, step, speedLimit: null,
});
const rows = (name: TableName, start: number, count: number) => block(name, start, count, (_, row) => row);
const metrics = (start: number, count: number): ServerMessage => ({
  type: "metrics", blocks: { updates: rows("updates", start, count) },
});
function snapshot(run: string | null, updates: number, step = 0, runs: RunEntry[] | null = []): ServerMessage {
  const names = Object.keys(TABLES) as TableName[];
  const blocks = Object.fromEntries(names.map((name) => [name, rows(name, 0, name === "updates" ? updates : 0)]));
  return {
    type: "snapshot",
    snapshot: { status: status(run, "running", step), config: null, frame: null, blocks: blocks as never, changes: [], runs },
  };
}
const frame: Frame = {
  width: 4, height: 4, cells: new Uint8Array(16), placed: new Uint16Array(), piece: 1, next: new Uint8Array(), hold: 0, text: "",
  lines: 0, pieces: 0, score: 0, episode: 0, step: 77, value: 0, decision: null,
};

beforeEach(() => {
  asked = begun = greeted = replaced = told = 0;
  troubles = [];
  snapshotComes = true;
});

const hello = (started: number): ServerMessage => ({
  type: "hello",
  hello: { protocol: 1, server: "s", started, frameRate: 10, presets: [], configs: {}, form: [], readOnly: false, learns: true },
});
const entry = (name: string): RunEntry => ({
  name, state: "ended", reason: null, created: 0, seed: null, step: 0, seconds: 0, episodes: 0, meanLines: null, best: null,
  note: "", files: new Map(),
});

function connected(run: string | null, updates: number): Session {
  const page = session();
  page.setLink({ kind: "open" });
  page.receive(hello(1));
  page.receive(snapshot(run, updates, 500));
  return page;
}

test("a snapshot brings the history, increments go on from it", () => {
  const page = connected("a", 100);
  assert.equal(greeted, 1);
  assert.equal(page.step, 500);
  page.receive(metrics(100, 5));
  assert.equal(page.history.tables.updates.length, 105);
  page.receive({ type: "frame", frame });
  assert.equal(page.step, 77);
  assert.equal(asked, 0);
});

test("the present shows the board before its history, and forgets what is of another run", () => {
  const page = connected("a", 100);
  const present = (run: string): ServerMessage => ({ type: "present", present: { status: status(run, "running", 600), config: { agent: {} }, frame } });
  page.setLink({ kind: "open" });
  page.receive(present("a"));
  assert.deepEqual([page.step, page.frame, page.history.tables.updates.length], [600, frame, 100]);
  page.receive(metrics(110, 5));
  assert.deepEqual([page.history.tables.updates.length, asked], [100, 0], "the snapshot comes without being asked for");
  assert.equal(page.loading, true);
  page.setLink({ kind: "open" });
  page.receive(present("b"));
  assert.deepEqual([page.status?.run, page.config, page.history.tables.updates.length], ["b", { agent: {} }, 0]);
  page.receive(snapshot("b", 3));
  assert.deepEqual([page.history.tables.updates.length, asked, page.loading], [3, 0, false]);
});

test("a gap is asked for once, and the snapshot closes it", () => {
  const page = connected("a", 100);
  page.receive(metrics(110, 5));
  page.receive(metrics(115, 5));
  assert.equal(asked, 1);
  page.receive(snapshot("a", 120));
  page.receive(metrics(118, 5));
  assert.equal(page.history.tables.updates.length, 123);
});

test("if the snapshot is refused, the next gap asks again", async () => {
  snapshotComes = false;
  const page = connected("a", 100);
  page.receive(metrics(110, 5));
  await new Promise((resolve) => setImmediate(resolve));
  page.receive(metrics(115, 5));
  assert.equal(asked, 2);
});

test("another run begins with an empty history, also when its rows overtake its status", () => {
  const page = connected("a", 100);
  page.receive({ type: "frame", frame });
  page.receive(metrics(0, 5));
  assert.equal(page.history.tables.updates.length, 100);
  page.receive({ type: "status", status: status("b") });
  assert.equal(page.history.tables.updates.length, 0);
  assert.equal(page.frame, null);
  assert.equal(asked, 1);
  page.receive(metrics(5, 5));
  assert.equal(asked, 1);
  page.receive(snapshot("b", 10));
  assert.equal(page.history.tables.updates.length, 10);
});

test("a run that is gone on with under its name begins with an empty history", () => {
  const page = connected("a", 100);
  begun = 0;
  page.receive({ type: "status", status: status("a", "stopping") });
  page.receive({ type: "status", status: status("a", "stopped") });
  assert.deepEqual([page.history.tables.updates.length, begun], [100, 0], "it stays as long as nothing new begins");
  page.receive({ type: "status", status: status("a", "running") });
  assert.deepEqual([page.history.tables.updates.length, asked, begun], [0, 1, 1]);
  page.receive(snapshot("a", 40));
  page.receive(metrics(40, 5));
  assert.deepEqual([page.history.tables.updates.length, asked, begun], [45, 1, 1]);
});

test("a run that began again while the connection was away is told of once", () => {
  const page = connected("a", 100);
  page.receive({ type: "status", status: status("a", "stopped") });
  begun = 0;
  page.setLink({ kind: "open" });
  page.receive({ type: "present", present: { status: status("a", "running"), config: null, frame } });
  page.receive(snapshot("a", 40));
  assert.deepEqual([page.history.tables.updates.length, begun], [40, 1]);
});

test("an older snapshot of the same run is no beginning", () => {
  const page = connected("a", 100);
  page.receive({ type: "status", status: status("a", "stopped") });
  begun = 0;
  page.receive(snapshot("a", 100));
  assert.equal(begun, 0);
});

test("the board is as high as the run's configuration says, or the frame, or as usual", () => {
  const config = (height: number) => ({ environment: { height } });
  assert.equal(rowsOf(null, null), 20);
  assert.equal(rowsOf(null, frame), 4);
  assert.equal(rowsOf(config(16), frame), 16);
  assert.equal(rowsOf(config(2), frame), 4);
});

test("another state of the same run keeps the history", () => {
  const page = connected("a", 100);
  page.receive({ type: "status", status: status("a", "paused", 900) });
  assert.equal(page.history.tables.updates.length, 100);
  assert.equal(page.step, 900);
});

test("what was known stays while the connection is away, and a snapshot replaces it", () => {
  const page = connected("a", 100);
  page.setLink({ kind: "waiting", until: 0 });
  assert.equal(page.history.tables.updates.length, 100);
  page.setLink({ kind: "open" });
  page.receive(snapshot("c", 3));
  assert.equal(page.history.tables.updates.length, 3);
});

test("why the server lets nobody in is known until it does, and a late reason is none", () => {
  const page = connected("a", 0);
  page.setLink({ kind: "waiting", until: 0 });
  page.setRefusal("No.");
  page.setLink({ kind: "connecting" });
  assert.equal(page.refusal, "No.");
  page.setLink({ kind: "open" });
  page.setRefusal("No.");
  assert.equal(page.refusal, null);
});

test("it is told when another server answers, and not when the same one does", () => {
  const page = connected("a", 0);
  page.receive(hello(1));
  assert.equal(replaced, 0);
  page.receive(hello(2));
  assert.equal(replaced, 1);
});

test("the runs are those of the last snapshot, of another server too, and what was told since", () => {
  const page = connected("a", 0);
  const known = () => [...page.runs.keys()].join();
  const [a, b, c] = ["a", "b", "c"].map(entry) as [RunEntry, RunEntry, RunEntry];
  page.receive(snapshot("a", 0, 0, [a, b]));
  page.receive({ type: "runs", runs: { changed: [c], removed: ["a"] } });
  assert.equal(known(), "b,c");
  page.receive(hello(2));
  assert.equal(known(), "b,c", "until it is known better");
  page.receive(snapshot("a", 0));
  assert.equal(known(), "");
});

test("the runs stay until a server that has begun again has looked at its folder, and then are those that it found", () => {
  const page = connected("a", 0);
  const known = () => [...page.runs.keys()].join();
  const tell = (...changed: RunEntry[]) => page.receive({ type: "runs", runs: { changed, removed: [] } });
  const [a, b, c] = ["a", "b", "c"].map(entry) as [RunEntry, RunEntry, RunEntry];
  page.receive(snapshot("a", 0, 0, [a, b]));
  told = 0;
  page.receive(snapshot("a", 0, 0, null));
  assert.deepEqual([known(), told], ["a,b", 0], "nothing is known better");
  tell(b);
  assert.deepEqual([known(), told], ["b", 1], "a went away meanwhile");
  tell(c);
  assert.equal(known(), "b,c", "from then on it is told what is new");
  page.receive(snapshot("a", 0, 0, null));
  tell();
  assert.equal(known(), "", "there are none any more");
});

test("a server of another protocol is no greeting", () => {
  const page = session();
  page.receive({ type: "hello", hello: { protocol: 2, server: "s", started: 1, frameRate: 10, presets: [], configs: {}, form: [], readOnly: false, learns: true } });
  assert.equal(page.incompatible, true);
  assert.equal(greeted, 0);
});

test("changes and checkpoints are told of, and a snapshot holds the changes", () => {
  const page = connected("a", 100);
  const change = { step: 9, seconds: 1, episode: 0, setting: "epsilon", value: 0.5 } as const;
  page.receive({ type: "change", change });
  assert.deepEqual(page.changes, [change]);
  page.receive({ type: "checkpoint", step: 12, path: "there" });
  assert.deepEqual(saved, [12]);
  page.receive({ type: "status", status: status("b") });
  assert.deepEqual(page.changes, []);
});

test("a rate is the newest that was reported or set, and rows that know of none change nothing", () => {
  const page = connected("a", 0);
  assert.ok(Number.isNaN(page.rate("epsilon")));
  const row = (start: number, value: number) => ({
    updates: block("updates", start, 1, (column) => (column === "epsilon" ? value : 100 * (start + 1))),
  });
  const change = { step: 50, seconds: 1, episode: 0, setting: "epsilon", value: 0.5 } as const;
  page.receive({ type: "change", change });
  page.receive({ type: "metrics", blocks: row(0, Number.NaN) });
  assert.equal(page.rate("epsilon"), 0.5);
  page.receive({ type: "metrics", blocks: row(1, 0.25) });
  assert.equal(page.rate("epsilon"), 0.25);
});

test("an error that answers nothing of ours is shown", () => {
  const page = session();
  page.receive({ type: "error", id: 1, code: "internal", message: "answered", field: null });
  page.receive({ type: "error", id: null, code: "internal", message: "broken", field: null });
  assert.deepEqual(troubles, ["broken"]);
});
