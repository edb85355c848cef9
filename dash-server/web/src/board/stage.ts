// Decides what the board shows: the newest position, a piece on its way at watching speed, or the agent's thoughts.

import type { Session } from "../session";
import type { Frame } from "../wire/frame";
import { asFrame, type Play } from "../play/play";
import { isValued } from "../replay/thoughts";
import type { Travel } from "../replay/travel";
import type { Why } from "../why/why";
import { Motion } from "./motion";
import { decisionScene, fallingScene, playScene, positionScene, type Scene } from "./scene";

/** Up to this many steps a second a person can follow a piece. */
const WATCHABLE = 6;
const LONGEST = 800;
/** Part of the time between two steps in which the piece moves. */
const SHARE = 0.8;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The course of what the board shows. */
export class Stage {
  readonly #session: Session;
  readonly #why: Why;
  readonly #travel: Travel;
  readonly #play: Play;
  #shown: Frame | null = null;
  #inMotion = false;
  #newest: Frame | null = null;
  #motion: Motion | null = null;

  constructor(session: Session, why: Why, travel: Travel, play: Play) {
    this.#session = session;
    this.#why = why;
    this.#travel = travel;
    this.#play = play;
  }

  /** Whether the next picture will differ from this one although nothing new has come. */
  get moving(): boolean {
    if (this.#play.active) return false;
    return this.#motion !== null || this.#why.behind || this.#travel.playing;
  }

  /** Whether the last scene was a moment of a piece on its way. */
  get inMotion(): boolean {
    return this.#inMotion;
  }

  /** The frame that the last scene was made of. */
  get shown(): Frame | null {
    return this.#shown;
  }

  /** What is to be seen at the time `now`, null for an empty board. */
  scene(now: number): Scene | null {
    if (this.#play.frame) {
      this.#shown = asFrame(this.#play.frame);
      return playScene(this.#play.frame);
    }
    this.#travel.advance(now);
    this.#follow(now);
    const frame = (this.#shown = this.#why.hold(this.#newest, now));
    if (!frame) return null;
    const { pointed, on } = this.#why;
    if (pointed !== null && frame.decision && pointed < frame.decision.placements.length) {
      return decisionScene(frame, frame.decision, pointed);
    }
    const moment = this.#motion?.at(now) ?? null;
    // The first picture after a motion is one more.
    this.#inMotion = this.#motion !== null;
    if (moment && frame.decision && frame === this.#motion?.frame) return fallingScene(frame, frame.decision, moment, on);
    this.#motion = null;
    // At full speed a position is gone before anyone has read it: its question is shown rather than its answer.
    if (on && frame.decision && isValued(frame.decision) && !this.#watched()) return decisionScene(frame, frame.decision, null);
    return positionScene(frame);
  }

  #follow(now: number): void {
    const frame = this.#travel.recording ? this.#travel.frame : this.#session.frame;
    if (frame === this.#newest) return;
    const next = frame !== null && this.#newest !== null && frame.step === this.#newest.step + 1;
    const moves = next && !calm.matches && this.#watched();
    this.#motion = moves ? Motion.of(frame, now, this.#milliseconds()) : null;
    this.#newest = frame;
  }

  // Whether the steps come one by one, so that each can be seen.
  #watched(): boolean {
    if (this.#travel.recording) return this.#travel.playing && this.#travel.rate <= WATCHABLE;
    const { status } = this.#session;
    const limit = status?.speedLimit ?? Number.POSITIVE_INFINITY;
    return status?.state === "paused" || limit <= WATCHABLE;
  }

  #milliseconds(): number {
    const { status } = this.#session;
    if (this.#travel.recording) return Math.min((1000 * SHARE) / this.#travel.rate, LONGEST);
    const limit = status?.state === "paused" ? 1 : (status?.speedLimit ?? 1);
    return Math.min((1000 * SHARE) / limit, LONGEST);
  }
}
