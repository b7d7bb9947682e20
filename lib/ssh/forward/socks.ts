/**
 * What a client says to a SOCKS 5 proxy, and what it hears.
 *
 * @see RFC 1928
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { Address } from "../../ip/address.ts";

/** Where a client of the proxy wants to go. */
export interface SocksRequest {
  /** A name or an address. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
}

/** "No authentication", the one method that is taken: RFC 1928 §3. */
export const NO_AUTHENTICATION = 0;

/** What a reply says: RFC 1928 §6. */
export const REPLY = {
  succeeded: 0,
  failed: 1,
  notAllowed: 2,
  refused: 5,
  commandUnknown: 7,
  addressUnknown: 8,
} as const;

function fail(reason: string, offset: number): never {
  throw new DecodeError(reason, { layer: "socks", offset });
}

/**
 * Reads the greeting: the version and the methods that the client knows.
 *
 * @param octets What came so far.
 * @returns The methods and the octets read; undefined if more is to come.
 * @throws {DecodeError} If it is not version 5.
 */
export function readGreeting(
  octets: Uint8Array,
): { readonly methods: Uint8Array; readonly used: number } | undefined {
  if (octets.length === 0) return undefined;
  if (octets[0] !== 5) fail(`version ${octets[0]} is not 5`, 0);
  if (octets.length < 2 || octets.length < 2 + octets[1]!) return undefined;
  const used = 2 + octets[1]!;
  return { methods: octets.subarray(2, used), used };
}

/** A request that is refused, with the reply to send. */
export class SocksRefusal extends Error {
  /** The number of the reply. */
  readonly reply: number;

  /**
   * Takes why.
   *
   * @param reason In words.
   * @param reply The number of the reply.
   */
  constructor(reason: string, reply: number) {
    super(reason);
    this.reply = reply;
  }
}

/**
 * Reads a request.
 *
 * @param octets What came after the greeting.
 * @returns Where to, and the octets read; undefined if more is to come.
 * @throws {DecodeError} If it is not version 5.
 * @throws {SocksRefusal} If it asks for what there is not: RFC 1928 §4.
 */
export function readRequest(
  octets: Uint8Array,
): SocksRequest & { readonly used: number } | undefined {
  if (octets.length < 5) return undefined;
  if (octets[0] !== 5) fail(`version ${octets[0]} is not 5`, 0);
  if (octets[1] !== 1) {
    throw new SocksRefusal(
      `command ${octets[1]} is not CONNECT`,
      REPLY.commandUnknown,
    );
  }
  const type = octets[3]!;
  const [start, length] = type === 1
    ? [4, 4]
    : type === 4
    ? [4, 16]
    : type === 3
    ? [5, octets[4]!]
    : [0, 0];
  if (length === 0) {
    throw new SocksRefusal(
      type === 3 ? "the name is empty" : `address type ${type} is none`,
      REPLY.addressUnknown,
    );
  }
  const used = start + length + 2;
  if (octets.length < used) return undefined;
  const host = octets.subarray(start, start + length);
  return {
    hostname: type === 3
      ? new TextDecoder().decode(host)
      : `${Address.fromBytes(host)}`,
    port: octets[used - 2]! << 8 | octets[used - 1]!,
    used,
  };
}

/**
 * Writes a reply.
 *
 * @param reply Its number.
 * @returns The octets; the address bound is said to be 0.0.0.0:0, as nobody
 * can use it.
 */
export function writeReply(reply: number): Uint8Array {
  return Uint8Array.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0);
}
