// What the tests of a file begin with: a server of their own, and a page in the browser that shows it.

import { join } from "node:path";
import { after } from "node:test";
import { launch, openPage } from "./browser.mjs";
import { freePort, ServerProcess } from "./server.mjs";

const TRAINING = (address, folder) => ["serve", "--addr", address, "--out", folder];

/**
 * Starts both, and ends them after the file's tests. `program` and `command` are those of a `ServerProcess`, one that trains
 * at once if not given; `page` are the options of `openPage`.
 */
export async function openSite({ program = "tetris-dash", command = TRAINING, page: options } = {}) {
  const server = new ServerProcess(program, command);
  let browser = null;
  const close = async () => {
    await browser?.close();
    await server.dispose();
  };
  after(close);
  try {
    const port = await freePort();
    const url = await server.start(port);
    browser = await launch();
    const tab = await openPage(browser, url, options);
    return { server, port, url, browser, tab, page: tab.page };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Keeps a picture of the page in the folder that SCREENSHOTS names, if it does. */
export async function keepPicture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
