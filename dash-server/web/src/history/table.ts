// One metric stream in typed arrays that grow, up to a bound.

import { isWide, type Block, type Column } from "../wire/tables";

/** Most rows kept; beyond it the older half is thinned. */
export const ROW_LIMIT = 65_536;
const FIRST_CAPACITY = 256;
const STRETCH = 64;

/** What became of a block handed to `append`. */
export type Appended = "appended" | "known" | "gap";

/** Rows of one stream, oldest first. */
export class Table {
  readonly #columns = new Map<string, Column>();
  readonly #limit: number;
  #length = 0;
  #capacity = FIRST_CAPACITY;
  #produced = 0;
  #generation = 0;

  /** An empty table. `limit` is the most rows it keeps; at least two stretches of 64. */
  constructor(names: readonly string[], limit = ROW_LIMIT) {
    this.#limit = Math.max(limit, 2 * STRETCH);
    for (const name of names) this.#columns.set(name, allocate(name, FIRST_CAPACITY));
  }

  /** Rows kept. */
  get length(): number {
    return this.#length;
  }

  /** Rows the server has produced, of which some may have been thinned away. */
  get produced(): number {
    return this.#produced;
  }

  /** Changes when kept rows were replaced rather than appended to: what was derived from them is void. */
  get generation(): number {
    return this.#generation;
  }

  /** The values of a column; a view that holds until the next change. */
  column(name: string): Column {
    const column = this.#columns.get(name);
    if (!column) throw new RangeError(`there is no column ${name}`);
    return column.subarray(0, this.#length);
  }

  /** The last value of a column; NaN if there is none. */
  last(name: string): number {
    return this.column(name)[this.#length - 1] ?? Number.NaN;
  }

  /** Forgets everything. */
  clear(): void {
    this.#length = 0;
    this.#produced = 0;
    this.#generation += 1;
  }

  /** Forgets everything and takes the rows of a snapshot, whose `start` may lie beyond 0 because it was thinned. */
  replace(block: Block): void {
    this.clear();
    this.#push(block, 0);
    this.#produced = block.start + block.rows;
  }

  /** Takes the rows that are new; refuses a block that leaves a gap. */
  append(block: Block): Appended {
    if (block.start > this.#produced) return "gap";
    const known = this.#produced - block.start;
    if (known >= block.rows) return "known";
    this.#push(block, known);
    this.#produced = block.start + block.rows;
    return "appended";
  }

  #push(block: Block, from: number): void {
    for (let row = from; row < block.rows; ) {
      if (this.#length >= this.#limit) this.#thin();
      const rows = Math.min(block.rows - row, this.#limit - this.#length);
      this.#reserve(this.#length + rows);
      for (const [name, column] of this.#columns) {
        const values = block.columns.get(name);
        if (values) column.set(values.subarray(row, row + rows), this.#length);
      }
      this.#length += rows;
      row += rows;
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    while (this.#capacity < rows) this.#capacity *= 2;
    for (const [name, column] of this.#columns) {
      const grown = allocate(name, this.#capacity);
      grown.set(column.subarray(0, this.#length));
      this.#columns.set(name, grown);
    }
  }

  // Of every stretch of the older half, only the rows stay that hold the lowest or highest value of some column.
  #thin(): void {
    const half = Math.floor(this.#length / 2 / STRETCH) * STRETCH;
    const values = [...this.#columns].filter(([name]) => !isWide(name)).map(([, column]) => column);
    const kept: number[] = [];
    for (let from = 0; from < half; from += STRETCH) {
      const stretch = new Set<number>();
      for (const column of values) {
        let low = from;
        let high = from;
        for (let row = from + 1; row < from + STRETCH; row++) {
          if (column[row]! < column[low]! || Number.isNaN(column[low]!)) low = row;
          if (column[row]! > column[high]! || Number.isNaN(column[high]!)) high = row;
        }
        stretch.add(low).add(high);
      }
      kept.push(...[...stretch].sort((a, b) => a - b));
    }
    for (const column of this.#columns.values()) {
      kept.forEach((row, index) => (column[index] = column[row]!));
      column.copyWithin(kept.length, half, this.#length);
    }
    this.#length -= half - kept.length;
    this.#generation += 1;
  }
}

function allocate(name: string, capacity: number): Column {
  return isWide(name) ? new Float64Array(capacity) : new Float32Array(capacity);
}
