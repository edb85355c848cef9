// A person plays beside the agent: keys, the engine's rules, the agent's board, the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@msgpack/msgpack";
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

/** What the page sends of keys from now on, such as `left+`; the page is loaded anew, as only a new connection is heard. */
async function keysSent() {
  const sent = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => {
    const { type, key, down } = decode(payload);
    if (type === "play_key") sent.push(`${key}${down ? "+" : "-"}`);
  }));
  await page.reload();
  await untilRun(page, "running");
  await page.locator("#play-open").click();
  await page.waitForFunction(() => document.querySelector("#pieces").textContent === "0");
  return sent;
}

test("a key that is held comes up, whatever has the focus or the modifiers by then", async () => {
  const sent = await keysSent();
  const { keyboard } = page;
  const expectSent = async (...expected) => {
    for (let tries = 0; tries < 20 && sent.length < expected.length; tries++) await page.waitForTimeout(50);
    assert.deepEqual(sent.splice(0), expected);
  };
  await keyboard.down("ArrowLeft");
  await keyboard.press("?");
  await page.locator("#help-dialog").waitFor();
  await keyboard.up("ArrowLeft");
  await keyboard.press("Escape");
  await expectSent("left+", "left-");

  await keyboard.down("ArrowRight");
  await keyboard.down("Alt");
  await keyboard.up("ArrowRight");
  await keyboard.up("Alt");
  await expectSent("right+", "right-");

  await page.locator("#play summary").click();
  await keyboard.down("ArrowDown");
  await page.locator("#play-das").click();
  await expectSent("soft_drop+", "soft_drop-");
  await keyboard.up("ArrowDown");
  await keyboard.press("ArrowLeft");
  await expectSent();
});

test("after a click on a checkbox the keys are still the game's, apart from the space bar", async () => {
  const sent = await keysSent();
  const box = page.locator("#safe-colours");
  await box.check();
  await page.keyboard.press("z");
  await page.keyboard.press("Space");
  await page.waitForTimeout(100);
  assert.deepEqual(sent, ["counter_clockwise+", "counter_clockwise-"]);
  assert.ok(!(await box.isChecked()));
  await page.keyboard.press("Escape");
});

test("all of it went without an error or a breach of the content security policy", () => tab.assertClean());
