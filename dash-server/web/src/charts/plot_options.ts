// The look and behaviour of one chart in uPlot's terms.

import type uPlot from "uplot";
import { short } from "../shell/format";
import type { Palette } from "../shell/palette";
import type { PanelSpec } from "./panels";
import type { XView } from "./x_view";

const SYNC = "tetris-dash";
const FONT = '11px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
const BAND_EDGE = "59";
const BAND_FILL = "2b";

/** Series of one line: both edges of its band, then the line itself. */
export const SERIES_PER_LINE = 3;

/** What the chart asks of its owner. */
export interface PlotContext {
  palette: () => Palette;
  view: XView;
  log: boolean;
  zoomed: (from: number, to: number) => void;
  reset: () => void;
  cursorMoved: () => void;
}

/** Options of the chart of `spec` for a plot of this size. */
export function plotOptions(spec: PanelSpec, context: PlotContext, width: number, height: number): uPlot.Options {
  const { palette, view } = context;
  const muted = () => palette().muted;
  const grid: uPlot.Axis.Grid = { stroke: () => palette().grid, width: 1 };
  const axis = { stroke: muted, grid, ticks: { show: false }, font: FONT, gap: 4 } as const;
  const right = spec.lines.some((line) => line.side === "right");
  const valueAxis = { ...axis, size: 46, space: 34, values: formatTicks } as const;
  return {
    width,
    height,
    legend: { show: false },
    scales: {
      x: { time: false, range: () => view.range() },
      y: valueScale(spec, context.log),
      ...(right ? { y2: valueScale(spec, context.log) } : {}),
    },
    axes: [
      { ...axis, size: 26, space: 64, values: (_plot, ticks) => ticks.map((tick) => view.format(tick)) },
      { ...valueAxis, scale: "y" },
      ...(right ? [{ ...valueAxis, scale: "y2", side: 1 as const, grid: { show: false } }] : []),
    ],
    series: [{}, ...spec.lines.flatMap((line) => lineSeries(line, palette))],
    bands: spec.lines.map((line, index) => ({
      series: [SERIES_PER_LINE * index + 2, SERIES_PER_LINE * index + 1],
      fill: () => palette().series[line.colour] + BAND_FILL,
    })),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, show: cursorPoint },
      // Only the crosshair is shared: a drag would otherwise select in every chart.
      sync: { key: SYNC, scales: ["x", null], filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
      bind: { dblclick: () => () => (context.reset(), null) },
    },
    hooks: {
      setCursor: [context.cursorMoved],
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select;
          if (selected < 4) return;
          context.zoomed(plot.posToVal(left, "x"), plot.posToVal(left + selected, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function lineSeries(line: PanelSpec["lines"][number], palette: () => Palette): uPlot.Series[] {
  const scale = line.side === "right" ? "y2" : "y";
  const colour = () => palette().series[line.colour];
  const edge: uPlot.Series = { scale, spanGaps: true, width: 1, stroke: () => colour() + BAND_EDGE, points: { show: false } };
  const points: uPlot.Series.Points = line.dots ? { show: true, size: 6, fill: colour } : { show: false };
  return [edge, edge, { scale, spanGaps: true, width: 2, stroke: colour, points }].map((series) => ({ ...series }));
}

function valueScale(spec: PanelSpec, log: boolean): uPlot.Scale {
  if (log) return spec.zero ? { distr: 4, asinh: 1 } : { distr: 3 };
  return { range: (_plot, low, high) => linearRange(low, high) };
}

/** Room for values between `low` and `high`: from zero, if none is below, and a little above the highest. */
export function linearRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const padding = 0.06 * (high - Math.min(low, 0)) || Math.abs(high) * 0.06 || 1;
  return [low < 0 ? low - padding : 0, high + padding];
}

function formatTicks(_plot: uPlot, ticks: (number | null)[]): string[] {
  return ticks.map((tick) => (tick === null ? "" : short(tick)));
}

// A dot on the line under the crosshair, and none on the edges of its band, which uPlot's types do not foresee.
function cursorPoint(_plot: uPlot, series: number): HTMLElement {
  return (series % SERIES_PER_LINE === 0 ? document.createElement("div") : null) as HTMLElement;
}
