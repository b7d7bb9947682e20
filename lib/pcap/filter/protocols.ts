/**
 * Tests of protocols: `tcp`, `ip proto 47`, `isis`, `ip6 protochain \tcp`.
 *
 * @module
 */

import { CARRIED, carries } from "./carries.ts";
import { all, any, compare, type Condition } from "./condition.ts";
import type { Layout } from "./layout.ts";
import { FRAME_PROTOCOLS, IP_PROTOCOLS, OSI_PROTOCOLS } from "./names.ts";
import { nearestWord } from "../../nearest.ts";
import type { Id, Qualifiers } from "./syntax.ts";

/** Protocols in IP that have a word of their own, and in which version. */
const IN_IP: Readonly<
  Record<string, readonly [number: number, family?: "ip" | "ip6"]>
> = {
  sctp: [132],
  tcp: [6],
  udp: [17],
  icmp: [1, "ip"],
  igmp: [2, "ip"],
  igrp: [9, "ip"],
  pim: [103],
  vrrp: [112, "ip"],
  carp: [112, "ip"],
  icmp6: [58, "ip6"],
  ah: [51],
  esp: [50],
};

/** Types of IS-IS PDUs (ISO/IEC 10589 §9). */
const IN_ISIS: Readonly<Record<string, readonly number[]>> = {
  l1: [15, 17, 18, 24, 26],
  l2: [16, 17, 20, 25, 27],
  iih: [15, 16, 17],
  lsp: [18, 20],
  snp: [24, 25, 26, 27],
  csnp: [24, 25],
  psnp: [26, 27],
};

const FRAGMENT = 44;

/**
 * Makes the test of a protocol that has a word of its own.
 *
 * @param layout Where the headers are.
 * @param protocol The word.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { hasProtocol } from "./protocols.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(hasProtocol(layout, "icmp").kind, "all");
 * ```
 */
export function hasProtocol(layout: Layout, protocol: string): Condition {
  const carried = CARRIED[protocol];
  if (carried !== undefined) return carries(layout, carried);
  const inIp = IN_IP[protocol];
  if (inIp !== undefined) {
    const [number, family] = inIp;
    return inside(layout, family, number);
  }
  const osi = OSI_PROTOCOLS.get(protocol);
  if (osi !== undefined) return inside(layout, "iso", osi);
  const pdus = IN_ISIS[protocol];
  if (pdus !== undefined) {
    return any(...pdus.map((pdu) => inside(layout, "isis", pdu)));
  }
  throw layout.refuse(`'${protocol}' is not a test: it goes before others`);
}

/**
 * Makes the test of an id after `proto`, or `protochain`.
 *
 * @param layout Where the headers are.
 * @param id The protocol.
 * @param qualifiers In what, and which of the two it is.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { protocolId } from "./protocols.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * const test = protocolId(layout, { kind: "name", text: "gre" }, {
 *   protocol: "ip",
 *   direction: undefined,
 *   type: "proto",
 * });
 * assert.equal(test.kind, "all");
 * ```
 */
export function protocolId(
  layout: Layout,
  id: Id,
  { protocol, type }: Qualifiers,
): Condition {
  const chain = type === "protochain";
  if (id.kind !== "name" && id.kind !== "number") {
    throw layout.refuse(`"${id.text}" is no protocol`);
  }
  const number = id.kind === "number"
    ? id.value
    : named(layout, id.text, protocol);
  return chain
    ? inChain(layout, protocol, number)
    : inside(layout, protocol, number);
}

function named(
  layout: Layout,
  name: string,
  protocol: string | undefined,
): number {
  const names = protocol === undefined || protocol === "ip" ||
      protocol === "ip6"
    ? IP_PROTOCOLS
    : protocol === "link"
    ? FRAME_PROTOCOLS
    : protocol === "iso"
    ? OSI_PROTOCOLS
    : undefined;
  if (names === undefined) {
    throw layout.refuse(`'${protocol}' does not carry protocols by name`);
  }
  const number = names.get(name);
  if (number !== undefined) return number;
  const meant = nearestWord(name, names.keys());
  throw layout.refuse(
    `"${name}" is no protocol that is known here: ` +
      (meant ? `did you mean "\\${meant}"?` : "write its number"),
  );
}

/** Whether a protocol carries another one, by its number there. */
function inside(
  layout: Layout,
  protocol: string | undefined,
  number: number,
): Condition {
  switch (protocol) {
    case undefined:
      return any(inside(layout, "ip", number), inside(layout, "ip6", number));
    case "link":
      return carries(layout, number);
    case "ip":
      return all(
        carries(layout, CARRIED.ip!),
        compare(layout.ofNetwork(1, 9), "=", number),
      );
    case "ip6":
      // A fragment header may come first; no other is looked through.
      return all(
        carries(layout, CARRIED.ip6!),
        any(
          compare(layout.ofNetwork(1, 6), "=", number),
          all(
            compare(layout.ofNetwork(1, 6), "=", FRAGMENT),
            compare(layout.ofNetwork(1, 40), "=", number),
          ),
        ),
      );
    case "iso":
      return inOsi(layout, number);
    case "isis":
      return all(
        inOsi(layout, OSI_PROTOCOLS.get("isis")!),
        compare(afterLlc(layout, 4), "=", number),
      );
  }
  throw layout.refuse(`'${protocol}' does not go with 'proto'`);
}

function afterLlc(layout: Layout, offset: number) {
  return layout.at(layout.payload, 1, layout.afterLlc + offset);
}

function inOsi(layout: Layout, number: number): Condition {
  if (layout.kind === "frameRelay") {
    return compare(layout.ofLink(2, 2), "=", 0x300 | number);
  }
  // In Cisco's HDLC there is an octet of padding before it.
  const offset = layout.kind === "hdlc" ? 1 : 0;
  return all(
    carries(layout, CARRIED.iso!),
    compare(afterLlc(layout, offset), "=", number),
  );
}

function inChain(
  layout: Layout,
  protocol: string | undefined,
  number: number,
): Condition {
  if (protocol === undefined) {
    return any(
      inChain(layout, "ip", number),
      inChain(layout, "ip6", number),
    );
  }
  if (protocol !== "ip" && protocol !== "ip6") {
    throw layout.refuse(`'${protocol}' does not go with 'protochain'`);
  }
  if (layout.payload.slot !== undefined) {
    throw layout.refuse(
      `'protochain' does not work after headers of varying length`,
    );
  }
  return all(carries(layout, CARRIED[protocol]!), {
    kind: "chain",
    protocol: number,
    family: protocol === "ip" ? 4 : 6,
    at: layout.payload.octets + layout.network,
  });
}
