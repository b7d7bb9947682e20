/**
 * UDP sockets of the runtime (node:dgram): they need no `--allow-ffi`, and can
 * less.
 *
 * @module
 */

import type { RemoteInfo, Socket as NodeSocket } from "node:dgram";
import { NetError } from "../errors.ts";
import { Datagram } from "./datagram.ts";
import { Endpoint, isHostOf, isLoopback } from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";
import type { Membership } from "./multicast.ts";
import { familyOf } from "./socket_address.ts";
import {
  type Carrier,
  closedError,
  needsKernel,
  type OpenOptions,
  type Sink,
  type Taken,
} from "./udp_carrier.ts";
import { broadcastError, leavesError } from "./udp_errors.ts";
import {
  checkName,
  checkOption,
  type OptionName,
  optionsIn,
  type SocketOptions,
} from "./udp_options.ts";

/** A UDP socket of the runtime's. */
export class RuntimeCarrier implements Carrier {
  readonly local: Endpoint;
  readonly remote: Endpoint | undefined;
  /** The runtime does not tell. */
  readonly dropped = 0;
  readonly #socket: NodeSocket;
  readonly #isRemote: (address: string) => boolean;
  /** Settles when what was handed over so far has left, or was refused. */
  #busy: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** What was set: the runtime does not tell either. */
  readonly #options = new Map<OptionName, boolean | number | string>();

  /**
   * Takes a socket that is bound.
   *
   * @param socket The socket.
   * @param remote The one that it talks with.
   */
  constructor(socket: NodeSocket, remote: Endpoint | undefined) {
    const { address, port } = socket.address();
    this.local = new Endpoint(address, port);
    this.remote = remote;
    this.#isRemote = remote ? isHostOf(remote) : () => false;
    this.#socket = socket;
  }

  listen(sink: Sink): void {
    this.#socket.on("message", (data: Uint8Array, from: RemoteInfo) => {
      // The runtime swallows what is thrown in here.
      try {
        if (this.#isOther(from)) return;
        // It gives each datagram a buffer of 64 KiB, however short it is; a
        // queue of those would be a gigabyte.
        const sender = new Endpoint(from.address, from.port);
        sink.arrive(new Datagram(new Uint8Array(data), sender));
      } catch (error) {
        sink.fail(error);
      }
    });
    this.#socket.on("error", (error) => {
      sink.fail(failure(error, "receive on", this.local));
    });
  }

  /** Its `connect` lets everybody's datagrams in all the same. */
  #isOther({ address, port }: RemoteInfo): boolean {
    const { remote } = this;
    return remote !== undefined &&
      (port !== remote.port || !this.#isRemote(address));
  }

  /** The runtime tells of itself. */
  poll(): void {}

  pump(): void {}

  send(data: Uint8Array, target: Endpoint = this.remote!): Promise<void> {
    // Those that the runtime has in flight together leave the last one first.
    const sent = this.#busy.then(() => this.#send(data, target));
    this.#busy = sent.catch(() => {});
    return sent;
  }

  #send(data: Uint8Array, target: Endpoint): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError("send to", target));
    return new Promise((resolve, reject) => {
      this.#socket.send(data, target.port, target.hostname, (error) => {
        if (error) reject(this.#sendError(error, target));
        else resolve();
      });
    });
  }

  async sendAll(
    list: readonly Uint8Array[],
    target: Endpoint | undefined,
  ): Promise<Taken> {
    let [taken, octets] = [0, 0];
    for (const data of list) {
      try {
        await this.send(data, target);
      } catch (error) {
        return { taken, octets, error: error as Error };
      }
      taken++;
      octets += data.length;
    }
    return { taken, octets };
  }

  /** The runtime says UNKNOWN for what it bars, and for most else. */
  #sendError(error: Error, target: Endpoint): Error {
    if ((error as { code?: string }).code !== "UNKNOWN") {
      return failure(error, "send to", target);
    }
    const host = permissionHost(target);
    const { state } = Deno.permissions.querySync({ name: "net", host });
    if (state !== "granted") return notAllowed("send to", target, error);
    const { hostname } = target;
    if (/\.255$/.test(hostname) && !this.#options.get("broadcast")) {
      return broadcastError(target, error);
    }
    if (isLoopback(this.local.hostname) && !isLoopback(hostname)) {
      return leavesError(this.local, target, error);
    }
    return failure(error, "send to", target);
  }

  setOption<K extends OptionName>(name: K, value: SocketOptions[K]): void {
    checkOption(name, value);
    this.#check("set", name);
    const socket = this.#socket;
    const given: boolean | number | string = value;
    try {
      switch (name) {
        case "broadcast":
          socket.setBroadcast(given as boolean);
          break;
        case "ttl":
          socket.setTTL(given as number);
          break;
        case "receiveBuffer":
          socket.setRecvBufferSize(given as number);
          break;
        case "sendBuffer":
          socket.setSendBufferSize(given as number);
          break;
        case "multicastTtl":
          socket.setMulticastTTL(given as number);
          break;
        case "multicastLoopback":
          socket.setMulticastLoopback(given as boolean);
          break;
        case "multicastInterface":
          socket.setMulticastInterface(this.#interfaceText(given as string));
          break;
        default:
          throw needsKernel(`set ${name} of`, `${this.local}`);
      }
    } catch (error) {
      throw failure(error, `set ${name} of`, this.local);
    }
    this.#options.set(name, given);
  }

  getOption<K extends OptionName>(name: K): SocketOptions[K] {
    checkName(name);
    this.#check("read", name);
    const known = this.#read(name);
    if (known === undefined) {
      throw needsKernel(`read ${name} of`, `${this.local}`);
    }
    return known as SocketOptions[K];
  }

  #read(name: OptionName): boolean | number | string | undefined {
    if (name === "receiveBuffer") return this.#socket.getRecvBufferSize();
    if (name === "sendBuffer") return this.#socket.getSendBufferSize();
    const defaults: { readonly [K in OptionName]?: SocketOptions[K] } = {
      broadcast: false,
      ttl: 64,
      multicastTtl: 1,
      multicastLoopback: true,
      multicastInterface: "",
    };
    return this.#options.get(name) ?? defaults[name];
  }

  /** An IPv6 interface is written as the zone of no address. */
  #interfaceText(name: string): string {
    return familyOf(this.local.hostname) === 6 ? `::%${name}` : name;
  }

  changeMembership(member: Membership, joins: boolean): void {
    const { group, source } = member;
    const op = joins ? "join" : "leave";
    const isIpv6 = group.family === 6;
    const named = member.interface !== undefined;
    const isName = named && !/^\d+(\.\d+){3}$/.test(member.interface);
    if (isIpv6 ? source !== undefined || !named : isName) {
      throw needsKernel(`${op} by this interface or source`, `${group}`);
    }
    const by = named ? this.#interfaceText(member.interface) : undefined;
    const socket = this.#socket;
    try {
      if (source === undefined) {
        if (joins) socket.addMembership(`${group}`, by);
        else socket.dropMembership(`${group}`, by);
      } else if (joins) {
        socket.addSourceSpecificMembership(`${source}`, `${group}`, by);
      } else socket.dropSourceSpecificMembership(`${source}`, `${group}`, by);
    } catch (cause) {
      throw new NetError((cause as Error).message, {
        code: (cause as { code?: string }).code === "EADDRNOTAVAIL"
          ? "not-found"
          : "failed",
        op,
        target: `${group}`,
        cause,
      });
    }
  }

  #check(op: string, what: string): void {
    if (this.#isClosed) throw closedError(`${op} ${what} of`, this.local);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => this.#socket.close(resolve));
  }
}

/** What only the kernel's own sockets can. */
const FOR_KERNEL = ["facts", "offload"] as const;

/**
 * Opens a socket.
 *
 * @param local Where to bind, by address; the runtime must permit it already.
 * @param remote The one to talk with, by address.
 * @param options What `open` was told.
 * @throws {NetError} `"in-use"`, `"not-local"`, `"unsupported"`.
 */
export async function openRuntime(
  local: Endpoint,
  remote: Endpoint | undefined,
  options: OpenOptions,
): Promise<RuntimeCarrier> {
  const { reuseAddress = false, ...others } = options.options ?? {};
  const settings = optionsIn(others);
  for (const name of FOR_KERNEL) {
    if (options[name]) throw needsKernel(`open with ${name}`, `${local}`);
  }
  if (options.namespace !== undefined) {
    throw needsKernel("open in another namespace", `${local}`);
  }
  const { createSocket } = await import("node:dgram");
  const socket = createSocket({
    type: familyOf(local.hostname) === 4 ? "udp4" : "udp6",
    reuseAddr: reuseAddress,
  });
  const bound = Promise.withResolvers<RuntimeCarrier>();
  socket.once("error", bound.reject);
  socket.bind({ address: local.hostname, port: local.port }, () => {
    socket.off("error", bound.reject);
    bound.resolve(new RuntimeCarrier(socket, remote));
  });
  try {
    const carrier = await bound.promise;
    for (const [name, value] of settings) carrier.setOption(name, value);
    return carrier;
  } catch (error) {
    socket.close();
    throw failure(error, "open", local);
  }
}
