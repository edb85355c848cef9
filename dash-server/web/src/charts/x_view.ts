// The part of the history that all charts show, on the same horizontal axis.

import type { History } from "../history/history";
import { duration, tick } from "../shell/format";

/** What the horizontal axis counts. */
export type Axis = "step" | "episode" | "seconds";

/** The shared horizontal axis: everything so far, or the stretch someone zoomed to. */
export class XView {
  readonly #history: History;
  #others: readonly History[] = [];
  #axis: Axis = "step";
  #zoom: [number, number] | null = null;
  /** What there was on each axis when it was held: whoever looks along another one wants to see no more of it. */
  #held: Readonly<Record<Axis, [number, number]>> | null = null;

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

  /** Shows everything over another axis, or what there was of it when it was held. */
  setAxis(axis: Axis): void {
    this.#axis = axis;
    this.#zoom = null;
  }

  /** Whether what comes is left out. */
  get held(): boolean {
    return this.#held !== null;
  }

  /** Leaves out what comes from now on, or no longer does. */
  hold(held: boolean): void {
    const [step, episode, seconds] = (["step", "episode", "seconds"] as const).map((axis) => this.#extent(axis));
    this.#held = held ? { step: step!, episode: episode!, seconds: seconds! } : null;
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
    return this.#zoom ?? this.#held?.[this.#axis] ?? this.#extent(this.#axis);
  }

  #extent(axis: Axis): [number, number] {
    const histories = [this.#history, ...this.#others];
    const extents = histories.map((history) => history.extent(axis)).filter((extent) => extent !== null);
    const low = Math.min(...extents.map(([first]) => first));
    const high = Math.max(...extents.map(([, last]) => last));
    if (extents.length === 0) return [0, 1];
    return high > low ? [low, high] : [low, low + 1];
  }

  /** A value of the axis in words, told apart from one that is `apart` from it. */
  format(value: number, apart: number): string {
    return this.#axis === "seconds" ? duration(value, apart) : tick(value, apart);
  }
}
