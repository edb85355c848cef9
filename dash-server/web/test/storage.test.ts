import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { copied } from "../src/shell/clipboard";
import { recall, remember } from "../src/shell/storage";

const usual = Object.getOwnPropertyDescriptors(globalThis);

/** Puts something of the browser's in place. */
function browserHas(name: "localStorage" | "navigator", get: () => unknown): void {
  Object.defineProperty(globalThis, name, { configurable: true, get });
}

afterEach(() => {
  for (const name of ["localStorage", "navigator"] as const) {
    if (usual[name]) Object.defineProperty(globalThis, name, usual[name]);
    else Reflect.deleteProperty(globalThis, name);
  }
});

test("what is remembered is there again", () => {
  const kept = new Map<string, string>();
  browserHas("localStorage", () => ({
    getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value),
  }));
  assert.equal(recall("a"), null);
  remember("a", "1");
  assert.equal(recall("a"), "1");
});

test("where nothing may be kept, nothing is remembered and nothing fails", () => {
  const refuse = () => assert.fail("blocked");
  for (const storage of [refuse, () => ({ getItem: refuse, setItem: refuse })]) {
    browserHas("localStorage", storage);
    remember("a", "1");
    assert.equal(recall("a"), null);
  }
});

test("whether something is in the clipboard is known, also where there is none", async () => {
  const clipboards = [
    [{ writeText: () => Promise.resolve() }, true], [{ writeText: () => Promise.reject(new Error("no")) }, false], [undefined, false],
  ] as const;
  for (const [clipboard, expected] of clipboards) {
    browserHas("navigator", () => ({ clipboard }));
    assert.equal(await copied("words"), expected);
  }
});
