// Looking back at games: scrubbing, playing, sharing as a link and as a file, with and without a server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LOST, boardPicture, openPage, untilBoardChanges, untilLink, untilRun } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { browser, port, url, server, tab, page } = await openSite({
  page: { permissions: ["clipboard-read", "clipboard-write"] },
});
let saved;

/** Where the slider stands: placements made, and of how many. */
async function where(of = page) {
  const words = await of.locator("#travel-where").innerText();
  return words.replaceAll(",", "").match(/\d+/g).map(Number);
}

async function untilAt(at) {
  await page.waitForFunction((expected) => document.querySelector("#pieces").textContent === expected, at.toLocaleString("en"));
}

test("the games of the run are listed, the best ten in order", async () => {
  await untilRun(page, "running");
  await page.waitForFunction(() => Number(document.querySelector("#tile-episodes").textContent) > 12, undefined, { timeout: 60_000 });
  await page.keyboard.press("g");
  await page.locator("#travel").waitFor();
  assert.ok(await page.locator("#controls").isHidden());
  const best = await page.locator('#travel-game optgroup[label="Best"] option').allInnerTexts();
  const lines = best.map((text) => Number(text.match(/([\d,]+) lines/)[1].replaceAll(",", "")));
  assert.equal(lines.length, 10);
  assert.deepEqual(lines, [...lines].sort((a, b) => b - a));
  await page.locator("#travel-game").selectOption({ index: 1 });
});

test("arrows, Home, End and the slider move through the game, and the board follows", async () => {
  await page.locator("h1").click();
  const [, length] = await where();
  await untilAt(length);
  const end = await boardPicture(page);
  await page.keyboard.press("ArrowLeft");
  await untilAt(length - 1);
  await untilBoardChanges(page, end);
  await page.keyboard.press("End");
  await untilAt(length);
  assert.equal(await boardPicture(page), end, "the same place looks the same");
  await page.keyboard.press("Home");
  await untilAt(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await untilAt(2);
  assert.match(await page.locator("#why-summary").innerText(), /^[IOTSZJL]: /);
  await page.locator("#travel-at").fill("5");
  await untilAt(5);
  assert.deepEqual(await where(), [5, length]);
});

test("the space bar plays the game to its end and nothing else", async () => {
  await page.locator("#travel-rate").selectOption("60");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  const [, length] = await where();
  await untilAt(length);
  await page.waitForFunction(() => !document.querySelector("#travel").hasAttribute("data-playing"));
  await untilRun(page, "running");
});

test("a game is saved as a file, and Escape comes back to the present", async () => {
  const download = page.waitForEvent("download");
  await page.locator('[data-travel="save"]').click();
  saved = await (await download).path();
  assert.ok(readFileSync(saved).length > 100);
  await page.locator('[data-travel="link"]').click();
  await page.getByText("The link is in your clipboard.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#travel").waitFor({ state: "hidden" });
  assert.ok(await page.locator("#controls").isVisible());
  await untilBoardChanges(page, await boardPicture(page));
});

test("the link opens the game in another tab, where it is the same", async () => {
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#replay=/);
  const other = await openPage(browser, url);
  await other.page.goto(link);
  await other.page.reload();
  await other.page.locator("#travel").waitFor();
  assert.equal((await where(other.page))[0], 0);
  // Over plain http from another machine a browser has no clipboard for the page.
  await other.page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    history.replaceState(null, "", location.pathname);
  });
  await other.page.locator('[data-travel="link"]').click();
  await other.page.getByText("The link stands in the address bar.").waitFor();
  assert.match(other.page.url(), /#replay=/);
  other.assertClean();
  await other.close();
});

test("a damaged link and a file that is no game are refused in words", async () => {
  await page.evaluate(() => (location.hash = "#replay=abc"));
  await page.getByText("The game in this link is damaged").waitFor();
  await page.locator("#travel-open").click();
  await page.locator("#travel-file").setInputFiles({ name: "x.tetris", mimeType: "", buffer: Buffer.from("nonsense") });
  await page.getByText("This is no game of tetris-dash.").waitFor();
  await page.locator("#travel-live").click();
});

test("a game that the server hands out as a file opens", async () => {
  const [{ name }] = await (await fetch(`${url}api/runs`)).json();
  const games = await (await fetch(`${url}api/runs/${name}/games`)).json();
  const { game, pieces } = games.find(({ episode }) => episode !== null);
  const file = await fetch(`${url}api/runs/${name}/games/${game}`);
  await page.locator("#travel-open").click();
  await page.locator("#travel-file").setInputFiles({
    name: "game.tetris", mimeType: "", buffer: Buffer.from(await file.arrayBuffer()),
  });
  await page.locator("#travel").waitFor();
  await page.waitForFunction((all) => document.querySelector("#travel-where").textContent.replaceAll(",", "").endsWith(` ${all}`), pieces);
  // The list of games is asked for meanwhile, and again by whoever wants to play.
  const untilListed = () => page.waitForFunction(() => document.querySelectorAll("#travel-game optgroup option").length > 0);
  const listed = () => page.locator("#travel-game option:checked").innerText();
  await untilListed();
  assert.equal(await listed(), await page.locator("#travel-tag").innerText());
  await page.keyboard.press("p");
  await page.locator("#play").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#travel").waitFor();
  assert.equal(await listed(), await page.locator("#travel-tag").innerText());
  await page.locator("#travel-game").selectOption({ index: 2 });
  await page.waitForFunction(() => document.querySelector('#travel-game option[value=""]') === null);
  await page.locator("#travel-live").click();
});

test("a game that is looked at while its server makes way for another stays as it was fetched", async () => {
  await page.keyboard.press("g");
  await page.locator("#travel").waitFor();
  const [at, length] = await where();
  await untilAt(at);
  await server.end("SIGKILL");
  await untilLink(page, "waiting");
  await server.start(port);
  await untilLink(page, "open");
  await page.waitForFunction(() => /^Game /.test(document.querySelector("#travel-tag").textContent));
  assert.equal(await page.locator("#travel-game option").count(), 1, "the games of the other server are not those that were listed");
  await page.locator("h1").click();
  await page.keyboard.press("ArrowLeft");
  await untilAt(at - 1);
  assert.deepEqual(await where(), [at - 1, length]);
  await page.keyboard.press("Escape");
  await page.locator("#travel").waitFor({ state: "hidden" });
});

test("a file that is dropped on the page opens, also when the server is gone", async () => {
  await server.end("SIGKILL");
  await untilLink(page, "waiting");
  const content = [...readFileSync(saved)];
  await page.evaluate((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], "game.tetris"));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, content);
  await page.locator("#travel").waitFor();
  await page.locator("#veil").waitFor({ state: "hidden" });
  const before = await boardPicture(page);
  await page.keyboard.press("End");
  await untilBoardChanges(page, before);
  await keepPicture(page, "replay");
});

test("all of it went without an error or a breach of the content security policy", () => {
  tab.assertClean(LOST);
});
