/**
 * Addresses that nothing is exchanged with.
 *
 * @module
 */

import { type Addresses, set } from "../../ip/set/set.ts";
import type { SetSpec } from "../build/table.ts";
import { iif, ip, ip6, meta, rule } from "../build/words.ts";
import { onlyKnown } from "../../known_options.ts";
import { because, joined, type Pattern, pattern } from "./pattern.ts";

/** Options for {@linkcode blockList}. */
export interface BlockListOptions {
  /** Addresses, subnets and ranges of both families, in any order; they may overlap. */
  readonly prefixes: Addresses;
  /** What of them is not blocked after all: one's own networks, say. @default {nothing} */
  readonly except?: Addresses | undefined;
  /** Whether this machine and those behind it may not connect there either. @default {true} */
  readonly outgoing?: boolean | undefined;
  /** Whether each element counts what it has stopped. @default {false} */
  readonly counters?: boolean | undefined;
  /** The name of its table. @default {"block_list"} */
  readonly name?: string | undefined;
}

/**
 * Makes a table that drops what comes from listed addresses, and refuses what
 * goes there. Overlaps and neighbours are made one before the kernel sees them.
 *
 * @param options The addresses.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If an address is none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.blockList({
 *   prefixes: ["192.0.2.0/25", "192.0.2.128/25", "2001:db8:bad::/48"],
 *   except: "192.0.2.7",
 * });
 * const [ipv4] = pattern.tables[0]!.sets;
 * assert.equal(ipv4?.elements.length, 2);
 * ```
 */
export function blockList(options: BlockListOptions): Pattern {
  onlyKnown("make a block list", options, {
    prefixes: true,
    except: true,
    outgoing: true,
    counters: true,
    name: true,
  });
  if (options.prefixes === undefined) {
    throw new TypeError(
      "Cannot make a block list as 'prefixes' must be addresses, subnets and ranges: current value is undefined",
    );
  }
  const { except, outgoing = true, counters, name = "block_list" } = options;
  const listed = set(options.prefixes);
  const all = except === undefined ? listed : listed.difference(except);
  const ranges = [...all.ranges()];
  const blocked = (family: 4 | 6): SetSpec => ({
    type: family === 4 ? "ipv4_addr" : "ipv6_addr",
    flags: ["interval"],
    ...counters && { with: rule.counter() },
    elements: ranges.filter(({ start }) => start.family === family),
  });
  const families = [
    { header: ip, of: "@blocked_ipv4" },
    { header: ip6, of: "@blocked_ipv6" },
  ] as const;
  const refused = families.flatMap(({ header, of }) => [
    because(
      joined(
        header.daddr.in(of),
        meta.l4proto("tcp").counter().reject("tcp reset"),
      ),
      "goes to who is blocked",
      "A program wants to go there: it is told at once, and the counter tells that someone should look why.",
      "RFC 9293 §3.10.7.1",
    ),
    because(
      joined(
        header.daddr.in(of),
        rule.counter().reject("admin-prohibited"),
      ),
      "goes to who is blocked",
      "The same for what is not TCP.",
      "RFC 1812 §5.2.7.1, RFC 4443 §3.1",
    ),
  ]);
  return pattern({
    name,
    sets: { blocked_ipv4: blocked(4), blocked_ipv6: blocked(6) },
    chains: {
      prerouting: {
        type: "filter",
        hook: "prerouting",
        priority: "raw",
        rules: [
          because(
            iif("lo").accept(),
            "loopback",
            "The refusals below are in the name of who is blocked, and come this way.",
          ),
          ...families.map(({ header, of }) =>
            because(
              joined(header.saddr.in(of), rule.counter().drop()),
              "comes from who is blocked",
              "Before connection tracking, so that a flood costs little.",
            )
          ),
        ],
      },
      ...outgoing && {
        forward: {
          type: "filter",
          hook: "forward",
          priority: "filter - 5",
          rules: refused,
        },
        output: {
          type: "filter",
          hook: "output",
          priority: "filter - 5",
          rules: refused,
        },
      },
    },
  });
}
