/**
 * A router between VLANs that have nothing to do with each other.
 *
 * @module
 */

import { rule } from "../build/words.ts";
import { onlyKnown } from "../../known_options.ts";
import {
  antispoof,
  checkInterfaces,
  clamp,
  forward,
  goes,
  hiding,
} from "./forward.ts";
import { commentOf, GUARD, type GuardOptions, input } from "./input.ts";
import { because, joined, type Pattern, pattern } from "./pattern.ts";
import {
  matchServices,
  type OneOrMore,
  type Service,
  several,
} from "./matching.ts";

/** Options for {@linkcode isolateVlans}. */
export interface IsolateVlansOptions extends GuardOptions {
  /** The interface of each VLAN, by name: `{ guests: "vlan10" }`. */
  readonly vlans: Readonly<Record<string, OneOrMore<string>>>;
  /** The interface of the way out. */
  readonly uplink: OneOrMore<string>;
  /** What one VLAN may use of another: `["office", "printers", "tcp/9100"]`. @default {nothing} */
  readonly allow?:
    | readonly (readonly [
      from: string,
      to: string,
      services: OneOrMore<Service>,
    ])[]
    | undefined;
  /** The VLANs that get out by the uplink. @default {all} */
  readonly internet?: readonly string[] | undefined;
  /** Whether IPv4 is translated at the uplink. @default {false} */
  readonly nat?: boolean | undefined;
}

/**
 * Makes the ruleset of a router between VLANs: each gets out by the uplink, and
 * none reaches another but for what is named. Each reaches of the router itself
 * what is `open` to it.
 *
 * @param options The VLANs, the uplink, and what may pass between.
 * @returns The ruleset; its `explanation` has a reason for each rule.
 * @throws {ParseError} If a service or an interface is none.
 * @throws {TypeError} If a name in `allow` or `internet` is no VLAN's.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.isolateVlans({
 *   vlans: { office: "vlan20", printers: "vlan30" },
 *   uplink: "eth0",
 *   allow: [["office", "printers", "tcp/9100"]],
 * });
 * assert.match(`${pattern}`, /iifname "vlan20" oifname "vlan30" tcp dport 9100 /);
 * ```
 */
export function isolateVlans(options: IsolateVlansOptions): Pattern {
  onlyKnown("isolate VLANs", options, {
    ...GUARD,
    vlans: true,
    uplink: true,
    allow: true,
    internet: true,
    nat: true,
  });
  const { name = "vlans", vlans, uplink, allow = [], nat = false } = options;
  checkInterfaces({ uplink, ...vlans });
  const names = Object.keys(vlans);
  const { internet = names } = options;
  const of = (vlan: string): OneOrMore<string> => {
    if (Object.hasOwn(vlans, vlan)) return vlans[vlan]!;
    throw new TypeError(
      `Cannot isolate VLANs as each must be one of ${
        names.join(", ")
      }: current value is ${vlan}`,
    );
  };
  const inner = names.flatMap((vlan) => several(of(vlan)));
  const out = internet.flatMap((vlan) => several(of(vlan)));
  return pattern({
    name,
    chains: {
      prerouting: antispoof(),
      input: input(options, name, {
        advertsFrom: uplink,
        solicitsFrom: inner,
      }),
      clamp: clamp(uplink),
      forward: forward(
        [
          ...out.length === 0 ? [] : [
            because(
              joined(goes({ from: out, to: uplink }), rule.accept()),
              commentOf(`${internet.join(", ")} to the uplink`),
              `Who is in ${internet.join(", ")} may begin connections there.`,
            ),
          ],
          ...allow.flatMap(([from, to, services]) => {
            const way = { from: of(from), to: of(to) };
            return matchServices(services).map((service) =>
              because(
                joined(goes(way), service.match, rule.counter().accept()),
                commentOf(`${from} to ${to}: ${service.name}`),
                `Who is in ${from} may use ${service.name} in ${to}; not the other way round.`,
              )
            );
          }),
        ],
        options,
        name,
        inner,
      ),
      ...nat && { srcnat: hiding(uplink, undefined, undefined) },
    },
  });
}
