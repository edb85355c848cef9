// What views make of what they are given, on a page that only remembers it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { GridView } from "../src/board/grid";
import { drawCell } from "../src/board/pieces";
import { DASHES } from "../src/charts/dashes";
import type { DrawnLine } from "../src/charts/panels";
import { pictureOf, placesOf } from "../src/charts/picture";
import { Readout } from "../src/charts/readout";
import { History } from "../src/history/history";
import type { Palette } from "../src/shell/palette";
import { FakeButton, FakeElement, fakePage } from "./fake_page";

const palette = { series: { blue: "#00f", orange: "#fa0" } } as Palette;
const [own, other] = [new History(), new History()];
const line = (label: string, history = own, more: Partial<DrawnLine> = {}): DrawnLine => ({
  label, history, colour: "blue", table: "episodes", column: "lines", ...more,
});
const keysOf = (readout: Readout) => (readout.element as unknown as FakeElement).children;

test("a line that is switched off stays so when other runs are laid over or taken away", () => {
  fakePage();
  const before = new Readout([line("loss"), line("TD error")], () => {});
  (keysOf(before)[1] as FakeButton).click();
  const lines = [line("loss"), line("TD error"), line("run, loss", other), line("TD error", other)];
  const after = new Readout(lines, () => {}, before);
  assert.deepEqual(lines.map((_, index) => after.visible(index)), [true, false, true, true]);
  assert.deepEqual(keysOf(after).map((key) => key.getAttribute("aria-pressed")), ["true", "false", "true", "true"]);
  const back = new Readout(lines.slice(1, 3), () => {}, after);
  assert.deepEqual([back.visible(0), back.visible(1)], [false, true]);
  assert.ok(new Readout([line("TD error")], () => {}, back).visible(0), "alone it could not be switched on again");
});

test("the sample beside a name is dashed as its line is", () => {
  fakePage();
  const readout = new Readout([line("lines"), line("run", other, { colour: "orange", dash: DASHES[0]! })], () => {});
  readout.paint(palette);
  const samples = keysOf(readout).map((key) => key.children[0]!.style["background"]);
  assert.deepEqual(samples, ["#00f", "repeating-linear-gradient(90deg, #fa0 0 7px, transparent 7px 11px)"]);
});

test("the key of a picture goes on in further rows, each sample dashed as its line is, above the plot", async () => {
  const rows = (widths: number[], room: number) => placesOf(widths, room).map(({ row }) => row);
  assert.deepEqual(rows([100, 100, 100, 500, 10], 300), [0, 0, 1, 2, 3]);
  assert.deepEqual(placesOf([100, 100], 300), [{ left: 0, row: 0 }, { left: 140, row: 0 }]);
  const page = fakePage();
  const keys = Array.from({ length: 10 }, (_, index) => (
    { label: `run ${index}, evaluation`, colour: "#fa0", ...(index > 1 ? { dash: DASHES[index % 2]! } : {}) }
  ));
  const plot = { width: 400, height: 200 } as HTMLCanvasElement;
  await pictureOf(plot, "Mean lines", keys, { paper: "#fff", text: "#000", muted: "#888" });
  const drawn = page.made[0]!.drawn;
  const calls = (name: string) => drawn.filter(([call]) => call === name);
  const texts = calls("fillText").slice(1) as [string, string, number, number][];
  assert.deepEqual(texts.map(([, text]) => text), keys.map(({ label }) => label));
  const top = calls("drawImage")[0]![3] as number;
  for (const [, text, left, middle] of texts) assert.ok(left + 6 * text.length <= 432 && middle < top, text);
  assert.deepEqual(calls("setLineDash").map(([, dash]) => dash), keys.map(({ dash }) => [...(dash ?? [])]));
  assert.equal((page.made[0] as unknown as HTMLCanvasElement).height, 200 + top + 16);
});

test("small cells are all face, so that a wide board is to be seen at any size", () => {
  for (const size of [1, 2, 4]) {
    const canvas = new FakeElement();
    drawCell(canvas.getContext() as CanvasRenderingContext2D, 1, 10, 20, size);
    assert.deepEqual(canvas.drawn.filter(([call]) => call === "fillRect"), [["fillRect", 10, 20, size, size]]);
  }
  const canvas = new FakeElement();
  drawCell(canvas.getContext() as CanvasRenderingContext2D, 1, 10, 20, 5);
  for (const [, , , width, height] of canvas.drawn.filter(([call]) => call === "fillRect")) {
    assert.ok((width as number) > 0 && (height as number) > 0);
  }
});

test("the boards of another run have the shape of theirs, under the same buttons", () => {
  const page = fakePage();
  const grid = new GridView(() => {}, () => {});
  const boards = (width: number, height: number, count = 2) => ({
    width, height, count, followed: 0, cells: new Uint8Array(width * height * count), lines: new Uint32Array(count),
  });
  const share = () => page.byId("grid").style["--grid-share"];
  grid.draw(boards(10, 20));
  assert.equal(share(), "1");
  const buttons = [...page.byId("grid-places").children];
  grid.draw(boards(20, 20));
  assert.equal(share(), "0.5");
  assert.deepEqual(page.byId("grid-places").children, buttons);
  grid.draw(boards(20, 20, 3));
  assert.equal(page.byId("grid-places").children.length, 3);
});
