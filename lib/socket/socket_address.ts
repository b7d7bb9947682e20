/**
 * Addresses as the kernel takes and gives them: struct sockaddr_in and
 * sockaddr_in6.
 *
 * @see ip(7), ipv6(7)
 * @module
 */

import { check, cString, libc } from "../ffi/libc.ts";
import { Address, type Family, parse } from "../ip/address.ts";
import { Endpoint } from "./endpoint.ts";

/** AF_INET of sys/socket.h. */
export const AF_INET = 2;
/** AF_INET6 of sys/socket.h. */
export const AF_INET6 = 10;
/** Octets of the longest of them that is met here. */
export const ADDRESS_SIZE = 28;

const SIOCGIFNAME = 0x8910;
const SIOCGIFINDEX = 0x8933;
const NAME_SIZE = 16;

/** A descriptor's interfaces: those of its namespace, wherever the thread is. */
export class Interfaces {
  readonly #fd: number;
  /** Most sockets never meet a zone. */
  #names: Map<number, string> | undefined;

  /** @param fd A socket. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Gives the number of an interface.
   *
   * @param name Its name.
   * @returns Its index, 1 or more.
   * @throws {NetError} With code `"not-found"` if there is none of that name.
   */
  indexOf(name: string): number {
    const request = new Uint8Array(40);
    request.set(cString(name).subarray(0, NAME_SIZE - 1));
    const { ioctl } = libc();
    check(ioctl(this.#fd, SIOCGIFINDEX, request), "find interface", name);
    return new DataView(request.buffer).getInt32(NAME_SIZE, true);
  }

  /**
   * Gives the name of an interface.
   *
   * @param index Its number.
   * @returns Its name; the number as text for one that is gone.
   */
  nameOf(index: number): string {
    const known = this.#names?.get(index);
    if (known !== undefined) return known;
    const request = new Uint8Array(40);
    new DataView(request.buffer).setInt32(NAME_SIZE, index, true);
    if (libc().ioctl(this.#fd, SIOCGIFNAME, request) < 0) return `${index}`;
    const name = new TextDecoder().decode(
      request.subarray(0, request.indexOf(0)),
    );
    (this.#names ??= new Map()).set(index, name);
    return name;
  }
}

/**
 * Writes an address and a port as the kernel takes them.
 *
 * @param address The address; a zone is a name or a number of an interface.
 * @param port The port, or a raw socket's protocol.
 * @param interfaces Where zones are looked up.
 * @returns The struct: 16 octets for IPv4, 28 for IPv6.
 * @throws {NetError} With code `"not-found"` if the zone is no interface.
 */
export function encodeAddress(
  address: Address,
  port: number,
  interfaces: Interfaces,
): Uint8Array<ArrayBuffer> {
  const isIpv4 = address.family === 4;
  const octets = new Uint8Array(new ArrayBuffer(isIpv4 ? 16 : ADDRESS_SIZE));
  const view = new DataView(octets.buffer);
  view.setUint16(0, isIpv4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  octets.set(address.toBytes(), isIpv4 ? 4 : 8);
  const { zone } = address;
  if (zone !== undefined) {
    const scope = /^\d+$/.test(zone) ? Number(zone) : interfaces.indexOf(zone);
    view.setUint32(24, scope, true);
  }
  return octets;
}

/**
 * The same for an endpoint whose host is an address.
 *
 * @param endpoint The endpoint.
 * @param interfaces Where zones are looked up.
 * @returns The struct.
 */
export function encodeEndpoint(
  endpoint: Endpoint,
  interfaces: Interfaces,
): Uint8Array<ArrayBuffer> {
  return encodeAddress(parse(endpoint.hostname), endpoint.port, interfaces);
}

/**
 * Reads an address as the kernel gives it.
 *
 * @param octets What it lies in.
 * @param at Where it starts.
 * @param interfaces Where zones get their names.
 * @returns The address and its port; nothing of another family than these two.
 */
export function decodeAddress(
  octets: Uint8Array,
  at: number,
  interfaces: Interfaces,
): { address: Address; port: number } | undefined {
  const family = octets[at]! | octets[at + 1]! << 8;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const port = octets[at + 2]! << 8 | octets[at + 3]!;
  const [start, size] = family === AF_INET ? [at + 4, 4] : [at + 8, 16];
  const address = Address.fromBytes(octets.subarray(start, start + size));
  const scope = family === AF_INET6
    ? new DataView(octets.buffer, octets.byteOffset).getUint32(at + 24, true)
    : 0;
  return {
    address: scope === 0 ? address : address.withZone(interfaces.nameOf(scope)),
    port,
  };
}

/**
 * The same as an endpoint.
 *
 * @param octets What it lies in.
 * @param interfaces Where zones get their names.
 * @param at Where it starts. @default {0}
 * @returns The endpoint; `0.0.0.0:0` of another family than these two.
 */
export function decodeEndpoint(
  octets: Uint8Array,
  interfaces: Interfaces,
  at: number = 0,
): Endpoint {
  if (octets[at] === AF_INET && octets[at + 1] === 0) {
    // What is asked most goes without an object in between.
    return new Endpoint(
      `${octets[at + 4]}.${octets[at + 5]}.${octets[at + 6]}.${octets[at + 7]}`,
      octets[at + 2]! << 8 | octets[at + 3]!,
    );
  }
  const found = decodeAddress(octets, at, interfaces);
  return found === undefined
    ? new Endpoint("0.0.0.0", 0)
    : new Endpoint(`${found.address}`, found.port);
}

/** Senders that are remembered by their octets. */
const REMEMBERED = 1024;

/** Endpoints of senders, each made once: most datagrams come from the same few. */
export class Senders {
  readonly #interfaces: Interfaces;
  readonly #known = new Map<string, Endpoint>();
  readonly #last = new Uint8Array(ADDRESS_SIZE);
  #endpoint: Endpoint | undefined;

  /** @param interfaces Where zones get their names. */
  constructor(interfaces: Interfaces) {
    this.#interfaces = interfaces;
  }

  /**
   * Gives the endpoint of an address that lies in a buffer.
   *
   * @param octets The buffer.
   * @param at Where the address starts.
   */
  read(octets: Uint8Array, at: number): Endpoint {
    const size = octets[at] === AF_INET ? 8 : ADDRESS_SIZE;
    const last = this.#last;
    let same = this.#endpoint !== undefined;
    for (let i = 0; same && i < size; i++) same = last[i] === octets[at + i];
    if (same) return this.#endpoint!;
    const key = String.fromCharCode(...octets.subarray(at, at + size));
    let endpoint = this.#known.get(key);
    if (endpoint === undefined) {
      endpoint = decodeEndpoint(octets, this.#interfaces, at);
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(key, endpoint);
    }
    last.set(octets.subarray(at, at + size));
    this.#endpoint = endpoint;
    return endpoint;
  }
}

/**
 * Gives the family of an address or a name's address.
 *
 * @param hostname The address.
 */
export function familyOf(hostname: string): Family {
  return hostname.includes(":") ? 6 : 4;
}
