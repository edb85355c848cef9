// The board: a grid of coloured cells on a canvas, drawn from a scene and nothing else.

import { drawCell, pieceColour } from "./pieces";
import type { Ghost, Scene } from "./scene";
import { Screen } from "./screen";

const LINES = "rgb(130 155 255 / 9%)";
const OUTLINE = "rgb(255 255 255 / 75%)";
const ABOVE_CEILING = "rgb(3 7 24 / 55%)";
const CEILING = "rgb(130 155 255 / 45%)";
const HEAT = "255 196 77";
const FLASH = "rgb(255 255 255 / 70%)";
const FONT = "ui-sans-serif, system-ui, sans-serif";

/** Where the playable part of the board lies on the canvas. */
interface Layout {
  size: number;
  left: number;
  top: number;
  ceiling: number;
  columns: number;
  rows: number;
}

/** Draws scenes into a canvas that fills its well. */
export class BoardView {
  readonly #screen: Screen;
  readonly #well: HTMLElement;
  readonly #context: CanvasRenderingContext2D;
  #scene: Scene | null = null;
  #rows = 20;

  /** `resized` is called when the canvas has another size, so that it can be drawn again. */
  constructor(canvas: HTMLCanvasElement, well: HTMLElement, resized: () => void) {
    this.#screen = new Screen(canvas, resized);
    this.#well = well;
    this.#context = this.#screen.context;
  }

  /** The scene to draw next, null for an empty board, on a board of `rows` rows of which it is the lower part. */
  show(scene: Scene | null, rows: number): void {
    this.#shape("--columns", scene?.width ?? 10);
    this.#shape("--rows", rows);
    this.#scene = scene;
    this.#rows = rows;
  }

  /** Draws the scene. */
  draw(): void {
    const { width, height } = this.#screen.fit();
    const context = this.#context;
    const layout = this.#layout(width, height);
    context.fillStyle = pieceColour(0);
    context.fillRect(0, 0, width, height);
    this.#drawGrid(layout);
    const scene = this.#scene;
    if (!scene) return;
    this.#drawCeiling(layout);
    this.#drawHeat(scene, layout);
    scene.cells.forEach((piece, index) => {
      if (piece !== 0) this.#drawAt(piece, index % layout.columns, Math.floor(index / layout.columns), layout);
    });
    for (const ghost of scene.ghosts) this.#drawGhost(ghost, layout);
    this.#labelGhosts(scene.ghosts, layout);
    this.#drawOutline(scene.outlined, layout, OUTLINE, 0.07);
    for (const [column, row] of scene.falling?.cells ?? []) this.#drawAt(scene.falling!.piece, column, row, layout);
    context.fillStyle = FLASH;
    for (const row of scene.cleared) {
      context.fillRect(layout.left, layout.ceiling + row * layout.size, layout.columns * layout.size, layout.size);
    }
  }

  // A style that is set anew counts as changed, and has the page laid out again.
  #shape(name: string, value: number): void {
    if (this.#well.style.getPropertyValue(name) !== String(value)) this.#well.style.setProperty(name, String(value));
  }

  #layout(width: number, height: number): Layout {
    const [columns, rows] = [this.#scene?.width ?? 10, this.#rows];
    const size = Math.max(1, Math.floor(Math.min(width / columns, height / rows)));
    const left = Math.floor((width - size * columns) / 2);
    const top = Math.floor((height - size * rows) / 2);
    return { size, left, top, columns, rows, ceiling: top + (rows - (this.#scene?.height ?? rows)) * size };
  }

  #drawAt(piece: number, column: number, row: number, { size, left, ceiling }: Layout): void {
    drawCell(this.#context, piece, left + column * size, Math.round(ceiling + row * size), size);
  }

  #drawGrid({ columns, rows, size, left, top }: Layout): void {
    const context = this.#context;
    const line = Math.max(1, Math.round(size / 28));
    context.fillStyle = LINES;
    for (let column = 1; column < columns; column++) context.fillRect(left + column * size, top, line, rows * size);
    for (let row = 1; row < rows; row++) context.fillRect(left, top + row * size, columns * size, line);
  }

  #drawCeiling({ left, top, ceiling, columns, size }: Layout): void {
    if (ceiling <= top) return;
    this.#context.fillStyle = ABOVE_CEILING;
    this.#context.fillRect(0, 0, 2 * left + columns * size, ceiling);
    this.#context.fillStyle = CEILING;
    this.#context.fillRect(left, ceiling - 1, columns * size, 2);
  }

  // A column glows the more, the better the best placement is that touches it.
  #drawHeat({ heat, height }: Scene, { left, ceiling, size }: Layout): void {
    heat.forEach((value, column) => {
      if (Number.isNaN(value)) return;
      const glow = this.#context.createLinearGradient(0, ceiling, 0, ceiling + height * size);
      glow.addColorStop(0, `rgb(${HEAT} / ${(42 * value ** 2).toFixed(1)}%)`);
      glow.addColorStop(0.55, `rgb(${HEAT} / 0%)`);
      this.#context.fillStyle = glow;
      this.#context.fillRect(left + column * size, ceiling, size, height * size);
    });
  }

  #drawGhost({ cells, piece, chosen, strength }: Ghost, layout: Layout): void {
    const { size, left, ceiling, columns } = layout;
    const context = this.#context;
    context.globalAlpha = (chosen ? 0.5 : 0.22) * strength;
    context.fillStyle = pieceColour(piece);
    for (const index of cells) {
      context.fillRect(left + (index % columns) * size, ceiling + Math.floor(index / columns) * size, size, size);
    }
    context.globalAlpha = chosen ? 1 : 0.35 + 0.4 * strength;
    this.#drawOutline(cells, layout, chosen ? OUTLINE : pieceColour(piece), chosen ? 0.09 : 0.05);
    context.globalAlpha = 1;
  }

  // Each rank stands in a cell of its placement that no better one has written in.
  #labelGhosts(ghosts: readonly Ghost[], { size, left, ceiling, columns }: Layout): void {
    const context = this.#context;
    const written = new Set<number>();
    context.font = `650 ${Math.round(size * 0.52)}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#ffffff";
    for (const { cells, rank } of [...ghosts].sort((a, b) => a.rank - b.rank)) {
      const cell = cells.find((index) => !written.has(index));
      if (rank === 0 || cell === undefined) continue;
      for (const index of cells) written.add(index);
      const [column, row] = [cell % columns, Math.floor(cell / columns)];
      context.fillText(String(rank), left + (column + 0.5) * size, ceiling + (row + 0.53) * size);
    }
  }

  #drawOutline(cells: readonly number[], { columns, size, left, ceiling }: Layout, colour: string, share: number): void {
    const own = new Set(cells);
    const line = Math.max(1, Math.round(size * share));
    this.#context.fillStyle = colour;
    for (const index of cells) {
      const column = index % columns;
      const [x, y] = [left + column * size, ceiling + Math.floor(index / columns) * size];
      if (!own.has(index - columns)) this.#context.fillRect(x, y, size, line);
      if (!own.has(index + columns)) this.#context.fillRect(x, y + size - line, size, line);
      if (column === 0 || !own.has(index - 1)) this.#context.fillRect(x, y, line, size);
      if (column === columns - 1 || !own.has(index + 1)) this.#context.fillRect(x + size - line, y, line, size);
    }
  }
}
