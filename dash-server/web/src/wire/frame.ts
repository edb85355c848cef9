// The board of the wire, and the decision behind it.

import {
  bytes, count, flag, floats, number, optionalMap, optionalText, ProtocolError, texts, words, type Fields,
} from "./fields";

/** Highest value of a cell: 1..7 are pieces, 8 is full and of no known piece. */
const HIGHEST_CELL = 8;

/** The board right after a placement. */
export interface Frame {
  width: number;
  height: number;
  /** Row by row from the top; 0 empty, 1..7 = I O T S Z J L, 8 full and of no known piece. */
  cells: Uint8Array;
  /** Indices into `cells` of the piece just placed, before lines cleared. */
  placed: Uint16Array;
  /** The piece to be placed now; 0 when the game is over. */
  piece: number;
  next: Uint8Array;
  /** The piece on hold, 0 for none. */
  hold: number;
  lines: number;
  pieces: number;
  score: number;
  episode: number;
  step: number;
  value: number;
  decision: Decision | null;
  /** What an environment without a board shows instead. */
  text: string;
}

/** What the agent saw, what it could do and what it thought of it. */
export interface Decision {
  /** The board before the move, of the size of the frame's. */
  cells: Uint8Array;
  /** The piece that came. */
  piece: number;
  /** What each row is called, where it is a key; empty where rows are placements. */
  actions: string[];
  /** How many placements there were, listed or not. */
  count: number;
  /** The row of `placements` that was taken. */
  chosen: number;
  /** Whether chance took it. */
  explored: boolean;
  /** The best first. */
  placements: Placement[];
  /** The highest value of the placements that touch a column, NaN for none. */
  columns: Float32Array;
  featureNames: string[];
  /** What else the network sees of what a placement leads to, in words; empty if that is all. */
  unlisted: string;
}

/** A place for a piece. */
export interface Placement {
  /** The one that came, or the one on hold. */
  piece: number;
  /** Indices into the cells of the board. */
  cells: Uint16Array;
  /** Reward included; NaN when the agent did not look. */
  value: number;
  /** NaN when it is not known. */
  reward: number;
  /** In the order of `featureNames`; empty where they were not sent. */
  features: Float32Array;
}

/** Reads a frame. Throws a ProtocolError that names what is wrong. */
export function readFrame(fields: Fields): Frame {
  const width = count(fields, "width");
  const height = count(fields, "height");
  const cells = boardCells(fields, width * height);
  const placed = words(fields, "placed");
  if (placed.some((index) => index >= cells.length)) throw new ProtocolError("placed points outside the board");
  const piece = count(fields, "piece");
  const next = bytes(fields, "next");
  const hold = count(fields, "hold");
  if (piece > 7 || hold > 7 || next.some((upcoming) => upcoming < 1 || upcoming > 7)) {
    throw new ProtocolError("piece, hold or next holds an unknown piece");
  }
  const decision = optionalMap(fields, "decision");
  return {
    width, height, cells, placed, piece, next, hold,
    lines: count(fields, "lines"),
    pieces: count(fields, "pieces"),
    score: count(fields, "score"),
    episode: count(fields, "episode"),
    step: count(fields, "step"),
    value: number(fields, "value"),
    decision: decision && readDecision(decision, width, cells.length),
    text: optionalText(fields, "text") ?? "",
  };
}

function readDecision(fields: Fields, width: number, area: number): Decision {
  const values = floats(fields, "values");
  const rewards = floats(fields, "rewards");
  const pieces = bytes(fields, "pieces");
  const rows = values.length;
  const filled = words(fields, "placements");
  const size = filled.length / rows;
  if (rows === 0 || rewards.length !== rows || pieces.length !== rows || !Number.isInteger(size)) {
    throw new ProtocolError("values, rewards, pieces and placements are not of the same rows");
  }
  if (filled.some((index) => index >= area)) throw new ProtocolError("placements points outside the board");
  const actions = texts(fields, "actions");
  if (actions.length > 0 && actions.length !== rows) throw new ProtocolError("actions names other rows");
  const featureNames = texts(fields, "feature_names");
  const features = floats(fields, "features");
  if (features.length > 0 && features.length % featureNames.length !== 0) {
    throw new ProtocolError("features holds no whole rows");
  }
  const columns = floats(fields, "columns");
  if (columns.length !== width) throw new ProtocolError(`columns has ${columns.length} values, the board ${width} columns`);
  const chosen = count(fields, "chosen");
  const piece = count(fields, "piece");
  if (chosen >= rows || piece > 7 || pieces.some((own) => own > 7)) {
    throw new ProtocolError("chosen, piece or pieces is out of range");
  }
  const named = featureNames.length;
  return {
    cells: boardCells(fields, area),
    piece,
    actions,
    count: count(fields, "count"),
    chosen,
    explored: flag(fields, "explored"),
    placements: [...values].map((value, row) => ({
      value,
      piece: pieces[row]!,
      cells: filled.subarray(row * size, (row + 1) * size),
      reward: rewards[row]!,
      features: features.subarray(row * named, (row + 1) * named),
    })),
    columns,
    featureNames,
    unlisted: optionalText(fields, "unlisted") ?? "",
  };
}

/** The cells of a board of `area` cells. */
export function boardCells(fields: Fields, area: number): Uint8Array {
  const cells = bytes(fields, "cells");
  if (cells.length !== area) throw new ProtocolError(`cells has ${cells.length} bytes, the board needs ${area}`);
  if (cells.some((cell) => cell > HIGHEST_CELL)) throw new ProtocolError(`cells holds a value over ${HIGHEST_CELL}`);
  return cells;
}
