// The list of runs: what is filled anew, and whose note is in a field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PANELS } from "../src/charts/panels";
import { NoteField } from "../src/runs/note_field";
import { OVERLAY_COLOURS, Overlays } from "../src/runs/overlays";
import { RunList } from "../src/runs/run_list";
import type { RunEntry } from "../src/wire/runs";
import { FakeElement, fakePage } from "./fake_page";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("of a thousand runs only the rows are filled whose run has changed, or what holds for all", () => {
  const page = fakePage();
  Object.assign(page.byId("runs"), { open: true });
  let filled = 0;
  const entry = (name: string): RunEntry => ({
    name, state: "ended", reason: null, created: 0, seed: null, seconds: 0, episodes: 0, meanLines: null, best: null,
    note: "", files: new Map(), get step() { return (filled += 1); },
  });
  const runs = new Map(Array.from({ length: 1000 }, (_, index) => [`run ${index}`, entry(`run ${index}`)]));
  const overlays = new Overlays(() => new Promise(() => {}), { chosen: () => {}, grown: () => {}, trouble: () => {} });
  const colours = { series: {} };
  let mayGoOn = true;
  const list = new RunList({
    runs: () => runs, current: () => "run 1", readOnly: () => false, overlays, trains: () => true, mayGoOn: () => mayGoOn,
    goOn: () => {}, note: async () => {}, palette: () => colours,
  });
  const drawn = () => {
    filled = 0;
    list.draw();
    return filled;
  };
  assert.equal(drawn(), 1000);
  assert.equal(drawn(), 0);
  runs.set("run 7", entry("run 7"));
  assert.equal(drawn(), 1);
  overlays.toggle(runs.get("run 8")!);
  assert.equal(drawn(), 1);
  runs.delete("run 9");
  assert.equal(drawn(), 0);
  assert.equal(page.byId("runs-body").children.length, 999);
  mayGoOn = false;
  assert.equal(drawn(), 999);
});

interface Written {
  field: NoteField;
  input: FakeElement;
  sent: string[];
  /** What becomes of the next note. */
  answer: { refuse: boolean };
  enter: () => void;
  leave: () => void;
  type: (text: string) => Promise<void>;
}

function note(): Written {
  const page = fakePage();
  const sent: string[] = [];
  const answer = { refuse: false };
  const field = new NoteField("Note", async (text) => {
    sent.push(text);
    if (answer.refuse) throw new Error("no");
  });
  const input = field.element as unknown as FakeElement;
  const type = async (text: string) => {
    input.value = text;
    input.dispatchEvent(new Event("change"));
    await settled();
  };
  const leave = () => {
    page.activeElement = null;
    input.dispatchEvent(new Event("blur"));
  };
  return { field, input, sent, answer, type, leave, enter: () => void (page.activeElement = input) };
}

test("a note that is changed elsewhere is shown once nobody is in its field, unless something was typed", () => {
  const { field, input, enter, leave } = note();
  field.follow("one", false);
  assert.equal(input.value, "one");
  enter();
  field.follow("two", false);
  assert.equal(input.value, "one");
  leave();
  assert.equal(input.value, "two");
  enter();
  input.value = "half a";
  field.follow("three", false);
  leave();
  assert.equal(input.value, "half a");
});

test("a note that was kept stays in its field until the folder tells of it", async () => {
  const { field, input, sent, type, enter, leave } = note();
  field.follow("one", false);
  enter();
  field.follow("two", false);
  await type("mine");
  assert.deepEqual(sent, ["mine"]);
  leave();
  assert.equal(input.value, "mine");
  field.follow("mine", false);
  field.follow("theirs", false);
  assert.equal(input.value, "theirs");
});

test("a refused note is marked until one is taken, also the one of before", async () => {
  const { field, input, answer, type } = note();
  field.follow("one", false);
  answer.refuse = true;
  await type("too much");
  assert.equal(input.getAttribute("aria-invalid"), "true");
  answer.refuse = false;
  await type("one");
  assert.equal(input.getAttribute("aria-invalid"), null);
});

test("runs that are laid over begin with the colours that charts of several lines use least", () => {
  const several = PANELS.filter(({ lines }) => lines.length > 1);
  const charts = (colour: string) => several.filter(({ lines }) => lines.some((line) => line.colour === colour)).length;
  const uses = OVERLAY_COLOURS.map(charts);
  assert.equal(uses[0], 0);
  assert.deepEqual(uses, [...uses].sort((a, b) => a - b));
});
