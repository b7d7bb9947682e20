/**
 * `vlan`, `mpls`, `pppoes` and `geneve`: each is a test, and moves the headers
 * for all that comes after it in the text.
 *
 * @module
 */

import { CARRIED, carries } from "./carries.ts";
import {
  all,
  any,
  arithmetic,
  compare,
  type Condition,
  load,
  masked,
  number,
  set,
  type Value,
  valueOf,
} from "./condition.ts";
import type { Layout } from "./layout.ts";
import { portsIn } from "./ports.ts";

/** IEEE 802.1Q, IEEE 802.1ad, and what was in use before it. */
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const MPLS_TYPE = 0x8847;
const MPLS_IN_PPP = 0x0281;
const PPPOE_DISCOVERY = 0x8863;
const PPPOE_SESSION = 0x8864;
const GENEVE_PORT = 6081;
const ETHERNET_IN_GENEVE = 0x6558;
const UDP = 17;

/** An encapsulation by its word. */
export type Encapsulation = "vlan" | "mpls" | "pppoed" | "pppoes" | "geneve";

/**
 * Makes the test of an encapsulation, and goes past its header.
 *
 * @param layout Where the headers are; it is changed.
 * @param word Which encapsulation.
 * @param value The VLAN, label, session or network; `undefined` for any.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { encapsulated } from "./encapsulation.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(encapsulated(layout, "vlan", undefined).kind, "any");
 * assert.equal(layout.payload.octets, 18);
 * ```
 */
export function encapsulated(
  layout: Layout,
  word: Encapsulation,
  value: number | undefined,
): Condition {
  switch (word) {
    case "vlan":
      return vlan(layout, value);
    case "mpls":
      return mpls(layout, value);
    case "pppoed":
      return carries(layout, PPPOE_DISCOVERY);
    case "pppoes":
      return pppoes(layout, value);
    case "geneve":
      return geneve(layout, value);
  }
}

function checked(
  layout: Layout,
  what: string,
  value: number | undefined,
  most: number,
): number {
  if (value! > most) {
    throw layout.refuse(`${value} is no ${what}: the last is ${most}`);
  }
  return value!;
}

function vlan(layout: Layout, id: number | undefined): Condition {
  if (layout.labels > 0) {
    throw layout.refuse("'vlan' cannot come after 'mpls'");
  }
  const { kind, outermost } = layout;
  const fits = kind === "ethernet" ||
    kind === "wlan" && outermost.radio !== "ppi";
  if (!fits) throw layout.refuse(`there is no VLAN in ${layout.name}`);
  let test = any(...VLAN_TYPES.map((type) => carries(layout, type)));
  if (id !== undefined) {
    checked(layout, "VLAN", id, 0xfff);
    test = all(test, masked(layout.ofNetwork(2, 0), 0xfff, id));
  }
  layout.payload = moved(layout.payload, 4);
  layout.type = moved(layout.type, 4);
  return test;
}

function moved<T extends { readonly octets: number }>(place: T, by: number): T {
  return { ...place, octets: place.octets + by };
}

function mpls(layout: Layout, label: number | undefined): Condition {
  const { kind, network } = layout;
  let test: Condition;
  if (layout.labels > 0) {
    // The label before was not the last one.
    test = masked(layout.ofNetwork(1, -2), 1, 0);
  } else if (kind === "ethernet" || kind === "hdlc") {
    test = carries(layout, MPLS_TYPE);
  } else if (kind === "ppp" && layout.name === "PPP") {
    test = carries(layout, MPLS_IN_PPP);
  } else {
    throw layout.refuse(`there is no MPLS in ${layout.name}`);
  }
  if (label !== undefined) {
    checked(layout, "MPLS label", label, 0xfffff);
    test = all(
      test,
      masked(layout.ofNetwork(4, 0), 0xfffff000, label << 12 >>> 0),
    );
  }
  layout.network = network + 4;
  layout.afterLlc += 4;
  layout.labels++;
  return test;
}

function pppoes(layout: Layout, session: number | undefined): Condition {
  let test = carries(layout, PPPOE_SESSION);
  if (session !== undefined) {
    checked(layout, "PPPoE session", session, 0xffff);
    test = all(test, masked(layout.ofNetwork(4, 0), 0xffff, session));
  }
  const { payload, network } = layout;
  layout.kind = "ppp";
  layout.name = "PPP";
  layout.mac = undefined;
  layout.llc = false;
  layout.inGeneve = false;
  layout.link = moved(payload, network + 6);
  layout.type = layout.link;
  layout.payload = moved(layout.link, 2);
  layout.network = 0;
  layout.afterLlc = 0;
  return test;
}

/**
 * What a Geneve tunnel carries may start with an Ethernet header or not, so the
 * places of all that is in it are worked out from the packet.
 *
 * @see RFC 8926 §3.4
 */
function geneve(layout: Layout, network: number | undefined): Condition {
  if (network !== undefined) checked(layout, "VNI", network, 0xffffff);
  const inFamily = (family: 4 | 6) => {
    const ofHeader = (octets: number, offset: number) =>
      layout.ofTransport(family, octets, 8 + offset);
    const isOurs = [masked(ofHeader(1, 0), 0xc0, 0)];
    if (network !== undefined) {
      const vni = network << 8 >>> 0;
      isOurs.push(masked(ofHeader(4, 4), 0xffffff00, vni));
    }
    return all(
      carries(layout, family === 4 ? CARRIED.ip! : CARRIED.ip6!),
      portsIn(layout, family, UDP, "dst", GENEVE_PORT, GENEVE_PORT),
      ...isOurs,
      set(header, ipLength(layout, family)),
    );
  };
  const header = layout.slot();
  const type = layout.slot();
  const link = layout.slot();
  const payload = layout.slot();
  const start = layout.payload.octets + layout.network + 8;
  const test = any(inFamily(4), inFamily(6));
  const ofGeneve = (octets: number, offset: number) =>
    load(octets, start + offset, valueOf(header));
  const plus = (value: Value, octets: number) =>
    arithmetic(value, "+", number(octets));
  const optionWords = arithmetic(ofGeneve(1, 0), "&", number(0x3f));
  const headerLength = plus(arithmetic(optionWords, "*", number(4)), 8);
  const end = plus(valueOf(header), start);
  layout.kind = "ethernet";
  layout.name = "Ethernet";
  layout.mac = { dst: 0, src: 6 };
  layout.llc = true;
  layout.inGeneve = true;
  layout.link = { octets: 0, slot: link };
  layout.type = { octets: 0, slot: type };
  layout.payload = { octets: 0, slot: payload };
  layout.network = 0;
  return all(
    test,
    set(type, plus(valueOf(header), start + 2)),
    set(link, arithmetic(headerLength, "+", end)),
    any(
      all(
        compare(ofGeneve(2, 2), "=", ETHERNET_IN_GENEVE),
        set(type, plus(valueOf(link), 12)),
        set(payload, plus(valueOf(link), 14)),
      ),
      set(payload, valueOf(link)),
    ),
  );
}

function ipLength(layout: Layout, family: 4 | 6): Value {
  if (family === 4) return layout.ipHeader();
  const { slot } = layout.payload;
  const length = number(40);
  return slot === undefined
    ? length
    : arithmetic(layout.value(slot), "+", length);
}
