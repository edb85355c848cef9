// Brings a history of any length down to the pixels it is shown on, without hiding an extreme.

import type { Column } from "../wire/tables";

/** A series as uPlot takes it; null is "no value here". */
export type Values = (number | null)[];

/** One source of a chart: shared x values, and as many y series as were asked for. */
export interface Thinned {
  x: number[];
  series: Values[];
}

/** How the rows that share a pixel become one value. */
export type Pick = "low" | "high" | "last";

/** A column and how to thin it. */
export interface Source {
  values: Column;
  pick: Pick;
}

/**
 * Cuts `range` of the sorted column `x` into `buckets` stretches of equal width and gives one point for each that holds
 * rows, at the x of its last row, so that the newest point is never off. One row on either side of the range comes
 * along, so that lines run to the edges.
 */
export function thin(x: Column, sources: readonly Source[], range: readonly [number, number], buckets: number): Thinned {
  const first = Math.max(lowerBound(x, range[0]) - 1, 0);
  const end = Math.min(lowerBound(x, range[1], true) + 1, x.length);
  const width = (range[1] - range[0]) / Math.max(buckets, 1);
  const thinned: Thinned = { x: [], series: sources.map(() => []) };
  for (let from = first; from < end; ) {
    const edge = range[0] + (Math.floor((x[from]! - range[0]) / width) + 1) * width;
    let to = from + 1;
    while (to < end && x[to]! < edge) to += 1;
    thinned.x.push(x[to - 1]!);
    sources.forEach(({ values, pick }, index) => thinned.series[index]!.push(pickValue(values, pick, from, to)));
    from = to;
  }
  return thinned;
}

function pickValue(values: Column, pick: Pick, from: number, to: number): number | null {
  let picked = Number.NaN;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const better = pick === "last" || Number.isNaN(picked) || (pick === "low" ? value < picked : value > picked);
    if (better) picked = value;
  }
  return Number.isNaN(picked) ? null : picked;
}

/** First index whose value is at least `bound` (above it, if `above`). */
export function lowerBound(sorted: Column, bound: number, above = false): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle]!;
    if (value < bound || (above && value === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Puts sources with their own x values on one x axis; a series has null where only another source has a point. Points whose x is
 * no number have no place there.
 */
export function merge(sources: readonly Thinned[]): Thinned {
  if (sources.length === 1) return sources[0]!;
  const x: number[] = [];
  const series: Values[] = sources.flatMap((source) => source.series.map(() => []));
  const next = sources.map(() => 0);
  for (;;) {
    let at = Number.POSITIVE_INFINITY;
    sources.forEach((source, index) => {
      while (Number.isNaN(source.x[next[index]!])) next[index]! += 1;
      at = Math.min(at, source.x[next[index]!] ?? at);
    });
    if (at === Number.POSITIVE_INFINITY) return { x, series };
    x.push(at);
    let column = 0;
    sources.forEach((source, index) => {
      const row = next[index]!;
      const here = source.x[row] === at;
      for (const values of source.series) series[column++]!.push(here ? (values[row] ?? null) : null);
      if (here) next[index] = row + 1;
    });
  }
}
