// The metric streams. They travel as columns of little-endian floats, which every browser's typed arrays are too.

import { bytes, count, map, ProtocolError, type Fields } from "./fields";

/** Columns of each stream, in the protocol's order. */
export const TABLES = {
  episodes: ["step", "seconds", "episode", "length", "reward", "lines", "score"],
  updates: [
    "step", "seconds", "episode", "update", "loss", "td_error", "mean_q", "gradient_norm", "epsilon", "learning_rate",
    "steps_per_second", "updates_per_second", "buffer_fill",
  ],
  summaries: ["step", "seconds", "episode", "mean_reward", "mean_lines", "mean_length"],
  evaluations: ["step", "seconds", "episode", "games", "mean_lines", "ci95_low", "ci95_high", "best"],
  positions: ["step", "seconds", "episode", "value"],
} as const;

/** Name of a stream. */
export type TableName = keyof typeof TABLES;

/** A column's values: f64 where counters outgrow f32, f32 otherwise. */
export type Column = Float64Array | Float32Array;

/** What the charts' horizontal axes can count. */
const POSITIONS = new Set(["step", "seconds", "episode"]);

const WIDE = new Set(["step", "episode", "update", "seconds"]);

/** Whether a column travels as f64. */
export function isWide(column: string): boolean {
  return WIDE.has(column);
}

/** Consecutive rows of one stream. */
export interface Block {
  /** How many rows of the stream came before the first one here. */
  start: number;
  rows: number;
  /** Those of the stream, and where rows were left out those of `sharesOf` them. */
  columns: ReadonlyMap<string, Column>;
}

/** The column of how many rows of the stream each row stands for: itself and those left out since the row before it. */
export const COUNT = "count";

/** The column of the means of a measured column over those rows. */
export function meanOf(column: string): string {
  return `${column}_mean`;
}

/** What a thinned table also says of its rows. */
export function sharesOf(columns: readonly string[]): string[] {
  return [COUNT, ...columns.filter((column) => !isWide(column)).map(meanOf)];
}

/** Reads the table `name` out of `fields`. Throws a ProtocolError if a column is missing or of the wrong length. */
export function readBlock(fields: Fields, name: TableName): Block {
  const table = map(fields[name], name);
  const start = count(table, "start");
  const rows = count(table, "rows");
  const columns = new Map<string, Column>();
  const names = table[COUNT] === undefined ? TABLES[name] : [...TABLES[name], ...sharesOf(TABLES[name])];
  for (const column of names) {
    const raw = bytes(table, column);
    const width = isWide(column) ? 8 : 4;
    if (raw.byteLength !== rows * width) {
      throw new ProtocolError(`${name}.${column} has ${raw.byteLength} bytes, ${rows} rows need ${rows * width}`);
    }
    // The copy aligns the bytes: inside the message they start anywhere.
    const aligned = raw.slice().buffer;
    const values = width === 8 ? new Float64Array(aligned) : new Float32Array(aligned);
    // Where a row stands is always known; a chart could be of no width otherwise.
    if (POSITIONS.has(column) && !values.every(Number.isFinite)) throw new ProtocolError(`${name}.${column} is not finite`);
    columns.set(column, values);
  }
  return { start, rows, columns };
}

/** Reads the table if the message carries it. */
export function optionalBlock(fields: Fields, name: TableName): Block | null {
  return fields[name] === undefined || fields[name] === null ? null : readBlock(fields, name);
}
