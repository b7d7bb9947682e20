/**
 * Rules as rtnetlink tells of them.
 *
 * @see ip-rule(8), linux/fib_rules.h
 * @module
 */

import type { Subnet } from "../ip/subnet.ts";
import { familyNumber, subnetOf } from "./address_messages.ts";
import { routeProtocols, ruleActions } from "./names.ts";
import { DUMP, Message, type NetlinkSocket, REQUEST } from "./netlink.ts";
import type { Received } from "./received.ts";
import type { Rule } from "./rule.ts";

const RTM_NEWRULE = 32;
const RTM_GETRULE = 34;

const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, "permanent"],
  [0x4, "unresolved"],
  [0x8, "iifDetached"],
  [0x10, "oifDetached"],
];

/**
 * Reads the rules of a socket's namespace.
 *
 * @param socket The socket.
 * @param family 4 or 6. @default {both}
 * @returns The rules, IPv4 first, by priority.
 * @throws {NetError} If the kernel refuses.
 */
export function readRules(socket: NetlinkSocket, family?: 4 | 6): Rule[] {
  const families = family === undefined ? [4, 6] as const : [family];
  return families.flatMap((each) => {
    const request = new Message(RTM_GETRULE, REQUEST | DUMP, {
      op: "read",
      target: "the rules",
    });
    const head = new Uint8Array(12);
    head[0] = familyNumber(each);
    try {
      return socket.dump(request.struct(head), decodeRule);
    } catch (error) {
      // A kernel without policy routing has one table, and no rules.
      if ((error as { code?: string }).code === "unsupported") return [];
      throw error;
    }
  });
}

/**
 * Reads one rule out of a message.
 *
 * @param message RTM_NEWRULE, RTM_DELRULE.
 * @returns The rule; `undefined` for another family.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeRule(message: Received): Rule | undefined {
  const { type } = message;
  if (type !== RTM_NEWRULE && type !== RTM_NEWRULE + 1) return undefined;
  const family = message.u8(0) === 2 ? 4 : message.u8(0) === 10 ? 6 : undefined;
  if (family === undefined) return undefined;
  const flags = message.u32(8);
  const rule: { -readonly [K in keyof Rule]: Rule[K] } = {
    family,
    priority: 0,
    action: ruleActions.name(message.u8(7)),
    flags: FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name),
  };
  if (flags & 2) rule.not = true;
  if (message.u8(3) !== 0) rule.tos = message.u8(3);
  let table = message.u8(4);
  const a = message.attributes(12);
  const prefix = (bits: number): Subnet => {
    return subnetOf(a.address(), bits);
  };
  const nonNegative = (): number | undefined =>
    a.u32() === 0xffffffff ? undefined : a.u32();
  while (a.next()) {
    switch (a.type) {
      case 1:
        rule.to = prefix(message.u8(1));
        break;
      case 2:
        rule.from = prefix(message.u8(2));
        break;
      case 3:
        rule.inInterface = a.text();
        break;
      case 4:
        rule.goto = a.u32();
        break;
      case 6:
        rule.priority = a.u32();
        break;
      case 10:
        rule.mark = a.u32();
        break;
      case 12: {
        const id = BigInt(`0x${a.octets().toHex() || "0"}`);
        if (id !== 0n) rule.tunnelId = id;
        break;
      }
      case 13:
        rule.suppressGroup = nonNegative();
        break;
      case 14:
        rule.suppressPrefixLength = nonNegative();
        break;
      case 15:
        table = a.u32();
        break;
      case 16:
        if (a.u32() !== 0xffffffff) rule.markMask = a.u32();
        break;
      case 17:
        rule.outInterface = a.text();
        break;
      case 19:
        if (a.u8() !== 0) rule.l3mdev = true;
        break;
      case 20:
        rule.users = [a.u32(0), a.u32(4)];
        break;
      case 21:
        rule.protocol = routeProtocols.name(a.u8());
        break;
      case 22:
        if (a.u8() !== 0) rule.ipProtocol = a.u8();
        break;
      case 23:
        rule.srcPort = [a.u16(0), a.u16(2)];
        break;
      case 24:
        rule.dstPort = [a.u16(0), a.u16(2)];
        break;
    }
  }
  if (table !== 0) rule.table = table;
  // Of a mark of 0 the kernel tells only the mask.
  if (rule.markMask !== undefined) rule.mark ??= 0;
  for (const key of ["suppressGroup", "suppressPrefixLength"] as const) {
    if (rule[key] === undefined) delete rule[key];
  }
  return rule;
}
