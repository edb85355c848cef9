// Measures the built page: node measure.mjs FOLDER. CHROMIUM names the browser; exits with 1 if a bound is passed.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../browser.mjs";
import { serve } from "./feed.mjs";

const folder = process.argv[2];
const POINTS = 10_000;
const RATE = 60;
const TRACED = 10;
const WATCHED = Number(process.env.SECONDS_OF_WATCHING ?? 60);
const BOUNDS = { kilobytes: 150, firstBoard: 300, meanFrame: 4, longestTask: 16, growth: 1.1 };

const failures = [];
function judge(what, value, bound, unit) {
  const passed = value <= bound;
  console.log(`${passed ? "ok  " : "FAIL"} ${what}: ${value.toFixed(2)} ${unit} (at most ${bound})`);
  if (!passed) failures.push(what);
}

const packed = readdirSync(folder).filter((file) => file.endsWith(".br"));
const size = packed.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
judge("page, compressed", size / 1000, BOUNDS.kilobytes, "kB");

const server = await serve(folder, POINTS, RATE);
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    const Native = window.WebSocket;
    window.WebSocket = class extends Native {
      constructor(...parts) {
        super(...parts);
        this.addEventListener("open", () => (window.openedAt = performance.now()));
      }
    };
    const look = () => {
      const veil = document.querySelector("#veil");
      if (window.openedAt && veil?.hidden) window.shownAt = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.shownAt !== undefined);
  judge("first board after connect", await page.evaluate(() => window.shownAt - window.openedAt), BOUNDS.firstBoard, "ms");
  await page.waitForFunction(() => [...document.querySelectorAll(".chart")].some(({ dataset }) => Number(dataset.points) > 100));
  await page.waitForTimeout(3000);

  const session = await page.context().newCDPSession(page);
  const tasks = await trace(session, page);
  const busy = tasks.reduce((sum, task) => sum + task, 0);
  console.log(`     charts ${await page.locator(".chart").count()}, tasks ${tasks.length}, percentiles of a task in ms: ${
    [0.5, 0.9, 0.99, 1].map((part) => tasks[Math.ceil(part * tasks.length) - 1].toFixed(2)).join(" ")}`);
  judge("main thread a frame", busy / (TRACED * RATE), BOUNDS.meanFrame, "ms of CPU");
  judge("longest task", tasks[tasks.length - 1], BOUNDS.longestTask, "ms of CPU");

  const before = await heap(session, page);
  await page.waitForTimeout(1000 * WATCHED);
  const after = await heap(session, page);
  console.log(`     heap ${(before / 1e6).toFixed(1)} MB, after ${WATCHED} s ${(after / 1e6).toFixed(1)} MB`);
  judge("growth of the heap", after / before, BOUNDS.growth, "times");
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
if (failures.length > 0) {
  console.error(`page_weight: failed: ${failures.join(", ")}`);
  process.exitCode = 1;
} else {
  console.log("page_weight: passed");
}

/** CPU times of the main thread's tasks, ascending, in milliseconds: what other programs do to the clock is not the page's. */
async function trace(session, page) {
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", { traceConfig: { includedCategories: ["toplevel", "__metadata"] } });
  await page.waitForTimeout(1000 * TRACED);
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const isMain = ({ pid, tid }) => mains.some((main) => main.pid === pid && main.tid === tid);
  const tasks = events.filter((event) => event.name === "ThreadControllerImpl::RunTask" && event.ph === "X" && isMain(event));
  if (tasks.length === 0) throw new Error("the trace holds no task of the main thread");
  return tasks.map(({ tdur, dur }) => (tdur ?? dur) / 1000).sort((a, b) => a - b);
}

/** What stays: the least of some readings, because each catches what lives just then as well. */
async function heap(session, page) {
  const readings = [];
  for (let reading = 0; reading < 10; reading++) {
    await session.send("HeapProfiler.collectGarbage");
    readings.push((await session.send("Runtime.getHeapUsage")).usedSize);
    await page.waitForTimeout(500);
  }
  return Math.min(...readings);
}
