// The switch between the usual colours of the pieces and those for any colour vision.

import { useSafeColours } from "../board/pieces";
import { byId } from "./dom";
import { recall, remember } from "./storage";

const REMEMBERED = "tetris-dash.colours";

/** Takes on what was chosen last; `changed` is called when something else is chosen. */
export function bindColours(changed: () => void): void {
  const box = byId<HTMLInputElement>("safe-colours");
  box.checked = recall(REMEMBERED) === "safe";
  useSafeColours(box.checked);
  box.addEventListener("change", () => {
    remember(REMEMBERED, box.checked ? "safe" : "usual");
    useSafeColours(box.checked);
    changed();
  });
}
