// What several tests need.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isWide, TABLES, type Block, type TableName } from "../src/wire/tables";

/** Random numbers in 0..1 that are the same on every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows of a stream from one function a cell. */
export function block(name: TableName, start: number, rows: number, cell: (column: string, row: number) => number): Block {
  const columns = new Map(
    TABLES[name].map((column) => {
      const values = Array.from({ length: rows }, (_, row) => cell(column, start + row));
      return [column, isWide(column) ? Float64Array.from(values) : Float32Array.from(values)] as const;
    }),
  );
  return { start, rows, columns };
}

/** One golden message: its bytes and what they mean. */
export interface Golden {
  name: string;
  from: "server" | "client";
  hex: string;
  value: Record<string, unknown>;
}

/** The messages that the server's tests check too. */
export function goldenMessages(): Golden[] {
  return golden("messages.json");
}

/** What one of the files holds that the server's tests check too. */
export function golden<T>(file: string): T {
  const folder = process.env["GOLDEN"];
  if (!folder) throw new Error("run the tests by test/run.mjs, which says where the golden messages are");
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as T;
}
