// Keys of the page and of one's own game, in an order in which hands press them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bindKeyboard, type KeyActions } from "../src/controls/keyboard";
import { GameKeys, type Press } from "../src/play/keys";

const press = (key: string, code: string, more: Partial<Press> = {}): Press => ({
  key, code, repeat: false, metaKey: false, altKey: false, ...more,
});

function playing(): { keys: GameKeys; turned: string[] } {
  const turned: string[] = [];
  return { keys: new GameKeys((key, down) => turned.push(`${key}${down ? "+" : "-"}`)), turned };
}

test("a key of the game comes up with whatever modifier is down by then, under whatever name", () => {
  const { keys, turned } = playing();
  assert.ok(keys.press(press("ArrowRight", "ArrowRight")));
  assert.ok(keys.release(press("ArrowRight", "ArrowRight", { altKey: true })));
  assert.ok(keys.press(press("x", "KeyX")));
  assert.ok(keys.release(press("≈", "KeyX", { altKey: true })));
  assert.deepEqual(turned, ["right+", "right-", "clockwise+", "clockwise-"]);
  assert.ok(!keys.press(press("ArrowLeft", "ArrowLeft", { altKey: true })), "which is the browser's");
  assert.ok(!keys.release(press("ArrowLeft", "ArrowLeft")));
  assert.ok(!keys.press(press("q", "KeyQ")));
  assert.equal(turned.length, 4);
});

test("what was let go for a dialog does not begin again while it is still held", () => {
  const { keys, turned } = playing();
  keys.press(press(" ", "Space"));
  keys.releaseAll();
  assert.ok(turned.includes("hard_drop-") && turned.includes("left-"), "also what a finger holds");
  turned.length = 0;
  assert.ok(keys.press(press(" ", "Space", { repeat: true })), "the page must not scroll either");
  assert.ok(!keys.release(press(" ", "Space")));
  assert.deepEqual(turned, []);
});

test("a key that is held switches once; steps and strides go on", () => {
  const done: string[] = [];
  const action = (name: string) => () => void done.push(name);
  const names = ["pauseOrResume", "step", "start", "resetZoom", "why", "hold", "help", "games", "live", "play"];
  const actions = {
    ...Object.fromEntries(names.map((name) => [name, action(name)])),
    scrub: (placements: number) => (done.push(String(placements)), true),
  } as unknown as KeyActions;
  const page = Object.assign(new EventTarget(), { querySelector: () => null });
  Object.assign(globalThis, { document: page, Element: class {} });
  bindKeyboard(actions);
  for (const key of ["w", "h", "g", "p", "?", " ", "0", "s", "ArrowLeft"]) {
    for (const repeat of [false, true, true]) {
      const event = Object.assign(new Event("keydown", { cancelable: true }), { key, repeat });
      page.dispatchEvent(event);
      assert.ok(event.defaultPrevented, key);
    }
  }
  const once = ["why", "hold", "games", "play", "help", "pauseOrResume", "resetZoom"];
  assert.deepEqual(done, [...once, "step", "step", "step", "-1", "-1", "-1"]);
});
