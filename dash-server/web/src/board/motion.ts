// The fall of one piece over time.

import type { Frame } from "../wire/frame";
import { moved, posesAbove, topOf, type Cell } from "./path";

// Parts of the time that go to key presses, to the fall, and to the rows that vanish.
const PRESSES = 0.5;
const FALL = 0.35;

/** What is to be seen at one moment. */
export interface Moment {
  /** Cells of the piece; rows may be fractions, and negative above the board. */
  piece: Cell[];
  /** Rows that are full and about to vanish. */
  cleared: number[];
}

/** The way of the piece of a frame into its place. */
export class Motion {
  readonly frame: Frame;
  readonly #began: number;
  readonly #milliseconds: number;
  readonly #poses: Cell[][];
  readonly #drop: number;
  readonly #cleared: number[];

  /** Begins at the time `now`; null if the frame does not tell where its piece went. */
  static of(frame: Frame, now: number, milliseconds: number): Motion | null {
    return frame.decision && frame.placed.length > 0 ? new Motion(frame, now, milliseconds) : null;
  }

  private constructor(frame: Frame, now: number, milliseconds: number) {
    const { width, placed, decision } = frame;
    const before = decision!.cells;
    const { piece } = decision!.placements[decision!.chosen]!;
    const cells = [...placed].map((index): Cell => [index % width, Math.floor(index / width)]);
    this.frame = frame;
    this.#began = now;
    this.#milliseconds = milliseconds;
    this.#poses = posesAbove(piece, cells, topOf(before, width), width);
    const lowest = (pose: readonly Cell[]) => Math.max(...pose.map(([, row]) => row));
    this.#drop = lowest(cells) - lowest(this.#poses[this.#poses.length - 1]!);
    const own = new Set(placed);
    this.#cleared = Array.from({ length: frame.height }, (_, row) => row).filter((row) =>
      Array.from({ length: width }, (_, column) => row * width + column).every((index) => before[index] !== 0 || own.has(index)),
    );
  }

  /** What is to be seen at the time `now`; null when it is over. */
  at(now: number): Moment | null {
    const progress = (now - this.#began) / this.#milliseconds;
    if (progress >= 1) return null;
    const last = this.#poses.length - 1;
    const pressed = Math.min(Math.floor((Math.max(progress, 0) / PRESSES) * (last + 1)), last);
    const fallen = Math.min(Math.max((progress - PRESSES) / FALL, 0), 1);
    // Falling bodies speed up.
    const piece = moved(this.#poses[pressed]!, 0, this.#drop * fallen * fallen);
    if (fallen < 1) return { piece, cleared: [] };
    return this.#cleared.length > 0 ? { piece, cleared: this.#cleared } : null;
  }
}
