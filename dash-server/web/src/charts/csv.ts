// A chart's rows as comma-separated values.

import type { History } from "../history/history";
import type { TableName } from "../wire/tables";
import type { Line } from "./panels";
import type { Axis } from "./x_view";

const KEYS = ["step", "seconds", "episode"] as const;

/**
 * The rows behind lines of a chart as they were received, neither smoothed nor thinned to pixels: those whose `axis` lies in
 * `range`, oldest first. One column for each line and each edge of a band; empty where a row is of another line. Columns of
 * the same name are told apart by their tables.
 */
export function csvOf(lines: readonly Line[], history: History, axis: Axis, range: readonly [number, number]): string {
  const columns = lines.flatMap(({ table, column, band }) =>
    [column, ...(band ?? [])].map((name) => ({ table, name })),
  );
  const rows: { step: number; cells: string[] }[] = [];
  for (const name of new Set(columns.map(({ table }) => table))) {
    rows.push(...rowsOf(name, columns, history, axis, range));
  }
  rows.sort((a, b) => a.step - b.step);
  const repeats = (name: string) => columns.filter((column) => column.name === name).length > 1;
  const header = [...KEYS, ...columns.map(({ table, name }) => (repeats(name) ? `${table}_${name}` : name))];
  return [header, ...rows.map(({ cells }) => cells)].map((cells) => cells.join(",")).join("\n") + "\n";
}

function rowsOf(
  name: TableName, columns: readonly { table: TableName; name: string }[], history: History, axis: Axis,
  [low, high]: readonly [number, number],
): { step: number; cells: string[] }[] {
  const table = history.tables[name];
  const along = table.column(axis);
  const keys = KEYS.map((key) => table.column(key));
  const values = columns.map((column) => (column.table === name ? table.column(column.name) : null));
  const rows = [];
  for (let row = 0; row < table.length; row++) {
    if (along[row]! < low || along[row]! > high) continue;
    const cells = [...keys, ...values].map((column) => written(column?.[row] ?? Number.NaN));
    rows.push({ step: keys[0]![row]!, cells });
  }
  return rows;
}

const written = (value: number) => (Number.isNaN(value) ? "" : String(value));
