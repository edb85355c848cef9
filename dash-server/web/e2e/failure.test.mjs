// A panic inside training: the page says so, the server lives on, and a new run works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { press, untilBoardChanges, untilLink, untilRun, untilStepsPass, boardPicture } from "./browser.mjs";
import { openSite } from "./site.mjs";

const { tab, page } = await openSite({
  program: "examples/panicking_server", command: (address, folder) => [address, folder],
});

async function startWithSeed(seed) {
  await press(page, "start");
  await page.locator("#start-seed").fill(seed);
  await page.locator('#start-form button[type="submit"]').click();
}

test("an idle server offers a start", async () => {
  await untilLink(page, "open");
  await untilRun(page, "idle");
  await page.getByText("Press Start to train an agent.").waitFor();
  assert.ok(await page.locator('button[data-action="stop"]').isDisabled());
});

test("a panic in training shows as failed, with its message", async () => {
  await startWithSeed("13");
  await untilRun(page, "failed");
  assert.match(await page.locator("#veil-text").innerText(), /seed 13 is unlucky/);
});

test("a reload still shows it", async () => {
  await page.reload();
  await untilRun(page, "failed");
  assert.match(await page.locator("#veil-text").innerText(), /seed 13 is unlucky/);
});

test("a new run works", async () => {
  await startWithSeed("14");
  await untilRun(page, "running");
  await untilStepsPass(page, 0);
  await untilBoardChanges(page, await boardPicture(page));
  assert.ok(await page.locator("#veil").isHidden());
});

test("all of it went without an error in the page", () => tab.assertClean());
