// The surface of a board, drawn small: a bar for each column, as high as it stands above the lowest one.

import { setText } from "../shell/dom";

const SVG = "http://www.w3.org/2000/svg";

/** A step of as many rows is sent as 1. */
const ROWS = 4;

/** Rows that a picture has room for at least, so that a flat surface looks flat. */
const LEAST_ROWS = 6;

/** Of the lowest columns, so that there is something to be seen of them. */
const FOOT = 0.4;

/** Of the width of a column, between two. */
const GAP = 0.14;

/** Heights of all columns above the lowest one, in rows, by the steps between them as they are sent. */
export function heightsOf(steps: Float32Array): number[] {
  const heights = [0];
  for (const step of steps) heights.push(heights.at(-1)! + ROWS * step);
  const lowest = Math.min(...heights);
  return heights.map((height) => height - lowest);
}

/** Rows that pictures of all these surfaces have room for, so that they can be compared. */
export function rowsFor(surfaces: readonly Float32Array[]): number {
  return Math.max(LEAST_ROWS, ...surfaces.flatMap(heightsOf));
}

/** The steps in words: 0 −1 2. */
export function stepsInWords(steps: Float32Array): string {
  return [...steps].map((step) => String(Math.round(ROWS * step)).replace("-", "−")).join(" ");
}

/** The picture of one surface. */
export class Skyline {
  readonly element = document.createElementNS(SVG, "svg");
  readonly #bars = document.createElementNS(SVG, "path");
  readonly #title = document.createElementNS(SVG, "title");

  constructor() {
    this.element.setAttribute("class", "skyline");
    this.element.setAttribute("role", "img");
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.append(this.#title, this.#bars);
  }

  /** Shows a surface with room for `rows` rows. */
  show(steps: Float32Array, rows: number): void {
    const heights = heightsOf(steps);
    const bar = (height: number, column: number) =>
      `M${column + GAP / 2} ${rows + FOOT}v${-(height + FOOT).toFixed(2)}h${1 - GAP}V${rows + FOOT}z`;
    this.element.toggleAttribute("hidden", steps.length === 0);
    this.element.setAttribute("viewBox", `0 0 ${heights.length} ${rows + FOOT}`);
    this.#bars.setAttribute("d", heights.map(bar).join(""));
    // Read out, and shown under the pointer.
    setText(this.#title, `Steps from each column to the next, in rows: ${stepsInWords(steps)}`);
  }
}
