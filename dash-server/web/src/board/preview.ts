// The pieces to come.

import { drawCell, PIECE_CELLS, PIECE_COLOURS, PIECE_NAMES } from "./pieces";
import { Screen } from "./screen";

/** Draws the piece to be placed now, and smaller ones after it, into a canvas. */
export class PreviewView {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: Screen;
  readonly #context: CanvasRenderingContext2D;
  #pieces: readonly number[] = [];

  /** `resized` is called when the canvas has another size, so that it can be drawn again. */
  constructor(canvas: HTMLCanvasElement, resized: () => void) {
    this.#canvas = canvas;
    this.#screen = new Screen(canvas, resized);
    this.#context = this.#screen.context;
  }

  /** The pieces to draw, the next one first. */
  show(pieces: readonly number[]): void {
    this.#pieces = pieces.filter((piece) => piece !== 0);
    const label = `Next piece: ${PIECE_NAMES[this.#pieces[0] ?? 0]}`;
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
  }

  /** Draws them. */
  draw(): void {
    const { width, height } = this.#screen.fit();
    this.#context.fillStyle = PIECE_COLOURS[0];
    this.#context.fillRect(0, 0, width, height);
    const piece = this.#pieces[0];
    if (piece === undefined) return;
    const cells = PIECE_CELLS[piece] ?? [];
    const columns = 1 + Math.max(...cells.map(([column]) => column));
    const rows = 1 + Math.max(...cells.map(([, row]) => row));
    const size = Math.floor(Math.min(width / 5.2, height / 3.2));
    const left = Math.round((width - columns * size) / 2);
    const top = Math.round((height - rows * size) / 2);
    for (const [column, row] of cells) drawCell(this.#context, piece, left + column * size, top + row * size, size);
  }
}
