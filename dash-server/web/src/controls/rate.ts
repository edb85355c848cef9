// What a person may write as a rate.

import { decimal } from "../shell/decimal";
import type { Setting } from "../wire/messages";

/** The rate, or in words why it is none. */
export function parseRate(typed: string, setting: Setting): number | string {
  const rate = decimal(typed);
  if (setting === "epsilon") {
    return rate >= 0 && rate <= 1 ? rate : "Epsilon is a number from 0 to 1.";
  }
  return rate > 0 && rate <= 1 ? rate : "A learning rate is a number above 0, at most 1, such as 5e-4.";
}
