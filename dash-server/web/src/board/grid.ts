// Small boards of several environments, one of which is shown large.

import { byId, element, setText } from "../shell/dom";
import { whole } from "../shell/format";
import type { Boards } from "../wire/boards";
import { pieceColour } from "./pieces";
import { Screen } from "./screen";

/** Space between two boards, as a part of a column's width. */
const GAP = 0.08;
/** Pixels below which a board could not be made out. */
const NARROWEST = 36;

/** The card with all boards; empty and hidden for a single environment. */
export class GridView {
  readonly #card = byId("grid");
  readonly #places = byId("grid-places");
  readonly #screen: Screen;
  readonly #follow: (environment: number) => void;
  #count = 0;
  #shape = "";

  /** `follow` is called with the environment that someone picks; `resized` when all has to be drawn again. */
  constructor(follow: (environment: number) => void, resized: () => void) {
    this.#follow = follow;
    this.#screen = new Screen(byId<HTMLCanvasElement>("grid-boards"), resized);
  }

  /** Draws the boards, or hides the card if there are none. */
  draw(boards: Boards | null): void {
    this.#card.hidden = boards === null;
    if (!boards) return;
    const ratio = boards.height / boards.width;
    const across = columnsFor(boards.count, ratio, this.#places.clientWidth);
    if (boards.count !== this.#count) this.#lay(boards.count);
    this.#keepShape(boards.count, across, ratio);
    const { width, height } = this.#screen.fit();
    const down = Math.ceil(boards.count / across);
    const context = this.#screen.context;
    context.fillStyle = getComputedStyle(this.#card).backgroundColor;
    context.fillRect(0, 0, width, height);
    for (let index = 0; index < boards.count; index++) {
      const [left, top] = [((index % across) * width) / across, (Math.floor(index / across) * height) / down];
      this.#drawBoard(boards, index, left, top, width / across, height / down);
    }
    [...this.#places.children].forEach((place, index) => {
      const followed = index === boards.followed;
      place.setAttribute("aria-pressed", String(followed));
      place.setAttribute("aria-label", `Game ${index + 1}, ${whole(boards.lines[index] ?? 0)} lines`);
    });
    setText(byId("grid-text"), `Board ${boards.followed + 1} of ${boards.count} is shown large. Pick another one.`);
  }

  #drawBoard({ width, height, cells }: Boards, index: number, left: number, top: number, room: number, tall: number): void {
    const context = this.#screen.context;
    const size = Math.max(1, Math.floor(Math.min((room * (1 - GAP)) / width, (tall - room * GAP) / height)));
    const [x, y] = [Math.round(left + (room - size * width) / 2), Math.round(top + (tall - size * height) / 2)];
    context.fillStyle = pieceColour(0);
    context.fillRect(x, y, size * width, size * height);
    const area = width * height;
    const gap = size > 4 ? 1 : 0;
    for (let cell = 0; cell < area; cell++) {
      const piece = cells[index * area + cell]!;
      if (piece === 0) continue;
      context.fillStyle = pieceColour(piece);
      context.fillRect(x + (cell % width) * size, y + Math.floor(cell / width) * size, size - gap, size - gap);
    }
  }

  // The card has room for so many boards of this ratio. A style that is set anew has the page laid out again.
  #keepShape(count: number, across: number, ratio: number): void {
    const shape = [count, across, ratio].join();
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#places.style.setProperty("--across", String(across));
    this.#card.style.setProperty("--grid-share", String((Math.ceil(count / across) * ratio) / across));
  }

  // A button over each board, so that keys and screen readers reach it.
  #lay(count: number): void {
    this.#count = count;
    this.#places.replaceChildren(
      ...Array.from({ length: count }, (_, index) => {
        const place = element("button");
        place.type = "button";
        place.addEventListener("click", () => this.#follow(index));
        return place;
      }),
    );
  }
}

/** Boards side by side in a card of `room` pixels, of boards so many times as tall as wide: all in about a quarter of its width. */
export function columnsFor(count: number, ratio: number, room: number): number {
  const wanted = Math.ceil(Math.sqrt(count * ratio * 4));
  return Math.max(1, Math.min(count, wanted, Math.floor(room / NARROWEST)));
}
