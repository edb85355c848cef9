// Numbers as people read them.

/** What stands for "no value". */
export const NOTHING = "–";

const UNITS = [[1e9, "B"], [1e6, "M"], [1e3, "k"]] as const;
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A whole number in full: 1,234,567. */
export function whole(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : NOTHING;
}

/** A number in about three digits: 0.0012, 1.23, 45.6, 789, 12.3k, 4.56M, 1.2e-7. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 999.5e9 || size < 0.0005) return value.toExponential(1).replace("e+", "e");
  for (const [unit, suffix] of UNITS) {
    if (size >= unit * 0.9995) return trim((value / unit).toPrecision(3)) + suffix;
  }
  return trim(size < 1 ? value.toPrecision(2) : value.toPrecision(3));
}

/** A number in four digits, for telling near ones apart: 17.25, 0.4312. */
export function fine(value: number): string {
  const size = Math.abs(value);
  return size >= 0.001 && size < 9999.5 ? value.toPrecision(4) : short(value);
}

/** A number as a headline: in full up to 99,999, without decimals from 100 on, and short elsewhere. */
export function headline(value: number): string {
  const size = Math.abs(value);
  return size >= 100 && size < 99_999.5 ? whole(value) : short(value);
}

/** A span of seconds: 8 s, 1:05, 2:03:04; with as many decimals as tell it from one that is `apart` from it. */
export function duration(seconds: number, apart = 1): string {
  if (!Number.isFinite(seconds)) return NOTHING;
  const digits = decimals(apart);
  if (digits === 0 && seconds < 60) return `${seconds < 10 && seconds % 1 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const rounded = Number(seconds.toFixed(digits));
  if (rounded < 60) return `${rounded.toFixed(digits)} s`;
  const total = Math.floor(rounded);
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  const fraction = digits > 0 ? (rounded - total).toFixed(digits).slice(1) : "";
  return (hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`) + fraction;
}

/** A number in as many digits as tell it from one that is `apart` from it: 1.012M, or in full where that is not longer. */
export function tick(value: number, apart: number): string {
  const [unit, suffix] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  const digits = decimals(apart / unit);
  if (unit > 1 && digits <= 3) return trim((value / unit).toFixed(digits)) + suffix;
  return new Intl.NumberFormat("en", { maximumFractionDigits: decimals(apart) }).format(value);
}

/** Decimals with which multiples of `apart` are written; those of a fraction that does not end are cut off. */
function decimals(apart: number): number {
  let digits = 0;
  const isWhole = (value: number) => Math.abs(value - Math.round(value)) <= 1e-6 * value;
  while (digits < 15 && !isWhole(apart * 10 ** digits)) digits += 1;
  return digits;
}

function trim(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
