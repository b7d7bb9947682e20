/**
 * What a router lets through: the chains that routers' patterns share.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { type Address, address as readAddress } from "../../ip/address.ts";
import type { Addresses } from "../../ip/set/set.ts";
import type { RuleData } from "../build/steps.ts";
import { fib, icmpv6, ip, ip6, meta, oifname, rule } from "../build/words.ts";
import { onlyKnown, type OptionNames } from "../../known_options.ts";
import type { Expression } from "../model/expression.ts";
import {
  commentOf,
  dropped,
  errors6,
  established,
  type GuardOptions,
  invalid,
  logged,
  rejected,
} from "./input.ts";
import {
  because,
  type ExplainedChain,
  type ExplainedRule,
  joined,
} from "./pattern.ts";
import {
  type AddressMatch,
  comesBy,
  leavesBy,
  matchAddresses,
  matchServices,
  type OneOrMore,
  readService,
  type Service,
  several,
} from "./matching.ts";

/** A service of a host inside that others may reach. */
export interface Publication {
  /** Where it is reached: `"tcp/443"`. */
  readonly port: Service;
  /** Who serves it: `"192.168.1.10"`, `"192.168.1.10:8443"`, an IPv6 address; or one of each family. */
  readonly to: OneOrMore<string>;
  /** Who may. @default {everyone} */
  readonly from?: Addresses | undefined;
}

/** A publication for one family, read. */
export interface Published {
  readonly address: Address;
  /** The service as it is asked for. */
  readonly asked: Service;
  /** The service as the host serves it. */
  readonly served: Service;
  readonly from: Addresses | undefined;
}

const PUBLICATION: OptionNames<Publication> = {
  port: true,
  to: true,
  from: true,
};

/**
 * Reads publications.
 *
 * @param all The publications.
 * @returns One for each address that they lead to.
 * @throws {ParseError} If a service or an address is none.
 * @throws {TypeError} If it is not said who serves it, or if an IPv6 service, or
 * a range of ports, would change its numbers.
 */
export function readPublications(
  all: OneOrMore<Publication> | undefined,
): readonly Published[] {
  return several(all).flatMap((publication) => {
    const { port: asked, to, from } = publication;
    if (several(to).length === 0) {
      throw new TypeError(
        `Cannot publish a service as it must be as { port: "tcp/443", to: "192.168.1.10" }: current value is ${
          JSON.stringify(publication)
        }`,
      );
    }
    // A "from" that is mistyped would publish it to everyone.
    onlyKnown("publish a service", publication, PUBLICATION);
    const { protocol, port: askedPort } = readService(asked);
    return several(to).map((text) => {
      const [, host = text, port] = /^\[(.*)\]:([\w-]+)$/.exec(text) ??
        /^([^:]*):([\w-]+)$/.exec(text) ??
        [];
      const address = readAddress(host);
      if (port !== undefined && address.family === 6) {
        throw new TypeError(
          `Cannot publish ${asked} as an IPv6 service keeps its port, since nothing is translated: current value is ${text}`,
        );
      }
      const served = port === undefined ? asked : `${protocol}/${port}`;
      const servedPort = readService(served).port;
      // The kernel takes any port of the range, not the one of the same place.
      if (isRange(servedPort) && servedPort !== askedPort) {
        throw new TypeError(
          `Cannot publish ${asked} as a range of ports keeps its numbers: current value is ${text}`,
        );
      }
      return { address, asked, served, from };
    });
  });
}

const isRange = (port: unknown): boolean =>
  typeof port === "string" && /^\d+-\d+$/.test(port);

/**
 * Reads a router's address outside.
 *
 * @param text The address, if it has always the same.
 * @returns It.
 * @throws {TypeError} If it is none of IPv4.
 */
export function outerAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const address = readAddress(text);
  if (address.family === 4) return `${address}`;
  throw new TypeError(
    `Cannot translate to 'address' as it must be of IPv4, since IPv6 is routed as it is: current value is ${text}`,
  );
}

/** What is for this router: for its address outside, or any that it has. */
export const arrivesAt = (address: string | undefined): RuleData =>
  address === undefined ? fib("daddr").type("local") : ip.daddr(address);

/** Where packets come from and go to, of a rule that lets through. */
export interface Way {
  readonly from: OneOrMore<string>;
  readonly to: OneOrMore<string>;
}

/** @returns The match on a way. */
export const goes = ({ from, to }: Way): RuleData =>
  joined(comesBy(from), leavesBy(to));

const isFor = (address: Address): RuleData =>
  address.family === 4 ? ip.daddr(address) : ip6.daddr(address);

/**
 * Makes the rules that let published services through.
 *
 * @param published The services.
 * @param way By which interfaces.
 * @returns The rules.
 */
export function publishedRules(
  published: readonly Published[],
  way: Way,
): readonly ExplainedRule[] {
  return published.flatMap(({ address, served, from }) =>
    matchServices(served).flatMap(({ match }) =>
      ofFamily(matchAddresses("saddr", from, "Everyone"), address).map((
        source,
      ) =>
        because(
          joined(
            goes(way),
            source.match,
            isFor(address),
            match,
            rule.counter().accept(),
          ),
          commentOf(`published ${served} of ${address}`),
          `${source.name} may reach ${served} of ${address}. The address is already the one inside: translation comes before.`,
        )
      )
    )
  );
}

/** Matches that can be true of packets to an address. */
const ofFamily = (
  matches: readonly AddressMatch[],
  { family }: Address,
): readonly AddressMatch[] =>
  matches.filter((match) => (match.family ?? family) === family);

/**
 * Makes the rules that lead published IPv4 services to who serves them.
 *
 * @param published The services.
 * @param here What an address must be so that it is this router's.
 * @param by By which interfaces they are asked for.
 * @returns The rules, for a chain of type nat at prerouting.
 */
export function translations(
  published: readonly Published[],
  here: readonly RuleData[],
  by: OneOrMore<string>,
): readonly ExplainedRule[] {
  return published.filter(({ address }) => address.family === 4).flatMap(
    ({ address, asked, served, from }) => {
      const { port } = readService(served);
      const isSame = asked === served || port === undefined;
      const target = {
        dnat: {
          family: "ip" as const,
          addr: `${address}`,
          ...!isSame && { port: port as Expression },
        },
      };
      return matchServices(asked).flatMap(({ match }) =>
        ofFamily(matchAddresses("saddr", from, "everyone"), address).map((
          source,
        ) =>
          because(
            joined(comesBy(by), source.match, ...here, match, {
              rule: { statements: [target] },
            }),
            commentOf(`${asked} is at ${address}`),
            `For ${source.name}, this router's ${asked} is ${served} of ${address}.`,
            "RFC 3022 §2.2",
          )
        )
      );
    },
  );
}

/** Refuses text that would be read as something else in a rule, and sides that are one. */
export function checkInterfaces(
  options: Readonly<Record<string, OneOrMore<string>>>,
): void {
  const sides = new Map<string, string>();
  for (const [option, names] of Object.entries(options)) {
    const all = several(names);
    const wrong = all.find((name) =>
      typeof name !== "string" || !/^[^\s/"@*]{1,15}\*?$/.test(name)
    );
    if (all.length === 0 || wrong !== undefined) {
      throw new ParseError(
        `the interface '${option}'`,
        `${wrong ?? ""}`,
        0,
        "expected a name of 1 to 15 octets",
      );
    }
    for (const name of all) {
      const other = sides.get(name);
      if (other !== undefined) {
        throw new TypeError(
          `Cannot tell '${other}' from '${option}' as each must have interfaces of its own: current value of both is ${name}`,
        );
      }
      sides.set(name, option);
    }
  }
}

/**
 * Makes the chain that drops forged sources, before anything else.
 *
 * @returns The chain.
 */
export const antispoof = (): ExplainedChain => ({
  type: "filter",
  hook: "prerouting",
  priority: "raw",
  rules: [
    because(
      fib("saddr", "iif").oif.missing().counter().drop(),
      "forged source",
      "An answer would not leave by the interface that this came in by, so the source is forged. Who has no address yet, and asks for one or whether it is free, is not meant: the kernel knows.",
      "RFC 2827, RFC 3704 §2.2",
    ),
  ],
});

/**
 * Makes the chain that fits TCP segments to the way out.
 *
 * @param outside The interfaces of the way out.
 * @returns The chain.
 */
export const clamp = (outside: OneOrMore<string>): ExplainedChain => ({
  type: "filter",
  hook: "forward",
  priority: "mangle",
  rules: [
    because(
      oifname.in(several(outside)).tcp.flags.and(["syn", "rst"]).is("syn")
        .tcp.option.maxseg.size.set({ expression: { rt: { key: "mtu" } } }),
      "fit TCP segments to the way out",
      "Behind PPPoE or a tunnel packets are smaller, and someone on the way may drop the errors that say so. It is only ever made less.",
      "RFC 4459 §3.2",
    ),
  ],
});

/**
 * Makes a chain at forward that drops what its rules do not let through.
 *
 * @param rules What is let through.
 * @param options What becomes of the rest.
 * @param name Begins the lines of the log.
 * @param inside Interfaces of those who are told that they are refused.
 * @returns The chain.
 */
export const forward = (
  rules: readonly ExplainedRule[],
  { log, refuse }: GuardOptions,
  name: string,
  inside: readonly string[],
): ExplainedChain => ({
  type: "filter",
  hook: "forward",
  priority: "filter",
  policy: "drop",
  rules: [
    established,
    errors6("RFC 4890 §4.3.1"),
    invalid,
    ...rules,
    ...logged(log, `${name} forward`),
    ...refuse === "reject" ? rejected() : [...rejected(inside), dropped],
  ],
});

/** Pings through a router, of IPv6, where nobody hides behind a translation. */
export const pings6 = (way: Way): ExplainedRule =>
  because(
    joined(
      goes(way),
      icmpv6.type("echo-request").limit("50/second", { burst: 100 }).accept(),
    ),
    "ping to IPv6 hosts inside, limited",
    "To find faults, and for protocols that try which way works.",
    "RFC 4890 §4.3.1, RFC 6092 §3.2.1",
  );

/**
 * Makes the chain that hides IPv4 behind an address of the way out.
 *
 * @param outside The interfaces of the way out.
 * @param sources Whose packets. @default {all}
 * @param address The address, where it is always the same.
 * @param before Rules that come before.
 * @returns The chain.
 */
export function hiding(
  outside: OneOrMore<string>,
  sources: readonly string[] | undefined,
  address: string | undefined,
  before: readonly ExplainedRule[] = [],
): ExplainedChain {
  const from = sources ? ip.saddr.in(sources) : meta.nfproto("ipv4");
  const hide = address === undefined ? rule.masquerade() : {
    rule: {
      statements: [{ snat: { family: "ip" as const, addr: address } }],
    },
  };
  return {
    type: "nat",
    hook: "postrouting",
    priority: "srcnat",
    rules: [
      ...before,
      because(
        joined(leavesBy(outside), from, hide),
        address === undefined
          ? "hide IPv4 behind our address"
          : `hide IPv4 behind ${address}`,
        `Private addresses mean nothing outside. ${
          address === undefined
            ? "The address is the interface's, whatever it is"
            : "The address is fixed, so connections outlast a short loss of the line"
        }. IPv6 is routed as it is.`,
        "RFC 3022, RFC 1918 §3",
      ),
    ],
  };
}
