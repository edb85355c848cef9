// The runs of the output folder, and the metrics of one of them.

import {
  count, decodeExactly, map, maps, number, optionalMap, optionalNumber, optionalText, ProtocolError, text, texts,
  type Fields,
} from "./fields";
import { readBlock, type Block } from "./tables";

const RUN_STATES = ["running", "ended", "failed", "broken_off"] as const;

/** What a run of the output folder is doing. */
export type FolderState = (typeof RUN_STATES)[number];

/** A run of the output folder. */
export interface RunEntry {
  name: string;
  state: FolderState;
  reason: string | null;
  /** Unix time in microseconds when it was set up. */
  created: number;
  seed: number | null;
  step: number;
  seconds: number;
  episodes: number;
  meanLines: number | null;
  best: number | null;
  note: string;
  /** Sizes of its files by their names. */
  files: ReadonlyMap<string, number>;
}

/** Runs that are new, have changed or are gone. */
export interface RunChanges {
  changed: RunEntry[];
  removed: string[];
}

/** The metrics of a run from a position in its events on. */
export interface RunHistory {
  from: number;
  next: number;
  config: Fields | null;
  blocks: Record<"episodes" | "updates" | "summaries" | "evaluations", Block>;
}

/** Reads the list `key`. */
export function readRuns(fields: Fields, key: string): RunEntry[] {
  return maps(fields, key).map(readRun);
}

/** Reads what a message says about runs. */
export function readRunChanges(fields: Fields): RunChanges {
  return { changed: readRuns(fields, "changed"), removed: texts(fields, "removed") };
}

function readRun(fields: Fields): RunEntry {
  const state = text(fields, "state") as FolderState;
  if (!RUN_STATES.includes(state)) throw new ProtocolError(`state "${state}" of a run is unknown`);
  const files = map(fields["files"], "files");
  return {
    name: text(fields, "name"),
    state,
    reason: optionalText(fields, "reason"),
    created: count(fields, "created"),
    seed: optionalNumber(fields, "seed"),
    step: count(fields, "step"),
    seconds: number(fields, "seconds"),
    episodes: count(fields, "episodes"),
    meanLines: optionalNumber(fields, "mean_lines"),
    best: optionalNumber(fields, "best"),
    note: text(fields, "note"),
    files: new Map(Object.keys(files).map((name) => [name, count(files, name)])),
  };
}

/** Decodes the answer to `/api/runs/NAME/history`. */
export function decodeHistory(data: ArrayBuffer): RunHistory {
  const fields = map(decodeExactly(data), "the answer");
  return {
    from: count(fields, "from"),
    next: count(fields, "next"),
    config: optionalMap(fields, "config"),
    blocks: {
      episodes: readBlock(fields, "episodes"),
      updates: readBlock(fields, "updates"),
      summaries: readBlock(fields, "summaries"),
      evaluations: readBlock(fields, "evaluations"),
    },
  };
}
