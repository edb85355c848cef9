// Finds a connection that is dead although nothing says so: a lid was closed, or the network is another one.

/** After this many milliseconds of silence, while something should be heard, the server is asked for a sign of life. */
export const SILENCE = 10_000;
/**
 * After this many milliseconds without a whole message the connection is given up while the history is on its way, which an
 * answer would have to wait for. It is 3 MB at most but for long notes, and the server itself gives up whoever takes less
 * than 16 KiB a second.
 */
export const LONGEST_LOAD = 240_000;
const LOOK_EVERY = 1_000;

/** What the pulse asks and is told. */
export interface PulseEvents {
  /** Sends the question; settles when it is answered or given up. */
  ask(): Promise<unknown>;
  /** Whether silence is strange now. */
  expected(): boolean;
  /** Whether the whole history is on its way. */
  loading(): boolean;
  /** Whoever is at the other end is gone. */
  lost(): void;
}

/** Asks for a sign of life where none has come. What comes of no answer is up to whoever asks the server. */
export class Pulse {
  readonly #events: PulseEvents;
  #heard = Date.now();
  #asking = false;

  constructor(events: PulseEvents) {
    this.#events = events;
    setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Something came from the server, or it has just let us in. */
  heard(): void {
    this.#heard = Date.now();
  }

  /** Asks for a sign of life now, unless one is being waited for or would come behind the whole history. */
  feel(): void {
    if (this.#asking || this.#events.loading()) return;
    this.#asking = true;
    const settled = () => (this.#asking = false);
    this.#events.ask().then(settled, settled);
  }

  #look(): void {
    const silence = Date.now() - this.#heard;
    if (this.#events.loading()) {
      if (silence >= LONGEST_LOAD) this.#events.lost();
    } else if (this.#events.expected() && silence >= SILENCE) this.feel();
  }
}
