// The pieces to come.

import { drawCell, fitToScreen, PIECE_CELLS, PIECE_COLOURS, PIECE_NAMES } from "./pieces";

/** Draws the piece to be placed now, and smaller ones after it, into a canvas. */
export class PreviewView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #pieces: readonly number[] = [];

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser has no canvas");
    this.#canvas = canvas;
    this.#context = context;
  }

  /** The pieces to draw, the next one first. */
  show(pieces: readonly number[]): void {
    this.#pieces = pieces.filter((piece) => piece !== 0);
    this.#canvas.setAttribute("aria-label", `Next piece: ${PIECE_NAMES[this.#pieces[0] ?? 0]}`);
  }

  /** Draws them. */
  draw(): void {
    fitToScreen(this.#canvas);
    const { width, height } = this.#canvas;
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
