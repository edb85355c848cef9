// What the player knows beside the board: the piece to place, those after it, the one on hold.

import { byId } from "../shell/dom";
import type { Fields } from "../wire/fields";
import type { Frame } from "../wire/frame";
import { numberOf } from "../wire/settings";
import { PreviewView, type Slot } from "./preview";

/** Height of the first piece and of a row of two further ones, in widths of the canvas: as in layout.css. */
const FIRST = 0.68;
const ROW = 0.4;

/** The two canvases beside the board. */
export class Upcoming {
  readonly #card = byId("game");
  readonly #canvas = byId<HTMLCanvasElement>("next");
  readonly #next: PreviewView;
  readonly #place = byId("held-place");
  readonly #hold: PreviewView;
  #slots = queueSlots(0);

  /** `resized` is called when they are to be drawn again. */
  constructor(resized: () => void) {
    this.#next = new PreviewView(this.#canvas, resized);
    this.#hold = new PreviewView(byId<HTMLCanvasElement>("held"), resized);
  }

  /** Draws what belongs to a frame of a run with this configuration. */
  draw(frame: Frame | null, config: Fields | null): void {
    const further = previewOf(config);
    if (this.#slots.length !== 1 + further) {
      this.#slots = queueSlots(further);
      this.#canvas.style.setProperty("--more", String(Math.ceil(further / 2)));
    }
    // The server tells one piece more than an agent without a preview knows.
    this.#next.show(frame ? [frame.piece, ...frame.next] : [], this.#slots);
    this.#next.draw();
    const held = frame?.hold ?? 0;
    this.#place.hidden = held === 0;
    this.#card.toggleAttribute("data-queue", held !== 0 || further > 0);
    if (held === 0) return;
    this.#hold.show([held]);
    this.#hold.draw();
  }
}

/** Pieces after the one to place that the agent of this configuration sees. */
export function previewOf(config: Fields | null): number {
  return numberOf(config, "environment", "preview") ?? 0;
}

/** The piece to place across the whole canvas, under it the `further` ones in rows of two. */
export function queueSlots(further: number): Slot[] {
  const height = FIRST + ROW * Math.ceil(further / 2);
  const first = { left: 0, top: 0, width: 1, height: FIRST / height };
  const others = Array.from({ length: further }, (_, index) => ({
    left: (index % 2) / 2, top: (FIRST + ROW * Math.floor(index / 2)) / height, width: 0.5, height: ROW / height,
  }));
  return [first, ...others];
}
