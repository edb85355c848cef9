// The speed slider: logarithmic from 1 to 10,000 steps a second, and unlimited at its end.

import { short, whole } from "../shell/format";

/** Position that means "as fast as it goes". */
export const UNLIMITED = 100;
const DECADES = 4;

/** Steps a second at a position of the slider, in two digits; null is unlimited. */
export function limitAt(position: number): number | null {
  if (position >= UNLIMITED) return null;
  const exact = 10 ** ((position / (UNLIMITED - 1)) * DECADES);
  return Number(exact.toPrecision(2));
}

/** The position nearest to a limit. */
export function positionOf(limit: number | null): number {
  if (limit === null) return UNLIMITED;
  const position = Math.round((Math.log10(Math.max(limit, 1)) / DECADES) * (UNLIMITED - 1));
  return Math.min(position, UNLIMITED - 1);
}

/** A limit in words. */
export function limitWords(limit: number | null): string {
  if (limit === null) return "unlimited";
  return `${limit < 100 ? short(limit) : whole(limit)} ${limit === 1 ? "step" : "steps"} a second`;
}
