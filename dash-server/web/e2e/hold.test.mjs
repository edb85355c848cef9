// A run with hold and a preview: what the agent knows stands beside the board.

import assert from "node:assert/strict";
import { test } from "node:test";
import { press, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page } = await openSite({
  command: (address, folder) => [
    "serve", "--addr", address, "--out", folder,
    ...["environment.pieces=bag7", "environment.hold=true", "environment.preview=5"].flatMap((setting) => ["--set", setting]),
  ],
});

const said = (id) => page.locator(id).getAttribute("aria-label");

test("the held piece and all the pieces to come are shown", async () => {
  await untilRun(page, "running");
  await page.locator("#held-place").waitFor();
  await press(page, "pause");
  await untilRun(page, "paused");
  assert.match(await said("#held"), /^Held piece: [IOTSZJL]$/);
  assert.equal((await said("#next")).split(", ").length, 6);
});

test("placements of both pieces are weighed, and told apart", async () => {
  const ranks = () => page.locator("#why-table tbody tr:not([data-empty]) td:first-child").allInnerTexts();
  // The best of several that are told apart: an agent that explores weighs one alone, and the two pieces can be the same.
  const toldApart = /^1 [IOTSZJL],/;
  for (let steps = 0; steps < 50 && !toldApart.test((await ranks()).join()); steps++) {
    await press(page, "step");
    await page.waitForTimeout(200);
  }
  assert.match((await ranks()).join(), toldApart);
  await keepPicture(page, "hold");
});

test("all of it went without an error or a breach of the content security policy", () => tab.assertClean());
