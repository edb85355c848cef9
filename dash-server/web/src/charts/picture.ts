// A chart as a picture that stands on its own: title, key and plot on the colour of the card.

const EDGE = 16;
const HEAD = 58;

/** One line of the key. */
export interface Key {
  label: string;
  colour: string;
}

/** The colours of the theme. */
export interface Ink {
  paper: string;
  text: string;
  muted: string;
}

/** Draws it at the resolution of the plot. */
export function pictureOf(plot: HTMLCanvasElement, title: string, keys: readonly Key[], ink: Ink): Promise<Blob> {
  const scale = window.devicePixelRatio || 1;
  const picture = document.createElement("canvas");
  picture.width = plot.width + 2 * EDGE * scale;
  picture.height = plot.height + (HEAD + EDGE) * scale;
  const context = picture.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  context.fillStyle = ink.paper;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(plot, EDGE * scale, HEAD * scale);
  context.scale(scale, scale);
  context.textBaseline = "middle";
  context.font = "620 15px system-ui, sans-serif";
  context.fillStyle = ink.text;
  context.fillText(title, EDGE, 20);
  context.font = "12px system-ui, sans-serif";
  let left = EDGE;
  for (const { label, colour } of keys) {
    context.fillStyle = colour;
    context.fillRect(left, 42, 13, 3);
    context.fillStyle = ink.muted;
    context.fillText(label, left + 19, 44);
    left += 19 + context.measureText(label).width + 16;
  }
  return new Promise((resolve, reject) =>
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser made no picture"))), "image/png"),
  );
}
