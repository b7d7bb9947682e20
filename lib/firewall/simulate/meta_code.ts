/**
 * JavaScript that reads what the kernel notes beside a packet: `meta`.
 *
 * @module
 */

import { dataType, sizedType } from "../model/data_types.ts";
import type { Selector } from "../model/expression.ts";
import { entry, metaKeys } from "../model/fields.ts";
import type { Family } from "../model/ruleset.ts";
import { asked, type Code, code, type Surroundings } from "./code.ts";

type Row = readonly [term: string, guard?: string, changedBy?: string];

const metaRows: Readonly<Record<string, Row>> = {
  length: ["p.length"],
  protocol: ["pr"],
  l4proto: ["l4", "l4 >= 0"],
  priority: ["p.priority", "", "meta priority"],
  mark: ["(p.mark >>> 0)", "", "meta mark"],
  iif: ["p.iifname"],
  iifname: ["p.iifname"],
  iiftype: ["p.in.type", "p.in !== undefined"],
  iifkind: ["p.in.kind", 'p.in !== undefined && p.in.kind !== ""'],
  iifgroup: ["p.in.group", "p.in !== undefined"],
  oif: ["p.oifname"],
  oifname: ["p.oifname"],
  oiftype: ["p.out.type", "p.out !== undefined"],
  oifkind: ["p.out.kind", 'p.out !== undefined && p.out.kind !== ""'],
  oifgroup: ["p.out.group", "p.out !== undefined"],
  // Only a rule that gets so far may ask for what the context may lack.
  skuid: ['p.owner("skuid")', 'p.owner("skuid") >= 0', "chance"],
  skgid: ['p.owner("skgid")', 'p.owner("skgid") >= 0', "chance"],
  nftrace: ["p.trace", "", "meta nftrace"],
  rtclassid: ["0"],
  ibrname: ["p.in.master", 'p.in !== undefined && p.in.master !== ""'],
  obrname: ["p.out.master", 'p.out !== undefined && p.out.master !== ""'],
  pkttype: ["p.pkttype", "", "meta pkttype"],
  cpu: ["(p.context.cpu ?? 0)"],
  random: ["Math.floor(p.random() * 4294967296)", "", "chance"],
  time: ["p.clock() * 1e6", "", "chance"],
  day: ["Math.floor(p.clock() / 864e5 + 4) % 7", "", "chance"],
  hour: ["Math.floor(p.clock() / 1000) % 86400", "", "chance"],
};

/** How the kernel numbers what a table's packets are of. */
const NFPROTO: Readonly<Record<Family, string>> = {
  inet: "(fam === 4 ? 2 : 10)",
  ip: "2",
  ip6: "10",
  arp: "3",
  netdev: "5",
  bridge: "7",
};

/** Reads a key of `meta`. */
export function metaCode(
  selector: Extract<Selector, { meta: unknown }>,
  around: Surroundings,
): Code {
  const { key } = selector.meta;
  const { type, bits } = entry(metaKeys, key, "a key of meta");
  if (key === "nfproto") {
    return code(dataType("nf_proto"), [NFPROTO[around.family]]);
  }
  const row = metaRows[key];
  if (row === undefined) return asked(selector, around);
  const [term, guard = "", changedBy] = row;
  return code(sizedType(type, bits), [term], [guard], changedBy);
}
