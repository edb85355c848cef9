// A headless Chromium, and pages in it that remember everything that went wrong.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
  "--disable-component-update", "--no-first-run",
];

/** What a browser complains of while a page's server is away, or lets it in no longer. */
export const LOST = /WebSocket connection to .* failed|Failed to load resource: (net::ERR_|.* status of 401)/;

/** Starts the browser that CHROMIUM names. */
export function launch() {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM must name the program of a Chromium or Chrome");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page and what went wrong in it: errors, console errors, breaches of the content security policy. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles = [];
  const foreign = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
  });
  await page.exposeFunction("reportViolation", (text) => troubles.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      void window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(url);
  return {
    page,
    /** Asserts that nothing went wrong, apart from `expected`. */
    assertClean(expected = /^$/) {
      assert.deepEqual(troubles.filter((trouble) => !expected.test(trouble)), []);
      assert.deepEqual(foreign, [], "the page asked another server for something");
    },
    close: () => context.close(),
  };
}

/** Waits for the run to be in `state`. */
export async function untilRun(page, state, timeout = 60_000) {
  await page.locator(`#run-pill[data-state="${state}"]`).waitFor({ timeout });
}

/** Waits for the connection to be in `state`. */
export async function untilLink(page, state, timeout = 60_000) {
  await page.locator(`#link-pill[data-state="${state}"]`).waitFor({ timeout });
}

/** Clicks one of the run's buttons. */
export async function press(page, action) {
  await page.locator(`button[data-action="${action}"]`).click();
}

/** The step counter. */
export async function steps(page) {
  return Number(await page.locator("#tile-step").getAttribute("data-value"));
}

/** Waits until the step counter passes `step`. */
export async function untilStepsPass(page, step) {
  await page.waitForFunction((bound) => Number(document.querySelector("#tile-step").dataset.value) > bound, step, {
    timeout: 60_000,
  });
}

/** Waits until the step counter and the charts have stood still for half a second. */
export async function untilSettled(page) {
  const shown = () =>
    page.$$eval("#tile-step, .chart", (elements) => elements.map(({ dataset }) => dataset.value ?? dataset.points).join());
  let before;
  for (let now = await shown(); now !== before; now = await shown()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Controls and numbers that reach over the edge of the card they stand in, apart from those in what scrolls. */
export function stickingOut(page) {
  return page.$$eval(".card, .tiles", (cards) =>
    cards.flatMap((card) => {
      const { right } = card.getBoundingClientRect();
      const inside = [...card.querySelectorAll("h2, dd, button, input, output")];
      const out = inside.filter((each) => each.offsetParent && !each.closest(".scroll") && each.getBoundingClientRect().right > right);
      return out.map((each) => each.id || each.textContent.trim());
    }),
  );
}

/** How an element's text and edge stand out, as WCAG counts it: from what is behind it, the edge from what is inside too. */
export function contrasts(locator) {
  return locator.evaluate((element) => {
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [red, green, blue] = numbers(colour).map((part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const against = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const behind = (from) => {
      let at = from;
      while ((numbers(getComputedStyle(at).backgroundColor)[3] ?? 1) === 0) at = at.parentElement;
      return getComputedStyle(at).backgroundColor;
    };
    // What shines through is counted as nothing.
    const seen = (at) => at === null || (getComputedStyle(at).opacity === "1" && seen(at.parentElement));
    const { color, borderTopColor } = getComputedStyle(element);
    if (!seen(element)) return { text: 1, edge: 1 };
    const edge = Math.min(against(borderTopColor, behind(element)), against(borderTopColor, behind(element.parentElement)));
    return { text: against(color, behind(element)), edge };
  });
}

/** The picture on the board's canvas. */
export function boardPicture(page) {
  return page.evaluate(() => document.querySelector("#board").toDataURL());
}

/** The colours on the board's canvas, between two parts of its width, down to a part of its height. */
export function boardColours(page, left = 0, right = 1, height = 1) {
  return page.evaluate(([from, to, part]) => {
    const board = document.querySelector("#board");
    // The board itself is not made for being read.
    const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    Object.assign(copy.canvas, { width: board.width, height: board.height });
    copy.drawImage(board, 0, 0);
    const { data } = copy.getImageData(from * board.width, 0, (to - from) * board.width, part * board.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return [...seen].map((colour) => `#${colour.toString(16).padStart(6, "0")}`);
  }, [left, right, height]);
}

/** Waits until the board looks different from `before`. */
export async function untilBoardChanges(page, before) {
  await page.waitForFunction((old) => document.querySelector("#board").toDataURL() !== old, before, { timeout: 60_000 });
}

/** Looks at every chart in turn, as they are only drawn in sight, until it has drawn more than one point. */
export async function untilChartsHavePoints(page) {
  for (const chart of await page.locator(".chart").all()) {
    await chart.scrollIntoViewIfNeeded();
    await page.waitForFunction((element) => Number(element.dataset.points) > 1, await chart.elementHandle(), {
      timeout: 120_000,
    });
    // It is drawn anew once it is in sight, at most half a second later.
    await page.waitForTimeout(100);
  }
  await page.evaluate(() => scrollTo(0, 0));
}

/** Number of points of each chart, by the chart's id. */
export function chartPoints(page) {
  return page.$$eval(".chart", (charts) =>
    Object.fromEntries(charts.map((chart) => [chart.id, Number(chart.dataset.points)])),
  );
}
