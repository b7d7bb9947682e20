/**
 * Capture filters in the language of tcpdump, compiled to JavaScript.
 *
 * The steps: lex.ts cuts the text up, parse.ts makes a tree of it, generate.ts
 * works out what that asks of the octets of a packet of one link type, and
 * emit.ts writes it as a function.
 *
 * What is different from libpcap 1.10:
 *
 * - Names of hosts and nets are not looked up, and of ports only those of
 *   names.ts; words about ATM, SS7 and PF are refused.
 * - Tests are made as they are written. libpcap's optimizer leaves out some that
 *   cannot change the result, and moves others: a packet that is too short for
 *   such a test may match there and not here. `tcpdump -O` agrees with us.
 * - `len / ip[0]` and the like, which libpcap takes for a division by zero, work;
 *   `byte 0 & 1` reads the octet that libpcap forgets to read.
 * - After a `geneve` that was not met, what comes next in an `or` reads from the
 *   packet's start; libpcap takes places that it never set.
 * - In IEEE 802.11, arithmetic does not overwrite the place of the payload.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import type { Packet } from "../../packet/packet.ts";
import { FILTER } from "../option_names.ts";
import { emit } from "./emit.ts";
import { filterCondition } from "./generate.ts";

/**
 * Tests one packet where it lies in a buffer.
 *
 * @param octets The buffer.
 * @param view The same buffer.
 * @param start The packet's first octet in it.
 * @param end The octet after its last.
 * @param length Octets that the packet had on the wire.
 * @returns Whether it matches.
 */
export type RecordTest = (
  octets: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  length: number,
) => boolean;

/** Options for {@linkcode filter} and {@linkcode compileFilter}. */
export interface FilterOptions {
  /**
   * What packets start with, as numbered at tcpdump.org/linktypes.html.
   * @default {1, Ethernet}
   */
  linkType?: number | undefined;
  /**
   * The most octets of a packet that count, as its capture says; 0 is no limit.
   * @default {all that are there}
   */
  snapLength?: number | undefined;
  /**
   * The octet order of the machine that wrote the capture, which is the order
   * of the address family in link types 0 and 109. @default {either order}
   */
  byteOrder?: "big" | "little" | undefined;
}

/**
 * Compiles a capture filter to a function for packets in a buffer.
 *
 * @param expression The filter, as pcap-filter(7) describes it; empty for all
 * packets.
 * @param options The link type, and what else the capture says.
 * @returns The function.
 * @throws {ParseError} Where the expression stops making sense for that link
 * type, with the offset and often with a suggestion.
 * @throws {TypeError} If `expression` is no string.
 * @throws {RangeError} If an option is out of range.
 * @see https://www.tcpdump.org/manpages/pcap-filter.7.html
 *
 * @example
 * ```ts
 * import { compileFilter } from "./compile.ts";
 * import assert from "node:assert/strict";
 *
 * const test = compileFilter("ip6", { linkType: 101 });
 * const octets = Uint8Array.of(0x45, 0, 0x60, 0);
 * const view = new DataView(octets.buffer);
 * assert.equal(test(octets, view, 0, 2, 2), false);
 * assert.equal(test(octets, view, 2, 4, 2), true);
 * ```
 */
export function compileFilter(
  expression: string,
  options: FilterOptions = {},
): RecordTest {
  onlyKnown("compile a filter", options, FILTER);
  const { linkType = 1, snapLength, byteOrder } = options;
  if (typeof expression !== "string") {
    throw new TypeError(
      `Cannot compile a filter as 'expression' must be a string: current value is ${expression}`,
    );
  }
  for (const [name, value] of Object.entries({ linkType, snapLength })) {
    if (value === undefined) continue;
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) {
      throw new RangeError(
        `Cannot compile a filter as '${name}' must be a whole number from 0 to 4294967295: current value is ${value}`,
      );
    }
  }
  if (!["big", "little", undefined].includes(byteOrder)) {
    throw new RangeError(
      `Cannot compile a filter as 'byteOrder' must be "big" or "little": current value is ${byteOrder}`,
    );
  }
  const condition = filterCondition(expression, { linkType, byteOrder });
  const body = emit(condition, snapLength || undefined);
  return new Function(
    "octets",
    "view",
    "start",
    "end",
    "length",
    body,
  ) as RecordTest;
}

/**
 * Compiles a capture filter, in the language of tcpdump, to a function that
 * says whether a packet matches.
 *
 * It answers as libpcap does: a test that reads past the end of a packet rejects
 * it, even before an `or`; `port` is asked of first fragments
 * only; `vlan`, `mpls`, `pppoes` and `geneve` move the headers for all that comes
 * after them in the text. But names of hosts and nets are not looked up.
 *
 * @param expression The filter, as pcap-filter(7) describes it.
 * @param options The link type of octets, and what else their capture says. A
 * `Packet` is tested by its own link type.
 * @returns The function. It takes octets, and how many there were on the wire if
 * that is more; or a packet.
 * @throws {ParseError} Where the expression stops making sense for that link
 * type, with the offset and often with a suggestion.
 * @throws {TypeError} If `expression` is no string.
 * @throws {RangeError} If an option is out of range.
 * @see https://www.tcpdump.org/manpages/pcap-filter.7.html
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const packet = build(ipv4({ dst: "192.0.2.1" }), tcp({ dstPort: 443 }));
 * const wanted = net.pcap.filter("tcp port 443 and net 192.0.2.0/24", {
 *   linkType: packet.linkType,
 * });
 * assert.equal(wanted(packet), true);
 * assert.equal(wanted(packet.bytes), true);
 * assert.throws(() => net.pcap.filter("tcp prot 443"), {
 *   message: 'Cannot parse "tcp prot 443" as a capture filter: ' +
 *     'unknown word "prot" (did you mean "port"?) at offset 4',
 * });
 * ```
 */
export function filter(
  expression: string,
  options: FilterOptions = {},
): (packet: Uint8Array | Packet, length?: number) => boolean {
  onlyKnown("compile a filter", options, FILTER);
  const { linkType = 1 } = options;
  const tests = new Map([[linkType, compileFilter(expression, options)]]);
  const testFor = (linkType: number): RecordTest => {
    let test = tests.get(linkType);
    if (test === undefined) {
      test = compileFilter(expression, { ...options, linkType });
      tests.set(linkType, test);
    }
    return test;
  };
  return (packet, length) => {
    // Not instanceof Packet: that would load the whole packet engine.
    const known = !(packet instanceof Uint8Array);
    if (known && !(packet?.bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot filter a packet as 'packet' must be a Uint8Array or a Packet: current value is ${packet}`,
      );
    }
    const octets = known ? packet.bytes : packet;
    const { buffer, byteOffset, byteLength } = octets;
    const view = new DataView(buffer, byteOffset, byteLength);
    return testFor(known ? packet.linkType : linkType)(
      octets,
      view,
      0,
      byteLength,
      length ?? (known ? packet.length : byteLength),
    );
  };
}
