// Finds a connection that is dead although nothing says so: a lid was closed, or the network is another one.

/** After this many milliseconds of silence, while something should be heard, the server is asked for a sign of life. */
export const SILENCE = 10_000;
const LOOK_EVERY = 1_000;

/** Asks for a sign of life where none has come. What comes of no answer is up to whoever asks the server. */
export class Pulse {
  readonly #ask: () => Promise<unknown>;
  #heard = Date.now();
  #asking = false;

  /** `ask` sends the question and settles when it is answered or given up; `expected` says whether silence is strange now. */
  constructor(ask: () => Promise<unknown>, expected: () => boolean) {
    this.#ask = ask;
    setInterval(() => {
      if (expected() && Date.now() - this.#heard >= SILENCE) this.feel();
    }, LOOK_EVERY);
  }

  /** Something came from the server. */
  heard(): void {
    this.#heard = Date.now();
  }

  /** Asks for a sign of life now, unless one is being waited for. */
  feel(): void {
    if (this.#asking) return;
    this.#asking = true;
    const settled = () => (this.#asking = false);
    this.#ask().then(settled, settled);
  }
}
