/**
 * Every match of iptables that can be carried over.
 *
 * @see iptables-extensions(8), MATCH EXTENSIONS
 *
 * @module
 */

import type { Extensions } from "./extension.ts";
import { headerMatches } from "./match_headers.ts";
import { hostMatches } from "./match_host.ts";
import { networkMatches } from "./match_network.ts";
import { rateMatches } from "./match_rates.ts";
import { timeMatches } from "./match_time.ts";
import { trackingMatches } from "./match_tracking.ts";

export const matches: Extensions = {
  ...headerMatches,
  ...networkMatches,
  ...trackingMatches,
  ...hostMatches,
  ...timeMatches,
  ...rateMatches,
};
