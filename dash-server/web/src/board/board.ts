// The board: a grid of coloured cells on a canvas, drawn from the state of the game alone.

import type { Frame } from "../wire/messages";
import { drawCell, fitToScreen, PIECE_COLOURS, PIECE_NAMES } from "./pieces";

const LINES = "rgb(130 155 255 / 9%)";
const OUTLINE = "rgb(255 255 255 / 75%)";
const ABOVE_CEILING = "rgb(3 7 24 / 55%)";
const CEILING = "rgb(130 155 255 / 45%)";

/** Draws frames into a canvas that fills its well. */
export class BoardView {
  readonly #canvas: HTMLCanvasElement;
  readonly #well: HTMLElement;
  readonly #context: CanvasRenderingContext2D;
  #frame: Frame | null = null;
  #rows = 20;

  /** `resized` is called when the canvas has another size, so that it can be drawn again. */
  constructor(canvas: HTMLCanvasElement, well: HTMLElement, resized: () => void) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser has no canvas");
    this.#canvas = canvas;
    this.#well = well;
    this.#context = context;
    new ResizeObserver(resized).observe(canvas);
  }

  /** The frame to draw next, null for an empty board, on a board of `rows` rows of which the frame is the lower part. */
  show(frame: Frame | null, rows: number): void {
    this.#well.style.setProperty("--columns", String(frame?.width ?? 10));
    this.#well.style.setProperty("--rows", String(rows));
    this.#frame = frame;
    this.#rows = rows;
  }

  /** Draws the frame. */
  draw(): void {
    fitToScreen(this.#canvas);
    const [columns, rows] = [this.#frame?.width ?? 10, this.#rows];
    const size = Math.max(1, Math.floor(Math.min(this.#canvas.width / columns, this.#canvas.height / rows)));
    const left = Math.floor((this.#canvas.width - size * columns) / 2);
    const top = Math.floor((this.#canvas.height - size * rows) / 2);
    const context = this.#context;
    context.fillStyle = PIECE_COLOURS[0];
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#drawGrid(columns, rows, size, left, top);
    if (!this.#frame) return;
    const ceiling = top + (rows - this.#frame.height) * size;
    if (ceiling > top) {
      context.fillStyle = ABOVE_CEILING;
      context.fillRect(0, 0, this.#canvas.width, ceiling);
      context.fillStyle = CEILING;
      context.fillRect(left, ceiling - 1, columns * size, 2);
    }
    this.#frame.cells.forEach((piece, index) => {
      if (piece === 0) return;
      drawCell(context, piece, left + (index % columns) * size, ceiling + Math.floor(index / columns) * size, size);
    });
    this.#drawPlaced(this.#frame, size, left, ceiling);
  }

  /** The board in words, for people who do not see it. */
  describe(): string {
    if (!this.#frame) return "Tetris board, empty";
    const { width, height, cells, lines, pieces, piece } = this.#frame;
    const highest = cells.findIndex((cell) => cell !== 0);
    const stack = highest < 0 ? 0 : height - Math.floor(highest / width);
    const next = piece === 0 ? "game over" : `next piece ${PIECE_NAMES[piece]}`;
    return `Tetris board: stack ${stack} of ${height} rows high, ${lines} lines, ${pieces} pieces, ${next}`;
  }

  #drawGrid(columns: number, rows: number, size: number, left: number, top: number): void {
    const context = this.#context;
    const line = Math.max(1, Math.round(size / 28));
    context.fillStyle = LINES;
    for (let column = 1; column < columns; column++) context.fillRect(left + column * size, top, line, rows * size);
    for (let row = 1; row < rows; row++) context.fillRect(left, top + row * size, columns * size, line);
  }

  // The indices are from before lines cleared; if that moved the cells, there is no piece left to outline.
  #drawPlaced({ cells, placed, width }: Frame, size: number, left: number, top: number): void {
    const piece = cells[placed[0] ?? -1];
    if (!piece || placed.some((index) => cells[index] !== piece)) return;
    const own = new Set(placed);
    const line = Math.max(1, Math.round(size * 0.07));
    this.#context.fillStyle = OUTLINE;
    for (const index of placed) {
      const column = index % width;
      const [x, y] = [left + column * size, top + Math.floor(index / width) * size];
      if (!own.has(index - width)) this.#context.fillRect(x, y, size, line);
      if (!own.has(index + width)) this.#context.fillRect(x, y + size - line, size, line);
      if (column === 0 || !own.has(index - 1)) this.#context.fillRect(x, y, line, size);
      if (column === width - 1 || !own.has(index + 1)) this.#context.fillRect(x + size - line, y, line, size);
    }
  }
}
