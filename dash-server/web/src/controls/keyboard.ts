// Keys for what the buttons do.

import { isField } from "../shell/typing";

/** What the keys do. */
export interface KeyActions {
  pauseOrResume(): void;
  step(): void;
  start(): void;
  resetZoom(): void;
  why(): void;
  hold(): void;
  help(): void;
  /** Looks back at games, or comes back to the present. */
  games(): void;
  live(): void;
  /** Begins a game of one's own. */
  play(): void;
  /** Moves in the game that is looked back at, by an infinite number to its beginning or end; false if none is. */
  scrub(placements: number): boolean;
}

// Keys that choose something by themselves in these elements.
const MOVES = /^(Arrow|Home|End|Page)/;

/** Listens for keys, except while someone types, has a control focused that uses them, or a dialog is open. */
export function bindKeyboard(actions: KeyActions): void {
  const keys: Record<string, () => void> = {
    " ": actions.pauseOrResume,
    s: actions.step,
    n: actions.start,
    "0": actions.resetZoom,
    w: actions.why,
    h: actions.hold,
    "?": actions.help,
    g: actions.games,
    p: actions.play,
    Escape: actions.live,
  };
  const strides: Record<string, number> = {
    ArrowLeft: -1, ArrowRight: 1, PageUp: -100, PageDown: 100, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    if (isField(target)) return;
    if (event.key === " " && target?.closest("button, a, input, summary")) return;
    if (MOVES.test(event.key) && target?.closest("input, select, summary, [tabindex='0']")) return;
    const stride = strides[event.key];
    if (stride !== undefined) {
      if (actions.scrub(event.shiftKey ? 100 * stride : stride)) event.preventDefault();
      return;
    }
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    // A key that is held would switch to and fro; only steps are taken one after the other.
    if (!event.repeat || action === actions.step) action();
  });
}
