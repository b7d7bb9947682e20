/**
 * Teredo: IPv6 over UDP, for a host behind an IPv4 NAT.
 *
 * @module
 */

import { Address, address } from "../address.ts";
import { takeAddress, takeFields, takeInteger } from "../checks.ts";
import { checkGlobal, localUse, type NonGlobalOption } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** What a Teredo address is made from. */
export interface Endpoint {
  /** The IPv4 address of the client's Teredo server. */
  server: string | Address;
  /** The client's IPv4 address, as its NAT shows it to the outside. */
  client: string | Address;
  /** The client's UDP port, as its NAT shows it: 0 to 65,535. */
  port: number;
  /** Whether the NAT is a cone NAT; clients no longer tell. @default {false} */
  cone?: boolean | undefined;
  /** The universal/local bit, which stands at 0. @default {false} */
  universal?: boolean | undefined;
  /** The individual/group bit, which stands at 0. @default {false} */
  group?: boolean | undefined;
  /** 12 bits that the client draws against guessing: 0 to 4,095. @default {0} */
  random?: number | undefined;
}

/** What a Teredo address holds. */
export interface Parts {
  /** The IPv4 address of the client's Teredo server. */
  readonly server: Address;
  /** The client's IPv4 address, as its NAT shows it to the outside. */
  readonly client: Address;
  /** The client's UDP port, as its NAT shows it. */
  readonly port: number;
  /** Whether the client said that it is behind a cone NAT. */
  readonly cone: boolean;
  /** The universal/local bit. */
  readonly universal: boolean;
  /** The individual/group bit. */
  readonly group: boolean;
  /** 12 random bits of RFC 5991 §3.1; 0 in addresses from before. */
  readonly random: number;
  /** All 16 bits between server and port. */
  readonly flags: number;
}

const WHAT = "make a Teredo address";

/**
 * Makes the Teredo address of a client. Its own IPv4 address and port go in with
 * all bits inverted, as some NATs rewrite an address that they find in a payload.
 *
 * @param endpoint Server, and client as seen from outside.
 * @param options Whether to take a client that is not global.
 * @returns The IPv6 address, in `2001::/32`.
 * @throws {TypeError} If `server` or `client` is IPv6.
 * @throws {RangeError} If `client` is not global, or a number is out of range.
 * @throws {ParseError} If a text is no address.
 * @see RFC 4380 §4, RFC 5991 §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const address = net.ip.transition.teredo.encode({
 *   server: "65.54.227.120",
 *   client: "192.0.2.45",
 *   port: 40_000,
 *   cone: true,
 * });
 * assert.equal(`${address}`, "2001:0:4136:e378:8000:63bf:3fff:fdd2");
 * ```
 */
export function encode(
  endpoint: Endpoint,
  options: NonGlobalOption = {},
): Address {
  takeFields(endpoint, WHAT, "endpoint", "server, client and port");
  const { port, cone, universal, group, random = 0 } = endpoint;
  const server = takeAddress(endpoint.server, 4, WHAT, "server");
  const client = takeAddress(endpoint.client, 4, WHAT, "client");
  takeInteger(port, 0, 0xffff, WHAT, "port");
  takeInteger(random, 0, 0xfff, WHAT, "random");
  checkGlobal(client, options, WHAT, "client", "RFC 4380 §4");
  const flags = (cone ? CONE : 0) | (universal ? UNIVERSAL : 0) |
    (group ? GROUP : 0) | random >>> 8 << 10 | random & 0xff;
  return new Address(
    6,
    PREFIX,
    server.w3,
    flags << 16 | ~port & 0xffff,
    ~client.w3,
  );
}

const PREFIX = 0x20010000;

/** Flags, of the 16 bits `CzRRRRUGRRRRRRRR`; z is sent as 0 and not looked at. */
const CONE = 0x8000;
const UNIVERSAL = 0x0200;
const GROUP = 0x0100;

/**
 * Takes a Teredo address apart.
 *
 * @param from The address or its text.
 * @returns Its parts, or `undefined` if it is not in `2001::/32`.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4380 §4, RFC 5991 §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const parts = net.ip.transition.teredo.decode("2001:0:4136:e378:8000:63bf:3fff:fdd2");
 * assert.equal(`${parts?.client} port ${parts?.port}`, "192.0.2.45 port 40000");
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const { w0, w1, w2, w3, family } = address(from);
  if (family === 4 || w0 !== PREFIX) return undefined;
  const flags = w2 >>> 16;
  return {
    server: new Address(4, 0, 0, 0, w1),
    client: new Address(4, 0, 0, 0, ~w3),
    port: ~w2 & 0xffff,
    cone: (flags & CONE) !== 0,
    universal: (flags & UNIVERSAL) !== 0,
    group: (flags & GROUP) !== 0,
    random: (flags >>> 10 & 0xf) << 8 | flags & 0xff,
    flags,
  };
}

/**
 * Says in a line what a Teredo address is.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` if it is not in `2001::/32`.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4380 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.teredo.explain("2001:0:4136:e378:8000:63bf:3fff:fdd2"),
 *   "a client behind a cone NAT that shows it as 192.0.2.45 port 40000, by the server 65.54.227.120",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const parts = decode(from);
  if (parts === undefined) return undefined;
  const { server, client, port, cone } = parts;
  const use = localUse(client);
  const fate = use === undefined
    ? ""
    : `; ${client} is for ${use}, so relays drop it`;
  return `a client behind a ${
    cone ? "cone " : ""
  }NAT that shows it as ${client} port ${port}, by the server ${server}${fate}`;
}

/** What Teredo is. */
export const about: Mechanism = {
  title: "Teredo",
  source: "RFC 4380, RFC 5991",
  recognise: explain,
};
