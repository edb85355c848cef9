// How long to wait before the next try: 1 s, doubling to 30 s.

/** First wait, in milliseconds. */
export const FIRST_WAIT = 1_000;
/** Longest wait, in milliseconds. */
export const LONGEST_WAIT = 30_000;

/** Exponential backoff. */
export class Backoff {
  #next = FIRST_WAIT;

  /** The wait before the coming try, in milliseconds; each call doubles the one after. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(wait * 2, LONGEST_WAIT);
    return wait;
  }

  /** The connection stands: the next loss starts at the first wait again. */
  reset(): void {
    this.#next = FIRST_WAIT;
  }
}
