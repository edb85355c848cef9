// The part of the history that all charts show, on the same horizontal axis.

import type { History } from "../history/history";
import { duration, short } from "../shell/format";

/** What the horizontal axis counts. */
export type Axis = "step" | "episode" | "seconds";

/** The shared horizontal axis: everything so far, or the stretch someone zoomed to. */
export class XView {
  readonly #history: History;
  #others: readonly History[] = [];
  #axis: Axis = "step";
  #zoom: [number, number] | null = null;
  #held: [number, number] | null = null;

  constructor(history: History) {
    this.#history = history;
  }

  /** Makes room for other histories too. */
  include(others: readonly History[]): void {
    this.#others = others;
  }

  get axis(): Axis {
    return this.#axis;
  }

  /** Whether only a part is shown. */
  get zoomed(): boolean {
    return this.#zoom !== null;
  }

  /** Shows everything over another axis. */
  setAxis(axis: Axis): void {
    const held = this.held;
    this.#axis = axis;
    this.#zoom = null;
    this.hold(false);
    this.hold(held);
  }

  /** Whether what comes is left out. */
  get held(): boolean {
    return this.#held !== null;
  }

  /** Leaves out what comes from now on, or no longer does. */
  hold(held: boolean): void {
    this.#held = held ? this.#extent() : null;
  }

  /** Shows one stretch. */
  zoom(from: number, to: number): void {
    if (to > from) this.#zoom = [from, to];
  }

  /** Shows everything again. */
  reset(): void {
    this.#zoom = null;
  }

  /** Lowest and highest value shown; never empty. */
  range(): [number, number] {
    return this.#zoom ?? this.#held ?? this.#extent();
  }

  #extent(): [number, number] {
    const extents = [this.#history, ...this.#others].map((history) => history.extent(this.#axis)).filter((extent) => extent !== null);
    const low = Math.min(...extents.map(([first]) => first));
    const high = Math.max(...extents.map(([, last]) => last));
    if (extents.length === 0) return [0, 1];
    return high > low ? [low, high] : [low, low + 1];
  }

  /** A value of the axis in words. */
  format(value: number): string {
    return this.#axis === "seconds" ? duration(value) : short(value);
  }
}
