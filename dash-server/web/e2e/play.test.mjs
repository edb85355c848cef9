// A person plays beside the agent: keys, the engine's rules, the agent's board, the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { boardColours, boardPicture, untilBoardChanges, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page } = await openSite();

const number = async (id) => Number((await page.locator(id).innerText()).replaceAll(",", ""));

test("a game begins with the pieces of the agent's best one", async () => {
  await untilRun(page, "running");
  await page.waitForFunction(() => Number(document.querySelector("#tile-episodes").textContent) > 3, undefined, { timeout: 60_000 });
  await page.locator("#play-open").click();
  await page.locator("#play").waitFor();
  await page.locator("#rival").waitFor();
  await page.waitForFunction(() => document.querySelector("#pieces").textContent === "0");
  assert.ok(await page.locator("#controls").isHidden());
});

test("keys move, turn, hold and drop the piece, and do nothing else", async () => {
  for (const key of ["ArrowLeft", "ArrowUp", "z", "ArrowRight"]) {
    const before = await boardPicture(page);
    await page.keyboard.press(key);
    await untilBoardChanges(page, before);
  }
  await page.keyboard.press("c");
  await page.waitForFunction(() => !document.querySelector("#play-hold").getAttribute("aria-label").endsWith("none"));
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("#pieces").textContent === "1");
  await page.waitForFunction(() => document.querySelector("#rival-text").textContent.includes("1 piece"));
  await untilRun(page, "running");
});

test("the space bar opens the list of keys where that has the focus, and drops no piece", async () => {
  const keys = page.locator("#play details");
  await page.locator("#play summary").press("Space");
  assert.ok(await keys.evaluate((details) => details.open));
  await page.locator("#play summary").press("Enter");
  assert.ok(!(await keys.evaluate((details) => details.open)));
  assert.equal(await number("#pieces"), 1);
  await page.locator("h1").click();
});

test("a held key repeats until the wall", async () => {
  await page.keyboard.down("ArrowLeft");
  // Nothing but the piece that is held there is in the upper part of the leftmost column.
  const pieces = ["#31c7e6", "#f2c230", "#aa6cf2", "#4cc96a", "#ef5a5f", "#4a7bf7", "#f2973a"];
  for (;;) {
    const colours = await boardColours(page, 0, 0.09, 0.8);
    if (pieces.some((colour) => colours.includes(colour))) break;
    await page.waitForTimeout(50);
  }
  await page.keyboard.up("ArrowLeft");
  const latency = Number(await page.locator("#play").getAttribute("data-latency"));
  assert.ok(latency > 0, "the way of a key was timed");
  console.log(`# from key to picture: ${latency} ms in the middle`);
  await keepPicture(page, "play");
});

test("the game ends when the stack is full, Enter begins another, Escape leaves", async () => {
  for (let drop = 0; drop < 60 && (await page.locator("#veil").isHidden()); drop++) {
    await page.keyboard.press("Space");
    await page.waitForTimeout(40);
  }
  await page.getByText("Press Enter to play again").waitFor();
  assert.ok((await number("#pieces")) > 3);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#pieces").textContent === "0");
  await page.keyboard.press("Escape");
  await page.locator("#play").waitFor({ state: "hidden" });
  assert.ok(await page.locator("#controls").isVisible());
  await untilBoardChanges(page, await boardPicture(page));
});

test("all of it went without an error or a breach of the content security policy", () => tab.assertClean());
