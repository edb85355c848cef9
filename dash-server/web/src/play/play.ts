// A person's game: what it looks like, the keys on their way, and the agent's game beside it.

import type { Commander } from "../net/commander";
import type { Recording } from "../replay/recording";
import { Travel } from "../replay/travel";
import type { Frame } from "../wire/frame";
import type { Key, PlayFrame } from "../wire/play";

/** How long a shift is held before it repeats, and the time between two repeats, in milliseconds. */
export interface Delays {
  das: number;
  arr: number;
}

/** The guideline's delays. */
export const GUIDELINE: Delays = { das: 167, arr: 33 };

/** Ways of a key that the middle is taken of. */
const TIMED = 50;

/** What a game reports. */
export interface PlayEvents {
  changed(): void;
  trouble(message: string): void;
}

/** The game of the person in front of the page. */
export class Play {
  /** The agent's game with the same pieces, at the same piece. */
  readonly rival: Travel;
  readonly #commander: Commander;
  readonly #events: PlayEvents;
  #active = false;
  #frame: PlayFrame | null = null;
  #course: { recording: Recording; game: number } | null = null;
  #delays: Delays = GUIDELINE;
  /** Counts starts and leaves, so that an answer to an older start is known when it comes. */
  #round = 0;
  #sent = 0;
  readonly #down = new Set<Key>();
  /** When each key went down whose picture has not come yet. */
  readonly #pressed: { number: number; at: number }[] = [];
  readonly #ways: number[] = [];

  constructor(commander: Commander, events: PlayEvents) {
    this.#commander = commander;
    this.#events = events;
    this.rival = new Travel({ changed: () => events.changed(), trouble: () => this.rival.leave() });
  }

  /** Whether a person plays. */
  get active(): boolean {
    return this.#active;
  }

  /** The game as it looks now. */
  get frame(): PlayFrame | null {
    return this.#frame;
  }

  /** Milliseconds from a key to its picture, in the middle of the newest ones; NaN before the first. */
  get latency(): number {
    const ways = [...this.#ways].sort((a, b) => a - b);
    return ways[Math.floor(ways.length / 2)] ?? Number.NaN;
  }

  /** Begins, with the pieces of a kept game if there is one. */
  async start(course: { recording: Recording; game: number } | null, delays: Delays): Promise<void> {
    const round = ++this.#round;
    // It would stand beside a game with other pieces.
    if (this.rival.recording !== (course?.recording ?? null)) this.rival.leave();
    this.#course = course;
    this.#delays = delays;
    this.#active = true;
    this.#frame = null;
    this.#sent = 0;
    this.#down.clear();
    this.#pressed.length = 0;
    this.#events.changed();
    try {
      await this.#commander.request({ type: "play_start", game: course?.game ?? null, ...delays });
    } catch (error) {
      if (round !== this.#round) return;
      this.#active = false;
      this.rival.leave();
      this.#events.trouble(error instanceof Error ? error.message : String(error));
      this.#events.changed();
      return;
    }
    if (course && round === this.#round) this.rival.open(course.recording, course.recording.first);
  }

  /** Begins anew with the same pieces. */
  again(delays = this.#delays): Promise<void> {
    return this.start(this.#course, delays);
  }

  /** Plays no longer. */
  leave(): void {
    if (!this.#active) return;
    this.#round += 1;
    this.#active = false;
    this.#frame = null;
    // Its number means another game once another server answers.
    this.#course = null;
    this.rival.leave();
    this.#commander.request({ type: "play_stop" }).catch(() => undefined);
    this.#events.changed();
  }

  /** A key went down or up at the time `now`. */
  turn(key: Key, down: boolean, now: number): void {
    if (!this.#active || down === this.#down.has(key)) return;
    if (down) this.#down.add(key);
    else this.#down.delete(key);
    this.#sent += 1;
    if (down) this.#pressed.push({ number: this.#sent, at: now });
    this.#commander.request({ type: "play_key", key, down }).catch(() => undefined);
  }

  /** The server sent how the game looks. */
  receive(frame: PlayFrame): void {
    if (!this.#active) return;
    this.#frame = frame;
    const { recording } = this.rival;
    if (recording && this.rival.at !== recording.first + frame.pieces) this.rival.seek(recording.first + frame.pieces);
    this.#events.changed();
  }

  /** The picture of now is on the screen. */
  drawn(now: number): void {
    while (this.#pressed.length > 0 && this.#pressed[0]!.number <= (this.#frame?.keys ?? 0)) {
      this.#ways.push(now - this.#pressed.shift()!.at);
      if (this.#ways.length > TIMED) this.#ways.shift();
    }
  }
}

/** The game in the shape of a board of the run, for whatever shows one. */
export function asFrame({ width, height, cells, next, lines, pieces, score }: PlayFrame): Frame {
  return {
    width, height, cells, placed: new Uint16Array(), piece: next[0] ?? 0, next: next.subarray(1), hold: 0, text: "",
    lines, pieces, score, episode: Number.NaN, step: pieces, value: Number.NaN, decision: null,
  };
}
