// Starts the real programs for the end-to-end tests, each in a folder of its own, and ends only those it started.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const build = process.env.TETRIS_DASH_BUILD;
if (!build) throw new Error("TETRIS_DASH_BUILD must name the folder that holds the built tetris-dash");

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A program of the build that serves the page. */
export class ServerProcess {
  #folder = mkdtempSync(join(tmpdir(), "tetris-dash-e2e-"));
  #program;
  #arguments;
  #child = null;
  #said = "";

  /** `arguments_` makes the command line from an address and a folder. */
  constructor(program, arguments_) {
    this.#program = join(build, program);
    this.#arguments = arguments_;
  }

  /** The number of the process. */
  get id() {
    return this.#child?.pid;
  }

  /** Starts it and waits until it serves. */
  async start(port) {
    const address = `127.0.0.1:${port}`;
    const child = spawn(this.#program, this.#arguments(address, join(this.#folder, String(Date.now()))), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (this.#said += text));
    let failure = null;
    child.once("error", (error) => (failure = error));
    for (;;) {
      if (failure) throw failure;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.#said}`);
      const answer = await fetch(`http://${address}/healthz`).catch(() => null);
      if (answer?.ok) return `http://${address}/`;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends it a signal and waits for its end; answers with exit code and signal. */
  async end(signal = "SIGTERM") {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = new Promise((resolve) => child.once("exit", (code, by) => resolve({ code, by })));
    child.kill(signal);
    return ended;
  }

  /** Ends it for good and removes its folder. */
  async dispose() {
    await this.end("SIGKILL");
    for (let tries = 30; ; tries--) {
      try {
        return rmSync(this.#folder, { recursive: true, force: true });
      } catch (error) {
        // A run in a process of its own saves itself for a moment, into the folder that is being removed.
        if (error.code !== "ENOTEMPTY" || tries === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
