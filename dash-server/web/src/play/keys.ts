// The keys of one's own game: which key of the keyboard is which, and what happens to those that are held.

import type { Key } from "../wire/play";

/** The guideline's keys, by what the keyboard calls them. */
const KEYS: Readonly<Record<string, Key>> = {
  ArrowLeft: "left", ArrowRight: "right", ArrowDown: "soft_drop", " ": "hard_drop", ArrowUp: "clockwise", x: "clockwise",
  z: "counter_clockwise", Control: "counter_clockwise", a: "half", c: "hold", Shift: "hold",
};

/** What is asked of a keyboard event. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "repeat" | "metaKey" | "altKey">;

/** The keys that are held, each let go exactly once, whatever has the focus or the modifiers by then. */
export class GameKeys {
  readonly #turn: (key: Key, down: boolean) => void;
  /** By the place on the keyboard: with a modifier, what a key is called on its way up may not be what it was. */
  readonly #held = new Map<string, Key>();

  constructor(turn: (key: Key, down: boolean) => void) {
    this.#turn = turn;
  }

  /** A key went down; whether it is one of the game's. */
  press({ key: name, code, repeat, metaKey, altKey }: Press): boolean {
    const key = KEYS[plain(name)];
    if (!key || metaKey || altKey) return false;
    // The server repeats what is held; and what was let go for a dialog is not to begin again behind it.
    if (!repeat) {
      this.#held.set(code || plain(name), key);
      this.#turn(key, true);
    }
    return true;
  }

  /** A key came up; whether it had gone down in the game. */
  release({ key: name, code }: Press): boolean {
    const place = code || plain(name);
    const key = this.#held.get(place);
    if (!key) return false;
    this.#held.delete(place);
    this.#turn(key, false);
    return true;
  }

  /** Lets everything go, also what a finger holds on the page. */
  releaseAll(): void {
    this.#held.clear();
    for (const key of new Set(Object.values(KEYS))) this.#turn(key, false);
  }
}

function plain(name: string): string {
  return name.length === 1 ? name.toLowerCase() : name;
}
