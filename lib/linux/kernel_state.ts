/**
 * All that the kernel's network is set to, at one moment.
 *
 * @module
 */

import type { InterfaceAddress } from "./address.ts";
import type { Link } from "./link.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Qdisc } from "./qdisc.ts";
import type { Route } from "./route.ts";
import type { Rule } from "./rule.ts";

/** Links, addresses, routes, rules, neighbours and queueing disciplines. */
export interface State {
  /** The links. */
  readonly links: readonly Link[];
  /** Their addresses. */
  readonly addresses: readonly InterfaceAddress[];
  /** The routes of all tables. */
  readonly routes: readonly Route[];
  /** The rules. */
  readonly rules: readonly Rule[];
  /** The neighbours. */
  readonly neighbours: readonly Neighbour[];
  /** The queueing disciplines. */
  readonly qdiscs: readonly Qdisc[];
}
