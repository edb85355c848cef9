// The pieces to come.

import { drawCell, PIECE_CELLS, PIECE_NAMES, pieceColour } from "./pieces";
import { Screen } from "./screen";

/** Draws pieces side by side into a canvas. */
export class PreviewView {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: Screen;
  readonly #context: CanvasRenderingContext2D;
  readonly #slots: number;
  #pieces: readonly number[] = [];

  /** `resized` is called when the canvas has another size, so that it can be drawn again; there is room for `slots` pieces. */
  constructor(canvas: HTMLCanvasElement, resized: () => void, slots = 1) {
    this.#canvas = canvas;
    this.#slots = slots;
    this.#screen = new Screen(canvas, resized);
    this.#context = this.#screen.context;
  }

  /** The pieces to draw, the next one first. */
  show(pieces: readonly number[]): void {
    this.#pieces = pieces.filter((piece) => piece !== 0);
    const shown = this.#pieces.slice(0, this.#slots).map((piece) => PIECE_NAMES[piece]);
    const label = `${this.#canvas.dataset["label"]}: ${shown.join(", ") || "none"}`;
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
  }

  /** Draws them. */
  draw(): void {
    const { width, height } = this.#screen.fit();
    this.#context.fillStyle = pieceColour(0);
    this.#context.fillRect(0, 0, width, height);
    const room = width / this.#slots;
    this.#pieces.slice(0, this.#slots).forEach((piece, slot) => this.#drawPiece(piece, slot * room, room, height));
  }

  #drawPiece(piece: number, from: number, room: number, height: number): void {
    const cells = PIECE_CELLS[piece] ?? [];
    const columns = 1 + Math.max(...cells.map(([column]) => column));
    const rows = 1 + Math.max(...cells.map(([, row]) => row));
    const size = Math.floor(Math.min(room / 5.2, height / 3.2));
    const left = Math.round(from + (room - columns * size) / 2);
    const top = Math.round((height - rows * size) / 2);
    for (const [column, row] of cells) drawCell(this.#context, piece, left + column * size, top + row * size, size);
  }
}
