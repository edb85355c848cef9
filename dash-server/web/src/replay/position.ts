// One position of a kept game, which moves on by one placement at a time.

import type { Block } from "../wire/games";
import { ProtocolError } from "../wire/fields";
import { dropsOf, fullRows, land } from "./drops";

/** Points for 0 to 4 lines at once. */
const LINE_SCORE = [0, 100, 300, 500, 800] as const;

/** The board somewhere in a stretch of a game. */
export class Position {
  readonly block: Block;
  cells: Uint8Array;
  /** Placements of the stretch that have been made. */
  made = 0;
  lines: number;
  score: number;
  /** The board before the last placement, and what it filled there. */
  before: Uint8Array | null = null;
  placed: readonly number[] = [];

  /** The position before the stretch. */
  constructor(block: Block) {
    this.block = block;
    this.cells = block.cells;
    this.lines = block.lines;
    this.score = block.score;
  }

  /** Makes placements until `made` of them have been made. Throws a ProtocolError if one is impossible. */
  advance(made: number): void {
    while (this.made < made) this.#place();
  }

  #place(): void {
    const { width, moves, from } = this.block;
    const drop = dropsOf(width)[moves[this.made]!]!;
    const placed = land(this.cells, width, drop);
    if (!placed) throw new ProtocolError(`piece ${from + this.made + 1} of this game has no room: the game is damaged`);
    const full = fullRows(this.cells, width, placed);
    const cells = this.cells.slice();
    for (const index of placed) cells[index] = drop.piece;
    // From the top down, each full row gives way to those above it.
    for (const row of full) {
      cells.copyWithin(width, 0, row * width);
      cells.fill(0, 0, width);
    }
    this.before = this.cells;
    this.placed = placed;
    this.cells = cells;
    this.made += 1;
    this.lines += full.length;
    this.score += LINE_SCORE[full.length]!;
  }
}
