// How the values of a configuration are written in a form, and read from it.

import { decimal } from "../shell/decimal";
import type { FormField } from "../wire/form";

const SCHEDULES = ["linear", "exponential", "cosine"];

/** What a person wrote cannot be meant; the text says what can. */
export class FormError extends Error {
  override name = "FormError";
}

/** A value of the configuration as a person would write it; empty if there is none. */
export function written(value: unknown, { kind }: FormField): string {
  if (value === undefined || value === null) return "";
  if (kind === "sizes" && Array.isArray(value)) return value.join(", ");
  if (kind === "schedule" && typeof value === "object") {
    const [[shape, parts] = ["", null]] = Object.entries(value as Record<string, unknown>);
    if (shape === "constant") return String(parts);
    const { from, to, over } = (parts ?? {}) as Record<string, unknown>;
    return SCHEDULES.includes(shape) ? `${shape} ${String(from)} ${String(to)} ${String(over)}` : shape;
  }
  if (kind === "switch") return value === true ? "on" : "off";
  return String(value);
}

/** The value that a person wrote. Throws a FormError in words. */
export function parsed(text: string, field: FormField): unknown {
  switch (field.kind) {
    case "choice":
      return text;
    case "switch":
      return text === "on";
    case "integer":
      return bounded(wholeNumber(text), field);
    case "number":
      return bounded(anyNumber(text), field);
    case "sizes":
      return text.split(/[\s,]+/).filter(Boolean).map((part) => bounded(size(part), field));
    case "schedule":
      return schedule(text, field);
  }
}

function schedule(text: string, field: FormField): unknown {
  const [shape, ...parts] = text.trim().split(/\s+/);
  if (parts.length === 0) return { constant: bounded(anyNumber(shape!), field) };
  if (!SCHEDULES.includes(shape!) || parts.length !== 3) {
    throw new FormError("Write a number, or linear, exponential or cosine with start, end and steps.");
  }
  const [from, to] = parts.slice(0, 2).map((part) => bounded(anyNumber(part), field));
  return { [shape!]: { from, to, over: wholeNumber(parts[2]!) } };
}

function anyNumber(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value)) throw new FormError(`“${text}” is not a number.`);
  return value;
}

function wholeNumber(text: string): number {
  const value = anyNumber(text);
  if (!Number.isSafeInteger(value)) throw new FormError(`“${text}” is not a whole number.`);
  return value;
}

// In 1,000 the comma parts no sizes.
function size(text: string): number {
  if (/^0\d/.test(text)) throw new FormError("A comma stands between two sizes: write 1000, not 1,000.");
  return wholeNumber(text);
}

function bounded(value: number, { min, max }: FormField): number {
  if ((min === null || value >= min) && (max === null || value <= max)) return value;
  if (min !== null && max !== null) throw new FormError(`Between ${min} and ${max}.`);
  throw new FormError(min !== null ? `At least ${min}.` : `At most ${max}.`);
}
