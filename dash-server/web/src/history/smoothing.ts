// The smoothed course of one column, kept up to date row by row.

import { COUNT, meanOf } from "../wire/tables";
import type { Table } from "./table";

/**
 * A moving average with exponentially falling weights, each average divided by the sum of its weights, so that it is
 * true from the first row on, and looks only back, so that its right end never changes afterwards. A row that stands for
 * others counts as all of them with their mean, so that thinning moves it by no more than the order of those few.
 */
export class Smoothing {
  readonly #table: Table;
  readonly #column: string;
  readonly #keep: number;
  #values = new Float64Array(256);
  #rows = 0;
  #generation = -1;
  #sum = 0;
  #weight = 0;

  /** `span` is about how many rows count; 1 is no smoothing. */
  constructor(table: Table, column: string, span: number) {
    this.#table = table;
    this.#column = column;
    this.#keep = 1 - 2 / (Math.max(span, 1) + 1);
  }

  /** One average a row of the table; NaN before the first value. A view that holds until the next call. */
  values(): Float64Array {
    if (this.#generation !== this.#table.generation) this.#restart();
    const means = this.#table.column(meanOf(this.#column));
    const counts = this.#table.column(COUNT);
    if (means.length > this.#values.length) this.#grow(means.length);
    for (let row = this.#rows; row < means.length; row++) {
      if (!Number.isNaN(means[row]!)) this.#take(means[row]!, counts[row]!);
      this.#values[row] = this.#sum / this.#weight;
    }
    this.#rows = means.length;
    return this.#values.subarray(0, this.#rows);
  }

  // As often as `count` times the same value.
  #take(value: number, count: number): void {
    const keep = this.#keep ** count;
    const weight = (1 - keep) / (1 - this.#keep);
    this.#sum = keep * this.#sum + weight * value;
    this.#weight = keep * this.#weight + weight;
  }

  #restart(): void {
    this.#generation = this.#table.generation;
    this.#rows = 0;
    this.#sum = 0;
    this.#weight = 0;
  }

  #grow(rows: number): void {
    const grown = new Float64Array(Math.max(rows, 2 * this.#values.length));
    grown.set(this.#values.subarray(0, this.#rows));
    this.#values = grown;
  }
}
