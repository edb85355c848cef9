// One chart card: title, readout, scale switch and the plot.

import uPlot from "uplot";
import type { History } from "../history/history";
import { element } from "../shell/dom";
import type { Palette } from "../shell/palette";
import type { PanelSpec } from "./panels";
import { PanelData } from "./panel_data";
import { plotOptions } from "./plot_options";
import { Readout } from "./readout";
import type { Thinned } from "./thin";
import type { XView } from "./x_view";

/** What a chart needs from the group it stands in. */
export interface PanelContext {
  history: History;
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
  readonly #data: PanelData;
  readonly #readout: Readout;
  readonly #plotBox = element("div", "plot");
  readonly #empty = element("p", "empty", "Nothing to show yet.");
  readonly #scaleButton = element("button", "scale", "Log");
  #log: boolean;
  #plot: uPlot | null = null;
  #shown: Thinned = { x: [], series: [] };

  constructor(spec: PanelSpec, context: PanelContext) {
    this.#spec = spec;
    this.#context = context;
    this.#data = new PanelData(spec, context.history, context.span);
    this.#readout = new Readout(spec.lines);
    this.#log = spec.scale === "log";
    const title = element("h2", "", spec.title);
    title.id = `chart-${spec.id}-title`;
    this.#scaleButton.type = "button";
    this.#scaleButton.title = "Logarithmic vertical axis";
    this.#scaleButton.addEventListener("click", () => this.#toggleScale());
    const header = element("header");
    header.append(title, this.#scaleButton);
    this.#plotBox.append(this.#empty);
    this.element.id = `chart-${spec.id}`;
    this.element.setAttribute("aria-labelledby", title.id);
    this.element.append(header, this.#readout.element, this.#plotBox);
    this.#markScale();
    this.paint();
    new ResizeObserver(() => this.#resize()).observe(this.#plotBox);
  }

  /** Takes on the colours of the theme. */
  paint(): void {
    this.#readout.paint(this.#context.palette());
    this.#plot?.redraw(false, true);
  }

  /** About how many rows a smoothed value looks back on. */
  setSpan(span: number): void {
    this.#data.setSpan(span);
  }

  /** Brings the chart up to date with the history. */
  draw(): void {
    const width = this.#plotBox.clientWidth;
    if (width === 0) return;
    const { view } = this.#context;
    this.#shown = this.#data.gather(view.axis, view.range(), width);
    const points = this.#shown.x.length;
    this.#empty.hidden = points > 0;
    this.element.dataset["points"] = String(points);
    if (this.#plot) this.#plot.setData([this.#shown.x, ...this.#shown.series]);
    else this.#plot = this.#create();
    this.#showReadout();
  }

  #create(): uPlot {
    const { palette, view, viewChanged } = this.#context;
    const options = plotOptions(
      this.#spec,
      {
        palette,
        view,
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
    return new uPlot(options, [this.#shown.x, ...this.#shown.series], this.#plotBox);
  }

  #showReadout(): void {
    this.#readout.show(this.#shown.series, this.#plot?.cursor.idx ?? null);
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
