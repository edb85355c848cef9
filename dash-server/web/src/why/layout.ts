// Which features of a placement have a column in the table, and which share one.

/** Most features with a column of their own: more could not be read. */
const MOST = 16;

/** The columns for the features of a network. */
export interface Layout {
  /** Places of the features that have a column each. */
  plain: readonly number[];
  /** Where the steps of the surface begin and end, which share a column; null if there are none. */
  surface: readonly [from: number, to: number] | null;
  /** How many features have no room. */
  left: number;
}

/** The columns for features of these names. */
export function layoutOf(names: readonly string[]): Layout {
  const from = names.indexOf("step_1");
  let to = from;
  while (from >= 0 && names[to] === `step_${to - from + 1}`) to += 1;
  const others = [...names.keys()].filter((at) => at < from || at >= to);
  return {
    plain: others.slice(0, MOST),
    surface: from < 0 ? null : [from, to],
    left: Math.max(others.length - MOST, 0),
  };
}
