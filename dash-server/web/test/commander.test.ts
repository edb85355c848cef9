import { decode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Commander, CommandError } from "../src/net/commander";

let sent: { id: number; type: string }[] = [];
let dropped = 0;

function commander(connected = true): Commander {
  const send = (data: Uint8Array) => {
    if (connected) sent.push(decode(data) as { id: number; type: string });
    return connected;
  };
  return new Commander(send, () => (dropped += 1));
}

const code = (expected: string) => (error: unknown) => error instanceof CommandError && error.code === expected;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  sent = [];
  dropped = 0;
});

test("each answer reaches its own command, in any order", async () => {
  const commands = commander();
  const pause = commands.request({ type: "pause" });
  const step = commands.request({ type: "step", count: 3 });
  assert.notEqual(sent[0]!.id, sent[1]!.id);
  assert.equal(commands.refused(sent[1]!.id, "not_paused", "the run is not paused", null), true);
  commands.acknowledged(sent[0]!.id);
  await pause;
  await assert.rejects(step, code("not_paused"));
  mock.timers.tick(60_000);
  assert.equal(dropped, 0);
});

test("an error that answers nothing of ours is left to the caller", () => {
  const commands = commander();
  assert.equal(commands.refused(null, "malformed", "what?", null), false);
  assert.equal(commands.refused(99, "internal", "oh", null), false);
});

test("a command without an answer gives up after ten seconds and says so", async () => {
  const commands = commander();
  const stop = commands.request({ type: "stop" });
  mock.timers.tick(10_000);
  await assert.rejects(stop, code("unanswered"));
  assert.equal(dropped, 1);
});

test("a lost connection fails what is under way, none fails at once", async () => {
  const commands = commander();
  const stop = commands.request({ type: "stop" });
  commands.disconnected();
  await assert.rejects(stop, code("disconnected"));
  await assert.rejects(commander(false).request({ type: "stop" }), code("disconnected"));
});
