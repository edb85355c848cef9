import assert from "node:assert/strict";
import { test } from "node:test";
import { veilWords, type Situation } from "../src/shell/veil";
import type { RunState } from "../src/wire/messages";

const STATES: readonly RunState[] = ["idle", "running", "paused", "stopping", "stopped", "failed", "unresponsive"];

function situation(state: RunState, more: Partial<Situation> = {}): Situation {
  const status = { state, message: null, run: null, preset: null, step: 0, speedLimit: null };
  return { link: { kind: "open" }, refusal: null, status, frame: null, incompatible: false, learns: true, readOnly: false, ...more };
}

test("without a run it is said how to begin one", () => {
  assert.deepEqual(veilWords(situation("idle"), ""), ["No run yet", "Press Start to train an agent."]);
  assert.deepEqual(veilWords(situation("stopped"), ""), ["Stopped", "Press Start to train again."]);
});

test("who may only watch is told to start nothing, in no state", () => {
  for (const learns of [true, false]) {
    for (const state of STATES) {
      const words = veilWords(situation(state, { learns, readOnly: true }), "");
      assert.notEqual(words[0], "", `${state} is told of`);
      assert.doesNotMatch(words.join(), /Press|can be started beside/, state);
    }
  }
  assert.match(veilWords(situation("idle", { readOnly: true }), "")[1], /takes no commands/);
});

test("a server that turns the page away is not called silent", () => {
  const link = { kind: "waiting", until: 0 } as const;
  assert.match(veilWords(situation("running", { link }), "Reconnecting in 3 s").join(), /does not answer,Reconnecting in 3 s\. .*start tetris-dash again/);
  const [title, text] = veilWords(situation("running", { link, refusal: "Open another address." }), "Reconnecting in 3 s");
  assert.deepEqual([title, text], ["The server does not let this page in", "Open another address. Reconnecting in 3 s."]);
});
