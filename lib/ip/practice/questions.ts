/**
 * All kinds of practice questions, by name.
 *
 * @module
 */

import type { Kind } from "./drill.ts";
import { IPV6_KINDS } from "./questions_ipv6.ts";
import { PARTS_KINDS } from "./questions_parts.ts";
import { SUBNET_KINDS } from "./questions_subnet.ts";

/**
 * What a question of practice is about.
 *
 * About one IPv4 subnet: its `"network"` and `"broadcast"` address,
 * `"first-host"`, `"last-host"`, `"host-count"`, `"netmask"`, `"prefix-length"`,
 * `"wildcard"`, `"same-subnet"` (yes or no), and `"smallest-prefix"` for so many
 * hosts.
 *
 * About several: `"split"` into equal ones, `"subnet-number"` and its inverse
 * `"nth-subnet"`, `"summarise"`, `"longest-match"` of routes, and `"vlsm"`.
 *
 * About IPv6: the /64 of an address (`"ipv6-lan"`), `"ipv6-count"` of /64s,
 * `"ipv6-nth-subnet"`, `"ipv6-compress"`, `"ipv6-expand"`, `"eui-64"` and
 * `"solicited-node"`.
 */
export type PracticeKind =
  | "network"
  | "broadcast"
  | "first-host"
  | "last-host"
  | "host-count"
  | "netmask"
  | "prefix-length"
  | "wildcard"
  | "same-subnet"
  | "smallest-prefix"
  | "split"
  | "subnet-number"
  | "nth-subnet"
  | "summarise"
  | "longest-match"
  | "vlsm"
  | "ipv6-lan"
  | "ipv6-count"
  | "ipv6-nth-subnet"
  | "ipv6-compress"
  | "ipv6-expand"
  | "eui-64"
  | "solicited-node";

/** All kinds, by name. */
export const KINDS: Readonly<Record<PracticeKind, Kind>> = {
  ...SUBNET_KINDS,
  ...PARTS_KINDS,
  ...IPV6_KINDS,
};

/** The names of all kinds. */
export const KIND_NAMES = Object.keys(KINDS) as readonly PracticeKind[];
