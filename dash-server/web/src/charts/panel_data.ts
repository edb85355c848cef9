// Gathers what one chart draws: each of its lines thinned to the pixels there are, on one x axis.

import { Smoothing } from "../history/smoothing";
import type { Table } from "../history/table";
import type { DrawnLine } from "./panels";
import { merge, thin, type Source, type Thinned } from "./thin";
import type { Axis } from "./x_view";

/** Thins the histories for one chart, and keeps their smoothed columns. */
export class PanelData {
  readonly #lines: readonly DrawnLine[];
  #smoothed = new Map<DrawnLine, Smoothing>();

  constructor(lines: readonly DrawnLine[], span: number) {
    this.#lines = lines;
    this.setSpan(span);
  }

  /** About how many rows a smoothed value looks back on; 1 leaves the values as they are. */
  setSpan(span: number): void {
    const smooth = this.#lines.filter((line) => line.smooth && span > 1);
    this.#smoothed = new Map(
      smooth.map((line) => [line, new Smoothing(line.history.tables[line.table], line.column, span)]),
    );
  }

  /** Low edge, high edge and value of each line in turn, at no more than about one point a bucket and table. */
  gather(axis: Axis, range: readonly [number, number], buckets: number): Thinned {
    const groups: { table: Table; sources: Source[] }[] = [];
    for (const line of this.#lines) {
      const table = line.history.tables[line.table];
      // The lines of a table stand together in every panel, so the series keep the order of the lines.
      const group = groups.find((other) => other.table === table) ?? { table, sources: [] };
      if (group.sources.length === 0) groups.push(group);
      group.sources.push(...this.#sources(line, table));
    }
    return merge(groups.map(({ table, sources }) => thin(table.column(axis), sources, range, buckets)));
  }

  #sources(line: DrawnLine, table: Table): Source[] {
    const raw = table.column(line.column);
    const [low, high] = line.band ? [table.column(line.band[0]), table.column(line.band[1])] : [raw, raw];
    return [
      { values: low, pick: "low" },
      { values: high, pick: "high" },
      { values: this.#smoothed.get(line)?.values() ?? raw, pick: "last" },
    ];
  }
}
