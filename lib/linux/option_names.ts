/**
 * What the calls that look and change take: at the prompt no type says that an
 * option is mistyped, and without it they would look elsewhere, or at all.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import type { OptionKinds } from "./option_kinds.ts";
import type { ReadOptions, RouteOptions } from "./read_options.ts";

/** Options of what reads. */
export const READ: OptionKinds<ReadOptions> = {
  namespace: "namespace",
  signal: "signal",
};

/** What a list is made shorter by, after it was read. */
export const FILTERED: Elsewhere = {
  device: "(await …).filter(({ device }) => …)",
  interface: "(await …).filter(({ device }) => …)",
  name: "(await …).get(name), or .filter(({ name }) => …)",
  netns: "namespace",
};

/** Options of `routes`. */
export const ROUTES: OptionKinds<RouteOptions> = {
  ...READ,
  table: "any",
  family: "family",
};

/** What is no option of it, as nothing would be done. */
export const DRY: Elsewhere = {
  dryRun: "net.linux.plan(), whose diff() tells what it would do",
};
