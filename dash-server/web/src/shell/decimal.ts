// Numbers as people write them.

const DIGITS = String.raw`\d+(?:_\d+)*`;
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?\\d+)?$`, "i");

/** The number that is written, digits perhaps grouped by `_`; NaN for anything else, such as 0x10, which is not meant. */
export function decimal(text: string): number {
  const written = text.trim();
  return DECIMAL.test(written) ? Number(written.replaceAll("_", "")) : Number.NaN;
}
