// The five best placements in numbers.

import { PIECE_NAMES } from "../board/pieces";
import { element, setText } from "../shell/dom";
import { fine, short } from "../shell/format";
import type { Fields } from "../wire/fields";
import type { Decision, Placement } from "../wire/frame";
import { afterValue } from "./after_value";

const ROWS = 5;
const FIXED = [
  ["#", "Rank"],
  ["Q", "Value of the placement, reward included; the agent takes the highest"],
  ["Reward", "What the placement brings at once"],
  ["V(after)", "Value of the position it leads to"],
] as const;

/** A table of placements; the one under the pointer, or with the focus, can be asked for. */
export class WhyTable {
  readonly element = element("table");
  readonly #head = this.element.createTHead().insertRow();
  readonly #rows: HTMLTableRowElement[];
  #names: readonly string[] | null = null;
  #pointed: number | null = null;

  /** `pointedAt` is called when another row, or none, is under the pointer. */
  constructor(pointedAt: () => void) {
    const body = this.element.createTBody();
    this.#rows = Array.from({ length: ROWS }, (_, index) => {
      const row = body.insertRow();
      row.tabIndex = 0;
      const point = (to: number | null) => () => {
        this.#pointed = to;
        pointedAt();
      };
      row.addEventListener("pointerenter", point(index));
      row.addEventListener("focus", point(index));
      row.addEventListener("pointerleave", point(null));
      row.addEventListener("blur", point(null));
      return row;
    });
  }

  /** The row under the pointer. */
  get pointed(): number | null {
    return this.#pointed;
  }

  /** Shows the placements of a decision. */
  show(decision: Decision, config: Fields | null): void {
    this.#name(decision.featureNames);
    const several = decision.placements.some(({ piece }) => piece !== decision.piece);
    this.#rows.forEach((row, index) => {
      const placement = decision.placements[index];
      // An empty row keeps its place, so that nothing below it jumps.
      row.toggleAttribute("data-empty", placement === undefined);
      const rank = decision.actions[index] ?? rankOf(index, several ? placement?.piece ?? 0 : 0);
      if (placement) this.#fill(row, rank, placement, config);
      row.toggleAttribute("data-chosen", index === decision.chosen);
    });
  }

  #fill(row: HTMLTableRowElement, rank: string, { value, reward, features }: Placement, config: Fields | null): void {
    const values = [fine(value), short(reward), fine(afterValue(value, reward, config))];
    [rank, ...values, ...[...features].map(short)].forEach((text, column) => {
      const cell = row.cells[column];
      if (cell) setText(cell, text);
    });
  }

  #name(names: readonly string[]): void {
    if (this.#names?.join() === names.join()) return;
    this.#names = names;
    const plain = names.map((name) => [breakable(name), "As the network sees it: shifted and scaled to about one"]);
    this.#head.replaceChildren(
      ...[...FIXED, ...plain].map(([text, title]) => {
        const header = element("th", "", text);
        header.scope = "col";
        header.title = title!;
        return header;
      }),
    );
    for (const row of this.#rows) {
      row.replaceChildren(...Array.from({ length: FIXED.length + names.length }, () => element("td")));
    }
  }
}

// With the piece behind it, where there are several to choose from.
function rankOf(index: number, piece: number): string {
  return piece === 0 ? String(index + 1) : `${index + 1} ${PIECE_NAMES[piece]}`;
}

// Words that would burst a narrow column may be broken in the middle, with a hyphen.
function breakable(name: string): string {
  const words = name.split("_").map((word) => {
    const middle = Math.ceil(word.length / 2);
    return word.length > 8 ? `${word.slice(0, middle)}\u00ad${word.slice(middle)}` : word;
  });
  return words.join(" ");
}
