// The five best placements in numbers.

import { PIECE_NAMES } from "../board/pieces";
import { element, setText } from "../shell/dom";
import { fine, short } from "../shell/format";
import type { Fields } from "../wire/fields";
import type { Decision, Placement } from "../wire/frame";
import { afterValue } from "./after_value";
import { layoutOf, type Layout } from "./layout";
import { rowsFor, Skyline } from "./skyline";

const ROWS = 5;

type Headings = readonly (readonly [text: string, title: string])[];

/** Of keys, whose rewards and outcomes are not known beforehand. */
const KEY: Headings = [
  ["Key", "What is pressed"],
  ["Q", "Value of the key, reward included; the agent takes the highest"],
];
const PLACEMENT: Headings = [
  ["#", "Rank"],
  ["Q", "Value of the placement, reward included; the agent takes the highest"],
  ["Reward", "What the placement brings at once"],
  ["V(after)", "Value of the position it leads to"],
];
const SURFACE = ["surface", "The columns as high as the network sees them: by the steps from each to the next"] as const;
const FEATURE = "As the network sees it: shifted and scaled to about one";

/** How many columns of numbers the picture of the surface is as wide as. */
const SURFACE_WIDTH = 1.4;

/** A table of placements; the one under the pointer, or with the focus, can be asked for. */
export class WhyTable {
  readonly element = element("table");
  readonly #head = this.element.createTHead().insertRow();
  readonly #rows: HTMLTableRowElement[];
  readonly #skylines = Array.from({ length: ROWS }, () => new Skyline());
  /** What the columns are for, and the cells of each row that hold text. */
  #fixed: Headings = [];
  #names: readonly string[] = [];
  #layout: Layout = layoutOf([]);
  #cells: HTMLElement[][] = [];
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
    this.#arrange(decision.featureNames, decision.actions.length > 0 ? KEY : PLACEMENT);
    this.#drawSurfaces(decision.placements);
    const several = decision.placements.some(({ piece }) => piece !== decision.piece);
    this.#rows.forEach((row, index) => {
      const placement = decision.placements[index];
      // An empty row keeps its place, so that nothing below it jumps.
      row.toggleAttribute("data-empty", placement === undefined);
      const rank = decision.actions[index] ?? rankOf(index, several ? placement?.piece ?? 0 : 0);
      if (placement) this.#fill(index, rank, placement, config);
      row.toggleAttribute("data-chosen", index === decision.chosen);
    });
  }

  #fill(index: number, rank: string, { value, reward, features }: Placement, config: Fields | null): void {
    const numbers = this.#layout.plain.map((at) => short(features[at] ?? Number.NaN));
    const values = [rank, fine(value), short(reward), fine(afterValue(value, reward, config))];
    const texts = [...values.slice(0, this.#fixed.length), ...numbers];
    this.#cells[index]!.forEach((cell, column) => setText(cell, texts[column]!));
  }

  #drawSurfaces(placements: readonly Placement[]): void {
    const { surface } = this.#layout;
    if (!surface) return;
    const surfaces = this.#skylines.map((_, row) => (placements[row]?.features ?? new Float32Array()).subarray(...surface));
    const rows = rowsFor(surfaces);
    surfaces.forEach((steps, row) => this.#skylines[row]!.show(steps, rows));
  }

  // Makes the columns anew when others are needed.
  #arrange(names: readonly string[], fixed: Headings): void {
    if (fixed === this.#fixed && this.#names.join() === names.join()) return;
    this.#fixed = fixed;
    this.#names = names;
    this.#layout = layoutOf(names);
    const { plain, surface } = this.#layout;
    const headings = [...fixed, ...(surface ? [SURFACE] : []), ...plain.map((at) => [breakable(names[at]!), FEATURE] as const)];
    this.#head.replaceChildren(...headings.map(heading));
    this.element.style.setProperty("--features", String(plain.length + (surface ? SURFACE_WIDTH : 0)));
    this.element.toggleAttribute("data-bare", names.length === 0);
    this.element.toggleAttribute("data-keys", fixed === KEY);
    this.#cells = this.#rows.map((row, index) => {
      const cells = [...fixed, ...plain].map(() => element("td"));
      const picture = element("td", "surface");
      picture.append(this.#skylines[index]!.element);
      row.replaceChildren(...cells.slice(0, fixed.length), ...(surface ? [picture] : []), ...cells.slice(fixed.length));
      return cells;
    });
  }
}

function heading([text, title]: Headings[number]): HTMLElement {
  const header = element("th", text === SURFACE[0] ? "surface" : "", text);
  header.scope = "col";
  header.title = title;
  return header;
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
