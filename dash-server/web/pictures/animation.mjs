// PNG pictures of one size to one GIF that repeats for ever.

import gifenc from "gifenc";
import { PNG } from "pngjs";

const { applyPalette, GIFEncoder, quantize } = gifenc;

const MILLISECONDS = 200;
/** How long the last picture stays before the first one comes again. */
const LAST = 3_000;
/** Few, for half the bytes. One of 64 means: as before. */
const COLOURS = 63;
/** Pictures, evenly spread, of which the colours are chosen. */
const SAMPLES = 6;

/** The bytes of the animation. */
export function animate(files) {
  const pictures = files.map((file) => PNG.sync.read(file));
  const { width, height } = pictures[0];
  const palette = coloursOf(pictures);
  const same = palette.length;
  const encoder = GIFEncoder();
  let shown = null;
  for (const [index, { data }] of pictures.entries()) {
    const pixels = applyPalette(data, palette);
    // What has not changed packs to almost nothing.
    const drawn = shown ? pixels.map((colour, at) => (colour === shown[at] ? same : colour)) : pixels;
    encoder.writeFrame(drawn, width, height, {
      palette: index === 0 ? [...palette, [0, 0, 0]] : undefined,
      transparent: shown !== null,
      transparentIndex: same,
      delay: index === pictures.length - 1 ? LAST : MILLISECONDS,
      dispose: 1,
    });
    shown = pixels;
  }
  encoder.finish();
  return encoder.bytes();
}

function coloursOf(pictures) {
  const samples = Array.from({ length: SAMPLES }, (_, at) => pictures[Math.round((at * (pictures.length - 1)) / (SAMPLES - 1))]);
  return quantize(Buffer.concat(samples.map(({ data }) => data)), COLOURS);
}
