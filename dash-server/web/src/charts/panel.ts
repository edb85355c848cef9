// One chart card: title, readout, scale switch and the plot.

import uPlot from "uplot";
import type { History } from "../history/history";
import type { Overlay } from "../runs/overlays";
import { element } from "../shell/dom";
import { download } from "../shell/download";
import type { Palette } from "../shell/palette";
import type { Change } from "../wire/messages";
import { csvOf } from "./csv";
import { DASHES } from "./dashes";
import { possibleLines, type DrawnLine, type Line, type PanelSpec } from "./panels";
import { PanelData } from "./panel_data";
import { pictureOf } from "./picture";
import { plotOptions, SERIES_PER_LINE } from "./plot_options";
import { Readout } from "./readout";
import type { Thinned } from "./thin";
import type { XView } from "./x_view";

const ROWS = "Download the rows shown as CSV, without those of runs laid over";

/** What a chart needs from the group it stands in. */
export interface PanelContext {
  history: History;
  /** Whether the run that is shown learns. */
  learns: () => boolean;
  /** What people have changed while training ran. */
  changes: () => readonly Change[];
  /** Name of the run, for the names of files. */
  run: () => string;
  view: XView;
  palette: () => Palette;
  /** The shared horizontal axis was changed in this chart. */
  viewChanged: () => void;
  /** The chart wants to be drawn again. */
  redraw: () => void;
  span: number;
}

/** A chart of the page. */
export class Panel {
  readonly element = element("section", "card chart");
  readonly #spec: PanelSpec;
  readonly #context: PanelContext;
  /** The lines of the run that is shown, then those of each run that is laid over it. */
  #lines: readonly DrawnLine[] = [];
  #data: PanelData;
  #readout: Readout;
  #span: number;
  readonly #plotBox = element("div", "plot");
  readonly #empty: HTMLElement;
  readonly #scaleButton = element("button", "scale", "Log");
  /** Whether the chart can be seen; what is out of sight is drawn when it comes into sight. */
  #inSight = false;
  #log: boolean;
  #plot: uPlot | null = null;
  #shown: Thinned = { x: [], series: [] };
  /** How many points it shows. */
  #points = 0;

  constructor(spec: PanelSpec, context: PanelContext) {
    this.#spec = spec;
    this.#context = context;
    this.#span = context.span;
    this.#empty = element("p", "empty", spec.empty);
    this.#lines = this.#linesWith([]);
    this.#data = new PanelData(this.#lines, this.#span);
    this.#readout = new Readout(this.#lines, () => this.#context.redraw());
    this.#log = spec.scale === "log";
    const title = element("h2", "", spec.title);
    title.id = `chart-${spec.id}-title`;
    const header = element("header");
    header.append(
      title,
      this.#button(element("button", "save", "CSV"), ROWS, () => this.#saveRows()),
      this.#button(element("button", "save", "PNG"), "Download the chart as a picture", () => void this.#savePicture()),
      this.#button(this.#scaleButton, "Logarithmic vertical axis", () => this.#toggleScale()),
    );
    this.#plotBox.append(this.#empty);
    this.element.id = `chart-${spec.id}`;
    this.element.setAttribute("aria-labelledby", title.id);
    this.element.append(header, this.#readout.element, this.#plotBox);
    this.#markScale();
    this.paint();
    new ResizeObserver(() => this.#resize()).observe(this.#plotBox);
    new IntersectionObserver((entries) => this.#sight(entries.at(-1)?.isIntersecting ?? false)).observe(this.element);
  }

  /** Takes on the colours of the theme. */
  paint(): void {
    this.#readout.paint(this.#context.palette());
    this.#plot?.redraw(false, true);
  }

  /** About how many rows a smoothed value looks back on. */
  setSpan(span: number): void {
    this.#span = span;
    this.#data.setSpan(span);
  }

  /** Lays the curves of other runs over its own. */
  setOverlays(overlays: readonly Overlay[]): void {
    this.#lines = this.#linesWith(overlays);
    this.#data = new PanelData(this.#lines, this.#span);
    const readout = new Readout(this.#lines, () => this.#context.redraw(), this.#readout);
    this.#readout.element.replaceWith(readout.element);
    this.#readout = readout;
    this.#readout.paint(this.#context.palette());
    // uPlot fixes its series when the chart is made.
    this.#plot?.destroy();
    this.#plot = null;
  }

  /**
   * Comes or goes: where a trained model only plays, a chart is there once it has a value, because the first game may last
   * for days, and much is never learned.
   */
  settle(): void {
    const known = this.#lines.some(hasValue);
    this.element.hidden = !this.#context.learns() && !known;
    // What is out of sight is drawn later, and must not say until then that there is nothing.
    if (known && !this.#inSight) this.#empty.hidden = true;
  }

  /** Whether it is seen to say that there is nothing although there is something. */
  get outdated(): boolean {
    return this.#inSight && this.#points === 0 && this.#lines.some(hasValue);
  }

  /** Brings the chart up to date with the history. */
  draw(): void {
    if (!this.#inSight) return;
    const width = this.#plotBox.clientWidth;
    if (width === 0) return;
    const { view } = this.#context;
    this.#shown = this.#data.gather(view.axis, view.range(), width);
    // Rows without a value in any line are nothing to be seen.
    const hasValues = this.#shown.series.some((values) => values.some((value) => value !== null));
    this.#points = hasValues ? this.#shown.x.length : 0;
    this.#empty.hidden = this.#points > 0;
    this.element.dataset["points"] = String(this.#points);
    if (this.#plot) this.#plot.setData(this.#drawn());
    else this.#plot = this.#create();
    this.#showReadout();
  }

  /** The lines of the run that is shown. */
  get #own(): readonly Line[] {
    return possibleLines(this.#spec, this.#context.learns());
  }

  #linesWith(overlays: readonly Overlay[]): DrawnLine[] {
    const own = this.#own.map((line) => ({ ...line, history: this.#context.history }));
    return [...own, ...laidOver(this.#spec, overlays)];
  }

  #create(): uPlot {
    const { palette, view, viewChanged, changes } = this.#context;
    const options = plotOptions(
      this.#spec,
      this.#lines,
      {
        palette,
        view,
        changes,
        log: this.#log,
        zoomed: (from, to) => {
          view.zoom(from, to);
          viewChanged();
        },
        reset: () => {
          view.reset();
          viewChanged();
        },
        cursorMoved: () => this.#showReadout(),
      },
      this.#plotBox.clientWidth,
      this.#plotBox.clientHeight,
    );
    return new uPlot(options, this.#drawn(), this.#plotBox);
  }

  // A line that is switched off keeps its place, and no values.
  #drawn(): uPlot.AlignedData {
    const { x, series } = this.#shown;
    const visible = (index: number) => this.#readout.visible(Math.floor(index / SERIES_PER_LINE));
    return [x, ...series.map((values, index) => (visible(index) ? values : values.map(() => null)))];
  }

  #button(button: HTMLButtonElement, title: string, act: () => void): HTMLButtonElement {
    button.type = "button";
    button.title = title;
    // Each chart has buttons of these names.
    button.setAttribute("aria-label", `${button.textContent}, ${this.#spec.title}`);
    button.addEventListener("click", act);
    return button;
  }

  #saveRows(): void {
    const { history, view, run } = this.#context;
    const rows = csvOf(this.#own, history, view.axis, view.range());
    download(`${run()}-${this.#spec.id}.csv`, new Blob([rows], { type: "text/csv" }));
  }

  async #savePicture(): Promise<void> {
    if (!this.#plot) return;
    const palette = this.#context.palette();
    const lines = this.#lines.filter((_, index) => this.#readout.visible(index));
    const keys = lines.map(({ label, colour, dash }) => ({ label, colour: palette.series[colour], dash }));
    const picture = await pictureOf(this.#plot.ctx.canvas, this.#spec.title, keys, palette);
    download(`${this.#context.run()}-${this.#spec.id}.png`, picture);
  }

  #showReadout(): void {
    this.#readout.show(this.#shown.series, this.#plot?.cursor.idx ?? null);
  }

  #sight(inSight: boolean): void {
    if (inSight === this.#inSight) return;
    this.#inSight = inSight;
    // A canvas that is not laid out is not composited either.
    this.#plot?.root.toggleAttribute("hidden", !inSight);
    if (inSight) this.#context.redraw();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#plotBox;
    if (width === 0) return;
    this.#plot?.setSize({ width, height });
    this.#context.redraw();
  }

  #toggleScale(): void {
    this.#log = !this.#log;
    this.#markScale();
    // uPlot fixes the kind of a scale when the chart is made.
    this.#plot?.destroy();
    this.#plot = null;
    this.#context.redraw();
  }

  #markScale(): void {
    this.#scaleButton.setAttribute("aria-pressed", String(this.#log));
  }
}

// Every run that can be laid over was trained, whatever is shown below it.
function laidOver({ lines }: PanelSpec, overlays: readonly Overlay[]): DrawnLine[] {
  return overlays.flatMap(({ name, colour, history }) =>
    lines.map((line, index) => ({
      ...line,
      label: lines.length > 1 ? `${name}, ${line.label}` : name,
      colour,
      history,
      dash: DASHES[index] ?? DASHES[0]!,
    })),
  );
}

function hasValue({ history, table, column }: DrawnLine): boolean {
  return !Number.isNaN(history.tables[table].last(column));
}
