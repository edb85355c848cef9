// What the board shows: the position after a placement, the one before it with the agent's thoughts, or a piece on its way.

import type { Decision, Frame } from "../wire/frame";
import type { PlayFrame } from "../wire/play";
import type { Moment } from "./motion";
import type { Cell } from "./path";

/** Placements that are shown as ghosts. */
const GHOSTS = 5;

/** A placement that was thought of. */
export interface Ghost {
  cells: readonly number[];
  piece: number;
  /** 1 is the best. */
  rank: number;
  chosen: boolean;
  /** How strongly it is drawn, 0..1. */
  strength: number;
}

/** Everything the board draws. Indices count row by row from the top of the playable part. */
export interface Scene {
  width: number;
  /** Rows of the playable part, under the ceiling. */
  height: number;
  cells: Uint8Array;
  /** Cells with a line around them. */
  outlined: readonly number[];
  ghosts: readonly Ghost[];
  /** How good each column is, 0..1, NaN where nothing is known; empty without the overlay. */
  heat: readonly number[];
  /** A piece on its way. */
  falling: { piece: number; cells: readonly Cell[] } | null;
  /** Rows that are about to vanish. */
  cleared: readonly number[];
}

/** The position after a placement. */
export function positionScene(frame: Frame): Scene {
  const { width, height, cells, placed } = frame;
  const piece = cells[placed[0] ?? -1];
  // The indices are from before lines cleared; if that moved the cells, there is no piece left to outline.
  const there = Boolean(piece) && placed.every((index) => cells[index] === piece);
  return { width, height, cells, outlined: there ? [...placed] : [], ghosts: [], heat: [], falling: null, cleared: [] };
}

/** A person's game. */
export function playScene({ width, height, cells, piece, active, ghost }: PlayFrame): Scene {
  const place: Ghost = { cells: [...ghost], piece, rank: 0, chosen: true, strength: 0.3 };
  const falling = [...active].map((index): Cell => [index % width, Math.floor(index / width)]);
  return {
    width, height, cells, outlined: [], ghosts: piece === 0 ? [] : [place], heat: [],
    falling: piece === 0 ? null : { piece, cells: falling }, cleared: [],
  };
}

/** The position before a placement, with what the agent thought; `only` one of its placements, if it is not null. */
export function decisionScene(frame: Frame, decision: Decision, only: number | null): Scene {
  const { width, height } = frame;
  const rows = only === null ? [...decision.placements.keys()].filter((row) => row < GHOSTS || row === decision.chosen) : [only];
  const strengths = strengthsOf(decision.placements.map(({ value }) => value));
  const ghosts = rows.reverse().map((row): Ghost => ({
    cells: [...decision.placements[row]!.cells],
    piece: decision.placements[row]!.piece,
    rank: row + 1,
    chosen: row === decision.chosen,
    strength: only === null ? strengths[row]! : 1,
  }));
  return {
    width, height, cells: decision.cells, outlined: [], ghosts, heat: spread([...decision.columns]), falling: null, cleared: [],
  };
}

/** A moment of a piece on its way, over the scene it falls into; without the overlay only its place is marked. */
export function fallingScene(frame: Frame, decision: Decision, moment: Moment, overlay: boolean): Scene {
  const scene = decisionScene(frame, decision, null);
  const { piece } = decision.placements[decision.chosen]!;
  const place: Ghost = { cells: [...frame.placed], piece, rank: 0, chosen: true, strength: 0.3 };
  return {
    ...scene,
    ghosts: overlay ? scene.ghosts : [place],
    heat: overlay ? scene.heat : [],
    falling: { piece, cells: moment.piece },
    cleared: moment.cleared,
  };
}

// The best placement is strong and the others fade with their distance to it.
function strengthsOf(values: readonly number[]): number[] {
  const scaled = spread(values);
  return scaled.map((value) => (Number.isNaN(value) ? 1 : 0.2 + 0.8 * value));
}

// Scales to 0..1 from the lowest to the highest; all alike are all 1.
function spread(values: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return values.map((value) => (high > low ? (value - low) / (high - low) : value - value + 1));
}
