// One metric stream in typed arrays that grow, up to a bound.

import { COUNT, isWide, meanOf, sharesOf, type Block, type Column } from "../wire/tables";

/** Most rows kept; beyond it the history is thinned to at most half of that. */
export const ROW_LIMIT = 65_536;
const FIRST_CAPACITY = 256;

/** What became of a block handed to `append`. */
export type Appended = "appended" | "known" | "gap";

/** Rows of one stream, oldest first; of each also for how many it stands, and their means: see `sharesOf`. */
export class Table {
  readonly #columns = new Map<string, Column>();
  /** The measured columns. */
  readonly #measured: readonly string[];
  readonly #limit: number;
  #length = 0;
  #capacity = FIRST_CAPACITY;
  #produced = 0;
  #generation = 0;

  /** An empty table with a column `step`. `limit` is the most rows it keeps. */
  constructor(names: readonly string[], limit = ROW_LIMIT) {
    this.#limit = limit;
    this.#measured = names.filter((name) => !isWide(name));
    for (const name of [...names, ...sharesOf(names)]) this.#columns.set(name, allocate(name, FIRST_CAPACITY));
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
      if (!block.columns.has(COUNT)) this.#standAlone(this.#length, this.#length + rows);
      this.#length += rows;
      row += rows;
    }
  }

  #standAlone(from: number, to: number): void {
    this.#columns.get(COUNT)!.fill(1, from, to);
    for (const name of this.#measured) {
      this.#columns.get(meanOf(name))!.set(this.#columns.get(name)!.subarray(from, to), from);
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

  // Stretches of equally many steps each keep their last row and those that hold the lowest or highest value of some
  // column, so that the beginning of a long run is seen as sharply as its end.
  #thin(): void {
    const steps = this.column("step");
    const values = this.#measured.map((name) => this.column(name));
    const stretches = Math.max(1, Math.floor(this.#limit / 2 / (2 * values.length + 1)));
    const [low, high] = [steps[0]!, steps[steps.length - 1]!];
    const stretchOf = (row: number) =>
      Math.min(Math.floor(((steps[row]! - low) / (high - low || 1)) * stretches), stretches - 1);
    let kept = 0;
    for (let from = 0; from < steps.length; ) {
      let to = from + 1;
      while (to < steps.length && stretchOf(to) === stretchOf(from)) to += 1;
      let first = from;
      for (const row of extremes(values, from, to)) {
        this.#gather(first, row);
        for (const column of this.#columns.values()) column[kept] = column[row]!;
        kept += 1;
        first = row + 1;
      }
      from = to;
    }
    this.#length = kept;
    this.#generation += 1;
  }

  // Lets a row stand for those before it, from `first` on.
  #gather(first: number, row: number): void {
    const counts = this.column(COUNT);
    for (const name of this.#measured) {
      const means = this.column(meanOf(name));
      let [sum, count] = [0, 0];
      for (let one = first; one <= row; one++) {
        if (Number.isNaN(means[one]!)) continue;
        sum += counts[one]! * means[one]!;
        count += counts[one]!;
      }
      means[row] = sum / count;
    }
    for (let one = first; one < row; one++) counts[row]! += counts[one]!;
  }
}

// The last of the rows `from..to` and those that hold the lowest or highest value of a column, in order.
function extremes(columns: readonly Column[], from: number, to: number): number[] {
  const rows = new Set([to - 1]);
  for (const column of columns) {
    let low = from;
    let high = from;
    for (let row = from + 1; row < to; row++) {
      if (column[row]! < column[low]! || Number.isNaN(column[low]!)) low = row;
      if (column[row]! > column[high]! || Number.isNaN(column[high]!)) high = row;
    }
    rows.add(low).add(high);
  }
  return [...rows].sort((a, b) => a - b);
}

function allocate(name: string, capacity: number): Column {
  return isWide(name) ? new Float64Array(capacity) : new Float32Array(capacity);
}
