// The settings of a run that the page itself reads. A configuration may be a stranger's, out of a link or a file, and what
// is drawn follows it: a value that no run can have counts as one that is not there.

import type { Fields } from "./fields";

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => Number.isFinite(value);
const isWhole = (least: number, most: number): Check => (value) => Number.isInteger(value) && isWithin(value, least, most);

const CHECKS = {
  environment: {
    height: isWhole(4, 64),
    preview: isWhole(0, 14),
    reward_per_piece: isNumber,
    reward_per_line: isNumber,
  },
  agent: {
    gamma: (value) => isNumber(value) && isWithin(value, 0, 1),
    objective: (value) => value === "return" || value === "survival",
  },
} satisfies Record<string, Record<string, Check>>;

type Section = keyof typeof CHECKS;
type KeyOf<S extends Section> = keyof (typeof CHECKS)[S] & string;

/** A number of a configuration; undefined if it is not there, or is none that a run can have. */
export function numberOf<S extends Section>(config: Fields | null, section: S, key: KeyOf<S>): number | undefined {
  const value = settingOf(config, section, key);
  return typeof value === "number" ? value : undefined;
}

/** What the agent of a configuration is to learn; undefined if it is not said. */
export function objectiveOf(config: Fields | null): unknown {
  return settingOf(config, "agent", "objective");
}

/** The settings that are read, of a configuration from elsewhere, and nothing else of it. */
export function readSettings(config: Fields | null): Fields | null {
  if (!config) return null;
  const sections = Object.entries(CHECKS).map(([section, checks]) => {
    const settings = Object.keys(checks).map((key) => [key, settingOf(config, section as Section, key)] as const);
    return [section, Object.fromEntries(settings.filter(([, value]) => value !== undefined))] as const;
  });
  return Object.fromEntries(sections.filter(([, settings]) => Object.keys(settings).length > 0));
}

function settingOf(config: Fields | null, section: Section, key: string): unknown {
  const settings = config?.[section];
  if (typeof settings !== "object" || settings === null) return undefined;
  const value = (settings as Fields)[key];
  const checks: Readonly<Record<string, Check>> = CHECKS[section];
  return checks[key]?.(value) ? value : undefined;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number(value) >= least && Number(value) <= most;
}
