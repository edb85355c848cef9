// The values under the crosshair, or the newest ones, above a chart.

import { element, setText } from "../shell/dom";
import { NOTHING, short } from "../shell/format";
import type { Palette } from "../shell/palette";
import { SAMPLE, swatchOf } from "./dashes";
import type { DrawnLine, Line } from "./panels";
import type { Values } from "./thin";
import { SERIES_PER_LINE } from "./plot_options";

/** One key for each line of the chart: its colour, name and value. */
export class Readout {
  readonly element = element("div", "readout");
  readonly #lines: readonly DrawnLine[];
  readonly #keys: { swatch: HTMLElement; value: HTMLElement }[];
  readonly #hidden = new Set<number>();

  /**
   * `toggled` is called when a line was switched on or off, which only makes sense beside another one. What was switched off
   * in the readout of `before` stays so.
   */
  constructor(lines: readonly DrawnLine[], toggled: () => void, before?: Readout) {
    this.#lines = lines;
    const off = lines.length > 1 ? (before?.switchedOff ?? []) : [];
    this.#keys = lines.map((line, index) => {
      if (off.some((other) => other.label === line.label && other.history === line.history)) this.#hidden.add(index);
      const key = element(lines.length > 1 ? "button" : "span", "key");
      if (key instanceof HTMLButtonElement) {
        key.type = "button";
        key.title = `Show or hide ${line.label}`;
        key.setAttribute("aria-pressed", String(this.visible(index)));
        key.addEventListener("click", () => {
          if (!this.#hidden.delete(index)) this.#hidden.add(index);
          key.setAttribute("aria-pressed", String(this.visible(index)));
          toggled();
        });
      }
      const swatch = element("span", "swatch");
      const value = element("b", "", NOTHING);
      value.title = meaning(line);
      key.append(swatch, line.label, value);
      this.element.append(key);
      return { swatch, value };
    });
  }

  /** Whether a line is shown. */
  visible(line: number): boolean {
    return !this.#hidden.has(line);
  }

  /** The lines that are not shown. */
  get switchedOff(): readonly DrawnLine[] {
    return this.#lines.filter((_, index) => !this.visible(index));
  }

  /** Takes on the colours of the theme. */
  paint(palette: Palette): void {
    this.#keys.forEach(({ swatch }, index) => {
      const { colour, dash } = this.#lines[index]!;
      swatch.style.background = swatchOf(palette.series[colour], dash);
      if (dash) swatch.style.width = `${SAMPLE}px`;
    });
  }

  /** Shows the values at `index`, or the newest ones if it is null. */
  show(series: readonly Values[], index: number | null): void {
    this.#keys.forEach(({ value }, line) => {
      const first = SERIES_PER_LINE * line;
      const at = lastValue(series[first + 2] ?? [], index);
      const [low, high, own] = [series[first]?.[at], series[first + 1]?.[at], series[first + 2]?.[at]];
      const [from, to] = [short(low ?? Number.NaN), short(high ?? Number.NaN)];
      const spread = from === to ? "" : ` (${from} – ${to})`;
      setText(value, own == null ? NOTHING : short(own) + spread);
    });
  }
}

// What the number beside a line is, and the two in brackets behind it.
function meaning({ smooth, band }: Line): string {
  const brackets = band ? "the 95 % confidence interval" : "the lowest and the highest of the values at this place";
  return `${smooth ? "Smoothed" : "The value here"}; in brackets ${brackets}`;
}

// Lines of different tables share the x axis, so the value that counts may stand a little further left.
function lastValue(values: Values, index: number | null): number {
  let at = Math.min(index ?? values.length - 1, values.length - 1);
  while (at >= 0 && values[at] === null) at -= 1;
  return at;
}
