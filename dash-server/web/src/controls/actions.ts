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

/** The actions that the server would obey; none without a connection. */
export function allowedActions(state: RunState | null, connected: boolean): ReadonlySet<Action> {
  return new Set(connected && state ? ALLOWED[state] : []);
}
