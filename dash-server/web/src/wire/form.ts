// What the server says of the fields of a configuration.

import { map, maps, optionalNumber, ProtocolError, text, texts, type Fields } from "./fields";

const KINDS = ["integer", "number", "choice", "switch", "sizes", "schedule"] as const;

/** What may be written into a field. */
export type FieldKind = (typeof KINDS)[number];

/** A field of the configuration that can be changed before a run. */
export interface FormField {
  /** Section and key: `agent.gamma`. */
  key: string;
  /** The game whose configurations have it; null for all. */
  game: string | null;
  label: string;
  doc: string;
  kind: FieldKind;
  /** Lowest value of each number in it; null for no bound. */
  min: number | null;
  max: number | null;
  choices: string[];
}

/** Reads the form; fields of a kind to come are left out. */
export function readForm(fields: Fields): FormField[] {
  return maps(fields, "form").flatMap((field) => {
    const kind = KINDS.find((known) => known === text(field, "kind"));
    const read = {
      key: text(field, "key"),
      game: field["game"] == null ? null : text(field, "game"),
      label: text(field, "label"),
      doc: text(field, "doc"),
      min: optionalNumber(field, "min"),
      max: optionalNumber(field, "max"),
      choices: texts(field, "choices"),
    };
    return kind ? [{ ...read, kind }] : [];
  });
}

/** Reads the configurations by the name of their preset. */
export function readConfigs(fields: Fields): Record<string, Fields> {
  const configs = map(fields["configs"], "configs");
  return Object.fromEntries(Object.entries(configs).map(([name, config]) => [name, map(config, `configs.${name}`)]));
}

/** The value at `agent.gamma` of a configuration. */
export function valueAt(config: Fields | undefined, key: string): unknown {
  return key.split(".").reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? (value as Fields)[part] : undefined), config,
  );
}

/** Puts a value at `agent.gamma` of a configuration. */
export function putAt(config: Record<string, unknown>, key: string, value: unknown): void {
  const parts = key.split(".");
  const last = parts.pop();
  if (last === undefined) throw new ProtocolError("a field of the form has no key");
  let section = config;
  for (const part of parts) section = (section[part] ??= {}) as Record<string, unknown>;
  section[last] = value;
}
