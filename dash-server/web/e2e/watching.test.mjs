// A server that takes no commands: the page says so, and tells nobody to press what cannot be pressed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { untilLink, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page } = await openSite({
  command: (address, folder) => ["serve", "--idle", "--read-only", "--addr", address, "--out", folder],
});

test("why the controls are grey is said beside them", async () => {
  await untilLink(page, "open");
  await untilRun(page, "idle");
  await page.getByText("Watching only: this server takes no commands.").waitFor();
  assert.ok(await page.locator('button[data-action="start"]').isDisabled());
});

test("nobody is told to start a run", async () => {
  assert.match(await page.locator("#veil-text").innerText(), /cannot be started from here/);
  await page.locator("#runs summary").click();
  assert.match(await page.locator("#runs-empty").innerText(), /shows up by itself/);
  assert.doesNotMatch(await page.locator("#runs-empty").innerText(), /Start one/);
  await keepPicture(page, "watching");
});

test("nothing went wrong in the browser", () => tab.assertClean());
