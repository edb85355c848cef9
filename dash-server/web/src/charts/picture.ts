// A chart as a picture that stands on its own: title, key and plot on the colour of the card.

import { SAMPLE, type Dash } from "./dashes";

const EDGE = 16;
/** From the top to the middle of the key's first row, from there to the next, and from the last to the plot. */
const [FIRST, ROW, REST] = [44, 18, 14];
/** From a line's sample to its name, and from a name to the next sample. */
const [BESIDE, BETWEEN] = [6, 16];
const SMALL = "12px system-ui, sans-serif";

/** One line of the key. */
export interface Key {
  label: string;
  colour: string;
  /** How its line is dashed, if it is. */
  dash?: Dash | undefined;
}

/** The colours of the theme. */
export interface Ink {
  paper: string;
  text: string;
  muted: string;
}

/** Where names of these widths stand: side by side, and in another row where `room` ends. */
export function placesOf(widths: readonly number[], room: number): { left: number; row: number }[] {
  let [left, row] = [0, 0];
  return widths.map((width) => {
    const taken = SAMPLE + BESIDE + width;
    if (left > 0 && left + taken > room) [left, row] = [0, row + 1];
    const place = { left, row };
    left += taken + BETWEEN;
    return place;
  });
}

/** Draws it at the resolution of the plot. */
export function pictureOf(plot: HTMLCanvasElement, title: string, keys: readonly Key[], ink: Ink): Promise<Blob> {
  const scale = window.devicePixelRatio || 1;
  const picture = document.createElement("canvas");
  const context = picture.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  context.font = SMALL;
  const places = placesOf(keys.map(({ label }) => context.measureText(label).width), plot.width / scale);
  const head = FIRST + ROW * (places.at(-1)?.row ?? 0) + REST;
  // Setting a size clears the canvas and forgets its font.
  picture.width = plot.width + 2 * EDGE * scale;
  picture.height = plot.height + (head + EDGE) * scale;
  context.fillStyle = ink.paper;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(plot, EDGE * scale, head * scale);
  context.scale(scale, scale);
  context.textBaseline = "middle";
  context.font = "620 15px system-ui, sans-serif";
  context.fillStyle = ink.text;
  context.fillText(title, EDGE, 20);
  context.font = SMALL;
  const room = plot.width / scale - SAMPLE - BESIDE;
  keys.forEach((key, index) => drawKey(context, key, places[index]!, room, ink));
  return new Promise((resolve, reject) =>
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser made no picture"))), "image/png"),
  );
}

function drawKey(
  context: CanvasRenderingContext2D, { label, colour, dash }: Key, place: { left: number; row: number }, room: number,
  ink: Ink,
): void {
  const [left, middle] = [EDGE + place.left, FIRST + ROW * place.row];
  context.strokeStyle = colour;
  context.lineWidth = dash ? 2 : 3;
  context.setLineDash([...(dash ?? [])]);
  context.beginPath();
  context.moveTo(left, middle);
  context.lineTo(left + SAMPLE, middle);
  context.stroke();
  context.fillStyle = ink.muted;
  // A name that is longer than the picture is wide is written narrower.
  context.fillText(label, left + SAMPLE + BESIDE, middle, room);
}
