// Keys for what the buttons do.

/** What the keys do. */
export interface KeyActions {
  pauseOrResume(): void;
  step(): void;
  start(): void;
  resetZoom(): void;
  why(): void;
  hold(): void;
  help(): void;
}

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
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key === " ")) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('input:not([type="range"], [type="radio"]), select, textarea')) return;
    if (event.key === " " && target?.closest("button, a, input")) return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
