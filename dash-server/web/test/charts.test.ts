import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf } from "../src/charts/csv";
import { PANELS, possibleLines, type PanelSpec } from "../src/charts/panels";
import { XView } from "../src/charts/x_view";
import { parseRate } from "../src/controls/rate";
import { History } from "../src/history/history";
import { TABLES, type TableName } from "../src/wire/tables";
import { block } from "./support";

const skill = PANELS.find(({ id }) => id === "skill")!;

function history(): History {
  const made = new History();
  made.append({
    summaries: block("summaries", 0, 3, (column, row) => (column === "mean_lines" && row === 0 ? Number.NaN : 100 * (row + 1))),
    evaluations: block("evaluations", 0, 1, (column) => (column === "ci95_low" ? 3 : column === "ci95_high" ? 5 : column === "mean_lines" ? 4 : 250)),
  });
  return made;
}

test("a chart's rows come as CSV, in order of steps, with gaps where a row is of another line", () => {
  assert.equal(
    csvOf(skill.lines, history(), "step", [0, 1000]),
    "step,seconds,episode,summaries_mean_lines,evaluations_mean_lines,ci95_low,ci95_high\n" +
      "100,100,100,,,,\n" + "200,200,200,200,,,\n" + "250,250,250,,4,3,5\n" + "300,300,300,300,,,\n",
  );
});

test("CSV holds what the chart shows and no more", () => {
  assert.equal(csvOf(skill.lines, history(), "step", [210, 260]).split("\n")[1], "250,250,250,,4,3,5");
  assert.equal(csvOf(skill.lines, history(), "step", [210, 260]).split("\n").length, 3);
});

test("every line of every chart names columns that travel, and every measured column but few is charted", () => {
  const names = (spec: PanelSpec) => spec.lines.flatMap(({ table, column, band }) => [column, ...(band ?? [])].map((name) => `${table}.${name}`));
  const charted = new Set(PANELS.flatMap(names));
  const all = (Object.keys(TABLES) as TableName[]).flatMap((table) => TABLES[table].map((column) => `${table}.${column}`));
  for (const name of charted) assert.ok(all.includes(name), name);
  const keys = /\.(step|seconds|episode|update)$/;
  const left = all.filter((name) => !charted.has(name) && !keys.test(name));
  assert.deepEqual(left.sort(), ["evaluations.best", "evaluations.games", "summaries.mean_length", "summaries.mean_reward"]);
  assert.equal(new Set(PANELS.map(({ id }) => id)).size, PANELS.length);
});

test("where nothing learns, charts have the lines that games and boards give, and no others", () => {
  const shown = PANELS.map((spec) => [spec.id, possibleLines(spec, false).map(({ label }) => label)] as const);
  assert.deepEqual(shown.filter(([, lines]) => lines.length > 0), [
    ["lines", ["lines"]], ["skill", ["last 100 games"]], ["reward", ["reward"]], ["length", ["pieces"]], ["score", ["score"]],
    ["position", ["best Q of the board shown"]], ["speed", ["steps a second"]],
  ]);
  for (const spec of PANELS) assert.deepEqual(possibleLines(spec, true), spec.lines);
});

test("held charts show the stretch of then, whatever comes, until they are let go", () => {
  const made = history();
  const view = new XView(made);
  assert.deepEqual(view.range(), [100, 300]);
  view.hold(true);
  made.append({ summaries: block("summaries", 3, 2, (_, row) => 100 * (row + 1)) });
  assert.deepEqual([view.held, view.range()], [true, [100, 300]]);
  view.zoom(120, 180);
  assert.deepEqual(view.range(), [120, 180]);
  view.reset();
  assert.deepEqual(view.range(), [100, 300]);
  view.hold(false);
  assert.deepEqual([view.held, view.range()], [false, [100, 500]]);
});

test("held charts hold on every axis, also on one that is chosen later", () => {
  const made = new History();
  const times = (column: string, row: number) => (column === "seconds" ? 10 * row : column === "episode" ? row : 100 * row);
  made.append({ summaries: block("summaries", 0, 3, times) });
  const view = new XView(made);
  view.hold(true);
  made.append({ summaries: block("summaries", 3, 5, times) });
  const ranges = (["seconds", "episode", "step"] as const).map((axis) => (view.setAxis(axis), view.range()));
  assert.deepEqual(ranges, [[0, 20], [0, 2], [0, 200]]);
  view.hold(false);
  assert.deepEqual(view.range(), [0, 700]);
});

test("marks of the axis are written in its unit", () => {
  const view = new XView(new History());
  assert.equal(view.format(1_012_000, 2_000), "1.012M");
  view.setAxis("seconds");
  assert.equal(view.format(8.25, 0.25), "8.25 s");
});

test("a rate is a number in its range, or a reason", () => {
  assert.equal(parseRate(" 5e-4 ", "learning_rate"), 5e-4);
  assert.equal(parseRate("0", "epsilon"), 0);
  for (const typed of ["", "0", "-1", "2", "fast", "0x1", "0b1", "_"]) assert.match(String(parseRate(typed, "learning_rate")), /above 0/);
  for (const typed of ["", "-0.1", "1.1", "x", "0x1"]) assert.match(String(parseRate(typed, "epsilon")), /from 0 to 1/);
});
