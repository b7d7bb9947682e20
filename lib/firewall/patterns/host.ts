/**
 * A machine that guards itself.
 *
 * @module
 */

import type { Addresses } from "../../ip/set/set.ts";
import { ct, meta, oif, rule, udp } from "../build/words.ts";
import { onlyKnown } from "../../known_options.ts";
import {
  commentOf,
  GUARD,
  type GuardOptions,
  input,
  logged,
  rejected,
} from "./input.ts";
import {
  because,
  type ExplainedRule,
  joined,
  type Pattern,
  pattern,
} from "./pattern.ts";
import {
  leavesBy,
  matchAddresses,
  matchServices,
  type OneOrMore,
  type Service,
  several,
} from "./matching.ts";

/** What a machine may use of others. */
export interface Outgoing {
  /** Which services. */
  readonly port: OneOrMore<Service>;
  /** Of whom: addresses, subnets or ranges. @default {everyone} */
  readonly to?: Addresses | undefined;
  /** The interfaces by which it gets there. @default {all} */
  readonly on?: OneOrMore<string> | undefined;
}

/** Options for {@linkcode host}. */
export interface HostOptions extends GuardOptions {
  /** Whether packets of others may pass through: then another ruleset, as that of a container engine, says which. @default {false} */
  readonly forwarding?: boolean | undefined;
  /** What it may send: all, or only to these services. @default {"accept"} */
  readonly output?: "accept" | OneOrMore<Service | Outgoing> | undefined;
}

/**
 * Makes the ruleset of a host: it lets in what is opened, the answers to what
 * it asked, and what IP needs to work, and nothing else.
 *
 * @param options What is open, to whom, and what becomes of the rest.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service or an address is none.
 * @see RFC 4890
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.host({
 *   open: ["udp/51820", { port: "tcp/22", from: "10.0.0.0/8" }],
 * });
 * assert.match(`${pattern}`, /ip saddr 10\.0\.0\.0\/8 tcp dport 22 /);
 * ```
 */
export function host(options: HostOptions = {}): Pattern {
  onlyKnown("make a host", options, {
    ...GUARD,
    forwarding: true,
    output: true,
  });
  const { name = "host", forwarding = false, output = "accept" } = options;
  return pattern({
    name,
    chains: {
      input: input(options, name),
      ...!forwarding && {
        forward: {
          type: "filter",
          hook: "forward",
          priority: "filter",
          policy: "drop",
          rules: [because(
            rule.counter().drop(),
            "this machine is no router",
            "Even if forwarding is turned on one day, nothing passes through.",
          )],
        },
      },
      ...output !== "accept" && {
        output: {
          type: "filter",
          hook: "output",
          priority: "filter",
          policy: "drop",
          rules: outputRules(options, output, name),
        },
      },
    },
  });
}

function outputRules(
  { dhcp = false, log }: HostOptions,
  output: OneOrMore<Service | Outgoing>,
  name: string,
): readonly ExplainedRule[] {
  return [
    because(
      oif("lo").accept(),
      "loopback",
      "Programs of this machine talk to each other.",
    ),
    because(
      ct.state.in(["established", "related"]).accept(),
      "answers",
      "What others were let begin goes on.",
    ),
    because(
      meta.l4proto("icmp", "ipv6-icmp", "igmp").accept(),
      "ICMP, neighbour discovery, multicast groups",
      "Only the kernel and root send these, and IP does not work without.",
      "RFC 4890 §4.4.1",
    ),
    ...!dhcp ? [] : [
      because(
        udp.sport(68).udp.dport(67).accept(),
        "DHCP client",
        "It asks for this machine's address.",
        "RFC 2131 §4.1",
      ),
      because(
        udp.sport(546).udp.dport(547).accept(),
        "DHCPv6 client",
        "The same for IPv6.",
        "RFC 8415 §7.2",
      ),
    ],
    ...several(output).flatMap((entry) => {
      const { port, to, on } = typeof entry === "object"
        ? entry
        : { port: entry };
      const where = several(on).length > 0
        ? ` by ${several(on).join(", ")}`
        : "";
      return matchServices(port).flatMap(({ name, match }) =>
        matchAddresses("daddr", to).map((target) =>
          because(
            joined(leavesBy(on), target.match, match, rule.counter().accept()),
            commentOf(`use ${name}`),
            `It may use ${name} of ${target.name}${where}.`,
          )
        )
      );
    }),
    ...logged(log, `${name} output`),
    ...rejected(),
  ];
}
