// Games that can be shown again: the list of them, and their stretches.

import { dropsOf } from "../replay/drops";
import { boardCells } from "./frame";
import { bytes, count, flag, floats, maps, optionalNumber, ProtocolError, words, type Fields } from "./fields";

/** A game that the server keeps. */
export interface GameInfo {
  /** By which it is asked for. */
  game: number;
  /** Number of its episode; null while it runs. */
  episode: number | null;
  environment: number;
  /** The first placement that is still kept. */
  first: number;
  /** Placements so far. */
  pieces: number;
  lines: number;
  score: number;
  /** Whether it is one of the best ten. */
  best: boolean;
}

/** A stretch of a game: the board before it and its moves. */
export interface Block {
  /** Placements before it. */
  from: number;
  width: number;
  height: number;
  /** The board before it, row by row from the top. */
  cells: Uint8Array;
  /** Lines and score before it. */
  lines: number;
  score: number;
  /** Places in the list of all straight drops. */
  moves: Uint8Array | Uint16Array;
  /** Number of values of each move, 0 if it explored; empty where values are not kept. */
  counts: Uint8Array;
  /** The highest value of each move that has some. */
  highest: Float32Array;
  /** How far each value is below the highest, as the upper half of a float. */
  below: Uint16Array;
}

/** Placements of the longest stretch. Whoever looks at a place plays the stretch from its beginning. */
const LONGEST_STRETCH = 1024;

/** Reads the list of games. */
export function readGames(fields: Fields): GameInfo[] {
  return maps(fields, "games").map((game) => ({
    game: count(game, "game"),
    episode: optionalNumber(game, "episode"),
    environment: count(game, "environment"),
    first: count(game, "first"),
    pieces: count(game, "pieces"),
    lines: count(game, "lines"),
    score: count(game, "score"),
    best: flag(game, "best"),
  }));
}

/** Reads a stretch, of which every move is one that the board could take if it were empty. */
export function readMoves(fields: Fields): Block {
  const [width, height] = [count(fields, "width"), count(fields, "height")];
  if (width < 4 || width > 32 || height < 4 || height > 64) throw new ProtocolError(`there is no board of ${width} by ${height}`);
  const known = dropsOf(width).length;
  const moves = known > 256 ? words(fields, "moves") : bytes(fields, "moves").slice();
  if (moves.length > LONGEST_STRETCH) {
    throw new ProtocolError(`moves has ${moves.length} placements, a stretch at most ${LONGEST_STRETCH}`);
  }
  if (moves.some((move) => move >= known)) throw new ProtocolError(`moves holds one over ${known - 1}`);
  const counts = bytes(fields, "counts").slice();
  const [highest, below] = [floats(fields, "highest"), words(fields, "below")];
  const valued = counts.reduce((sum, values) => sum + (values > 0 ? 1 : 0), 0);
  const values = counts.reduce((sum, more) => sum + more, 0);
  if ((counts.length > 0 && counts.length !== moves.length) || highest.length !== valued || below.length !== values) {
    throw new ProtocolError("counts, highest and below are not of the same moves");
  }
  return {
    from: count(fields, "from"),
    width, height,
    cells: boardCells(fields, width * height).slice(),
    lines: count(fields, "lines"),
    score: count(fields, "score"),
    moves, counts, highest, below,
  };
}

/** A stretch as it travels. */
export function writeMoves(block: Block): Fields {
  const raw = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Float32Array) =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  const { moves, counts, highest, below, ...rest } = block;
  return { ...rest, moves: raw(moves), counts: raw(counts), highest: raw(highest), below: raw(below) };
}
