// A trained model plays, nothing learns: the page shows pieces, reasons and values like those of a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boardPicture, press, untilBoardChanges, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page } = await openSite({
  command: (address, folder) => ["serve", "--demo", "--addr", address, "--out", folder],
});

test("the model plays, at a speed to be followed", async () => {
  await untilRun(page, "running");
  await untilBoardChanges(page, await boardPicture(page));
  await page.locator("#why tbody tr").nth(4).waitFor();
  await page.waitForTimeout(2_000);
  await keepPicture(page, "demo");
});

test("it is paused and goes on like a run, and starts anew", async () => {
  await press(page, "pause");
  await untilRun(page, "paused");
  await press(page, "resume");
  await untilRun(page, "running");
  await press(page, "stop");
  await untilRun(page, "stopped");
  await press(page, "start");
  await page.locator('#start-form button[type="submit"]').click();
  await untilRun(page, "running");
});

test("all of it went without an error in the page", () => tab.assertClean());
