// What each chart shows.

import type { History } from "../history/history";
import type { SeriesColour } from "../shell/palette";
import type { TableName } from "../wire/tables";
import type { Dash } from "./dashes";

/** Which of the two vertical axes of a chart. */
export type Side = "left" | "right";

/** One line of a chart, with a band from `low` to `high` around it. */
export interface Line {
  label: string;
  colour: SeriesColour;
  table: TableName;
  /** The column of the line itself. */
  column: string;
  /** Columns of the band's edges; without them it spans the raw values that share a pixel. */
  band?: readonly [low: string, high: string];
  /** Whether the line is the smoothed course of the column. */
  smooth?: boolean;
  /** Whether each value is marked with a dot. */
  dots?: boolean;
  /** The axis it belongs to. */
  side?: Side;
}

/** A line with the history it is drawn from. */
export interface DrawnLine extends Line {
  history: History;
  /** How it is dashed, if it belongs to a run that is laid over; it then has no band. */
  dash?: Dash;
}

/** One chart. */
export interface PanelSpec {
  id: string;
  title: string;
  lines: readonly Line[];
  /** What is said in its place while it has no values. */
  empty: string;
  /** Which vertical scale it starts with. */
  scale: "linear" | "log";
  /** Whether values of 0 occur, for which the logarithmic scale is linear between -1 and 1, or between other `units`. */
  zero: boolean;
  /** Those of a chart whose values lie near zero and seldom reach it: its logarithmic scale begins where they do. */
  units?: Readonly<Partial<Record<Side, number>>>;
  /** Whether changes by hand are named in it, and not only marked. */
  marks?: boolean;
}

const NO_GAME = "No game has ended yet.";
const NO_UPDATE = "The network has not learned yet.";

/** The charts, in their order on the page. */
export const PANELS: readonly PanelSpec[] = [
  {
    id: "lines", title: "Lines per game", scale: "log", zero: true, empty: NO_GAME,
    lines: [{ label: "lines", colour: "blue", table: "episodes", column: "lines", smooth: true }],
  },
  {
    id: "skill", title: "Mean lines per game", scale: "log", zero: true, empty: NO_GAME,
    lines: [
      { label: "last 100 games", colour: "blue", table: "summaries", column: "mean_lines" },
      {
        label: "evaluation", colour: "orange", table: "evaluations", column: "mean_lines",
        band: ["ci95_low", "ci95_high"], dots: true,
      },
    ],
  },
  {
    id: "reward", title: "Reward per game", scale: "linear", zero: true, empty: NO_GAME,
    lines: [{ label: "reward", colour: "green", table: "episodes", column: "reward", smooth: true }],
  },
  {
    id: "length", title: "Pieces per game", scale: "log", zero: true, empty: NO_GAME,
    lines: [{ label: "pieces", colour: "green", table: "episodes", column: "length", smooth: true }],
  },
  {
    id: "score", title: "Score per game", scale: "log", zero: true, empty: NO_GAME,
    lines: [{ label: "score", colour: "purple", table: "episodes", column: "score", smooth: true }],
  },
  {
    id: "position", title: "Value of the position", scale: "linear", zero: true, empty: "No value has come yet.",
    lines: [{ label: "best Q of the board shown", colour: "blue", table: "positions", column: "value" }],
  },
  {
    id: "loss", title: "Loss and TD error", scale: "log", zero: false, empty: NO_UPDATE,
    lines: [
      { label: "loss", colour: "red", table: "updates", column: "loss", smooth: true },
      { label: "TD error", colour: "blue", table: "updates", column: "td_error", smooth: true },
    ],
  },
  {
    id: "mean-q", title: "Mean Q", scale: "linear", zero: true, empty: NO_UPDATE,
    lines: [{ label: "of the minibatch", colour: "purple", table: "updates", column: "mean_q", smooth: true }],
  },
  {
    id: "gradient", title: "Gradient norm", scale: "log", zero: false, empty: NO_UPDATE,
    lines: [{ label: "before clipping", colour: "orange", table: "updates", column: "gradient_norm", smooth: true }],
  },
  {
    id: "exploration", title: "Exploration and learning rate", scale: "linear", zero: true, empty: NO_UPDATE, marks: true,
    units: { left: 1e-3, right: 1e-7 },
    lines: [
      { label: "epsilon", colour: "purple", table: "updates", column: "epsilon" },
      { label: "learning rate", colour: "orange", table: "updates", column: "learning_rate", side: "right" },
    ],
  },
  {
    id: "speed", title: "Speed", scale: "log", zero: true, empty: "Nothing to show yet.",
    lines: [
      { label: "steps a second", colour: "blue", table: "updates", column: "steps_per_second", smooth: true },
      { label: "updates a second", colour: "orange", table: "updates", column: "updates_per_second", smooth: true },
    ],
  },
  {
    id: "buffer", title: "Replay buffer", scale: "linear", zero: true, empty: NO_UPDATE, units: { left: 1e-4 },
    lines: [{ label: "filled part", colour: "green", table: "updates", column: "buffer_fill" }],
  },
];

/** The lines that a run can have values for: of what is told of learning, none where a trained model only plays. */
export function possibleLines({ lines }: PanelSpec, learns: boolean): readonly Line[] {
  return lines.filter((line) => learns || !isAboutLearning(line));
}

function isAboutLearning({ table, column }: Line): boolean {
  return table === "evaluations" || (table === "updates" && column !== "steps_per_second");
}
