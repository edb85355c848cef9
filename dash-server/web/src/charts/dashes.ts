// How the lines of runs that are laid over are dashed, in charts, beside their names and in pictures.

/** Pixels of a dash and of the gap behind it. */
export type Dash = readonly [on: number, off: number];

/** The dashes of the lines of a run that is laid over, in turn: a second one is dotted. */
export const DASHES: readonly Dash[] = [[7, 4], [2, 3]];

/** Pixels of the sample of a line beside its name: two dashes with a gap between them, or four dots. */
export const SAMPLE = 18;

/** The background of a sample of a line, as a style. */
export function swatchOf(colour: string, dash?: Dash): string {
  if (!dash) return colour;
  const [on, off] = dash;
  return `repeating-linear-gradient(90deg, ${colour} 0 ${on}px, transparent ${on}px ${on + off}px)`;
}
