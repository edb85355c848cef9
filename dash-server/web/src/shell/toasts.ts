// Short messages in the corner, read out by screen readers.

import { byId, element } from "./dom";

const SHOWN_FOR = 8_000;
const MOST = 4;

/** Shows a message for eight seconds; the same one twice is shown once. */
export function toast(text: string, tone: "bad" | "good" = "bad"): void {
  const shelf = byId("toasts");
  for (const shown of shelf.children) {
    if (shown.firstElementChild?.textContent === text) return;
  }
  while (shelf.children.length >= MOST) shelf.firstElementChild?.remove();
  const card = element("div", "toast");
  card.dataset["tone"] = tone;
  const close = element("button", "", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  close.addEventListener("click", () => card.remove());
  card.append(element("p", "", text), close);
  shelf.append(card);
  setTimeout(() => card.remove(), SHOWN_FOR);
}

/** Shows what went wrong, as a sentence. */
export function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  toast(`${text[0]?.toUpperCase() ?? ""}${text.slice(1)}${text.endsWith(".") ? "" : "."}`);
}
