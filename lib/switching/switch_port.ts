/**
 * The ports of a learning switch: their options, states and words.
 *
 * @module
 */

import type { PortRule, PortVlans } from "./port_rule.ts";

/**
 * What a port may do: a spanning tree keeps some from sending and learning.
 *
 * @see IEEE 802.1D-2004 §7.4
 */
export type SwitchPortState =
  | "disabled"
  | "blocking"
  | "listening"
  | "discarding"
  | "learning"
  | "forwarding";

/** Options for {@linkcode learningSwitch}. */
export interface LearningSwitchOptions {
  /** How many ports (named "1", "2", …), or their names, or what each does with VLANs. */
  ports: number | readonly string[] | Readonly<Record<string, PortVlans>>;
  /** Seconds after which a station that sends no more is forgotten. @default {300} */
  ageing?: number | undefined;
  /** The most stations that are learned. @default {8192} */
  limit?: number | undefined;
}

/** One port of a {@linkcode LearningSwitch}, with what went through it. */
export interface SwitchPort {
  /** Its name. */
  readonly name: string;
  /** What it does with VLANs. */
  readonly rule: PortRule;
  /** What it may do. */
  readonly state: SwitchPortState;
  /** Frames that came in, the filtered ones too. */
  readonly received: number;
  /** Frames that left. */
  readonly sent: number;
}

/** All states of a port. */
export const PORT_STATES: readonly SwitchPortState[] = [
  "disabled",
  "blocking",
  "listening",
  "discarding",
  "learning",
  "forwarding",
];

/**
 * Says what a port does with VLANs.
 *
 * @param rule The port's configuration.
 * @returns For example `"trunk 10-20, native 99"`; nothing for a port without VLANs.
 *
 * @example
 * ```ts
 * import { portRule } from "./port_rule.ts";
 * import { ruleText } from "./switch_port.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(ruleText(portRule({ trunk: [1, 2, 3, 7] })), "trunk 1-3, 7");
 * ```
 */
export function ruleText({ mode, pvid, members, tpid }: PortRule): string {
  if (mode === "plain") return "";
  if (mode === "access") return `access ${pvid}`;
  if (mode === "tunnel") return `tunnel ${pvid}`;
  const tagged = [...members.keys()].filter((vlan) => members[vlan] === 2);
  const sort = tpid === 0x8100 ? "" : ` (0x${tpid.toString(16)})`;
  const native = pvid === 0 ? "" : `, native ${pvid}`;
  return `trunk${sort} ${spans(tagged)}${native}`;
}

function spans(sorted: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const n of sorted) {
    const last = parts.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else parts.push([n, n]);
  }
  return parts.map(([a, b]) => a === b ? `${a}` : `${a}-${b}`).join(", ");
}
