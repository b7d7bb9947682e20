/**
 * Tests of MAC addresses, which are in one place everywhere but in IEEE 802.11.
 *
 * @module
 */

import {
  all,
  any,
  compare,
  type Condition,
  masked,
  not,
  number,
  valueOf,
} from "./condition.ts";
import { ends } from "./ends.ts";
import type { Layout } from "./layout.ts";
import type { Direction } from "./syntax.ts";

/** Makes a test of the address at a place in the link header. */
type AddressTest = (offset: number) => Condition;

/**
 * Makes the test of an address that is known by its text.
 *
 * @param layout Where the headers are.
 * @param text The address.
 * @param direction Which of the packet's addresses.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { macHost } from "./mac_hosts.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(macHost(layout, "00:00:0c:01:02:03", "src").kind, "all");
 * ```
 */
export function macHost(
  layout: Layout,
  text: string,
  direction: Direction | undefined,
): Condition {
  return test(layout, direction, equals(layout, macOctets(text)));
}

/**
 * Makes the test of a destination that is everybody's, or a group's.
 *
 * @param layout Where the headers are.
 * @param whom Whose.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { macGroup } from "./mac_hosts.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(macGroup(layout, "multicast").kind, "compare");
 * ```
 */
export function macGroup(
  layout: Layout,
  whom: "broadcast" | "multicast",
): Condition {
  if (layout.kind === "arcnet") {
    // One octet, and 0 is everybody's.
    return compare(layout.ofLink(1, 1), "=", 0);
  }
  const isWhom: AddressTest = whom === "broadcast"
    ? equals(layout, [255, 255, 255, 255, 255, 255])
    : (offset) => compare(layout.ofLink(1, offset), "&", 1);
  return test(layout, "dst", isWhom, `${whom} addresses are`);
}

function macOctets(text: string): number[] {
  const parts = text.split(/[:.-]/);
  const groups = parts.length === 6 ? parts : parts.join("").match(/../g)!;
  return groups.map((digits) => parseInt(digits, 16));
}

/** Compares the last four octets, then the first two. */
function equals(layout: Layout, octets: readonly number[]): AddressTest {
  const [a, b, c, d, e, f] = octets as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const low = (c << 24 | d << 16 | e << 8 | f) >>> 0;
  return (offset) =>
    all(
      compare(layout.ofLink(4, offset + 2), "=", low),
      compare(layout.ofLink(2, offset), "=", a << 8 | b),
    );
}

function test(
  layout: Layout,
  direction: Direction | undefined,
  isIt: AddressTest,
  what = "MAC addresses are",
): Condition {
  const { mac, kind } = layout;
  if (kind === "wlan") return inWlan(layout, direction, isIt);
  if (mac === undefined) {
    throw layout.refuse(`${what} not to be had in ${layout.name}`);
  }
  const found = ends(layout, direction, (end) => isIt(mac[end]));
  return layout.inGeneve ? all(hasEthernet(layout), found) : found;
}

/** Whether a Geneve tunnel carries Ethernet: then it has a header's length. */
function hasEthernet({ link, payload }: Layout): Condition {
  const start = link.slot ? valueOf(link.slot) : number(link.octets);
  const end = payload.slot ? valueOf(payload.slot) : number(payload.octets);
  return not(compare(start, "=", end));
}

/**
 * IEEE 802.11 has the addresses in places that the type of the frame and its
 * way, to or from the distribution system, say.
 *
 * @see IEEE 802.11-2020 §9.3
 */
function inWlan(
  layout: Layout,
  direction: Direction | undefined,
  isIt: AddressTest,
): Condition {
  const type = (bit: number) => compare(layout.ofLink(1, 0), "&", bit);
  const way = (bit: number) => compare(layout.ofLink(1, 1), "&", bit);
  const either = (asked: Condition, yes: Condition, no: Condition) =>
    any(all(not(asked), no), all(asked, yes));
  const isControl = masked(layout.ofLink(1, 0), 0x0c, 0x04);
  const hasSecond = any(
    not(isControl),
    all(
      not(masked(layout.ofLink(1, 0), 0xf0, 0xc0)),
      not(masked(layout.ofLink(1, 0), 0xf0, 0xd0)),
    ),
  );
  const [isData, notManaging] = [type(0x08), not(type(0x04))];
  const [toDs, fromDs] = [way(1), way(2)];
  switch (direction) {
    case "addr1":
      return isIt(4);
    case "addr2":
      return all(hasSecond, isIt(10));
    case "addr3":
      return all(not(isControl), isIt(16));
    case "addr4":
      return all(masked(layout.ofLink(1, 1), 3, 3), isIt(24));
    case "ra":
      return all(isData, isIt(4));
    case "ta":
      return all(isData, hasSecond, isIt(10));
  }
  return ends(layout, direction, (end) =>
    all(
      notManaging,
      end === "dst"
        ? either(isData, either(toDs, isIt(16), isIt(4)), isIt(4))
        : either(
          isData,
          either(fromDs, either(toDs, isIt(24), isIt(16)), isIt(10)),
          isIt(10),
        ),
    ));
}
