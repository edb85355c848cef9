// Looking back: which kept game is shown, how far into it, and whether it goes on by itself.

import type { Frame } from "../wire/frame";
import { dropsOf } from "./drops";
import { Position } from "./position";
import type { Recording } from "./recording";
import { decisionOf, isValued } from "./thoughts";

/** What looking back reports. */
export interface TravelEvents {
  /** Another position, game, speed or state. */
  changed(): void;
  /** A stretch of the game could not be had. */
  trouble(message: string): void;
}

/** The time machine. */
export class Travel {
  readonly #events: TravelEvents;
  #recording: Recording | null = null;
  #at = 0;
  #frame: Frame | null = null;
  #position: Position | null = null;
  #playing = false;
  #rate = 4;
  /** The time at which the game stood at `#from`, since when it goes on by itself. */
  #since = 0;
  #from = 0;
  /** The place that was asked for last, while its stretch is on its way. */
  #wanted: number | null = null;

  constructor(events: TravelEvents) {
    this.#events = events;
  }

  /** The game that is looked at; null while the present is shown. */
  get recording(): Recording | null {
    return this.#recording;
  }

  /** The board that is looked at, as the game's training would have sent it. */
  get frame(): Frame | null {
    return this.#frame;
  }

  /** Placements made up to here. */
  get at(): number {
    return this.#wanted ?? this.#at;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Placements a second. */
  get rate(): number {
    return this.#rate;
  }

  /** Looks at a game, from its last placement or the one given. */
  open(recording: Recording, at = recording.pieces): void {
    this.#recording = recording;
    this.#position = null;
    this.#frame = null;
    this.#playing = false;
    this.#wanted = null;
    this.seek(at);
  }

  /** Comes back to the present. */
  leave(): void {
    this.#recording = this.#frame = this.#position = null;
    this.#playing = false;
    this.#events.changed();
  }

  /** Goes on at this many placements a second. */
  setRate(rate: number, now: number): void {
    this.#rate = rate;
    this.#restart(now);
    this.#events.changed();
  }

  /** Lets the game go on by itself, from the beginning if it is at its end, or stops it. */
  toggle(now: number): void {
    const recording = this.#recording;
    if (!recording) return;
    this.#playing = !this.#playing;
    if (this.#playing && this.at >= recording.pieces) this.seek(recording.first);
    this.#restart(now);
    this.#events.changed();
  }

  /** Moves by some placements and stops. */
  step(placements: number): void {
    this.#playing = false;
    this.seek(this.at + placements);
  }

  /** Looks at the board after `at` placements. */
  seek(at: number): void {
    const recording = this.#recording;
    if (!recording) return;
    const bounded = Math.min(Math.max(Math.round(at), recording.first), recording.pieces);
    const idle = this.#wanted === null;
    this.#wanted = bounded;
    if (idle) void this.#fetch(recording);
    this.#events.changed();
  }

  /** Moves on with the time, if the game goes on by itself. */
  advance(now: number): void {
    const recording = this.#recording;
    if (!this.#playing || !recording || this.#wanted !== null) return;
    const at = this.#from + Math.floor(((now - this.#since) * this.#rate) / 1000);
    if (at <= this.#at) return;
    if (at >= recording.pieces) this.#playing = false;
    this.seek(at);
  }

  #restart(now: number): void {
    this.#since = now;
    this.#from = this.at;
  }

  // Until the place that was asked for last is shown: others may be asked for while a stretch is on its way.
  async #fetch(recording: Recording): Promise<void> {
    try {
      while (this.#recording === recording && this.#wanted !== null) {
        const wanted = this.#wanted;
        const last = await recording.stretch(Math.max(wanted - 1, recording.first));
        const next = wanted < recording.pieces ? await recording.stretch(wanted) : null;
        if (this.#recording !== recording) return;
        if (wanted !== this.#wanted) continue;
        const same = this.#position?.block === last && this.#position.made <= wanted - last.from;
        const position = same ? this.#position! : new Position(last);
        position.advance(wanted - last.from);
        this.#position = position;
        this.#at = wanted;
        this.#wanted = null;
        const coming = next && dropsOf(next.width)[next.moves[wanted - next.from]!]!.piece;
        this.#frame = this.#show(recording, position, coming ?? 0);
      }
    } catch (error) {
      if (this.#recording !== recording) return;
      this.#wanted = null;
      this.#playing = false;
      this.#events.trouble(error instanceof Error ? error.message : String(error));
    }
    this.#events.changed();
  }

  #show({ episode, config }: Recording, position: Position, piece: number): Frame {
    const { block, cells, before, placed, made, lines, score } = position;
    const { width, height, from } = block;
    const decision = before && decisionOf(block, made - 1, before, config);
    const value = decision && isValued(decision) ? decision.placements[0]!.value : Number.NaN;
    return {
      width, height, cells, placed: Uint16Array.from(placed), piece, next: new Uint8Array(), hold: 0, text: "",
      lines, pieces: from + made, score, episode, step: from + made, value, decision,
    };
  }
}
