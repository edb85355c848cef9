// Runs whose curves are laid over those of the run that is shown.

import { History } from "../history/history";
import type { SeriesColour } from "../shell/palette";
import type { Fields } from "../wire/fields";
import { decodeHistory, type RunEntry, type RunHistory } from "../wire/runs";

/** Colours of the overlays, each for one of them: first those that few charts tell lines of their own apart by. */
export const OVERLAY_COLOURS: readonly SeriesColour[] = ["green", "purple", "red", "orange", "blue"];

/** A run that is laid over. */
export interface Overlay {
  readonly name: string;
  readonly colour: SeriesColour;
  readonly history: History;
  config: Fields | null;
  /** When the run was begun; another time is another run in the same folder. */
  created: number;
}

interface Loaded extends Overlay {
  /** Where its events have been read to. */
  next: number;
  loading: boolean;
}

/** What the overlays tell their owner. */
export interface OverlayEvents {
  /** Another set of runs is laid over. */
  chosen(): void;
  /** One of them has new rows. */
  grown(): void;
  trouble(message: string): void;
}

/** Fetches the rows of a run from a position on. */
export type Fetcher = (name: string, from: number) => Promise<RunHistory>;

/** Where a file of a run is served. */
export function runPath(name: string, file: string): string {
  return `/api/runs/${encodeURIComponent(name)}/${file}`;
}

/** Asks the server. */
export async function fetchHistory(name: string, from: number): Promise<RunHistory> {
  const answer = await fetch(runPath(name, `history?from=${from}`));
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return decodeHistory(await answer.arrayBuffer());
}

/** The runs that are laid over, and their rows, which are read on as their files grow. */
export class Overlays {
  readonly #fetch: Fetcher;
  readonly #events: OverlayEvents;
  readonly #runs = new Map<string, Loaded>();

  constructor(fetcher: Fetcher, events: OverlayEvents) {
    this.#fetch = fetcher;
    this.#events = events;
  }

  /** Those that are laid over, in the order of choice. */
  get shown(): readonly Overlay[] {
    return [...this.#runs.values()];
  }

  /** The overlay of this run, if it is one. */
  of(name: string): Overlay | undefined {
    return this.#runs.get(name);
  }

  /** Whether one more may be laid over. */
  get full(): boolean {
    return this.#runs.size >= OVERLAY_COLOURS.length;
  }

  /** Lays a run over, or takes it away. */
  toggle({ name, created }: Pick<RunEntry, "name" | "created">): void {
    if (!this.#runs.delete(name)) {
      const colour = OVERLAY_COLOURS.find((each) => this.shown.every((other) => other.colour !== each));
      if (!colour) return;
      const run = { name, colour, history: new History(), config: null, created, next: 0, loading: false };
      this.#runs.set(name, run);
      void this.#read(run);
    }
    this.#events.chosen();
  }

  /** Reads on where files have grown, from the beginning where they are another run's, and lets go of runs that are gone. */
  follow(entries: ReadonlyMap<string, RunEntry>): void {
    for (const run of [...this.#runs.values()]) {
      const entry = entries.get(run.name);
      if (!entry) {
        this.toggle(run);
        continue;
      }
      const isOther = entry.created !== run.created;
      if (isOther) [run.created, run.next] = [entry.created, 0];
      if (isOther || (entry.files.get("events.jsonl") ?? 0) !== run.next) void this.#read(run);
    }
  }

  async #read(run: Loaded): Promise<void> {
    if (run.loading) return;
    run.loading = true;
    const { created } = run;
    try {
      const answer = await this.#fetch(run.name, run.next);
      // Rows that were asked for before another run came into the folder may be of either.
      if (run.created === created) this.#take(run, answer);
    } catch (error) {
      this.#events.trouble(`The metrics of ${run.name} could not be read: ${error instanceof Error ? error.message : error}.`);
    } finally {
      run.loading = false;
    }
    if (run.created !== created) await this.#read(run);
  }

  #take(run: Loaded, { from, next, config, blocks }: RunHistory): void {
    if (from === 0) {
      run.history.clear();
      run.config = config;
    }
    const tables = run.history.tables;
    for (const name of ["episodes", "updates", "summaries", "evaluations"] as const) {
      // An answer counts its rows from where it began.
      tables[name].append({ ...blocks[name], start: tables[name].produced });
    }
    run.next = next;
    this.#events.grown();
  }
}
