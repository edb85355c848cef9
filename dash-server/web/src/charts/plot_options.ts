// The look and behaviour of one chart in uPlot's terms.

import type uPlot from "uplot";
import { short } from "../shell/format";
import type { Palette } from "../shell/palette";
import type { Change } from "../wire/messages";
import { drawMarks } from "./marks";
import type { DrawnLine, PanelSpec, Side } from "./panels";
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
  changes: () => readonly Change[];
  log: boolean;
  zoomed: (from: number, to: number) => void;
  reset: () => void;
  cursorMoved: () => void;
}

/** Options of the chart of `spec` with these lines for a plot of this size. */
export function plotOptions(
  spec: PanelSpec, lines: readonly DrawnLine[], context: PlotContext, width: number, height: number,
): uPlot.Options {
  const { palette, view } = context;
  const muted = () => palette().muted;
  const grid: uPlot.Axis.Grid = { stroke: () => palette().grid, width: 1 };
  const axis = { stroke: muted, grid, ticks: { show: false }, font: FONT, gap: 4 } as const;
  const right = lines.some((line) => line.side === "right");
  const valueAxis = (side: Side): uPlot.Axis => {
    const splits = (_plot: uPlot, _axis: number, low: number, high: number) => logTicks(low, high, unitOf(spec, side));
    const ticks = context.log ? { splits } : {};
    return { ...axis, ...ticks, size: 46, space: 34, values: formatTicks, filter: (_plot, all) => all };
  };
  return {
    width,
    height,
    legend: { show: false },
    scales: {
      x: { time: false, range: () => view.range() },
      y: valueScale(spec, "left", context.log),
      ...(right ? { y2: valueScale(spec, "right", context.log) } : {}),
    },
    axes: [
      {
        ...axis, size: 26, space: 64,
        values: (_plot, ticks, _axis, _space, apart) => ticks.map((tick) => view.format(tick, apart)),
      },
      { ...valueAxis("left"), scale: "y" },
      ...(right ? [{ ...valueAxis("right"), scale: "y2", side: 1 as const, grid: { show: false } }] : []),
    ],
    series: [{}, ...lines.flatMap((line) => lineSeries(line, palette))],
    bands: lines.flatMap((line, index) => line.dash ? [] : [{
      series: [SERIES_PER_LINE * index + 2, SERIES_PER_LINE * index + 1] as [number, number],
      fill: () => palette().series[line.colour] + BAND_FILL,
    }]),
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
      drawAxes: [(plot) => drawMarks(plot, context.changes(), view, palette(), spec.marks ?? false)],
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

function lineSeries(line: DrawnLine, palette: () => Palette): uPlot.Series[] {
  const scale = line.side === "right" ? "y2" : "y";
  const colour = () => palette().series[line.colour];
  const edge: uPlot.Series = { scale, show: !line.dash, spanGaps: true, width: 1, stroke: () => colour() + BAND_EDGE, points: { show: false } };
  const points: uPlot.Series.Points = line.dots ? { show: dotsFit, size: 6, fill: colour } : { show: false };
  const dash = line.dash ? { dash: [...line.dash] } : {};
  return [edge, edge, { scale, spanGaps: true, width: line.dash ? 1.5 : 2, stroke: colour, points, ...dash }].map((series) => ({ ...series }));
}

/** uPlot itself would count the rows between the dots too, which have values in other lines. */
function dotsFit(plot: uPlot, series: number, from: number, to: number): boolean {
  return standApart(plot.data[series] ?? [], from, to, plot.bbox.width / devicePixelRatio);
}

/** Whether so many pixels keep a dot for each value apart from the next: touching ones would be a thick line, dear to draw. */
export function standApart(values: uPlot.AlignedData[number], from: number, to: number, pixels: number): boolean {
  let count = 0;
  for (let index = from; index <= to; index++) if (values[index] != null) count++;
  return 8 * count <= pixels;
}

function valueScale(spec: PanelSpec, side: Side, log: boolean): uPlot.Scale {
  if (!log) return { range: (_plot, low, high) => linearRange(low, high) };
  if (!spec.zero) return { distr: 3, range: (_plot, low, high) => logRange(low, high, false) };
  const unit = unitOf(spec, side);
  return { distr: 4, asinh: unit, range: (_plot, low, high) => logRange(low, high, true, unit, spec.units !== undefined) };
}

// The size below which the logarithmic scale of a side is linear.
function unitOf({ units }: PanelSpec, side: Side): number {
  return units?.[side] ?? 1;
}

/** Room for values between `low` and `high`: from zero, if none is below, and a little above the highest. */
export function linearRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const padding = 0.06 * (high - Math.min(low, 0)) || Math.abs(high) * 0.06 || 1;
  return [low < 0 ? low - padding : 0, high + padding];
}

/**
 * Room for values on a logarithmic axis. Where `zero` may occur the axis is linear below `unit`, holds values of either sign,
 * and begins at zero if nothing is below; unless `close`, when it begins at the lowest value.
 */
export function logRange(
  low: number | null, high: number | null, zero: boolean, unit = 1, close = false,
): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return zero ? [0, 10 * unit] : [0.1, 1];
  if (!zero) return high > 0 ? [low / 1.25, high * 1.25] : [0.1, 1];
  if (low === 0 && high === 0) return [0, 10 * unit];
  const [bottom, top] = [Math.min(low * 1.25, low / 1.25), Math.max(high * 1.25, high / 1.25)];
  // A value of zero has its own air only beside those below it, as the axis begins there otherwise.
  const air = 0.25 * Math.min(-low, unit);
  return [low < 0 || (close && low > 0) ? bottom : 0, high === 0 ? air : top];
}

/**
 * Powers of ten between `low` and `high`, with 2 and 5 between them where few fit, and 0 and negatives in kind. Around zero
 * there are none below `unit`, where they would stand on each other, unless all values are below.
 */
export function logTicks(low: number, high: number, unit = 1): number[] {
  const decade = (value: number) => Math.floor(Math.log10(value));
  if (low > 0) return between(low, high, decade(low), decade(high));
  const mirrored = (ticks: readonly number[]) => [...ticks].reverse().map((tick) => (tick === 0 ? 0 : -tick));
  if (high < 0) return mirrored(logTicks(-high, -low, unit));
  const size = Math.max(-low, high);
  const first = Math.min(decade(unit), decade(size));
  const side = (end: number) => between(0, end, decade(end) - first > 3 ? first + 1 : first, decade(end));
  return [...mirrored(side(-low)), 0, ...side(high)];
}

function between(low: number, high: number, first: number, last: number): number[] {
  const stride = Math.max(1, Math.ceil((last - first) / 5));
  const factors = last - first < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = first; power <= last; power += stride) {
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  const within = ticks.filter((tick) => tick >= low && tick <= high);
  return low > 0 && within.length < 2 ? evenly(low, high) : within;
}

// At most six round numbers, for a stretch so short that it holds hardly a power of ten.
function evenly(low: number, high: number): number[] {
  const power = Math.floor(Math.log10((high - low) / 5));
  const factor = [1, 2, 5, 10].find((each) => (high - low) / (each * 10 ** power) <= 5)!;
  const ticks: number[] = [];
  for (let times = Math.ceil(low / (factor * 10 ** power)); times * factor * 10 ** power <= high; times++) {
    ticks.push(Number(`${times * factor}e${power}`));
  }
  return ticks;
}

function formatTicks(_plot: uPlot, ticks: (number | null)[]): string[] {
  return ticks.map((tick) => (tick === null ? "" : short(tick)));
}

// A dot on the line under the crosshair, and none on the edges of its band, which uPlot's types do not foresee.
function cursorPoint(_plot: uPlot, series: number): HTMLElement {
  return (series % SERIES_PER_LINE === 0 ? document.createElement("div") : null) as HTMLElement;
}
