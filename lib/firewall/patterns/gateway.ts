/**
 * A router between a network and the Internet.
 *
 * @module
 */

import { type Addresses, set } from "../../ip/set/set.ts";
import { registry } from "../../ip/registry/registry.ts";
import type { RuleData } from "../build/steps.ts";
import { ct, ip, ip6, rule } from "../build/words.ts";
import { onlyKnown } from "../../known_options.ts";
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
import { GUARD, type GuardOptions, input } from "./input.ts";
import {
  because,
  type ExplainedRule,
  joined,
  type Pattern,
  pattern,
} from "./pattern.ts";
import {
  byFamily,
  comesBy,
  matchAddresses,
  type OneOrMore,
  several,
} from "./matching.ts";

/** Options for {@linkcode gateway}. */
export interface GatewayOptions extends GuardOptions {
  /** The interfaces of the network. */
  readonly inside: OneOrMore<string>;
  /** The interfaces of the Internet. */
  readonly outside: OneOrMore<string>;
  /** The addresses inside, of both families; only they get out. @default {all that routing knows there} */
  readonly networks?: Addresses | undefined;
  /** The IPv4 address outside, if it is always the same. @default {whatever the interface has} */
  readonly address?: string | undefined;
  /** Services inside that the Internet may reach. */
  readonly forward?: OneOrMore<Publication> | undefined;
  /** Whether those inside reach them by the address outside, too; takes `networks`. @default {false} */
  readonly hairpin?: boolean | undefined;
  /** Whether packets with sources that cannot be on the Internet are dropped there: not behind another NAT. @default {false} */
  readonly bogons?: boolean | undefined;
}

/**
 * Makes the ruleset of a router between a network and the Internet: who is
 * inside begins connections, who is outside reaches what is published. IPv4 is
 * translated, IPv6 routed and guarded all the same.
 *
 * @param options Its interfaces, networks, and what is published.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service, an address or an interface is none.
 * @throws {TypeError} If `hairpin` is asked for without `networks`, or for an
 * option that there is not.
 * @see RFC 6092, RFC 4890
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.gateway({
 *   inside: "lan0",
 *   outside: "wan0",
 *   forward: [{ port: "tcp/443", to: "192.168.1.10:8443" }],
 * });
 * assert.match(`${pattern}`, /tcp dport 443 dnat ip to 192\.168\.1\.10:8443/);
 * ```
 */
export function gateway(options: GatewayOptions): Pattern {
  onlyKnown("make a gateway", options, {
    ...GUARD,
    inside: true,
    outside: true,
    networks: true,
    address: true,
    forward: true,
    hairpin: true,
    bogons: true,
  });
  const { name = "gateway", inside, outside, networks, hairpin } = options;
  checkInterfaces({ inside, outside });
  if (hairpin && networks === undefined) {
    throw new TypeError(
      "Cannot make a gateway as 'hairpin' needs 'networks', to know who is inside: current value is undefined",
    );
  }
  const address = outerAddress(options.address);
  const own = networks === undefined ? undefined : byFamily(networks);
  const published = readPublications(options.forward);
  const out = { from: inside, to: [...several(inside), ...several(outside)] };
  const back = { from: outside, to: inside };
  const here = [arrivesAt(address)];
  const guard = antispoof();
  return pattern({
    name,
    chains: {
      prerouting: {
        ...guard,
        rules: [...guard.rules, ...options.bogons ? bogons(outside) : []],
      },
      input: input(options, name, {
        advertsFrom: outside,
        solicitsFrom: inside,
      }),
      clamp: clamp(outside),
      forward: forward(
        [
          ...matchAddresses("saddr", networks, "Everyone inside").map((
            { name, match },
          ) =>
            because(
              joined(goes(out), match, rule.accept()),
              "begun inside",
              `${name} may begin connections to the Internet and to each other.`,
              networks === undefined ? undefined : "RFC 2827",
            )
          ),
          ...publishedRules(published, back),
          pings6(back),
        ],
        options,
        name,
        several(inside),
      ),
      dstnat: {
        type: "nat",
        hook: "prerouting",
        priority: "dstnat",
        rules: [
          ...translations(published, here, outside),
          ...hairpin
            ? translations(
              published.map((one) => ({ ...one, from: undefined })),
              hairpinHere(here, own!.v4, address),
              inside,
            )
            : [],
        ],
      },
      ...own?.v4.length !== 0 && {
        srcnat: hiding(
          outside,
          own?.v4,
          address,
          hairpin ? [returnsHere(own!.v4)] : [],
        ),
      },
    },
  });
}

/** This router's address outside, and not the ones inside, where it serves itself. */
const hairpinHere = (
  here: readonly RuleData[],
  networks: readonly string[],
  address: string | undefined,
): readonly RuleData[] =>
  address !== undefined || networks.length === 0
    ? here
    : [ip.daddr.notIn(networks), ...here];

const returnsHere = (networks: readonly string[]): ExplainedRule =>
  because(
    joined(
      ip.saddr.in(networks),
      ip.daddr.in(networks),
      ct.status("dnat").masquerade(),
    ),
    "hairpin",
    "The server would answer its neighbour directly, from an address that was not asked: so it must see this router as the one who asks.",
    "RFC 4787 §6",
  );

/** What cannot be a source on the Internet. */
function bogons(outside: OneOrMore<string>): readonly ExplainedRule[] {
  const special = registry().filter(({ registry }) =>
    registry === "special-purpose"
  );
  const blocks = (reachable: boolean) =>
    special.filter(({ globallyReachable }) => globallyReachable === reachable)
      .map(({ prefix }) => prefix);
  const { v4, v6 } = byFamily(
    // Blocks that can be are parts of some that cannot.
    set(blocks(false)).difference([
      ...blocks(true),
      // A link has its own, and who has none yet asks from nowhere.
      ...["fe80::/10", "::", "0.0.0.0"],
    ]),
  );
  const why =
    "Private, documentation and other special addresses cannot come from the Internet.";
  return [ip.saddr.in(v4), ip6.saddr.in(v6)].map((match) =>
    because(
      joined(comesBy(outside), match, rule.counter().drop()),
      "no source of the Internet",
      why,
      "RFC 6890, RFC 3704",
    )
  );
}
