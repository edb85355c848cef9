// Pieces outside the board: those to come and the one on hold.

import { drawCell, PIECE_CELLS, PIECE_NAMES, pieceColour } from "./pieces";
import { Screen } from "./screen";

/** A part of a canvas, in shares of its width and height. */
export interface Slot {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** So many slots side by side. */
export function sideBySide(slots: number): Slot[] {
  return Array.from({ length: slots }, (_, slot) => ({ left: slot / slots, top: 0, width: 1 / slots, height: 1 }));
}

/** Draws pieces into the slots of a canvas. */
export class PreviewView {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: Screen;
  readonly #context: CanvasRenderingContext2D;
  #slots: readonly Slot[];
  #pieces: readonly number[] = [];

  /** `resized` is called when the canvas has another size, so that it can be drawn again. */
  constructor(canvas: HTMLCanvasElement, resized: () => void, slots: readonly Slot[] = sideBySide(1)) {
    this.#canvas = canvas;
    this.#slots = slots;
    this.#screen = new Screen(canvas, resized);
    this.#context = this.#screen.context;
  }

  /** The pieces to draw, the next one first; those for which there is no slot are left out. */
  show(pieces: readonly number[], slots = this.#slots): void {
    this.#slots = slots;
    this.#pieces = pieces.filter((piece) => piece !== 0).slice(0, slots.length);
    const label = `${this.#canvas.dataset["label"]}: ${this.#pieces.map((piece) => PIECE_NAMES[piece]).join(", ") || "none"}`;
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
  }

  /** Draws them. */
  draw(): void {
    const { width, height } = this.#screen.fit();
    this.#context.fillStyle = pieceColour(0);
    this.#context.fillRect(0, 0, width, height);
    this.#pieces.forEach((piece, index) => {
      const slot = this.#slots[index]!;
      this.#drawPiece(piece, slot.left * width, slot.top * height, slot.width * width, slot.height * height);
    });
  }

  #drawPiece(piece: number, x: number, y: number, width: number, height: number): void {
    const cells = PIECE_CELLS[piece] ?? [];
    const columns = 1 + Math.max(...cells.map(([column]) => column));
    const rows = 1 + Math.max(...cells.map(([, row]) => row));
    const size = Math.floor(Math.min(width / 5.2, height / 3.2));
    const left = Math.round(x + (width - columns * size) / 2);
    const top = Math.round(y + (height - rows * size) / 2);
    for (const [column, row] of cells) drawCell(this.#context, piece, left + column * size, top + row * size, size);
  }
}
