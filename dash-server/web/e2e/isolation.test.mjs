// A run in a process of its own that is killed: the page says so, the server lives on, and a new run works.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { boardPicture, press, untilBoardChanges, untilRun, untilStepsPass } from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { tab, page, server } = await openSite({
  command: (address, folder) => ["serve", "--isolation", "process", "--addr", address, "--out", folder],
});

/** The process that the server has started. */
function worker() {
  const isChild = (id) => {
    try {
      const [, parent] = readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1].split(" ");
      return parent === String(server.id);
    } catch {
      return false;
    }
  };
  return Number(readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find(isChild));
}

const elsewhere = process.platform === "linux" ? false : "processes are listed in another way here";

test("the page shows it like any other", async () => {
  await untilRun(page, "running");
  await untilStepsPass(page, 0);
  await untilBoardChanges(page, await boardPicture(page));
});

test("its end shows as failed, with what became of it", { skip: elsewhere }, async () => {
  process.kill(worker(), "SIGKILL");
  await untilRun(page, "failed");
  assert.match(await page.locator("#veil-text").innerText(), /process was killed/);
  await keepPicture(page, "killed");
});

test("a new run works", { skip: elsewhere }, async () => {
  await press(page, "start");
  await page.locator('#start-form button[type="submit"]').click();
  await untilRun(page, "running");
  await untilStepsPass(page, 0);
});

test("the games of it can be looked back at, with values", async () => {
  await page.keyboard.press("g");
  await page.locator('#travel-game optgroup[label="Now"]').waitFor({ state: "attached" });
  await page.locator("#travel").waitFor();
});

test("all of it went without an error in the page", () => tab.assertClean());
