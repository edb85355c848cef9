// The settings in which runs differ.

import type { Fields } from "../wire/fields";

/** One setting and its value in each run; null where a run does not have it. */
export interface Difference {
  key: string;
  values: (string | null)[];
}

/** Every setting that is not the same in all of `configs`, in the order in which they come. */
export function differences(configs: readonly Fields[]): Difference[] {
  const flat = configs.map((config) => flatten(config));
  const keys = new Set(flat.flatMap((settings) => [...settings.keys()]));
  return [...keys]
    .map((key) => ({ key, values: flat.map((settings) => settings.get(key) ?? null) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

function flatten(fields: Fields, prefix = "", into = new Map<string, string>()): Map<string, string> {
  for (const [key, value] of Object.entries(fields)) {
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable) flatten(value as Fields, `${prefix}${key}.`, into);
    else into.set(prefix + key, Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
  }
  return into;
}
