// A trained model plays, nothing learns: the page shows pieces, reasons and values like those of a run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { boardPicture, press, steps, untilBoardChanges, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

let runs;
const { tab, page } = await openSite({
  command: (address, folder) => {
    runs = folder;
    return ["serve", "--demo", "--addr", address, "--out", folder];
  },
});

/** Titles of the charts that are there. */
const charts = () => page.locator(".chart:visible h2").allTextContents();

test("the model plays, at a speed to be followed", async () => {
  await untilRun(page, "running");
  await untilBoardChanges(page, await boardPicture(page));
  await page.locator("#why tbody tr").nth(4).waitFor();
  const surfaces = await page.locator("#why .skyline title").allTextContents();
  assert.equal(surfaces.length, 5);
  // The model sees nine steps between ten columns.
  for (const surface of surfaces) assert.match(surface, /: (−?\d+ ){8}−?\d+$/);
  await page.waitForTimeout(2_000);
  await keepPicture(page, "demo");
});

test("nothing is shown that only learning has, and no chart waits for games that do not end", async () => {
  await page.locator("#chart-speed").waitFor();
  assert.deepEqual(await charts(), ["Value of the position", "Speed"]);
  assert.ok(await page.locator("#charts-note").isVisible());
  for (const absent of ["#rates", "#tile-best", "#runs"]) assert.ok(await page.locator(absent).isHidden(), absent);
  const speed = Number(await page.locator("#tile-speed").textContent());
  assert.ok(speed > 1 && speed < 8, `${speed} steps a second`);
  const taken = await steps(page);
  assert.ok(taken < 200, `it was slow from the first piece on, and not after ${taken}`);
});

test("a run that was trained is laid over with all its curves, and goes with them", async () => {
  const program = join(process.env.TETRIS_DASH_BUILD, "tetris-dash");
  execFileSync(program, ["train", "--seconds", "2", "--out", join(runs, "trained")], { stdio: "ignore" });
  await page.locator("#runs summary").click();
  await page.locator('[data-run="trained"] input[type="checkbox"]').check();
  await page.locator("#chart-loss").waitFor();
  assert.equal(await page.locator('[data-run="trained"] button').count(), 1);
  assert.ok(await page.locator('[data-run="trained"] button').isHidden(), "a demo cannot go on with it");
  assert.match(await page.locator("#chart-loss .readout").textContent(), /^trained, loss.*trained, TD error/);
  await page.locator('[data-run="trained"] input[type="checkbox"]').uncheck();
  await page.locator("#chart-loss").waitFor({ state: "hidden" });
  assert.deepEqual(await charts(), ["Value of the position", "Speed"]);
});

test("it is paused and goes on like a run, and starts anew", async () => {
  await press(page, "pause");
  await untilRun(page, "paused");
  await press(page, "resume");
  await untilRun(page, "running");
  await press(page, "stop");
  await untilRun(page, "stopped");
  await press(page, "start");
  assert.ok(await page.locator("#start-preset").isHidden(), "there is none to choose");
  await page.locator('#start-form button[type="submit"]').click();
  await untilRun(page, "running");
  assert.equal(await page.locator("#speed-value").textContent(), "4 steps a second");
});

test("all of it went without an error in the page", () => tab.assertClean());
