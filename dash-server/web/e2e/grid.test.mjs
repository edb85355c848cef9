// Several games at a time: all boards are shown, and another one can be followed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, openPage, untilRun } from "./browser.mjs";
import { freePort, ServerProcess } from "./server.mjs";

const server = new ServerProcess("tetris-dash", (address, folder) => [
  "serve", "--addr", address, "--out", folder, "--set", "scenario.environments=9",
]);
let browser;
let tab;
let page;

before(async () => {
  const url = await server.start(await freePort());
  browser = await launch();
  tab = await openPage(browser, url);
  page = tab.page;
});

after(async () => {
  await browser?.close();
  await server.dispose();
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
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, "grid.png") });
});

test("each of them can be looked back at", async () => {
  await page.keyboard.press("g");
  await page.locator('#travel-game optgroup[label="Now"]').waitFor({ state: "attached" });
  const running = await page.locator('#travel-game optgroup[label="Now"] option').count();
  assert.ok(running > 1, `${running} running games`);
  await page.keyboard.press("Escape");
});

test("all of it went without an error or a breach of the content security policy", () => tab.assertClean());
