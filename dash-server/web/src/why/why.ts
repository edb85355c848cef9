// Why the piece went where it went: the switch under the board, the sentence and the table.

import { PIECE_NAMES } from "../board/pieces";
import { byId, setText } from "../shell/dom";
import { short } from "../shell/format";
import { recall, remember } from "../shell/storage";
import type { Fields } from "../wire/fields";
import type { Decision, Frame } from "../wire/frame";
import { layoutOf } from "./layout";
import { WhyTable } from "./why_table";

const REMEMBERED = "tetris-dash.why";

/** Least time between two decisions, in milliseconds: more of them could neither be read nor told apart. */
const READABLE = 100;

/** The card about the decision behind the board. */
export class Why {
  readonly #card = byId("why");
  readonly #toggle = byId<HTMLButtonElement>("why-toggle");
  readonly #table: WhyTable;
  readonly #changed: () => void;
  #on = recall(REMEMBERED) !== "off";
  /** The newest frame, the one that board and table both show, since when, and the one that the table has drawn. */
  #newest: Frame | null = null;
  #told: Frame | null = null;
  #since = Number.NEGATIVE_INFINITY;
  #drawn: Frame | null | undefined;

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
    this.#drawn = undefined;
    remember(REMEMBERED, this.#on ? "on" : "off");
    this.#draw();
    this.#changed();
  }

  /** Whether a newer frame waits until the one that is shown has been shown long enough. */
  get behind(): boolean {
    return this.#on && this.pointed === null && this.#told !== this.#newest;
  }

  /**
   * The frame to be shown at the time `now`, given the newest: with the overlay on, the one that the table tells of, so
   * that ghosts and numbers belong together; while someone points at a row, the one the row belongs to.
   */
  hold(newest: Frame | null, now: number): Frame | null {
    this.#newest = newest;
    const held = this.pointed !== null && newest !== null && this.#told?.decision;
    if (!held && newest !== this.#told && (!this.#on || !newest || now - this.#since >= READABLE)) {
      this.#told = newest;
      this.#since = now;
    }
    return this.#told;
  }

  /** Brings the table up to the frame that is shown. */
  show(config: Fields | null): void {
    const decision = this.#told?.decision ?? null;
    this.#card.toggleAttribute("data-held", this.pointed !== null);
    if (!this.#on || this.#told === this.#drawn) return;
    this.#drawn = this.#told;
    this.#card.toggleAttribute("data-empty", decision === null);
    setText(byId("why-summary"), decision ? summary(decision) : "Nothing to show yet.");
    setText(byId("why-note"), decision ? note(decision) : "");
    if (decision) this.#table.show(decision, config);
  }

  #draw(): void {
    this.#card.hidden = !this.#on;
    this.#toggle.setAttribute("aria-pressed", String(this.#on));
  }
}

/** The decision in one sentence. */
export function summary({ piece, actions, count, chosen, explored, placements }: Decision): string {
  const placed = placements[chosen]?.piece ?? piece;
  const name = placed === piece ? PIECE_NAMES[piece] : `${PIECE_NAMES[placed]} from hold`;
  const kind = actions.length > 0 ? "keys" : "placements";
  const taken = actions[chosen] ?? "";
  const did = taken === "" ? "" : ` ${taken},`;
  if (!explored && Number.isNaN(placements[chosen]?.value)) return `${name}: what the agent thought is not known here.`;
  if (explored) return `${name}:${did} explored, one of ${count} ${kind} by chance.`;
  if (count === 1) return `${name}:${did} there was only one ${kind === "keys" ? "key" : "placement"}.`;
  const [best, second] = placements;
  const lead = best && second ? best.value - second.value : Number.NaN;
  if (chosen > 0) return `${name}:${did} number ${chosen + 1} of ${count} ${kind}.`;
  const ahead = !Number.isFinite(lead) ? "" : lead === 0 ? ", level with the next" : `, ${short(lead)} ahead of the next`;
  return `${name}:${did} the best of ${count} ${kind}${ahead}.`;
}

/** What the network sees beside the features that have a column; empty if that is all. */
export function note({ featureNames, unlisted }: Pick<Decision, "featureNames" | "unlisted">): string {
  const { left } = layoutOf(featureNames);
  const others = [left > 0 ? `${left} more numbers` : "", unlisted].filter(Boolean).join(" and ");
  return others && `The network ${featureNames.length > 0 ? "also sees" : "sees"} ${others}.`;
}
