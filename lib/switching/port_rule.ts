/**
 * What a port of a switch does with VLANs: which frames it lets in, and how it
 * sends them out.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { PORT, PORT_ELSEWHERE } from "./option_names.ts";
import { C_TAG, S_TAG } from "./tag.ts";

/** How a port takes part in a VLAN; see {@linkcode egress}. */
export type Sending = "none" | "untagged" | "tagged";

/** By the numbers that rules hold. */
const SENDINGS: readonly Sending[] = ["none", "untagged", "tagged"];
const [NONE, BARE, TAGGED] = [0, 1, 2];

/** How a port is configured: as one of an access port, a trunk and a tunnel. */
export interface PortVlans {
  /** The VLAN of an access port, 1 to 4094: for hosts, which know of no tags. */
  access?: number | undefined;
  /** The VLANs of a trunk, each tagged: for other switches; or all of them. */
  trunk?: readonly number[] | "all" | undefined;
  /** A trunk's VLAN for frames without a tag, in and out. @default {none: they are filtered} */
  native?: number | undefined;
  /**
   * The provider's VLAN of a tunnel port (Q-in-Q), 1 to 4094: it takes every
   * frame whole, with the customer's tags, and gives it back so.
   */
  tunnel?: number | undefined;
  /** The EtherType of a trunk's tags: 0x8100, 0x88a8 or 0x9100. @default {0x8100} */
  tpid?: number | undefined;
  /** Whether a trunk filters frames of VLANs that it is no member of. @default {true} */
  ingressFilter?: boolean | undefined;
}

/** A port's configuration, ready for {@linkcode ingress} and {@linkcode egress}. */
export interface PortRule {
  /** What sort of port it is; `"plain"` that of a switch without VLANs. */
  readonly mode: "plain" | "access" | "trunk" | "tunnel";
  /** The VLAN of frames without a tag (PVID); 0 if they are filtered. */
  readonly pvid: number;
  /** The EtherType of the tags that it reads and writes; 0 if it looks at none. */
  readonly tpid: number;
  /** Whether it filters frames of VLANs that it is no member of. */
  readonly ingressFilter: boolean;
  /** How frames leave, by VLAN: 4096 numbers, 0 for not at all, 1 without a tag, 2 with one. */
  readonly members: Uint8Array;
}

/** The highest VLAN identifier; 4095 is reserved (IEEE 802.1Q-2018 Table 9-2). */
const LAST_VLAN = 4094;

/**
 * Checks a port's configuration, and lays it out for quick decisions.
 *
 * @param vlans Access, trunk or tunnel; without any of them the port is that of
 * a switch that does not look at tags, all of it in VLAN 1.
 * @returns The rule.
 * @throws {RangeError} If a VLAN is not 1 to 4094, or `tpid` no such EtherType.
 * @throws {TypeError} If it is more than one of access, trunk and tunnel, or
 * `native`, `tpid` or `ingressFilter` stands without a trunk.
 * @see IEEE 802.1Q-2018 §6.9 (ingress), §8.6.2, §8.6.4 (egress), §5.10 (provider bridges)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { egress, ingress, portRule } = net.switching;
 * const uplink = portRule({ trunk: [10, 20], native: 99 });
 * assert.equal(ingress(uplink, 20), 20);
 * assert.equal(ingress(uplink, -1), 99);
 * assert.equal(egress(uplink, 20), "tagged");
 * assert.equal(egress(portRule({ access: 20 }), 20), "untagged");
 * ```
 */
export function portRule(vlans: PortVlans = {}): PortRule {
  onlyKnown("configure a port", vlans, PORT, PORT_ELSEWHERE);
  const { access, trunk, native, tunnel, tpid, ingressFilter } = vlans;
  const modes = [access, trunk, tunnel].filter((value) => value !== undefined);
  if (modes.length > 1) {
    throw new TypeError(
      `Cannot configure a port as 'vlans' must be one of access, trunk and tunnel: current value is ${
        JSON.stringify(vlans)
      }`,
    );
  }
  if (trunk !== undefined) return trunkRule(vlans, trunk);
  for (const [name, value] of Object.entries({ native, tpid, ingressFilter })) {
    if (value !== undefined) {
      throw new TypeError(
        `Cannot configure a port as '${name}' must stand with 'trunk': current value is ${value}`,
      );
    }
  }
  const pvid = access ?? tunnel ?? 1;
  checkVlan(pvid, access === undefined ? "tunnel" : "access");
  const members = new Uint8Array(4096);
  members[pvid] = BARE;
  const mode = access !== undefined
    ? "access"
    : tunnel !== undefined
    ? "tunnel"
    : "plain";
  const reads = mode === "access" ? C_TAG : 0;
  return { mode, pvid, tpid: reads, ingressFilter: true, members };
}

function trunkRule(
  vlans: PortVlans,
  trunk: readonly number[] | "all",
): PortRule {
  const { native, tpid = C_TAG, ingressFilter = true } = vlans;
  if (![C_TAG, S_TAG, 0x9100].includes(tpid)) {
    throw new RangeError(
      `Cannot configure a port as 'tpid' must be 0x8100, 0x88a8 or 0x9100: current value is ${tpid}`,
    );
  }
  if (typeof ingressFilter !== "boolean") {
    throw new TypeError(
      `Cannot configure a port as 'ingressFilter' must be true or false: current value is ${ingressFilter}`,
    );
  }
  const members = new Uint8Array(4096);
  if (trunk === "all") {
    members.fill(TAGGED, 1, LAST_VLAN + 1);
  } else if (Array.isArray(trunk)) {
    for (const vlan of trunk) {
      checkVlan(vlan, "trunk");
      members[vlan] = TAGGED;
    }
  } else {
    throw new TypeError(
      `Cannot configure a port as 'trunk' must be a list of VLANs or "all": current value is ${trunk}`,
    );
  }
  if (native !== undefined) {
    checkVlan(native, "native");
    members[native] = BARE;
  }
  return { mode: "trunk", pvid: native ?? 0, tpid, ingressFilter, members };
}

/**
 * Decides which VLAN a frame belongs to, and whether it may come in.
 *
 * @param rule The port that it came in by.
 * @param tag The VLAN of its tag, 0 if that gives a priority alone, or
 * -1 if there is none; what counts is a tag of the port's own `tpid`.
 * @returns The VLAN, or -1 if it may not.
 * @see IEEE 802.1Q-2018 §6.9, §8.6.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { ingress, portRule } = net.switching;
 * const desk = portRule({ access: 10 });
 * assert.deepEqual([ingress(desk, -1), ingress(desk, 0)], [10, 10]);
 * assert.equal(ingress(desk, 10), -1);
 * ```
 */
export function ingress(rule: PortRule, tag: number): number {
  if (tag <= 0 || rule.tpid === 0) {
    return rule.pvid === 0 ? -1 : rule.pvid;
  }
  if (rule.mode !== "trunk" || tag > LAST_VLAN) return -1;
  return rule.ingressFilter && rule.members[tag] === NONE ? -1 : tag;
}

/**
 * Decides how a frame of a VLAN leaves by a port.
 *
 * @param rule The port.
 * @param vlan The VLAN, 1 to 4094.
 * @returns `"none"` if not at all, else `"untagged"` or `"tagged"` (with the
 * port's `tpid`).
 * @see IEEE 802.1Q-2018 §8.6.4, §6.9.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { egress, portRule } = net.switching;
 * assert.equal(egress(portRule({ access: 10 }), 10), "untagged");
 * assert.equal(egress(portRule({ access: 10 }), 20), "none");
 * ```
 */
export function egress(rule: PortRule, vlan: number): Sending {
  return SENDINGS[rule.members[vlan]!]!;
}

function checkVlan(value: number, name: string): void {
  if (!(Number.isInteger(value) && value >= 1 && value <= LAST_VLAN)) {
    throw new RangeError(
      `Cannot configure a port as '${name}' must be a VLAN from 1 to ${LAST_VLAN}: current value is ${value}`,
    );
  }
}
