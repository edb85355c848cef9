// Gathers what one chart draws: each of its lines thinned to the pixels there are, on one x axis.

import type { History } from "../history/history";
import { Smoothing } from "../history/smoothing";
import type { TableName } from "../wire/tables";
import type { Line, PanelSpec } from "./panels";
import { merge, thin, type Source, type Thinned } from "./thin";
import type { Axis } from "./x_view";

/** Thins the history for one chart, and keeps its smoothed columns. */
export class PanelData {
  readonly #spec: PanelSpec;
  readonly #history: History;
  #smoothed = new Map<Line, Smoothing>();

  constructor(spec: PanelSpec, history: History, span: number) {
    this.#spec = spec;
    this.#history = history;
    this.setSpan(span);
  }

  /** About how many rows a smoothed value looks back on. */
  setSpan(span: number): void {
    const smooth = this.#spec.lines.filter((line) => line.smooth);
    this.#smoothed = new Map(
      smooth.map((line) => [line, new Smoothing(this.#history.tables[line.table], line.column, span)]),
    );
  }

  /** Low edge, high edge and value of each line in turn, at no more than about one point a bucket and table. */
  gather(axis: Axis, range: readonly [number, number], buckets: number): Thinned {
    const byTable = new Map<TableName, Source[]>();
    for (const line of this.#spec.lines) {
      const sources = byTable.get(line.table) ?? [];
      sources.push(...this.#sources(line));
      byTable.set(line.table, sources);
    }
    // The lines of a table stand together in every panel, so the series keep the order of the lines.
    return merge(
      [...byTable].map(([name, sources]) => thin(this.#history.tables[name].column(axis), sources, range, buckets)),
    );
  }

  #sources(line: Line): Source[] {
    const table = this.#history.tables[line.table];
    const raw = table.column(line.column);
    const [low, high] = line.band ? [table.column(line.band[0]), table.column(line.band[1])] : [raw, raw];
    return [
      { values: low, pick: "low" },
      { values: high, pick: "high" },
      { values: this.#smoothed.get(line)?.values() ?? raw, pick: "last" },
    ];
  }
}
