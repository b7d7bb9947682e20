/**
 * Display filters: what packets are asked by the names of their fields, compiled
 * to JavaScript.
 *
 * The steps: lex.ts and parse.ts make a tree of the text, resolve.ts finds what
 * its names lead to, question.ts checks and writes what is asked of a value, and
 * emit.ts puts it into functions, one a test.
 *
 * @module
 */

import type { Packet } from "../packet.ts";
import { emitMatch } from "./emit.ts";
import { parseMatch } from "./parse.ts";

/** What is known of a packet beside itself. */
export interface MatchFacts {
  /**
   * The packet's place in its capture, from 1, for `frame.number`.
   * @default {how many packets the function has been asked about}
   */
  readonly number?: number | undefined;
}

/**
 * Compiles a display filter: a test of packets by the names of their fields.
 *
 * ```text
 * tcp.flags.SYN && ipv4.ttl < 5        a flag that is set, a number
 * !arp                                 whether there is a layer
 * ipv4.src == 10.0.0.0/8               an address, or a prefix
 * tcp.dstPort in {80, 443, 8000..8080}
 * dns.questions.name contains "example"
 * payload matches /^(GET|POST) /       a regular expression, on text or octets
 * ethernet.src[0:3] == 00:00:0c        octets: from 0 on, 3 of them
 * tcp.flags & 0x12 == 0x12             some bits of a number
 * ipv4#2.src == 10.0.0.1               the second header of its kind
 * all tcp.port > 1023                  all values, not just any of them
 * ip.src == ip.dst                     fields with each other
 * ```
 *
 * Where a packet has several values under a name, headers in tunnels or items
 * of a list, one of them will do; for `!=` all must differ, and there must be
 * one. Wireshark's names of common fields are known too: `ip.addr`, `tcp.port`,
 * `eth.src`. What is different from Wireshark: a flag by itself asks whether it
 * is set, not whether it is there; sequence numbers are those on the wire.
 *
 * @param expression The filter.
 * @returns The function; it says whether a packet matches. An index in the
 * second place, as array methods pass it, does not count.
 * @throws {ParseError} Where the expression stops making sense: an unknown field
 * or flag, a value that the field cannot have; with the offset, and often with
 * a suggestion.
 * @throws {TypeError} If `expression` is no string.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, match, tcp } = net.packet;
 * const packet = build(ipv4({ src: "10.1.2.3", ttl: 3 }), tcp({ flags: ["SYN"] }));
 * assert.ok(match("tcp.flags.SYN && ip.addr == 10.0.0.0/8 && ipv4.ttl < 5")(packet));
 * assert.ok(!match("tcp.flags.ACK || udp")(packet));
 * assert.throws(() => match("tcp.prot == 80"), {
 *   name: "ParseError",
 *   offset: 0,
 *   message: /did you mean "tcp\.port"\?/,
 * });
 * ```
 */
export function match(
  expression: string,
): (packet: Packet, facts?: MatchFacts | number) => boolean {
  if (typeof expression !== "string") {
    throw new TypeError(
      `Cannot match packets as 'expression' must be a string: current value is ${expression}`,
    );
  }
  const test = emitMatch(expression, parseMatch(expression));
  let asked = 0;
  return (packet, facts) => {
    asked++;
    const number = typeof facts === "object" ? facts.number : undefined;
    return test(packet, number ?? asked);
  };
}
