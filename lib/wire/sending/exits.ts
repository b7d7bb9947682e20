/**
 * How packets get out by an interface: as they are, with a link header of ours
 * in front, or through the kernel where they go to this machine itself.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { Address } from "../../ip/address.ts";
import { hardwareType } from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import { hardwareAddress } from "../link/hardware_address.ts";
import type { LinkSocket } from "../link/link_socket.ts";
import { LOOPBACK_HARDWARE } from "../link/link_types.ts";
import type { WireOptions } from "../options.ts";
import { wayTo } from "../link/way.ts";

/** How a packet gets out. */
export interface Exit {
  /** Octets at its front that stay behind. */
  readonly skip: number;
  /** What goes in front instead. */
  readonly header: Uint8Array | undefined;
  /** Where the kernel sends it to; nothing for a frame of the interface. */
  readonly network: Address | undefined;
}

const ETHERNET = 1;
/** Link types whose packets start with an IP header. */
const RAW_IP: readonly number[] = [101, 12, 14, 228, 229];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];
/** Destinations that are remembered. */
const REMEMBERED = 1 << 16;

const NO_MAC = new Uint8Array(6);
const AS_IT_IS: Exit = { skip: 0, header: undefined, network: undefined };

/**
 * Finds the IP header of a packet.
 *
 * @param linkType What the packet starts with.
 * @param octets The buffer that it lies in.
 * @param start Its first octet there.
 * @param end The octet after its last.
 * @returns Where in the buffer the header starts; -1 if there is none.
 *
 * @example
 * ```ts
 * import { ipHeaderAt } from "./exits.ts";
 * import assert from "node:assert/strict";
 *
 * const frame = new Uint8Array(34);
 * frame.set([8, 0, 0x45], 12);
 * assert.equal(ipHeaderAt(1, frame, 0, frame.length), 14);
 * assert.equal(ipHeaderAt(101, frame, 14, frame.length), 14);
 * ```
 */
export function ipHeaderAt(
  linkType: number,
  octets: Uint8Array,
  start: number,
  end: number,
): number {
  const at = networkLayerAt(linkType, octets, start, end);
  if (at < 0 || at >= end) return -1;
  const version = octets[at]! >> 4;
  return version === 4 && at + 20 <= end || version === 6 && at + 40 <= end
    ? at
    : -1;
}

/** Where that starts which is IP as the link's header says; -1 if it is not. */
function networkLayerAt(
  linkType: number,
  octets: Uint8Array,
  start: number,
  end: number,
): number {
  const type = (at: number) =>
    at + 2 <= end ? octets[at]! << 8 | octets[at + 1]! : 0;
  const behind = (typeAt: number, at: number) => {
    const found = type(typeAt);
    return found === IPV4 || found === IPV6 ? at : -1;
  };
  if (linkType === ETHERNET) {
    let at = start + 12;
    while (TAGS.includes(type(at))) at += 4;
    return behind(at, at + 2);
  }
  if (RAW_IP.includes(linkType)) return start;
  // BSD's loopback, and Linux's cooked captures of both versions.
  if (linkType === 0 || linkType === 108) return start + 4;
  if (linkType === 113) return behind(start + 14, start + 16);
  if (linkType === 276) return behind(start, start + 20);
  return -1;
}

/**
 * Reads the destination out of an IP header.
 *
 * @param octets The buffer that it lies in.
 * @param at Where it starts, as {@linkcode ipHeaderAt} says.
 * @returns The address.
 *
 * @example
 * ```ts
 * import { destinationOf } from "./exits.ts";
 * import assert from "node:assert/strict";
 *
 * const header = new Uint8Array(20);
 * header.set([0x45]);
 * header.set([192, 0, 2, 7], 16);
 * assert.equal(`${destinationOf(header, 0)}`, "192.0.2.7");
 * ```
 */
export function destinationOf(octets: Uint8Array, at: number): Address {
  const isIpv4 = octets[at]! >> 4 === 4;
  return Address.fromBytes(
    isIpv4
      ? octets.subarray(at + 16, at + 20)
      : octets.subarray(at + 24, at + 40),
  );
}

/**
 * Finds for packets how they get out by one interface, once a destination.
 *
 * @example
 * ```ts ignore
 * import { Exits } from "./exits.ts";
 * import { LinkSocket } from "../link/link_socket.ts";
 *
 * using link = LinkSocket.open("eth0", { receive: false });
 * const frame = new Uint8Array(60);
 * console.log(new Exits(link, {}).known(1, frame, 0, frame.length));
 * ```
 */
export class Exits {
  /** Whether the interface is loopback. */
  readonly isLoopback: boolean;
  readonly #link: LinkSocket;
  readonly #options: WireOptions;
  readonly #known = new Map<number | string, Exit | NetError>();
  /** Ethernet headers, by next hop. */
  readonly #headers = new Map<number | string, Exit | NetError>();
  /** Why the last one that has no exit has none. */
  refusal: NetError | undefined;

  /**
   * Takes the interface.
   *
   * @param link A socket on it.
   * @param options The namespace that it is in, and a signal.
   */
  constructor(link: LinkSocket, options: WireOptions) {
    this.#link = link;
    this.#options = options;
    const hardware = inside(
      options.namespace,
      () => hardwareType(link.interface),
    );
    this.isLoopback = hardware === LOOPBACK_HARDWARE;
  }

  /**
   * Says how a packet gets out, if that needs no question.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @returns How; `undefined` if it has to be {@linkcode Exits.find found}.
   */
  known(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
  ): Exit | undefined {
    const { linkType: own } = this.#link;
    if (linkType === own && !this.isLoopback) return AS_IT_IS;
    const at = ipHeaderAt(linkType, octets, start, end);
    if (at < 0) return linkType === own ? AS_IT_IS : undefined;
    const skip = at - start;
    if (RAW_IP.includes(own)) return { ...AS_IT_IS, skip };
    const to = destinationOf(octets, at);
    const exit = this.#known.get(to.key);
    if (exit === undefined || exit instanceof NetError) return undefined;
    return this.#fit(exit, linkType, skip);
  }

  /** What is known of a destination, for a packet with so much before its IP header. */
  #fit(exit: Exit, linkType: number, skip: number): Exit {
    const isFrame = linkType === this.#link.linkType;
    if (isFrame && exit.network === undefined) return AS_IT_IS;
    return skip === 0 ? exit : { ...exit, skip };
  }

  /**
   * Finds how a packet gets out: asks for the next hop's hardware address.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @returns How; `undefined` if it cannot: {@linkcode Exits.refusal} says why.
   */
  async find(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
  ): Promise<Exit | undefined> {
    const known = this.known(linkType, octets, start, end);
    if (known !== undefined) return known;
    const at = ipHeaderAt(linkType, octets, start, end);
    if (at < 0) {
      this.refusal = this.#refuse(
        `a packet of link type ${linkType} is none of its frames, and no IP packet`,
        "unsupported",
      );
      return undefined;
    }
    const to = destinationOf(octets, at);
    const exit = this.#known.get(to.key) ?? await this.#ask(to);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(to.key, exit);
    if (exit instanceof NetError) {
      this.refusal = exit;
      return undefined;
    }
    return this.#fit(exit, linkType, at - start);
  }

  async #ask(to: Address): Promise<Exit | NetError> {
    const network = { ...AS_IT_IS, network: to };
    if (isOwn(to)) return network;
    if (this.isLoopback) {
      // What goes elsewhere stays here: the kernel would send it to the world.
      if (isLocal(to, this.#options)) return network;
      return { ...AS_IT_IS, header: ethernetHeader(NO_MAC, NO_MAC, to) };
    }
    const options = { ...this.#options, interface: this.#link.interface };
    try {
      const way = wayTo(to, options);
      if (way.isLoopback) return network;
      const { key } = way.nextHop;
      const known = way.isBroadcast ? undefined : this.#headers.get(key);
      if (known !== undefined) return known;
      const mac = await hardwareAddress(way, this.#options);
      const exit = mac === undefined
        ? this.#refuse(`${way.nextHop} does not answer on the link`)
        : { ...AS_IT_IS, header: ethernetHeader(mac, way.sourceMac, to) };
      if (!way.isBroadcast) this.#headers.set(key, exit);
      return exit;
    } catch (error) {
      const isMissing = error instanceof NetError &&
        error.code === "unreachable";
      if (isMissing) return error;
      throw error;
    }
  }

  #refuse(reason: string, code = "unreachable"): NetError {
    return new NetError(reason, {
      code,
      op: "send on",
      target: this.#link.interface,
    });
  }
}

/** Whether an address is this machine's own, of any interface. */
function isLocal(to: Address, options: WireOptions): boolean {
  try {
    return wayTo(to, options).isLoopback;
  } catch (error) {
    if (error instanceof NetError && error.code === "unreachable") return false;
    throw error;
  }
}

/** Whether an address is this machine's own wherever it is. */
function isOwn({ family, w0, w1, w2, w3 }: Address): boolean {
  return family === 4 ? w3 >>> 24 === 127 : (w0 | w1 | w2) === 0 && w3 === 1;
}

function ethernetHeader(
  to: Uint8Array,
  from: Uint8Array,
  { family }: Address,
): Uint8Array {
  const header = new Uint8Array(14);
  header.set(to);
  header.set(from, 6);
  header.set(family === 4 ? [0x08, 0x00] : [0x86, 0xdd], 12);
  return header;
}
