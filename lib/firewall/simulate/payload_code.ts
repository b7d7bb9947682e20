/**
 * JavaScript that reads a field of a header, where the header is there.
 *
 * @module
 */

import { dataType, numberOf, sizedType } from "../model/data_types.ts";
import type { Selector } from "../model/expression.ts";
import { entry, type Field, headers } from "../model/fields.ts";
import type { Family } from "../model/ruleset.ts";
import { bitsCode } from "./bits_code.ts";
import { type Code, code } from "./code.ts";

/** What must hold for a protocol of the network layer to be there. */
export function networkGuard(family: Family, version: 4 | 6): string {
  if (family === "inet") return `fam === ${version}`;
  if (family === "ip") return version === 4 ? "" : "false";
  if (family === "ip6") return version === 6 ? "" : "false";
  return `fam === ${version} && nh + ${version === 4 ? 20 : 40} <= end`;
}

/** What a header needs, as source. */
export function headerGuards(name: string, family: Family): string[] {
  const isLink = family === "bridge" || family === "netdev" || family === "arp";
  return entry(headers, name, "a header").needs.map(({ key, value }) => {
    switch (key) {
      case "nfproto":
        return networkGuard(family, value === "ipv4" ? 4 : 6);
      case "l4proto":
        return `l4 === ${numberOf(dataType("inet_proto"), value)}`;
      case "protocol":
        return value === "arp"
          ? family === "arp" ? "" : "pr === 0x0806"
          : "p.tagged";
      case "iiftype":
        return isLink ? "" : "p.isFromEther";
    }
  }).filter((guard) => guard !== "");
}

/** Reads a field of a header, or bits at a place in one. */
export function payloadCode(
  { payload }: Extract<Selector, { payload: unknown }>,
  family: Family,
): Code {
  if ("base" in payload) {
    const { base, offset, len } = payload;
    if (base === "ih") {
      throw new TypeError(
        "Cannot simulate @ih: what comes after the transport header is not read",
      );
    }
    const start = startOf(base, offset, len);
    const { terms, octets } = bitsCode(start, offset, len);
    return code(
      sizedType("xinteger", len),
      terms,
      boundGuards(base, start, octets),
      changeOf(base),
    );
  }
  const header = entry(headers, payload.protocol, "a header");
  const field = entry(
    header.fields,
    payload.field,
    `a field of ${header.name}`,
  );
  const start = startOf(header.layer, field.offset, field.bits);
  const { terms, octets } = bitsCode(start, field.offset, field.bits);
  return code(
    sizedType(field.type, field.bits),
    terms,
    [
      ...headerGuards(header.name, family),
      ...header.layer === "nh" && header.name !== "arp"
        ? []
        : boundGuards(header.layer, start, octets),
      ...messageGuards(header.name, field),
    ],
    changeOf(header.layer),
  );
}

/** A packet may lack its link header, which only a rule that gets so far may ask for. */
const changeOf = (layer: Layer): string =>
  layer === "ll" ? "chance" : "payload";

function messageGuards(header: string, { ofType }: Field): string[] {
  if (ofType === undefined) return [];
  const type = dataType(header === "icmp" ? "icmp_type" : "icmpv6_type");
  return [
    `(${
      ofType.map((name) => `b[tho] === ${numberOf(type, name)}`).join(" || ")
    })`,
  ];
}

type Layer = "ll" | "nh" | "th";

/**
 * Where a layer starts, for what reads bits of it. What fits a register and lies
 * evenly the kernel reads without a look at whether a fragment has a transport
 * header: of a later one it reads what stands in its place.
 */
function startOf(layer: Layer, offset: number, bits: number): string {
  if (layer === "ll") return "0";
  if (layer === "nh") return "nh";
  const first = offset >> 3;
  const octets = ((offset + bits + 7) >> 3) - first;
  const isQuick = (octets === 1 || octets === 2 || octets === 4) &&
    first % octets === 0;
  return isQuick ? "tho" : "th";
}

function boundGuards(layer: Layer, start: string, octets: number): string[] {
  if (layer === "ll") return [`p.hasLink(${octets})`];
  const within = `${start} + ${octets} <= end`;
  return layer === "th" ? [`${start} >= 0`, within] : [within];
}
