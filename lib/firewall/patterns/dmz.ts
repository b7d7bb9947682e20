/**
 * A firewall with three legs.
 *
 * @module
 */

import type { Addresses } from "../../ip/set/set.ts";
import { rule } from "../build/words.ts";
import { onlyKnown, type OptionNames } from "../../known_options.ts";
import {
  antispoof,
  arrivesAt,
  checkInterfaces,
  clamp,
  forward,
  goes,
  hiding,
  outerAddress,
  pings6,
  type Publication,
  publishedRules,
  readPublications,
  translations,
} from "./forward.ts";
import { commentOf, GUARD, type GuardOptions, input } from "./input.ts";
import { because, joined, type Pattern, pattern } from "./pattern.ts";
import {
  matchAddresses,
  matchServices,
  type OneOrMore,
  type Service,
  several,
} from "./matching.ts";

/** What hosts of a DMZ may use of the Internet. */
export interface DmzOutgoing {
  /** Which services: `["tcp/443", "udp/53"]`. */
  readonly port: OneOrMore<Service>;
  /** Of whom. @default {everyone} */
  readonly to?: Addresses | undefined;
  /** Which hosts of the DMZ may. @default {all} */
  readonly from?: Addresses | undefined;
}

/** Options for {@linkcode dmz}. */
export interface DmzOptions extends Omit<GuardOptions, "open"> {
  /** The interface of the Internet. */
  readonly outside: OneOrMore<string>;
  /** The interface of the servers. */
  readonly dmz: OneOrMore<string>;
  /** The interface of one's own network. */
  readonly inside: OneOrMore<string>;
  /** What the servers offer the Internet. */
  readonly services: OneOrMore<Publication>;
  /** What the servers may use of the Internet. @default {nothing} */
  readonly outgoing?: OneOrMore<Service | DmzOutgoing> | undefined;
  /** What the firewall itself is reached at, from inside alone. @default {nothing} */
  readonly management?: OneOrMore<Service> | undefined;
  /** Whether IPv4 is translated. @default {true} */
  readonly nat?: boolean | undefined;
  /** The IPv4 address outside, if it is always the same. @default {whatever the interface has} */
  readonly address?: string | undefined;
}

/**
 * Makes the ruleset of a firewall between the Internet, a DMZ with servers, and
 * one's own network: who breaks into a server is still not inside.
 *
 * The Internet reaches what is published, and nothing else. Inside reaches the
 * DMZ and the Internet. The DMZ reaches nothing inside, and of the Internet
 * only what is named. The firewall itself is managed from inside alone.
 *
 * @param options The three interfaces, and what may pass.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service, an address or an interface is none.
 * @throws {TypeError} For an option that there is not.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.dmz({
 *   outside: "wan0",
 *   dmz: "dmz0",
 *   inside: "lan0",
 *   services: [{ port: "tcp/443", to: "10.0.2.80" }],
 *   outgoing: ["udp/53"],
 *   management: ["tcp/22"],
 * });
 * assert.match(`${pattern}`, /iifname "dmz0" oifname "wan0" udp dport 53 /);
 * ```
 */
export function dmz(options: DmzOptions): Pattern {
  const { open: _, ...guard } = GUARD;
  onlyKnown("make a DMZ", options, {
    ...guard,
    outside: true,
    dmz: true,
    inside: true,
    services: true,
    outgoing: true,
    management: true,
    nat: true,
    address: true,
  });
  const { name = "dmz", outside, dmz, inside, services, nat = true } = options;
  const { outgoing, management } = options;
  checkInterfaces({ outside, dmz, inside });
  const address = outerAddress(options.address);
  const published = readPublications(services);
  const here = [arrivesAt(address)];
  const inner = [...several(inside), ...several(dmz)];
  return pattern({
    name,
    chains: {
      prerouting: antispoof(),
      input: input(
        {
          ...options,
          open: several(management).map((port) => ({ port, on: inside })),
        },
        name,
        { advertsFrom: outside, solicitsFrom: inner },
      ),
      clamp: clamp(outside),
      forward: forward(
        [
          because(
            joined(
              goes({
                from: inside,
                to: [...several(dmz), ...several(outside)],
              }),
              rule.accept(),
            ),
            "inside to the DMZ and outside",
            "One's own people use and manage the servers, and use the Internet.",
          ),
          ...publishedRules(published, { from: outside, to: dmz }),
          ...several(outgoing).flatMap((entry) =>
            outgoingRules(
              typeof entry === "object" ? entry : { port: entry },
              { from: dmz, to: outside },
            )
          ),
          because(
            joined(
              goes({ from: dmz, to: inside }),
              rule.counter().drop(),
            ),
            "the DMZ begins nothing inside",
            "The rest would refuse it too; this rule says the point of a DMZ, and its counter tells of a server that someone has broken into.",
          ),
          pings6({ from: outside, to: dmz }),
        ],
        options,
        name,
        several(inside),
      ),
      ...nat && {
        dstnat: {
          type: "nat",
          hook: "prerouting",
          priority: "dstnat",
          rules: translations(published, here, outside),
        },
        srcnat: hiding(outside, undefined, address),
      },
    },
  });
}

const OUTGOING: OptionNames<DmzOutgoing> = { port: true, to: true, from: true };

const outgoingRules = (
  outgoing: DmzOutgoing,
  way: { readonly from: OneOrMore<string>; readonly to: OneOrMore<string> },
) => {
  onlyKnown("let the servers out", outgoing, OUTGOING);
  const { port, to, from } = outgoing;
  return matchServices(port).flatMap(({ name, match }) =>
    matchAddresses("saddr", from, "The servers").flatMap((source) =>
      matchAddresses("daddr", to).filter((target) =>
        !source.match || !target.match || source.family === target.family
      ).map((target) =>
        because(
          joined(
            goes(way),
            source.match,
            target.match,
            match,
            rule.counter().accept(),
          ),
          commentOf(`the DMZ uses ${name}`),
          `${source.name} may use ${name} of ${target.name}: updates and names, and not what an intruder would fetch or send.`,
        )
      )
    )
  );
};
