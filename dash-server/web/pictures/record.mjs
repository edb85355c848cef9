// Takes the pictures of the README from a real run: node record.mjs FOLDER
//
//   screenshot.png  the page after a minute of the preset `quick`
//   learning.gif    that minute in ten seconds
//
// TETRIS_DASH_BUILD names the folder of the built tetris-dash, CHROMIUM the browser; `scripts/pictures` sets both.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, press, untilRun } from "../e2e/browser.mjs";
import { freePort, ServerProcess } from "../e2e/server.mjs";
import { animate } from "./animation.mjs";

const SECONDS = 60;
const FRAMES = 36;
/** Of the animation; its pictures are taken smaller than they are laid out. */
const VIEWPORT = { width: 1200, height: 800 };
const SCALE = 0.6;

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node record.mjs FOLDER");
  process.exit(2);
}

const server = new ServerProcess("tetris-dash", (address, out) => ["serve", "--idle", "--addr", address, "--out", out]);
const browser = await launch();
try {
  const url = await server.start(await freePort());
  const open = async (options) => {
    const page = await (await browser.newContext({ colorScheme: "dark", ...options })).newPage();
    await page.goto(url);
    return page;
  };
  const page = await open({ viewport: VIEWPORT, deviceScaleFactor: SCALE });
  // Started from the page, so that the first random moves are in the picture.
  await press(page, "start");
  await page.locator('#start-form button[type="submit"]').click();
  const started = performance.now();
  await untilRun(page, "running");
  await page.mouse.move(0, 0);

  const pictures = [];
  for (let taken = 0; taken < FRAMES; taken++) {
    await page.waitForTimeout(Math.max(0, started + moment(taken) - performance.now()));
    pictures.push(await page.screenshot());
  }
  const animation = animate(pictures);
  writeFileSync(join(folder, "learning.gif"), animation);

  const whole = await open({ viewport: { width: 1440, height: 900 } });
  await untilRun(whole, "running");
  // The charts draw themselves one after the other.
  await whole.waitForTimeout(2_000);
  // One placement in sixteen is made by chance, and there is nothing to tell of it.
  await whole.locator("#why-summary", { hasText: "the best of" }).waitFor();
  writeFileSync(join(folder, "screenshot.png"), await whole.screenshot());
  console.log(`${pictures.length} pictures, ${Math.round(animation.length / 1000)} kB`);
} finally {
  await browser.close();
  await server.dispose();
}

/** When picture `index` is taken, in milliseconds: closer together at first, when most is learned. */
function moment(index) {
  return 1000 * SECONDS * (index / (FRAMES - 1)) ** 1.5;
}
