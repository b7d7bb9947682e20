/**
 * Every target of iptables that can be carried over.
 *
 * @see iptables-extensions(8), TARGET EXTENSIONS
 *
 * @module
 */

import type { Extensions } from "./extension.ts";
import { actionTargets } from "./target_actions.ts";
import { markTargets } from "./target_marks.ts";
import { natTargets } from "./target_nat.ts";

export const targets: Extensions = {
  ...actionTargets,
  ...markTargets,
  ...natTargets,
};
