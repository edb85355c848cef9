// What the page knows of the server: every message ends here.

import { History } from "./history/history";
import type { Link } from "./net/connection";
import type { Fields } from "./wire/fields";
import type { Boards } from "./wire/boards";
import type { Frame } from "./wire/frame";
import type { PlayFrame } from "./wire/play";
import {
  PROTOCOL_VERSION, type Answer, type Blocks, type Change, type Hello, type Present, type RunState, type ServerMessage,
  type Setting, type Snapshot, type Status,
} from "./wire/messages";
import type { RunChanges, RunEntry } from "./wire/runs";
import { numberOf } from "./wire/settings";

const STANDARD_ROWS = 20;

/** The states in which a run is going on. */
const ACTIVE: ReadonlySet<RunState> = new Set(["running", "paused", "stopping"]);

/** What the session asks for and reports. */
export interface SessionEvents {
  /** The server greeted in a protocol that this page speaks. */
  greeted(): void;
  /** Another server answers than the one before: what that one kept is gone. */
  replaced(): void;
  /** Something is missing: asks for a new snapshot, and rejects if none will come. */
  incomplete(): Promise<unknown>;
  /** The server refused or failed at something that no command of ours asked for. */
  trouble(message: string): void;
  acknowledged(id: number, answer?: Answer): void;
  /** False if no command of ours waits for this. */
  refused(id: number | null, code: string, message: string, field: string | null): boolean;
  statusChanged(): void;
  /** Another run than the last one is shown, or the last one has begun again. */
  begun(): void;
  frameChanged(): void;
  metricsChanged(): void;
  boardsChanged(): void;
  /** The game of the person in front of the page looks different. */
  played(frame: PlayFrame): void;
  /** Runs of the output folder are new, have changed or are gone. */
  runsChanged(): void;
  /** A checkpoint of this step lies on the server's disk. */
  saved(step: number): void;
}

/** The last known state of server, run and history. */
export class Session {
  readonly history = new History();
  link: Link = { kind: "connecting" };
  /** Why a server that answers does not let this page in, in a sentence; null if it does, or does not answer. */
  refusal: string | null = null;
  hello: Hello | null = null;
  status: Status | null = null;
  config: Fields | null = null;
  frame: Frame | null = null;
  /** Small boards of all environments; null if there is one environment only. */
  boards: Boards | null = null;
  /** What people have changed while training ran, oldest first. */
  changes: readonly Change[] = [];
  /** The runs of the output folder by their names. */
  readonly runs = new Map<string, RunEntry>();
  /** Steps taken, by whichever message said so last. */
  step = 0;
  /** Whether the server speaks a protocol that this page does not. */
  incompatible = false;
  readonly #events: SessionEvents;
  #awaitsSnapshot = false;
  /** Whether what is told next about runs is all there is. */
  #awaitsRuns = false;

  constructor(events: SessionEvents) {
    this.#events = events;
  }

  /** Whether there is anything to show about learning: not where a trained model only plays. */
  get learns(): boolean {
    return this.hello?.learns ?? true;
  }

  /** Whether commands are refused. */
  get readOnly(): boolean {
    return this.hello?.readOnly ?? false;
  }

  /** Whether the whole history is still on its way, behind which nothing else is heard. */
  get loading(): boolean {
    return this.#awaitsSnapshot;
  }

  /** A rate that training uses now: the newest one that it reported or that someone set; NaN before the first. */
  rate(setting: Setting): number {
    const { updates } = this.history.tables;
    const reported = updates.last(setting);
    const change = this.changes.filter((each) => each.setting === setting).pop();
    // Rows before the first update know of no rate.
    const isNewer = updates.last("step") > (change?.step ?? 0) && !Number.isNaN(reported);
    return change && !isNewer ? change.value : reported;
  }

  /** The connection changed. What was known stays on the page until the next snapshot. */
  setLink(link: Link): void {
    this.link = link;
    this.#awaitsSnapshot = link.kind === "open";
    if (link.kind === "open") this.refusal = null;
    this.#events.statusChanged();
  }

  /** It was found out why there is no connection, or that nobody tells. */
  setRefusal(refusal: string | null): void {
    if (this.link.kind === "open" || refusal === this.refusal) return;
    this.refusal = refusal;
    this.#events.statusChanged();
  }

  /** Takes in one message. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        return this.#greet(message.hello);
      case "present":
        return this.#show(message.present);
      case "snapshot":
        return this.#restore(message.snapshot);
      case "status":
        return this.#setStatus(message.status);
      case "frame":
        return this.#setFrame(message.frame);
      case "metrics":
      case "evaluation":
        return this.#append(message.blocks);
      case "games":
      case "moves":
        return this.#events.acknowledged(message.id, message);
      case "boards":
        this.boards = message.boards;
        return this.#events.boardsChanged();
      case "play":
        return this.#events.played(message.play);
      case "ack":
        return this.#events.acknowledged(message.id);
      case "error":
        if (!this.#events.refused(message.id, message.code, message.message, message.field)) {
          this.#events.trouble(message.message);
        }
        return;
      case "change":
        this.changes = [...this.changes, message.change];
        return this.#events.metricsChanged();
      case "runs":
        return this.#changeRuns(message.runs);
      case "checkpoint":
        return this.#events.saved(message.step);
      case "other":
        return;
    }
  }

  #greet(hello: Hello): void {
    this.incompatible = hello.protocol !== PROTOCOL_VERSION;
    const replaced = this.hello !== null && this.hello.started !== hello.started;
    this.hello = hello;
    if (replaced) this.#events.replaced();
    if (!this.incompatible) this.#events.greeted();
    this.#events.statusChanged();
  }

  // A history of another run would not belong to the board; one of the same run stays until the snapshot comes.
  #show(present: Present): void {
    if (this.#begins(present.status)) this.#forget();
    this.#take(present);
  }

  #restore({ blocks, changes, runs, ...present }: Snapshot): void {
    this.#awaitsSnapshot = false;
    // A snapshot may be older than the last status, so its state tells of no beginning.
    if (present.status.run !== this.status?.run) this.#forget();
    this.history.replace(blocks);
    this.changes = changes;
    this.#take(present);
    this.#events.metricsChanged();
    // Without a list the server has not looked at its folder yet: what was known stays until it has.
    this.#awaitsRuns = true;
    if (runs) this.#changeRuns({ changed: runs, removed: [] });
  }

  #take({ status, config, frame }: Present): void {
    this.config = config;
    this.frame = frame;
    this.status = status;
    this.step = status.step;
    this.#events.statusChanged();
    this.#events.frameChanged();
  }

  #changeRuns({ changed, removed }: RunChanges): void {
    if (this.#awaitsRuns) this.runs.clear();
    this.#awaitsRuns = false;
    for (const run of changed) this.runs.set(run.name, run);
    for (const name of removed) this.runs.delete(name);
    this.#events.runsChanged();
  }

  #setStatus(status: Status): void {
    const begins = this.status !== null && this.#begins(status);
    this.status = status;
    this.step = status.step;
    if (begins) {
      // The snapshot brings the configuration of the new run, and rows that came before this message.
      this.frame = null;
      this.config = null;
      this.#forget();
      this.#askForSnapshot();
      this.#events.frameChanged();
    }
    this.#events.statusChanged();
  }

  // A run that is gone on with keeps its name, and its rows are counted anew.
  #begins({ run, state }: Status): boolean {
    return run !== this.status?.run || (ACTIVE.has(state) && !ACTIVE.has(this.status.state));
  }

  // What was learned, set and shown side by side belongs to the last run.
  #forget(): void {
    this.history.clear();
    this.boards = null;
    this.changes = [];
    this.#events.begun();
    this.#events.boardsChanged();
    this.#events.metricsChanged();
  }

  #setFrame(frame: Frame): void {
    // What the page says about the run changes with its first board.
    if (!this.frame) this.#events.statusChanged();
    this.frame = frame;
    this.step = frame.step;
    this.#events.frameChanged();
  }

  #append(blocks: Blocks): void {
    if (this.#awaitsSnapshot) return;
    if (!this.history.append(blocks)) this.#askForSnapshot();
    const latest = this.history.tables.updates.last("step");
    if (latest > this.step) this.step = latest;
    this.#events.metricsChanged();
  }

  #askForSnapshot(): void {
    this.#awaitsSnapshot = true;
    this.#events.incomplete().catch(() => (this.#awaitsSnapshot = false));
  }
}

/** Rows of the whole board of a run, of which a frame may show the lower part. */
export function rowsOf(config: Fields | null, frame: Frame | null): number {
  return Math.max(numberOf(config, "environment", "height") ?? 0, frame?.height ?? 0) || STANDARD_ROWS;
}
