// Runs of the output folder: another process trains into it, and the page lists them, lays their curves over its charts
// and keeps notes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LOST, press, steps, untilLink, untilRun, untilStepsPass } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const runs = mkdtempSync(join(tmpdir(), "tetris-dash-runs-"));
const away = `${runs}-away`;
const { tab, page, server, port } = await openSite({
  command: (address) => ["serve", "--idle", "--addr", address, "--out", runs],
});
const SMALL = [
  "scenario.ceiling=6", "agent.learning_starts=64", "agent.buffer_capacity=2000", "trainer.metrics_every=50",
  "trainer.evaluate_every=200", "trainer.checkpoint_every=1000", "evaluation.games=2", "evaluation.max_steps=50",
].flatMap((setting) => ["--set", setting]);
let trainer;

function train(name, ...args) {
  const program = join(process.env.TETRIS_DASH_BUILD, "tetris-dash");
  return spawn(program, ["train", "--out", join(runs, name), ...SMALL, ...args], { stdio: "ignore" });
}

after(() => {
  trainer?.kill("SIGKILL");
  for (const folder of [runs, away]) rmSync(folder, { recursive: true, force: true });
});

const row = (name) => page.locator(`tr[data-run="${name}"]`);
const state = (name, expected) => row(name).locator(`[data-state="${expected}"]`).waitFor({ timeout: 60_000 });

test("an empty output folder says what to do", async () => {
  await untilLink(page, "open");
  await page.locator("#runs summary").click();
  assert.match(await page.locator("#runs-empty").innerText(), /train into the folder/);
});

test("runs of other processes show up, running and ended", async () => {
  const short = train("short", "--steps", "300", "--set", "agent.gamma=0.9");
  await new Promise((resolve) => short.once("exit", resolve));
  await state("short", "ended");
  trainer = train("long", "--steps", "100000000");
  await state("long", "running");
});

test("their curves lie over every chart and grow", async () => {
  for (const name of ["short", "long"]) await row(name).locator('input[type="checkbox"]').check();
  const chart = page.locator("#chart-skill");
  await chart.scrollIntoViewIfNeeded();
  const points = async () => Number(await chart.getAttribute("data-points"));
  await page.waitForFunction(() => Number(document.querySelector("#chart-skill").dataset.points) > 2);
  const readout = await chart.locator(".readout").innerText();
  assert.ok(readout.includes("short, last 100 games") && readout.includes("long, evaluation"), readout);
  const before = await points();
  await page.waitForFunction((bound) => Number(document.querySelector("#chart-skill").dataset.points) > bound, before);
});

test("settings that differ are shown side by side", async () => {
  await page.locator("#runs-compare").click();
  const table = await page.locator("#compare-table").innerText();
  assert.match(table, /agent\.gamma/);
  assert.doesNotMatch(table, /environment\.width/);
  await page.locator("#compare-dialog button").click();
});

test("a note is kept in the folder of its run", async () => {
  await row("short").locator(".note").fill("the first one");
  await row("short").locator(".note").press("Enter");
  await page.waitForTimeout(500);
  assert.equal(readFileSync(join(runs, "short", "note.txt"), "utf8"), "the first one");
});

test("a run that is killed is called broken off", async () => {
  trainer.kill("SIGKILL");
  await state("long", "broken_off");
  await keepPicture(page, "runs");
});

test("it can be gone on with", async () => {
  const button = row("long").locator("button", { hasText: "Continue" });
  await button.click();
  await untilRun(page, "running");
  await page.waitForFunction(() => document.querySelector("tr[data-run=long] button").disabled);
  await untilStepsPass(page, await steps(page));
  const readout = await page.locator("#chart-skill .readout").innerText();
  assert.ok(!readout.includes("long, last 100 games"), "no curve is there twice");
  await keepPicture(page, "gone-on");
  await press(page, "stop");
  await untilRun(page, "stopped");
  await page.waitForFunction(() => !document.querySelector("tr[data-run=long] button").disabled);
});

test("the run that is shown can be gone on with: its charts go on from there, and show all of it", async () => {
  const chart = page.locator("#chart-lines");
  await chart.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => Number(document.querySelector("#chart-lines").dataset.points) > 1);
  const stopped = await steps(page);
  const plot = await chart.locator(".u-over").boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.2, plot.y + plot.height / 2);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.3, plot.y + plot.height / 2, { steps: 5 });
  await page.mouse.up();
  await page.locator("#zoom-reset").waitFor();
  await row("long").locator("button", { hasText: "Continue" }).click();
  await untilRun(page, "running");
  await page.locator("#zoom-reset").waitFor({ state: "hidden" });
  await untilStepsPass(page, stopped);
  const games = async () => Number((await page.locator("#tile-episodes").innerText()).replaceAll(",", ""));
  const before = await games();
  assert.ok(before > 0, "the games of before are counted");
  await page.waitForFunction(
    (bound) => Number(document.querySelector("#tile-episodes").textContent.replaceAll(",", "")) > bound, before, { timeout: 5_000 },
  );
  await press(page, "stop");
  await untilRun(page, "stopped");
});

test("a restart of the server takes no curve away, and no note that is being typed", async () => {
  const note = row("short").locator(".note");
  await note.fill("half a sen");
  await server.end("SIGTERM");
  await untilLink(page, "waiting");
  // A file cannot be looked at: it stands for a folder that takes long.
  renameSync(runs, away);
  writeFileSync(runs, "");
  await server.start(port);
  await untilLink(page, "open");
  const isTicked = () => row("short").locator('input[type="checkbox"]').isChecked();
  await page.waitForTimeout(1_000);
  assert.ok(await isTicked(), "before the first look");
  rmSync(join(away, "long"), { recursive: true });
  rmSync(runs);
  renameSync(away, runs);
  await row("long").waitFor({ state: "detached" });
  assert.ok(await isTicked(), "after it");
  await page.keyboard.type("tence");
  assert.equal(await note.inputValue(), "half a sentence");
});

test("nothing went wrong in the browser", () => tab.assertClean(LOST));
