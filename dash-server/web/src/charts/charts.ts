// The grid of charts and the toolbar over it.

import type { Overlay } from "../runs/overlays";
import type { Session } from "../session";
import { byId, setText } from "../shell/dom";
import { keepFocus } from "../shell/focus";
import type { FrameLoop } from "../shell/frame_loop";
import { onThemeChange, readPalette } from "../shell/palette";
import { Panel } from "./panel";
import { PANELS } from "./panels";
import { XView, type Axis } from "./x_view";

// Rows a smoothed value looks back on, by position of the slider.
const SPANS = [1, 3, 10, 30, 100, 300, 1000] as const;

/** All charts of the page. */
export class Charts {
  readonly #view: XView;
  readonly #panels: { panel: Panel; redraw: (now?: boolean) => void }[];
  readonly #smoothing = byId<HTMLInputElement>("smoothing");
  readonly #hold = byId<HTMLButtonElement>("hold");
  readonly #zoomReset = byId<HTMLButtonElement>("zoom-reset");
  readonly #session: Session;
  #learns: boolean;
  #overlays: readonly Overlay[] = [];

  constructor(session: Session, loop: FrameLoop) {
    const { history } = session;
    this.#session = session;
    this.#learns = session.learns;
    this.#view = new XView(history);
    let palette = readPalette();
    this.#panels = PANELS.map((spec) => {
      // Before the server has told anything, the first board comes before empty charts.
      const redraw: (now?: boolean) => void = loop.inTurn(() => session.status && panel.draw());
      const panel: Panel = new Panel(spec, {
        history,
        learns: () => session.learns,
        changes: () => session.changes,
        run: () => session.status?.run ?? "run",
        view: this.#view,
        palette: () => palette,
        viewChanged: () => this.#viewChanged(),
        redraw: () => redraw(true),
        span: this.#span(),
      });
      return { panel, redraw };
    });
    byId("charts").append(...this.#panels.map(({ panel }) => panel.element));
    onThemeChange(() => {
      palette = readPalette();
      for (const { panel } of this.#panels) panel.paint();
    });
    this.#bindToolbar();
    this.redraw(true);
  }

  /** Brings every chart up to date, each in its turn; at once after something a person did, or with its first value. */
  redraw(now = false): void {
    if (this.#view.held && !now) return;
    for (const { panel, redraw } of this.#panels) {
      panel.settle();
      redraw(now || panel.outdated);
    }
    const { learns, history } = this.#session;
    byId("charts-note").hidden = learns || history.tables.episodes.length > 0;
  }

  /** Brings up the charts that the run can have values for. */
  follow(): void {
    if (this.#session.learns === this.#learns) return;
    this.#learns = this.#session.learns;
    this.setOverlays(this.#overlays);
  }

  /** Lays the curves of other runs over every chart. */
  setOverlays(overlays: readonly Overlay[]): void {
    this.#overlays = overlays;
    this.#view.include(overlays.map(({ history }) => history));
    for (const { panel } of this.#panels) panel.setOverlays(overlays);
    this.redraw(true);
  }

  /** Shows another run from its beginning: what was zoomed to or held is a stretch of the last one. */
  begin(): void {
    if (this.#view.held) this.toggleHold();
    if (this.#view.zoomed) this.resetZoom();
  }

  /** Holds the charts as they are while training goes on, or lets them go on. */
  toggleHold(): void {
    this.#view.hold(!this.#view.held);
    this.#hold.setAttribute("aria-pressed", String(this.#view.held));
    this.redraw(true);
  }

  /** Shows the whole history again. */
  resetZoom(): void {
    this.#view.reset();
    this.#viewChanged();
  }

  #bindToolbar(): void {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="axis"]')) {
      // Browsers bring a form's old state back on reload.
      radio.checked = radio.value === this.#view.axis;
      radio.addEventListener("change", () => {
        this.#view.setAxis(radio.value as Axis);
        this.#viewChanged();
      });
    }
    this.#smoothing.addEventListener("input", () => {
      for (const { panel } of this.#panels) panel.setSpan(this.#span());
      this.#nameSpan();
      this.redraw(true);
    });
    this.#hold.addEventListener("click", () => this.toggleHold());
    this.#zoomReset.addEventListener("click", () => this.resetZoom());
    this.#nameSpan();
  }

  #viewChanged(): void {
    keepFocus(() => (this.#zoomReset.hidden = !this.#view.zoomed));
    this.redraw(true);
  }

  #span(): number {
    return SPANS[Number(this.#smoothing.value)] ?? 1;
  }

  #nameSpan(): void {
    const span = this.#span();
    const words = span === 1 ? "off" : `${span} values`;
    setText(byId("smoothing-value"), words);
    this.#smoothing.setAttribute("aria-valuetext", words);
  }
}
