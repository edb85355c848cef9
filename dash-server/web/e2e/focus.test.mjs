// By keyboard alone: what is pressed may go, and the focus goes to what takes its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LOST, untilLink, untilRun } from "./browser.mjs";
import { openSite } from "./site.mjs";

const { server, port, tab, page } = await openSite();

const action = (name) => `button[data-action="${name}"]`;
const pressOn = (selector) => page.locator(selector).press("Enter");

/** Waits until the focus is on what `selector` finds. */
async function untilFocusOn(selector) {
  await page
    .waitForFunction((wanted) => document.activeElement.matches(wanted), selector, { timeout: 20_000 })
    .catch(async () => {
      const there = await page.evaluate(() => document.activeElement.outerHTML.slice(0, 100));
      assert.fail(`the focus should be on ${selector} and is on ${there}`);
    });
}

test("pausing leads to resuming, and back", async () => {
  await untilRun(page, "running");
  await pressOn(action("pause"));
  await untilFocusOn(action("resume"));
  await pressOn(action("resume"));
  await untilFocusOn(action("pause"));
});

test("coming back from a game leads to the list of games, and a key that opens it into it", async () => {
  await page.waitForFunction(() => Number(document.querySelector("#tile-episodes").textContent) > 3, undefined, { timeout: 60_000 });
  await page.keyboard.press("g");
  await untilFocusOn("#travel-play");
  await pressOn("#travel-live");
  await untilFocusOn("#travel-open");
});

test("leaving one's own game leads to playing", async () => {
  await pressOn("#play-open");
  await page.locator("#play").waitFor();
  await pressOn("#play-leave");
  await untilFocusOn("#play-open");
});

test("playing from within a game of the past leads to where keys are the game's", async () => {
  await page.keyboard.press("g");
  // What is hidden takes no focus.
  await page.locator("#travel-at").waitFor();
  await page.locator("#travel-at").focus();
  await page.keyboard.press("p");
  await untilFocusOn("#play-again");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("#pieces").textContent === "1");
  await page.keyboard.press("Escape");
  await untilFocusOn("#play-open");
  await page.keyboard.press("Escape");
  await page.locator("#travel").waitFor({ state: "hidden" });
});

test("showing everything leads to the axis", async () => {
  const chart = page.locator("#chart-lines");
  await chart.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => Number(document.querySelector("#chart-lines").dataset.points) > 1);
  const plot = await chart.locator(".u-over").boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.2, plot.y + plot.height / 2);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.6, plot.y + plot.height / 2, { steps: 5 });
  await page.mouse.up();
  await pressOn("#zoom-reset");
  await untilFocusOn('input[name="axis"][value="step"]');
});

test("stopping leads to starting, although that takes a moment, and starting to pausing", async () => {
  await pressOn(action("stop"));
  await untilRun(page, "stopped");
  await untilFocusOn(action("start"));
  await pressOn(action("start"));
  await pressOn('#start-form button[type="submit"]');
  await untilRun(page, "running");
  await untilFocusOn(action("pause"));
});

test("what lost the focus with the connection has it again", async () => {
  await server.end("SIGKILL");
  await untilLink(page, "waiting");
  assert.ok(await page.locator(action("pause")).isDisabled());
  await server.start(port);
  await untilLink(page, "open");
  await untilFocusOn(action("pause"));
});

test("trying again leads to how it goes", async () => {
  await server.end("SIGKILL");
  await untilLink(page, "waiting");
  await pressOn("#reconnect");
  await untilFocusOn("#link-pill");
});

test("all of it went without an error", () => tab.assertClean(LOST));
