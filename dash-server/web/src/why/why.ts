// Why the piece went where it went: the switch under the board, the sentence and the table.

import { PIECE_NAMES } from "../board/pieces";
import { byId, setText } from "../shell/dom";
import { short } from "../shell/format";
import type { Fields } from "../wire/fields";
import type { Decision, Frame } from "../wire/frame";
import { WhyTable } from "./why_table";

const REMEMBERED = "tetris-dash.why";

/** The card about the decision behind the board. */
export class Why {
  readonly #card = byId("why");
  readonly #toggle = byId<HTMLButtonElement>("why-toggle");
  readonly #table: WhyTable;
  readonly #changed: () => void;
  #on = localStorage.getItem(REMEMBERED) !== "off";
  /** The newest frame, and the one that the table tells of. */
  #newest: Frame | null = null;
  #told: Frame | null = null;

  /** `changed` is called when something else is to be shown on the board. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#table = new WhyTable(changed);
    byId("why-table").append(this.#table.element);
    this.#toggle.addEventListener("click", () => this.toggle());
    this.#draw();
  }

  /** Whether the overlay is on. */
  get on(): boolean {
    return this.#on;
  }

  /** The placement that someone points at. */
  get pointed(): number | null {
    return this.#on ? this.#table.pointed : null;
  }

  /** Switches overlay and table on or off. */
  toggle(): void {
    this.#on = !this.#on;
    localStorage.setItem(REMEMBERED, this.#on ? "on" : "off");
    this.#draw();
    this.#changed();
  }

  /** The frame to be shown, given the newest: while someone points at a row, the one the row belongs to. */
  hold(newest: Frame | null): Frame | null {
    this.#newest = newest;
    return this.pointed !== null && newest && this.#told?.decision ? this.#told : newest;
  }

  /** Shows the decision of the frame that is shown. */
  show(config: Fields | null): void {
    this.#told = this.hold(this.#newest);
    const decision = this.#told?.decision ?? null;
    this.#card.toggleAttribute("data-empty", decision === null);
    this.#card.toggleAttribute("data-held", this.pointed !== null);
    if (!this.#on) return;
    setText(byId("why-summary"), decision ? summary(decision) : "Nothing to show yet.");
    if (decision) this.#table.show(decision, config);
  }

  #draw(): void {
    this.#card.hidden = !this.#on;
    this.#toggle.setAttribute("aria-pressed", String(this.#on));
  }
}

/** The decision in one sentence. */
export function summary({ piece, count, chosen, explored, placements }: Decision): string {
  const name = PIECE_NAMES[piece];
  if (explored) return `${name}: explored, one of ${count} placements by chance.`;
  if (count === 1) return `${name}: there was only one placement.`;
  const [best, second] = placements;
  const lead = best && second ? best.value - second.value : Number.NaN;
  if (chosen > 0) return `${name}: number ${chosen + 1} of ${count} placements.`;
  const ahead = !Number.isFinite(lead) ? "" : lead === 0 ? ", level with the next" : `, ${short(lead)} ahead of the next`;
  return `${name}: the best of ${count} placements${ahead}.`;
}
