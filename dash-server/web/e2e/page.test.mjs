// The whole way: the real server trains, and the page in a real browser shows it and steers it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  LOST, boardColours, boardPicture, chartPoints, contrasts, openPage, press, steps, stickingOut, untilBoardChanges,
  untilChartsHavePoints, untilLink, untilRun, untilSettled, untilStepsPass,
} from "./browser.mjs";
import { keepPicture, openSite } from "./site.mjs";

const { browser, port, url, server, tab, page } = await openSite();

test("the page connects and shows a run", async () => {
  await untilLink(page, "open");
  await untilRun(page, "running");
  assert.match(await page.locator("#run-name").innerText(), /preset/);
  await untilStepsPass(page, 0);
});

test("the pixels of the board change, and show pieces in their colours", async () => {
  for (let change = 0; change < 5; change++) await untilBoardChanges(page, await boardPicture(page));
  const colours = await boardColours(page);
  const pieces = ["#31c7e6", "#f2c230", "#aa6cf2", "#4cc96a", "#ef5a5f", "#4a7bf7", "#f2973a"];
  assert.ok(colours.includes("#0b1536"), "the well is dark blue");
  assert.ok(pieces.some((piece) => colours.includes(piece)), `no piece among ${colours}`);
});

test("pieces can be drawn in colours for any colour vision, and stay so after a reload", async () => {
  const safe = ["#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00", "#0072b2", "#e69f00"];
  await page.locator("#safe-colours").check();
  await untilBoardChanges(page, await boardPicture(page));
  const colours = await boardColours(page);
  assert.ok(safe.some((colour) => colours.includes(colour)), `no safe colour among ${colours}`);
  await page.reload();
  assert.ok(await page.locator("#safe-colours").isChecked());
  await page.locator("#safe-colours").uncheck();
  await untilRun(page, "running");
});

test("where the browser keeps nothing for sites, the page starts, and what is chosen holds until it is closed", async () => {
  const blocked = await openPage(browser, url);
  await blocked.page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("blocked", "SecurityError"); } });
  });
  await blocked.page.reload();
  await untilRun(blocked.page, "running");
  await blocked.page.locator("#safe-colours").check();
  await blocked.page.locator("#why-toggle").click();
  assert.equal(await blocked.page.locator("#why-toggle").getAttribute("aria-pressed"), "false");
  await blocked.page.locator("#play-open").click();
  await blocked.page.locator("#play").waitFor();
  blocked.assertClean();
  await blocked.close();
});

test("every chart gets points and draws them", async () => {
  await untilChartsHavePoints(page);
  const drawn = await page.$$eval(".chart canvas", (canvases) =>
    canvases.map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let saturated = 0;
      for (let at = 0; at < data.length; at += 4) {
        const [red, green, blue, opacity] = data.subarray(at, at + 4);
        if (opacity > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 80) saturated += 1;
      }
      return saturated;
    }),
  );
  assert.equal(drawn.length, 12);
  for (const pixels of drawn) assert.ok(pixels > 50, `a chart shows only ${pixels} coloured pixels`);
});

test("pause stops the step counter, a step moves it by one, resume goes on", async () => {
  await press(page, "pause");
  await untilRun(page, "paused");
  // The steps between the command and the pause may still be reported.
  await untilSettled(page);
  const paused = await steps(page);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(await steps(page), paused);
  const before = await boardPicture(page);
  await press(page, "step");
  await untilStepsPass(page, paused);
  assert.equal(await steps(page), paused + 1);
  await untilBoardChanges(page, before);
  await press(page, "resume");
  await untilRun(page, "running");
  await untilStepsPass(page, paused + 2);
});

test("the space bar pauses and resumes", async () => {
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await untilRun(page, "paused");
  await page.keyboard.press("Space");
  await untilRun(page, "running");
});

test("the space bar opens what has the focus and can be opened, and the run goes on", async () => {
  const runs = page.locator("#runs");
  for (const open of [true, false]) {
    await page.locator("#runs summary").press("Space");
    assert.equal(await runs.evaluate((details) => details.open), open);
  }
  await untilStepsPass(page, (await steps(page)) + 1);
  await untilRun(page, "running");
});

test("the speed slider limits the run, and every tab follows it", async () => {
  const other = await openPage(browser, url);
  await untilRun(other.page, "running");
  await page.locator("#speed").fill("0");
  await other.page.getByText("1 step a second", { exact: true }).waitFor();
  const slow = await steps(page);
  await untilStepsPass(page, slow);
  await page.locator("#speed").fill("100");
  await other.page.getByText("unlimited", { exact: true }).waitFor();
  await untilStepsPass(other.page, slow + 100);
  other.assertClean();
  await other.close();
});

test("at watching speed the piece moves into its place, over the placements the agent thought of", async () => {
  await page.locator("#speed").fill("0");
  await page.getByText("1 step a second", { exact: true }).waitFor();
  // The steps between the command and the limit go by at the speed before.
  await page.waitForTimeout(1000);
  await untilStepsPass(page, (await steps(page)) + 1);
  const seen = await page.evaluate(async () => {
    const step = () => document.querySelector("#tile-step").dataset.value;
    const pictures = new Set();
    await new Promise((resolve) => {
      const from = step();
      let since = null;
      const look = () => {
        if (since === null && step() !== from) since = performance.now();
        if (since !== null) pictures.add(document.querySelector("#board").toDataURL());
        if (since !== null && performance.now() - since > 900) resolve();
        else requestAnimationFrame(look);
      };
      look();
    });
    return pictures.size;
  });
  assert.ok(seen > 3, `only ${seen} pictures of one move`);
});

test("the decision is told in numbers, and pointing at a placement shows it", async () => {
  const row = page.locator("#why-table tbody tr");
  await page.locator("#why-table tbody tr[data-chosen]").waitFor();
  assert.match(await page.locator("#why-summary").innerText(), /^[IOTSZJL]: .* placement/);
  const header = await page.locator("#why-table th").allInnerTexts();
  assert.ok(header.includes("holes") && header.length === 14, header.join());
  const numbers = await row.first().locator("td").allInnerTexts();
  assert.equal(numbers.length, header.length);
  // An explored move has one row only; the next that is not has more.
  await row.nth(2).waitFor();
  await row.nth(2).hover();
  const held = await boardPicture(page);
  await untilStepsPass(page, (await steps(page)) + 1);
  assert.equal(await boardPicture(page), held, "it is held while someone points at it");
  await page.mouse.move(0, 0);
  await untilBoardChanges(page, held);
  await page.locator("h1").click();
  await page.keyboard.press("w");
  await page.locator("#why").waitFor({ state: "hidden" });
  await page.keyboard.press("w");
  await page.locator("#why").waitFor();
  await page.locator("#speed").fill("100");
  await page.getByText("unlimited", { exact: true }).waitFor();
});

test("rates are changed while training runs, and a wrong one says why", async () => {
  await page.locator("#rate-epsilon").fill("2");
  await page.keyboard.press("Enter");
  await page.getByText("Epsilon is a number from 0 to 1.").waitFor();
  await page.locator("#rate-epsilon").fill("0.25");
  await page.keyboard.press("Enter");
  await page.locator("#rates-error").waitFor({ state: "hidden" });
  await page.locator("h1").click();
  await page.locator("#chart-exploration").scrollIntoViewIfNeeded();
  const epsilon = page.locator("#chart-exploration .key", { hasText: "epsilon" }).locator("b");
  await page.waitForFunction(
    () => document.querySelector("#chart-exploration .key b").textContent.startsWith("0.25"), undefined, { timeout: 60_000 },
  );
  assert.match(await epsilon.innerText(), /^0.25/);
  const reloaded = await openPage(browser, url);
  await reloaded.page.waitForFunction(() => document.querySelector("#rate-epsilon").value === "0.25");
  reloaded.assertClean();
  await reloaded.close();
});

test("a checkpoint is saved on request", async () => {
  await press(page, "save");
  await page.getByText(/The checkpoint of step [\d,]+ is saved/).waitFor();
});

test("charts can be held, without a line, and downloaded", async () => {
  const loss = page.locator("#chart-loss");
  await loss.scrollIntoViewIfNeeded();
  const key = loss.locator("button.key", { hasText: "TD error" });
  await key.click();
  assert.equal(await key.getAttribute("aria-pressed"), "false");
  assert.ok((await contrasts(key)).text >= 4.5, "what is switched off can be read");
  await page.locator("#hold").click();
  // Charts are drawn in turn, the last ones some frames after the first.
  await page.waitForTimeout(1000);
  const held = await chartPoints(page);
  await untilStepsPass(page, (await steps(page)) + 1000);
  assert.deepEqual(await chartPoints(page), held);
  const save = async (kind) => {
    await loss.hover();
    const button = page.getByRole("button", { name: `${kind}, Loss and TD error`, exact: true });
    const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
    assert.match(file.suggestedFilename(), new RegExp(`^quick-1-loss\\.${kind.toLowerCase()}$`));
    return readFileSync(await file.path());
  };
  const rows = (await save("CSV")).toString().trim().split("\n");
  assert.equal(rows[0], "step,seconds,episode,loss,td_error");
  assert.ok(rows.length > 3 && rows.every((row) => row.split(",").length === 5));
  const picture = await save("PNG");
  assert.deepEqual([...picture.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  await page.locator("#hold").click();
  await page.waitForFunction(
    (old) => [...document.querySelectorAll(".chart")].some(({ id, dataset }) => Number(dataset.points) !== old[id]), held,
  );
});

test("what changes many times a second is not read out", async () => {
  assert.deepEqual(await page.$$eval("output", (outputs) => outputs.map((output) => output.ariaLive)), ["off", "off", "off"]);
});

test("a reload restores the history", async () => {
  await press(page, "pause");
  await untilRun(page, "paused");
  await untilChartsHavePoints(page);
  await untilSettled(page);
  const tiles = () => page.locator(".tiles").innerText();
  const before = { points: await chartPoints(page), tiles: await tiles(), board: await boardPicture(page) };
  await page.reload();
  await untilRun(page, "paused");
  await untilChartsHavePoints(page);
  await untilSettled(page);
  await untilBoardChanges(page, "");
  assert.deepEqual(await chartPoints(page), before.points);
  assert.equal(await tiles(), before.tiles);
  assert.equal(await boardPicture(page), before.board);
  await press(page, "resume");
  await untilRun(page, "running");
});

test("stop stops, and start begins another run", async () => {
  const first = await page.locator("#run-name").innerText();
  const far = await steps(page);
  await press(page, "stop");
  await untilRun(page, "stopped");
  const stopped = await steps(page);
  assert.ok(stopped >= far);
  assert.ok(await page.locator('button[data-action="pause"]').isDisabled());
  await press(page, "start");
  await page.locator("#start-seed").fill("eleven");
  await page.locator('#start-form button[type="submit"]').click();
  await page.getByText("A seed is a whole number").waitFor();
  await page.locator("#start-seed").fill("11");
  await page.locator('#start-form button[type="submit"]').click();
  await untilRun(page, "running");
  await page.waitForFunction((bound) => Number(document.querySelector("#tile-step").dataset.value) < bound, stopped);
  assert.notEqual(await page.locator("#run-name").innerText(), first);
  await untilStepsPass(page, 10);
  await untilBoardChanges(page, await boardPicture(page));
  await page.locator("#veil").waitFor({ state: "hidden" });
});

test("the form shows the preset, says beside a field what is wrong with it, and starts what was written", async () => {
  await press(page, "stop");
  await untilRun(page, "stopped");
  await press(page, "start");
  await page.locator("#start-settings summary").click();
  const field = (key) => page.locator(`[id="field-${key}"]`);
  const error = (key) => page.locator(`[id="field-${key}-error"]`);
  const start = () => page.locator('#start-form button[type="submit"]').click();
  assert.match(await field("agent.gamma").inputValue(), /^0.9\d*$/);
  assert.match(await field("agent.hidden").inputValue(), /^\d+(, \d+)*$/);
  assert.match(await field("agent.learning_rate").inputValue(), /^\w+ [\d.]+ [\d.]+ \d+$/);
  await field("agent.gamma").fill("2");
  await start();
  assert.equal(await error("agent.gamma").innerText(), "Between 0 and 1.");
  await field("agent.gamma").fill("0.9");
  // Only the server knows that this is less than a batch.
  await field("agent.learning_starts").fill("5");
  await start();
  await page.waitForFunction(() => document.querySelector('[id="field-agent.learning_starts-error"]').textContent !== "");
  assert.match(await error("agent.learning_starts").innerText(), /at least batch_size \(\d+\)/);
  await keepPicture(page, "form");
  await field("agent.learning_starts").fill("500");
  await field("environment.width").fill("8");
  await start();
  await untilRun(page, "running");
  await page.locator("#start-dialog").waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelector("#well").style.getPropertyValue("--columns") === "8");
});

test("everything so far went without an error or a breach of the content security policy", () => {
  tab.assertClean();
});

test("it looks right at desk and phone width, light and dark: nothing sticks out", async (t) => {
  const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "tetris-dash-screenshots-"));
  mkdirSync(folder, { recursive: true });
  for (const [device, viewport, deviceScaleFactor] of [
    ["desk", { width: 1440, height: 900 }, 1], ["phone", { width: 390, height: 844 }, 2],
  ]) {
    for (const colorScheme of ["light", "dark"]) {
      const shown = await openPage(browser, url, { viewport, colorScheme, deviceScaleFactor });
      await untilRun(shown.page, "running");
      await untilChartsHavePoints(shown.page);
      const overflow = await shown.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${device}: ${overflow} pixels too wide`);
      // Resume is the longest word of its row.
      await press(shown.page, "pause");
      await untilRun(shown.page, "paused");
      assert.deepEqual(await stickingOut(shown.page), []);
      const { edge } = await contrasts(shown.page.locator("#rate-epsilon"));
      assert.ok(edge >= 3, `${colorScheme}: the edge of a field has a contrast of ${edge.toFixed(2)}`);
      await press(shown.page, "resume");
      await untilRun(shown.page, "running");
      await shown.page.screenshot({ path: join(folder, `${device}-${colorScheme}.png`), fullPage: device === "phone" });
      shown.assertClean();
      await shown.close();
    }
  }
  t.diagnostic(`screenshots: ${folder}`);
});

test("a killed server is noticed, and found again by itself once it is back", async () => {
  const first = await page.locator("#run-name").innerText();
  await server.end("SIGKILL");
  await untilLink(page, "waiting");
  assert.match(await page.locator("#link-state").innerText(), /^Reconnecting in \d+ s$/);
  assert.ok(await page.locator("#reconnect").isVisible());
  assert.ok(await page.locator('button[data-action="pause"]').isDisabled());
  // Behind the same address there may be one that asks for another token.
  await page.route("**/healthz", (route) => route.fulfill({ status: 401, body: "this server asks for a token" }));
  await page.locator("#reconnect").click();
  await page.getByText("Open the address that the server printed").waitFor();
  await page.unroute("**/healthz");
  await server.start(port);
  await untilLink(page, "open");
  await untilRun(page, "running");
  await page.waitForFunction((old) => document.querySelector("#run-name").innerText !== old, first);
  await untilBoardChanges(page, await boardPicture(page));
  tab.assertClean(LOST);
});

test("a server told to end says goodbye, saves and is gone", async () => {
  const ended = await server.end("SIGTERM");
  assert.deepEqual(ended, { code: 0, by: null });
  await untilLink(page, "waiting");
  tab.assertClean(LOST);
});
