/**
 * IP packets out by the ways that the routes say, and what comes in there.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { compileFilter } from "../../ffi/libpcap.ts";
import type { Address } from "../../ip/address.ts";
import type { Packet } from "../../packet/packet.ts";
import { hardwareAddress } from "../link/hardware_address.ts";
import { hear } from "../finding/hearing.ts";
import { LinkSocket } from "../link/link_socket.ts";
import { NetworkSocket } from "../link/network_socket.ts";
import type { WireOptions } from "../options.ts";
import { type Way, wayTo } from "../link/way.ts";

const ETHERNET = 1;
/** Octets kept of what comes in: errors quote no more than a small packet. */
const SNAP_LENGTH = 2048;

/** Options for {@linkcode IpExchange}. */
export interface IpExchangeOptions extends WireOptions {
  /** What to hear, as tcpdump takes it; the kernel picks it out. */
  readonly filter: string;
  /** The interface that packets must leave by. @default {as the routes say} */
  readonly interface?: string | undefined;
}

/** The way to one address, ready for packets. */
export interface Lane {
  /** The way. */
  readonly way: Way;
  /**
   * Sends a packet; one for which the kernel has no room is lost, as on the way.
   *
   * @param packet It, from its IP header on.
   * @throws {NetError} If the kernel refuses it.
   */
  send(packet: Uint8Array): void;
}

/**
 * Sends IP packets past the kernel's own stack, and hears what comes in on the
 * interfaces where they leave; the packets themselves too, so that their times
 * are the kernel's.
 *
 * @example
 * ```ts ignore
 * import { parse } from "../../ip/address.ts";
 * import { IpExchange } from "./ip_exchange.ts";
 *
 * using exchange = new IpExchange((packet) => console.log(String(packet)), { filter: "icmp" });
 * const { way } = await exchange.to(parse("192.0.2.1"));
 * ```
 */
export class IpExchange implements Disposable {
  /** Rejects if an interface goes down or away meanwhile. */
  readonly failed: Promise<void>;
  readonly #hear: (packet: Packet) => void;
  readonly #options: IpExchangeOptions;
  readonly #stack = new DisposableStack();
  readonly #senders = new Map<string, LinkSocket>();
  readonly #lanes = new Map<string, Promise<Lane>>();
  readonly #raw = new Map<4 | 6, NetworkSocket>();
  readonly #fail: (reason: unknown) => void;

  /**
   * Opens nothing yet.
   *
   * @param hear Gets each packet, with its time.
   * @param options What to hear, and where.
   */
  constructor(hear: (packet: Packet) => void, options: IpExchangeOptions) {
    const { promise, reject } = Promise.withResolvers<void>();
    // Who waits for something races it; nobody need.
    promise.catch(() => {});
    this.failed = promise;
    this.#fail = reject;
    this.#hear = hear;
    this.#options = options;
  }

  /**
   * Finds the way to an address, and listens there.
   *
   * @param target The address.
   * @returns The way, with a function that sends.
   * @throws {NetError} With code `"unreachable"` if there is no way, or the next
   * hop does not tell its hardware address.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   */
  to(target: Address): Promise<Lane> {
    const key = String(target);
    const lane = this.#lanes.get(key) ?? this.#open(target);
    this.#lanes.set(key, lane);
    return lane;
  }

  async #open(target: Address): Promise<Lane> {
    const { namespace, signal, interface: name } = this.#options;
    const way = wayTo(target, { namespace, signal, interface: name });
    if (way.isLoopback) {
      this.#listen("lo");
      const socket = this.#rawSocket(target.family);
      return { way, send: (packet) => void socket.send(packet, target) };
    }
    const socket = this.#listen(way.interface);
    if (way.linkType !== ETHERNET) {
      return { way, send: (packet) => sendOrLose(socket, packet) };
    }
    const to = await hardwareAddress(way, { namespace, signal });
    if (to === undefined) {
      throw new NetError(`${way.nextHop} does not answer on the link`, {
        code: "unreachable",
        op: "send to",
        target: String(target),
        hint: `net.wire.arping("${way.nextHop}")`,
      });
    }
    const header = new Uint8Array(14);
    header.set(to);
    header.set(way.sourceMac, 6);
    header.set(target.family === 4 ? [0x08, 0x00] : [0x86, 0xdd], 12);
    return {
      way,
      send(packet) {
        const frame = new Uint8Array(14 + packet.length);
        frame.set(header);
        frame.set(packet, 14);
        sendOrLose(socket, frame);
      },
    };
  }

  /** Listens on an interface; gives the socket to send there. */
  #listen(name: string): LinkSocket {
    const open = this.#senders.get(name);
    if (open !== undefined) return open;
    const { namespace, filter } = this.#options;
    // A socket does not hear what it sends itself.
    const sender = this.#stack.use(
      LinkSocket.open(name, { receive: false, namespace }),
    );
    const socket = this.#stack.use(LinkSocket.open(name, {
      snapLength: SNAP_LENGTH,
      filter: kernelFilter(filter, sender.linkType),
      namespace,
    }));
    hear(socket, (i) => this.#hear(socket.packet(i))).catch(this.#fail);
    this.#senders.set(name, sender);
    return sender;
  }

  #rawSocket(family: 4 | 6): NetworkSocket {
    const { namespace } = this.#options;
    const socket = this.#raw.get(family) ??
      this.#stack.use(NetworkSocket.open(family, { namespace }));
    this.#raw.set(family, socket);
    return socket;
  }

  /** Closes all that is open. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

function sendOrLose(socket: LinkSocket, frame: Uint8Array): void {
  try {
    socket.send(frame);
  } catch (error) {
    const isFull = error instanceof NetError &&
      ["overrun", "timeout"].includes(error.code);
    if (!isFull) throw error;
  }
}

/**
 * Compiles a filter for the kernel; without libpcap it lets all through, for
 * who listens looks at each packet anyway.
 *
 * @param expression The filter, as tcpdump takes it.
 * @param linkType What frames start with.
 * @returns The instructions, if they can be had.
 */
export function kernelFilter(
  expression: string,
  linkType: number,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    return compileFilter(expression, { linkType });
  } catch (error) {
    if (error instanceof NetError && error.code === "unsupported") {
      return undefined;
    }
    throw error;
  }
}

/**
 * Gives the time between two packets, in milliseconds.
 *
 * @param from The first.
 * @param to The second.
 * @returns The time; `undefined` if one of them has none.
 */
export function timeBetween(from: Packet, to: Packet): number | undefined {
  const { timestamp: start } = from;
  const { timestamp: end } = to;
  if (start === undefined || end === undefined) return undefined;
  return Number(end.epochNanoseconds - start.epochNanoseconds) / 1e6;
}
