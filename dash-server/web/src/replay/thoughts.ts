// What the agent thought of the placements of a kept game, in the shape that a live board brings it in.

import type { Fields } from "../wire/fields";
import type { Decision, Placement } from "../wire/frame";
import type { Block } from "../wire/games";
import { numberOf } from "../wire/settings";
import { dropsOf, dropsOfPiece, fullRows, land } from "./drops";

const LISTED = 12;

// Where the values of each move of a stretch begin, and its highest.
const starts = new WeakMap<Block, { below: Uint32Array; highest: Uint32Array }>();

/** The decision for move `index` of a stretch on the board `before` it. Rewards are those of the run's configuration. */
export function decisionOf(block: Block, index: number, before: Uint8Array, config: Fields | null): Decision {
  const { width, moves } = block;
  const { piece } = dropsOf(width)[moves[index]!]!;
  const { first, drops } = dropsOfPiece(width, piece);
  const taken = moves[index]! - first;
  const reward = rewards(config);
  const possible = drops.flatMap((drop, number) => {
    const cells = land(before, width, drop);
    return cells ? [{ number, cells, reward: reward(fullRows(before, width, cells).length) }] : [];
  });
  const values = valuesOf(block, index);
  const known = values?.length === possible.length ? values : null;
  const rows = possible.map(({ number, cells, reward: own }, row) => ({
    number, placement: { piece, cells: Uint16Array.from(cells), value: known?.[row] ?? Number.NaN, reward: own, features: new Float32Array() },
  }));
  const columns = bestByColumn(rows.map(({ placement }) => placement), width);
  // The first of equals stays before the others, as the agent chooses.
  const ranked = known ? [...rows].sort((a, b) => b.placement.value - a.placement.value) : rows.filter(({ number }) => number === taken);
  const place = ranked.findIndex(({ number }) => number === taken);
  const chosen = Math.min(place, LISTED - 1);
  const listed = ranked.slice(0, LISTED);
  if (place >= LISTED) listed[chosen] = ranked[place]!;
  return {
    cells: before, piece, count: possible.length, chosen,
    explored: block.counts[index] === 0,
    placements: listed.map(({ placement }) => placement),
    columns,
    featureNames: [], unlisted: "", actions: [],
  };
}

/** Whether a decision comes with what the agent thought. */
export function isValued({ placements, chosen }: Decision): boolean {
  return !Number.isNaN(placements[chosen]?.value ?? Number.NaN);
}

function valuesOf(block: Block, index: number): number[] | null {
  const { counts, highest, below } = block;
  const values = counts[index] ?? 0;
  if (values === 0) return null;
  const start = starts.get(block) ?? startsOf(counts);
  starts.set(block, start);
  const best = highest[start.highest[index]!]!;
  const from = start.below[index]!;
  const half = new Uint32Array(1);
  return Array.from(below.subarray(from, from + values), (bits) => {
    half[0] = bits << 16;
    return best - new Float32Array(half.buffer)[0]!;
  });
}

function startsOf(counts: Uint8Array): { below: Uint32Array; highest: Uint32Array } {
  const start = { below: new Uint32Array(counts.length), highest: new Uint32Array(counts.length) };
  for (let index = 1; index < counts.length; index++) {
    start.below[index] = start.below[index - 1]! + counts[index - 1]!;
    start.highest[index] = start.highest[index - 1]! + (counts[index - 1]! > 0 ? 1 : 0);
  }
  return start;
}

function bestByColumn(placements: readonly Placement[], width: number): Float32Array {
  const best = new Float32Array(width).fill(Number.NaN);
  for (const { cells, value } of placements) {
    for (const index of cells) if (!(best[index % width]! >= value)) best[index % width] = value;
  }
  return best;
}

function rewards(config: Fields | null): (lines: number) => number {
  const piece = numberOf(config, "environment", "reward_per_piece") ?? Number.NaN;
  const line = numberOf(config, "environment", "reward_per_line") ?? Number.NaN;
  return (lines) => piece + line * lines;
}
