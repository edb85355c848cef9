// The colours of the style sheet, for what is drawn on canvases.

/** Colour names of chart series; safe for any colour vision in this order. */
export type SeriesColour = "blue" | "orange" | "green" | "red" | "purple";

/** The colours of the theme in use. */
export interface Palette {
  grid: string;
  muted: string;
  text: string;
  /** What charts stand on. */
  paper: string;
  series: Record<SeriesColour, string>;
}

/** Reads the palette of the present colour scheme. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    grid: read("--grid"),
    muted: read("--muted"),
    text: read("--text"),
    paper: read("--card"),
    series: {
      blue: read("--series-blue"),
      orange: read("--series-orange"),
      green: read("--series-green"),
      red: read("--series-red"),
      purple: read("--series-purple"),
    },
  };
}

/** Calls `changed` whenever the system goes from light to dark or back. */
export function onThemeChange(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
