// The numbers beside the board and over the charts.

import type { Session } from "../session";
import type { Frame } from "../wire/frame";
import { byId, setText } from "./dom";
import { duration, headline, NOTHING, short, whole } from "./format";

/** The numbers of the game that is shown. */
export function drawScores(frame: Frame | null): void {
  drawCount("lines", frame?.lines ?? Number.NaN, 1e6);
  drawCount("pieces", frame?.pieces ?? Number.NaN, 1e6);
  drawCount("score", frame?.score ?? Number.NaN, 1e3);
  setText(byId("episode"), frame ? whole(frame.episode + 1) : NOTHING);
  setText(byId("value"), frame ? short(frame.value) : NOTHING);
}

// In full below `limit`, from where on there is no room beside the board; the rest is told under the pointer.
function drawCount(id: string, value: number, limit: number): void {
  const count = byId(id);
  setText(count, value < limit ? whole(value) : short(value));
  count.title = value < limit || Number.isNaN(value) ? "" : whole(value);
}

/** The numbers of the whole run. */
export function drawTiles({ history, status, step, learns }: Session): void {
  const { episodes, updates, summaries, evaluations } = history.tables;
  const known = status !== null && status.run !== null;
  const running = status?.state === "running";
  const stepTile = byId("tile-step");
  stepTile.dataset["value"] = String(step);
  setText(stepTile, known ? whole(step) : NOTHING);
  setText(byId("tile-episodes"), known ? whole(episodes.produced) : NOTHING);
  setText(byId("tile-mean"), headline(summaries.last("mean_lines")));
  let best = Number.NaN;
  for (const value of evaluations.column("mean_lines")) if (!(value <= best)) best = value;
  setText(byId("tile-best"), headline(best));
  byId("tile-best").parentElement!.hidden = !learns;
  setText(byId("tile-time-name"), learns ? "Training time" : "Time");
  setText(byId("tile-speed"), running ? headline(updates.last("steps_per_second")) : NOTHING);
  const seconds = history.extent("seconds");
  setText(byId("tile-time"), seconds ? duration(Math.floor(seconds[1])) : NOTHING);
}
