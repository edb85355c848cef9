// Several games at a time: all boards are shown, and another one can be followed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page } = await openSite({
  command: (address, folder) => ["serve", "--addr", address, "--out", folder, "--set", "scenario.environments=9"],
});

const followed = () => page.locator('#grid-places button[aria-pressed="true"]').getAttribute("aria-label");

test("nine boards are shown, the first of them large", async () => {
  await untilRun(page, "running");
  await page.locator("#grid-places button").nth(8).waitFor();
  assert.equal(await page.locator("#grid-places button").count(), 9);
  assert.match(await followed(), /^Game 1, /);
  const picture = () => page.evaluate(() => document.querySelector("#grid-boards").toDataURL());
  const before = await picture();
  await page.waitForFunction((old) => document.querySelector("#grid-boards").toDataURL() !== old, before);
});

test("another board is followed, by everybody", async () => {
  await page.locator("#grid-places button").nth(5).click();
  await page.waitForFunction(() => document.querySelectorAll("#grid-places button")[5].getAttribute("aria-pressed") === "true");
  await page.getByText("Board 6 of 9 is shown large.").waitFor();
  await keepPicture(page, "grid");
});

test("each of them can be looked back at", async () => {
  await page.keyboard.press("g");
  await page.locator('#travel-game optgroup[label="Now"]').waitFor({ state: "attached" });
  const running = await page.locator('#travel-game optgroup[label="Now"] option').count();
  assert.ok(running > 1, `${running} running games`);
  await page.keyboard.press("Escape");
});

test("all of it went without an error or a breach of the content security policy", () => tab.assertClean());
