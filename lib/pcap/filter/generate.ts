/**
 * From what a filter says to what is asked of each packet.
 *
 * The tree is gone through in the order of the text, since some words move the
 * headers for all that comes after them.
 *
 * @module
 */

import { CARRIED, carries } from "./carries.ts";
import {
  all,
  ALWAYS,
  any,
  arithmetic,
  compare,
  type Comparison,
  type Condition,
  load,
  masked,
  not,
  number,
  type Value,
} from "./condition.ts";
import { encapsulated } from "./encapsulation.ts";
import { hostOrNet } from "./hosts.ts";
import { type CaptureFacts, Layout } from "./layout.ts";
import { llcFrame } from "./llc.ts";
import { macGroup } from "./mac_hosts.ts";
import { parseFilter } from "./parse.ts";
import { isFirstFragment, ports } from "./ports.ts";
import { withPreamble } from "./preamble.ts";
import { hasProtocol, protocolId } from "./protocols.ts";
import type {
  Arithmetic,
  Expression,
  Id,
  Qualifiers,
  Relation,
  Sign,
} from "./syntax.ts";

/**
 * Reads a filter, and works out what it asks of packets of a capture.
 *
 * @param input The expression.
 * @param facts What the capture is.
 * @returns The condition.
 * @throws {ParseError} Where the expression stops making sense, for this capture.
 *
 * @example
 * ```ts
 * import { filterCondition } from "./generate.ts";
 * import assert from "node:assert/strict";
 *
 * const facts = { linkType: 1, byteOrder: undefined };
 * assert.equal(filterCondition("ip", facts).kind, "compare");
 * assert.throws(() => filterCondition("inbound", facts), /Ethernet does not say/);
 * ```
 */
export function filterCondition(
  input: string,
  facts: CaptureFacts,
): Condition {
  const tree = parseFilter(input);
  if (tree === undefined) return ALWAYS;
  const layout = new Layout(input, facts);
  const { link, payload } = layout;
  const condition = conditionOf(layout, tree);
  return withPreamble(layout, { link, payload }, condition);
}

function conditionOf(layout: Layout, expression: Expression): Condition {
  const { kind } = expression;
  switch (kind) {
    case "and":
      return all(...expression.of.map((one) => conditionOf(layout, one)));
    case "or":
      return any(...expression.of.map((one) => conditionOf(layout, one)));
    case "not":
      return not(conditionOf(layout, expression.of));
  }
  layout.visit(expression.at);
  switch (kind) {
    case "id":
      return ofId(layout, expression.id, expression.qualifiers);
    case "protocol":
      return hasProtocol(layout, expression.protocol);
    case "relation":
      return related(layout, expression);
    case "broadcast":
      return broadcast(layout, expression.protocol);
    case "multicast":
      return multicast(layout, expression.protocol);
    case "less":
      return not(compare({ kind: "length" }, ">", expression.value));
    case "greater":
      return compare({ kind: "length" }, ">=", expression.value);
    case "byte":
      return ofByte(layout, expression);
    case "inbound":
    case "outbound":
      return way(layout, kind === "outbound");
    case "ifindex":
      if (layout.name === "Linux cooked v2") {
        return compare(layout.ofLink(4, 4), "=", expression.value);
      }
      throw layout.refuse(`${layout.name} does not say which interface it was`);
    case "inside":
      return encapsulated(layout, expression.word, expression.value);
    case "llc":
      return llcFrame(layout, expression.frame);
    case "wlanType":
      return ofWlan(layout, 0, expression.mask, expression.value);
    case "wlanDirection":
      return ofWlan(layout, 1, 0x03, expression.value);
  }
}

function ofId(layout: Layout, id: Id, qualifiers: Qualifiers): Condition {
  const { type } = qualifiers;
  if (id.kind === "arcnet") {
    throw layout.refuse("ARCNET addresses are not supported");
  }
  if (id.kind === "mac" && qualifiers.protocol !== "link") {
    throw layout.refuse("a MAC address goes with `ether host`");
  }
  switch (type) {
    case "port":
    case "portrange":
      return ports(layout, id, qualifiers);
    case "proto":
    case "protochain":
      return protocolId(layout, id, qualifiers);
    case "gateway":
      throw layout.refuse(
        "'gateway' would have to look a name up: write " +
          "`ether host MAC-ADDRESS and not host IP-ADDRESS`",
      );
    default:
      return hostOrNet(layout, id, qualifiers);
  }
}

/** Asked the other way round, a comparison and its denial. */
const RELATIONS: Readonly<
  Record<Relation, readonly [comparison: Comparison, holds: boolean]>
> = {
  "=": ["=", true],
  "!=": ["=", false],
  ">": [">", true],
  ">=": [">=", true],
  "<": [">=", false],
  "<=": [">", false],
};

/** First whether there are such headers, then the numbers in them. */
function related(
  layout: Layout,
  { relation, left, right }: Expression & { kind: "relation" },
): Condition {
  const needs: Condition[] = [];
  const a = valueOfArithmetic(layout, left, needs);
  const b = valueOfArithmetic(layout, right, needs);
  const [comparison, holds] = RELATIONS[relation];
  const test = compare(a, comparison, b);
  needs.push(holds ? test : not(test));
  return all(...needs);
}

function valueOfArithmetic(
  layout: Layout,
  expression: Arithmetic,
  needs: Condition[],
): Value {
  switch (expression.kind) {
    case "number":
      return number(expression.value);
    case "length":
      return { kind: "length" };
    case "negative": {
      const of = valueOfArithmetic(layout, expression.of, needs);
      return arithmetic(number(0), "-", of);
    }
    case "sign": {
      const { sign, at } = expression;
      const left = valueOfArithmetic(layout, expression.left, needs);
      // libpcap asks only for the headers of what stands first.
      const right = valueOfArithmetic(layout, expression.right, []);
      checkRight(layout, sign, expression.right, at);
      return arithmetic(left, sign, right);
    }
    case "index": {
      const { protocol, offset, octets, at } = expression;
      const inner: Condition[] = [];
      const index = valueOfArithmetic(layout, offset, inner);
      layout.visit(at);
      return indexed(layout, protocol, index, octets, inner, needs);
    }
  }
}

/** What is written out and makes no sense is refused; what comes to it is not. */
function checkRight(
  layout: Layout,
  sign: Sign,
  right: Arithmetic,
  at: number,
): void {
  if (right.kind !== "number") return;
  layout.visit(at);
  if ((sign === "/" || sign === "%") && right.value === 0) {
    throw layout.refuse("division by zero");
  }
  if ((sign === "<<" || sign === ">>") && right.value > 31) {
    throw layout.refuse("a shift by more than 31 bits");
  }
}

/** Protocols that have a header after an IPv4 header, for `tcp[…]`. */
const AFTER_IPV4: readonly string[] = [
  "sctp",
  "tcp",
  "udp",
  "icmp",
  "igmp",
  "igrp",
  "pim",
  "vrrp",
  "carp",
];

/** Protocols that have the network header, for `ip[…]`. */
const NETWORK: readonly string[] = [
  "ip",
  "arp",
  "rarp",
  "atalk",
  "decnet",
  "sca",
  "lat",
  "moprc",
  "mopdl",
  "ip6",
];

/** Octets of a header. That it is there is asked before any number is read. */
function indexed(
  layout: Layout,
  protocol: string,
  index: Value,
  octets: number,
  inner: readonly Condition[],
  needs: Condition[],
): Value {
  const add = index.kind === "number" ? index.value | 0 : 0;
  const from = index.kind === "number" ? undefined : index;
  if (protocol === "link") {
    needs.push(...inner);
    return layout.at(layout.link, octets, add, from);
  }
  if (protocol === "radio") {
    const { radio } = layout.outermost;
    if (radio === undefined || radio === "ppi" || layout.kind !== "wlan") {
      throw layout.refuse(`there is no radio header in ${layout.name}`);
    }
    needs.push(...inner);
    return load(octets, add, from);
  }
  if (NETWORK.includes(protocol)) {
    needs.push(...inner, hasProtocol(layout, protocol));
    return layout.ofNetwork(octets, add, from);
  }
  if (protocol === "icmp6") {
    const isIcmp6 = compare(layout.ofNetwork(1, 6), "=", 58);
    needs.push(...inner, carries(layout, CARRIED.ip6!), isIcmp6);
    return layout.ofTransport(6, octets, add, from);
  }
  if (AFTER_IPV4.includes(protocol)) {
    needs.push(
      carries(layout, CARRIED.ip!),
      ...inner,
      hasProtocol(layout, protocol),
      isFirstFragment(layout),
    );
    return layout.ofTransport(4, octets, add, from);
  }
  throw layout.refuse(`'${protocol}' has no octets to ask for by number`);
}

function broadcast(layout: Layout, protocol: string | undefined): Condition {
  if (protocol === undefined || protocol === "link") {
    return macGroup(layout, "broadcast");
  }
  if (protocol !== "ip") {
    throw layout.refuse("'broadcast' goes with `ether` or `ip`");
  }
  // A capture does not say what its nets are: no broadcast of theirs is known.
  const dst = layout.ofNetwork(4, 16);
  return all(
    carries(layout, CARRIED.ip!),
    any(compare(dst, "=", 0), compare(dst, "=", 0xffffffff)),
  );
}

function multicast(layout: Layout, protocol: string | undefined): Condition {
  switch (protocol) {
    case undefined:
    case "link":
      return macGroup(layout, "multicast");
    case "ip":
      return all(
        carries(layout, CARRIED.ip!),
        // libpcap 1.10 asks no more; 255.255.255.255 is one of them.
        compare(layout.ofNetwork(1, 16), ">=", 0xe0),
      );
    case "ip6":
      return all(
        carries(layout, CARRIED.ip6!),
        compare(layout.ofNetwork(1, 24), "=", 0xff),
      );
  }
  throw layout.refuse("'multicast' goes with `ether`, `ip` or `ip6`");
}

/** `byte 5 > 3`: octets of the link header, the old way. */
function ofByte(
  layout: Layout,
  { offset, sign, value }: Expression & { kind: "byte" },
): Condition {
  const octet = layout.ofLink(1, offset);
  switch (sign) {
    case "&":
    case "|":
      return not(compare(arithmetic(octet, sign, number(value)), "=", 0));
    case "<":
      return not(compare(octet, ">=", value));
    default:
      return compare(octet, sign as "=" | ">", value);
  }
}

const COOKED_OUTGOING = 4;

/** Whether a packet left the machine that captured it. */
function way(layout: Layout, out: boolean): Condition {
  const when = (condition: Condition) => out ? condition : not(condition);
  switch (layout.name) {
    case "Linux cooked":
      return when(compare(layout.ofLink(2, 0), "=", COOKED_OUTGOING));
    case "Linux cooked v2":
      return when(compare(layout.ofLink(1, 10), "=", COOKED_OUTGOING));
    case "SLIP":
      return when(not(compare(layout.ofLink(1, 0), "=", 0)));
    case "PPP of pppd":
      return compare(layout.ofLink(1, 0), "=", out ? 1 : 0);
    case "Solaris ipnet":
      return compare(layout.ofLink(2, 2), "=", out ? 1 : 2);
  }
  if (layout.kind === "juniper") {
    return masked(layout.ofLink(1, 3), 1, out ? 0 : 1);
  }
  throw layout.refuse(`${layout.name} does not say which way a packet went`);
}

function ofWlan(
  layout: Layout,
  octet: number,
  mask: number,
  value: number,
): Condition {
  const { kind, outermost } = layout;
  if (kind !== "wlan" || outermost.radio === "ppi") {
    throw layout.refuse(`${layout.name} has no frames of IEEE 802.11`);
  }
  return masked(layout.ofLink(1, octet), mask, value);
}
