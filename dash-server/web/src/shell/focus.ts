// Hands the focus on when what has it hides or cannot be used any more: the keyboard would begin at the top of the page.

/** Selectors of those who shall have the focus, the first choice first, while none of them can take it. */
let owed = "";

/**
 * Makes a change. If that takes away what has the focus, the first element that `data-heirs` around it names gets it, as soon
 * as one can take it and nothing else has it.
 */
export function keepFocus(change: () => void): void {
  const held = document.activeElement;
  change();
  if (held && held !== document.body) owed = canHold(held) ? "" : heirsOf(held);
  settle();
}

/** Hands on what `from` was to get back, if it cannot take it and nothing else has it. */
export function passOn(from: Element): void {
  if (document.activeElement !== document.body || canHold(from)) return;
  owed = heirsOf(from);
  settle();
}

function settle(): void {
  const choices = owed ? owed.split(",") : [];
  const heir = choices.flatMap((choice) => [...document.querySelectorAll<HTMLElement>(choice)]).find(canHold);
  if (!heir) return;
  owed = "";
  heir.focus({ preventScroll: true });
}

function heirsOf(element: Element): string {
  return element.closest<HTMLElement>("[data-heirs]")?.dataset["heirs"] ?? "";
}

function canHold(element: Element): boolean {
  return element.isConnected && !element.matches(":disabled") && !element.closest("[hidden]");
}
