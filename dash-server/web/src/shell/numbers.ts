// The numbers beside the board and over the charts.

import type { Session } from "../session";
import type { Frame } from "../wire/frame";
import { byId, setText } from "./dom";
import { duration, headline, NOTHING, short, whole } from "./format";

/** The numbers of the game that is shown. */
export function drawScores(frame: Frame | null): void {
  setText(byId("lines"), frame ? whole(frame.lines) : NOTHING);
  setText(byId("pieces"), frame ? whole(frame.pieces) : NOTHING);
  setText(byId("score"), frame ? short(frame.score) : NOTHING);
  byId("score").title = frame ? whole(frame.score) : "";
  setText(byId("episode"), frame ? whole(frame.episode + 1) : NOTHING);
  setText(byId("value"), frame ? short(frame.value) : NOTHING);
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
