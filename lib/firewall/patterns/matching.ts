/**
 * Services, addresses and interfaces as patterns are told of them.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import type { Addresses } from "../../ip/set/set.ts";
import { set } from "../../ip/set/set.ts";
import type { RuleData } from "../build/steps.ts";
import type { Port } from "../build/value_types.ts";
import {
  dccp,
  iifname,
  ip,
  ip6,
  meta,
  oifname,
  sctp,
  tcp,
  udp,
  udplite,
} from "../build/words.ts";
import { services } from "../model/known_ports.ts";
import { inetProto } from "../model/symbols.ts";

/** One of something, or several. */
export type OneOrMore<T> = T | readonly T[];

/**
 * A service: protocol and port as `"tcp/22"`, `"tcp/https"`,
 * `"udp/60000-61000"`; for what has no ports the protocol alone, as `"esp"`.
 */
export type Service = string;

/** Who may use which services, and by which interface. */
export interface Opening {
  /** What is opened. */
  readonly port: OneOrMore<Service>;
  /** Addresses, subnets or ranges of those who may. @default {everyone} */
  readonly from?: Addresses | undefined;
  /** The interfaces by which they come. @default {all} */
  readonly on?: OneOrMore<string> | undefined;
}

/** A service, or which and for whom. */
export type Open = Service | Opening;

const PORTED = { tcp, udp, sctp, dccp, udplite };
type Ported = keyof typeof PORTED;

/** A service's parts. */
export interface ServiceParts {
  readonly protocol: string;
  /** Absent of protocols that have none. */
  readonly port?: Port;
}

/** @returns Several, or the one as several. */
export const several = <T>(value: OneOrMore<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/**
 * Reads a service.
 *
 * @param text As {@linkcode Service} has it.
 * @returns Its protocol and port.
 * @throws {ParseError} If it is none.
 */
export function readService(text: string): ServiceParts {
  if (typeof text !== "string") throw refusal(`${text}`, 0, FORM);
  const at = text.indexOf("/");
  if (at < 0) {
    if (Object.hasOwn(inetProto, text) && !Object.hasOwn(PORTED, text)) {
      return { protocol: text };
    }
    throw refusal(text, 0, FORM);
  }
  const protocol = text.slice(0, at);
  if (!Object.hasOwn(PORTED, protocol)) {
    throw refusal(text, 0, `one of ${Object.keys(PORTED).join(", ")}`);
  }
  const port = text.slice(at + 1);
  const [first, last, more] = port.split("-");
  const isPort = (text: string | undefined) =>
    text !== undefined && /^\d{1,5}$/.test(text) &&
    Number(text) >= 1 && Number(text) <= 65535;
  const isRange = more === undefined && isPort(first) && isPort(last) &&
    Number(first) <= Number(last);
  if (!isPort(port) && !isRange && !Object.hasOwn(services, port)) {
    throw refusal(text, at + 1, "a port from 1 to 65535, a range or a name");
  }
  return { protocol, port: (isPort(port) ? Number(port) : port) as Port };
}

const FORM = 'a protocol and a port, as "tcp/22" or "udp/53"';

const refusal = (input: string, offset: number, expected: string) =>
  new ParseError("a service", input, offset, `expected ${expected}`);

/**
 * Makes matches of services: one for each protocol.
 *
 * @param all Services.
 * @returns What they are called together, and the match.
 * @throws {ParseError} If one is none.
 * @throws {TypeError} If there are none.
 */
export function matchServices(
  all: OneOrMore<Service>,
): readonly { readonly name: string; readonly match: RuleData }[] {
  if (several(all).length === 0) {
    throw new TypeError(
      `Cannot match services as at least one must be named: current value is ${
        JSON.stringify(all)
      }`,
    );
  }
  const groups = Map.groupBy(
    several(all).map((text) => ({ text, ...readService(text) })),
    ({ protocol }) => protocol,
  );
  return Array.from(groups, ([protocol, group]) => {
    const ports = group.flatMap(({ port }) => port === undefined ? [] : port);
    return {
      name: group.map(({ text }) => text).join(", "),
      match: ports.length === 0
        ? meta.l4proto(protocol as "esp")
        : PORTED[protocol as Ported].dport.in(ports),
    };
  });
}

/** Addresses of one family, and the match on them; for all addresses there is none. */
export interface AddressMatch {
  /** How a sentence names them. */
  readonly name: string;
  /** Absent where it is all, of both. */
  readonly family?: 4 | 6;
  readonly match?: RuleData;
}

/**
 * Makes matches of addresses: one for each family that they have.
 *
 * @param field Which end.
 * @param addresses The addresses; if there are none, all.
 * @param all How a sentence names all.
 * @returns The matches.
 */
export function matchAddresses(
  field: "saddr" | "daddr",
  addresses: Addresses | undefined,
  all = "everyone",
): readonly AddressMatch[] {
  if (addresses === undefined) return [{ name: all }];
  const { v4, v6 } = byFamily(addresses);
  return [
    ...v4.length > 0
      ? [{ name: named(v4), family: 4, match: ip[field].in(v4) } as const]
      : [],
    ...v6.length > 0
      ? [{ name: named(v6), family: 6, match: ip6[field].in(v6) } as const]
      : [],
  ];
}

/**
 * Takes addresses apart by family, as few subnets as there can be.
 *
 * @param addresses The addresses.
 * @returns Those of each, as text.
 */
export function byFamily(
  addresses: Addresses,
): { readonly v4: readonly string[]; readonly v6: readonly string[] } {
  const { 4: v4 = [], 6: v6 = [] } = Object.groupBy(
    set(addresses),
    ({ network }) => network.family,
  );
  return { v4: v4.map(short), v6: v6.map(short) };
}

/** An address where a subnet is only one. */
const short = (subnet: { toString(): string }) =>
  `${subnet}`.replace(/(?<=\..*)\/32$|(?<=:.*)\/128$/, "");

/** @returns The match on interfaces that packets come in by, if any are named. */
export const comesBy = (names: OneOrMore<string> | undefined) =>
  several(names).length > 0 ? iifname.in(several(names)) : undefined;

/** @returns The match on interfaces that packets leave by, if any are named. */
export const leavesBy = (names: OneOrMore<string> | undefined) =>
  several(names).length > 0 ? oifname.in(several(names)) : undefined;

/** Addresses that a sentence names before it counts the rest. */
const NAMED = 3;

function named(addresses: readonly string[]): string {
  const more = addresses.length - NAMED;
  const shown = addresses.slice(0, NAMED).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
