// Numbers, sliders and axes: the small functions between values and what is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PANELS } from "../src/charts/panels";
import { linearRange, logRange, logTicks, plotOptions, SERIES_PER_LINE, standApart, type PlotContext } from "../src/charts/plot_options";
import { allowedActions } from "../src/controls/actions";
import { limitAt, limitWords, positionOf, UNLIMITED } from "../src/controls/speed_scale";
import { duration, headline, short, tick, whole } from "../src/shell/format";

test("short numbers have about three digits", () => {
  const cases: [number, string][] = [
    [0, "0"], [1, "1"], [-2.5, "-2.5"], [0.25, "0.25"], [0.0012, "0.0012"], [0.0002, "2.0e-4"], [12.34, "12.3"],
    [789, "789"], [999.4, "999"], [1000, "1k"], [12_345, "12.3k"], [999_900, "1M"], [4_560_000, "4.56M"],
    [2e9, "2B"], [3e12, "3.0e12"], [Number.NaN, "–"], [Number.POSITIVE_INFINITY, "–"],
  ];
  for (const [value, words] of cases) assert.equal(short(value), words);
});

test("whole numbers, headlines and durations read as people write them", () => {
  assert.equal(whole(1_234_567), "1,234,567");
  assert.equal(headline(1_234.4), "1,234");
  assert.equal(headline(12.34), "12.3");
  assert.equal(headline(123_456), "123k");
  assert.equal(duration(8), "8 s");
  assert.equal(duration(0.5), "0.5 s");
  assert.equal(duration(65), "1:05");
  assert.equal(duration(3599.9), "1:00:00");
  assert.equal(duration(7384), "2:03:04");
});

test("the speed slider goes from 1 to 10,000 steps a second and on to unlimited, and back to where it stood", () => {
  assert.equal(limitAt(0), 1);
  assert.equal(limitAt(UNLIMITED - 1), 10_000);
  assert.equal(limitAt(UNLIMITED), null);
  for (let position = 1; position <= UNLIMITED; position++) {
    const limit = limitAt(position);
    if (limit !== null) assert.ok(limit >= limitAt(position - 1)!);
    assert.equal(limitAt(positionOf(limit)), limit);
  }
  assert.equal(positionOf(0.1), 0);
  assert.equal(positionOf(1e9), UNLIMITED - 1);
});

test("a limit is told as it is, also below one step a second", () => {
  const words = [null, 0.3, 1, 1.5, 12_345].map(limitWords);
  assert.deepEqual(words, [
    "unlimited", "0.3 steps a second", "1 step a second", "1.5 steps a second", "12,345 steps a second",
  ]);
});

test("buttons are enabled only where the server would obey", () => {
  const enabled = (state: Parameters<typeof allowedActions>[0], connected = true) => [...allowedActions(state, connected)];
  assert.deepEqual(enabled("running"), ["pause", "stop", "speed", "save", "rates"]);
  assert.deepEqual(enabled("paused"), ["resume", "step", "stop", "speed", "save", "rates"]);
  for (const state of ["idle", "stopped", "failed", "unresponsive"] as const) assert.deepEqual(enabled(state), ["start"]);
  for (const state of ["stopping", null] as const) assert.deepEqual(enabled(state), []);
  assert.deepEqual(enabled("running", false), []);
  assert.deepEqual([...allowedActions("running", true, false)], ["pause", "stop", "speed"], "a model that only plays");
});

test("a linear axis begins at zero unless something is below", () => {
  assert.deepEqual(linearRange(null, null), [0, 1]);
  const [low, high] = linearRange(40, 100);
  assert.equal(low, 0);
  assert.ok(high > 100 && high < 120);
  assert.ok(linearRange(-5, 10)[0] < -5);
  for (const value of [0, 3, -3]) {
    const [from, to] = linearRange(value, value);
    assert.ok(from < to && from <= value && value <= to);
  }
});

test("a logarithmic axis holds its values and carries ticks that are not crowded", () => {
  assert.deepEqual(logTicks(0, 100_000), [0, 10, 100, 1000, 10_000, 100_000]);
  assert.deepEqual(logTicks(0, 12), [0, 1, 2, 5, 10]);
  assert.deepEqual(logTicks(0.05, 0.7), [0.05, 0.1, 0.2, 0.5]);
  assert.deepEqual(logTicks(-20, 20), [-20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20]);
  for (let decades = -8; decades < 12; decades++) {
    for (const zero of [true, false]) {
      const [low, high] = logRange(zero ? 0 : 1e-6, 10 ** decades, zero);
      assert.ok(high > 10 ** decades && (zero ? low === 0 : low < 1e-6));
      if (!zero && decades < -5) continue;
      const ticks = logTicks(low, high);
      assert.ok(ticks.length >= 2 && ticks.length <= 10, `${low} to ${high}: ${ticks}`);
      assert.ok(ticks.every((tick, index) => index === 0 || tick > ticks[index - 1]!));
    }
  }
});

test("a logarithmic axis holds values of zero and below, and small ones are not flat on zero", () => {
  const cases = [[-50, -10], [-5, 0], [-3, -3], [0, 0], [-0.2, 40], [1e-4, 5e-4], [0, 0.3], [7, 7]] as const;
  for (const [low, high] of cases) {
    const [from, to] = logRange(low, high, true);
    assert.ok(from <= low && to >= high && from < to, `${low} to ${high}: ${from} to ${to}`);
    assert.ok(from < low || low >= 0, "values below zero have air below them");
    assert.ok(to > high, "and all have some above");
    const ticks = logTicks(from, to);
    assert.ok(ticks.length >= 2 && ticks.every((tick) => tick >= from && tick <= to), `${from} to ${to}: ${ticks}`);
  }
  assert.deepEqual(logRange(-50, -10, true), [-62.5, -8]);
  assert.ok(logRange(1e-4, 5e-4, true)[1] < 1e-3);
  for (const nothing of [null, Number.NaN, Number.POSITIVE_INFINITY]) assert.deepEqual(logRange(nothing, 5, true), [0, 10]);
  assert.deepEqual(logTicks(-62.5, -8), [-50, -20, -10]);
  assert.deepEqual(logTicks(-6.25, 0.25), [-5, -2, -1, 0]);
  assert.deepEqual(logTicks(0, 0.3), [0, 0.1, 0.2]);
  assert.deepEqual(logTicks(2.4e-4, 3.75e-4), [2.5e-4, 3e-4, 3.5e-4]);
});

test("rates and the buffer have a logarithmic axis that is one where they lie", () => {
  const context = { log: true } as unknown as PlotContext;
  const scales = (id: string) => {
    const spec = PANELS.find((each) => each.id === id)!;
    return plotOptions(spec, spec.lines as never, context, 400, 300).scales!;
  };
  const place = ({ asinh, range }: ReturnType<typeof scales>[string], low: number, high: number, value: number) => {
    const [from, to] = (range as unknown as (plot: null, low: number, high: number) => [number, number])(null, low, high);
    const along = (each: number) => Math.asinh(each / asinh!);
    return (along(value) - along(from)) / (along(to) - along(from));
  };
  const { y: epsilon, y2: rate } = scales("exploration");
  // Halfway between two powers of ten stands the root of their product.
  for (const [scale, low, high] of [[epsilon, 0.01, 1], [rate, 1e-5, 1e-3], [scales("buffer")["y"], 1e-3, 1]] as const) {
    assert.ok(Math.abs(place(scale!, low, high, Math.sqrt(low * high)) - 0.5) < 0.02);
    assert.ok(place(scale!, low, high, low) < 0.1 && place(scale!, low, high, high) > 0.9);
  }
  assert.equal(place(epsilon!, 0, 1, 0), 0, "what reaches zero is still in sight");
});

test("marks of an axis are told apart however near they are", () => {
  const labels = (from: number, apart: number) => [0, 1, 2].map((index) => tick(from + index * apart, apart));
  assert.deepEqual(labels(1_010_000, 2_000), ["1.01M", "1.012M", "1.014M"]);
  assert.deepEqual(labels(1_010_000, 50), ["1,010,000", "1,010,050", "1,010,100"]);
  assert.deepEqual(labels(1_010_000, 0.5), ["1,010,000", "1,010,000.5", "1,010,001"]);
  assert.deepEqual(labels(0, 500), ["0", "500", "1k"]);
  assert.deepEqual(labels(2e9, 1e9), ["2B", "3B", "4B"]);
  const times = (from: number, apart: number) => [0, 1, 2].map((index) => duration(from + index * apart, apart));
  assert.deepEqual(times(8, 0.25), ["8.00 s", "8.25 s", "8.50 s"]);
  assert.deepEqual(times(64.9, 0.1), ["1:04.9", "1:05.0", "1:05.1"]);
  assert.deepEqual(times(3_599.98, 0.01), ["59:59.98", "59:59.99", "1:00:00.00"]);
  assert.deepEqual(times(50, 10), ["50 s", "1:00", "1:10"]);
});

test("dots are drawn as long as they stand apart, however many rows of other lines lie between them", () => {
  const values: (number | null)[] = new Array(1_000).fill(null);
  values[999] = 5;
  assert.ok(standApart(values, 0, 999, 300));
  for (let index = 0; index < 1_000; index += 25) values[index] = index;
  assert.ok(standApart(values, 0, 999, 41 * 8));
  assert.ok(!standApart(values, 0, 999, 41 * 8 - 1));
  assert.ok(standApart(values, 500, 999, 41 * 8 - 1));
});

test("the chart of evaluations has a dot for a single one among the rows of its other line", () => {
  const skill = PANELS.find((spec) => spec.id === "skill");
  assert.ok(skill);
  const context = { log: true } as unknown as PlotContext;
  const { series } = plotOptions(skill, skill.lines as never, context, 400, 300);
  const [last100, evaluation] = [SERIES_PER_LINE, 2 * SERIES_PER_LINE];
  const rows = new Array<number | null>(1_000).fill(null);
  rows[500] = 9;
  const data = new Array<(number | null)[]>(evaluation).fill(new Array<number>(1_000).fill(1));
  const plot = { data: [...data, rows], bbox: { width: 400 } };
  (globalThis as { devicePixelRatio?: number }).devicePixelRatio = 1;
  const shows = (index: number) => {
    const show = series[index]?.points?.show;
    return typeof show === "function" ? show(plot as never, index, 0, 999) : show;
  };
  assert.equal(shows(evaluation), true);
  assert.equal(shows(last100), false);
});
