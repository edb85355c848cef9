// The metric streams of the run that is shown.

import type { Blocks } from "../wire/messages";
import { TABLES, type Block, type TableName } from "../wire/tables";
import { Table } from "./table";

const NAMES = Object.keys(TABLES) as TableName[];

/** The metric history of one run. */
export class History {
  readonly tables: Readonly<Record<TableName, Table>> = {
    episodes: new Table(TABLES.episodes),
    updates: new Table(TABLES.updates),
    summaries: new Table(TABLES.summaries),
    evaluations: new Table(TABLES.evaluations),
    positions: new Table(TABLES.positions),
  };

  /** Forgets everything, because another run begins. */
  clear(): void {
    for (const name of NAMES) this.tables[name].clear();
  }

  /** Takes the history of a snapshot in place of what was there. */
  replace(blocks: Record<TableName, Block>): void {
    for (const name of NAMES) this.tables[name].replace(blocks[name]);
  }

  /** Takes new rows; false if rows are missing before them, so that a snapshot is needed. */
  append(blocks: Blocks): boolean {
    let complete = true;
    for (const name of NAMES) {
      const block = blocks[name];
      if (block && this.tables[name].append(block) === "gap") complete = false;
    }
    return complete;
  }

  /** First and last value of `axis` over all streams; null while there is nothing. */
  extent(axis: "step" | "episode" | "seconds"): [number, number] | null {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const name of NAMES) {
      const table = this.tables[name];
      if (table.length === 0) continue;
      low = Math.min(low, table.column(axis)[0]!);
      high = Math.max(high, table.last(axis));
    }
    return low <= high ? [low, high] : null;
  }
}
