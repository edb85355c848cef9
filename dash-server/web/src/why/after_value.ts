// What the agent thinks of the position that a placement leads to, from the value of the placement.

import type { Fields } from "../wire/fields";
import { numberOf, objectiveOf } from "../wire/settings";

/**
 * V(afterstate), given Q(placement) and its reward: Q = r + gamma * V, or with the objective `survival`, whose values
 * are -ln E[gamma^T], Q = V - ln gamma. NaN if the configuration does not say how the run discounts.
 */
export function afterValue(value: number, reward: number, config: Fields | null): number {
  const gamma = numberOf(config, "agent", "gamma") ?? 0;
  if (gamma === 0) return Number.NaN;
  return objectiveOf(config) === "survival" ? value + Math.log(gamma) : (value - reward) / gamma;
}
