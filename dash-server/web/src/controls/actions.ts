// Which controls mean something in which state.

import type { RunState } from "../wire/messages";

/** What a person can ask of the run. */
export type Action = "start" | "pause" | "resume" | "step" | "stop" | "speed" | "save" | "rates";

const ALLOWED: Record<RunState, readonly Action[]> = {
  idle: ["start"],
  running: ["pause", "stop", "speed", "save", "rates"],
  paused: ["resume", "step", "stop", "speed", "save", "rates"],
  stopping: [],
  stopped: ["start"],
  failed: ["start"],
  unresponsive: ["start"],
};

/** What only means something where something learns. */
const OF_LEARNING: readonly Action[] = ["save", "rates"];

/** The actions that the server would obey; none without a connection. */
export function allowedActions(state: RunState | null, connected: boolean, learns = true): ReadonlySet<Action> {
  const allowed = connected && state ? ALLOWED[state] : [];
  return new Set(allowed.filter((action) => learns || !OF_LEARNING.includes(action)));
}
