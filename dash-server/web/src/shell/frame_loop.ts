// Spreads drawing over animation frames: what is small goes at once, charts go one a frame, in turn.

interface Turn {
  draw: () => void;
  dirty: boolean;
  drawnAt: number;
}

/** Draws what was marked, on the next animation frames. Nothing runs while nothing is marked or the tab is hidden. */
export class FrameLoop {
  readonly #interval: number;
  readonly #prompt = new Set<() => boolean | void>();
  readonly #turns: Turn[] = [];
  #scheduled = false;
  /** Whether the charts have given way to something else in the last frame. */
  #gaveWay = false;

  /** `interval` is the least time between two draws of the same chart, in milliseconds. */
  constructor(interval = 750) {
    this.#interval = interval;
  }

  /**
   * Registers something small; call the answer to have it drawn on the next frame. If `draw` says that it has filled a
   * canvas, the charts wait for another frame, so that no frame has to bring two large pictures to the screen.
   */
  prompt(draw: () => boolean | void): () => void {
    return () => {
      this.#prompt.add(draw);
      this.#schedule();
    };
  }

  /** Registers a chart; call the answer to have it drawn when its turn comes, or on the next frame if `now`. */
  inTurn(draw: () => void): (now?: boolean) => void {
    const turn: Turn = { draw, dirty: false, drawnAt: Number.NEGATIVE_INFINITY };
    this.#turns.push(turn);
    return (now = false) => {
      turn.dirty = true;
      if (now) turn.drawnAt = Number.NEGATIVE_INFINITY;
      this.#schedule();
    };
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now: number): void {
    this.#scheduled = false;
    const prompt = [...this.#prompt];
    this.#prompt.clear();
    let filled = false;
    for (const draw of prompt) filled = attempt(draw) === true || filled;

    const waiting = this.#turns.filter((turn) => turn.dirty);
    // Where every frame fills a canvas, charts get every other one.
    this.#gaveWay = filled && !this.#gaveWay && waiting.length > 0;
    if (this.#gaveWay) return this.#schedule();
    const due = waiting.filter((turn) => now - turn.drawnAt >= this.#interval);
    const [oldest] = due.sort((a, b) => a.drawnAt - b.drawnAt);
    if (oldest) {
      oldest.dirty = false;
      oldest.drawnAt = now;
      attempt(oldest.draw);
    }
    if (waiting.length > (oldest ? 1 : 0)) this.#schedule();
  }
}

// What cannot be drawn is said, and the rest of the page goes on.
function attempt<T>(draw: () => T): T | undefined {
  try {
    return draw();
  } catch (error) {
    console.error(error);
    return undefined;
  }
}
