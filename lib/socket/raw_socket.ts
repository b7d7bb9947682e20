/**
 * A raw socket: IP packets of one protocol.
 *
 * @see raw(7), ipv6(7), icmp(7)
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { errno, libc, systemError } from "../ffi/libc.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { type Address, address, type Family } from "../ip/address.ts";
import { Packet } from "../packet/packet.ts";
import { Backlog } from "./backlog.ts";
import { Endpoint } from "./endpoint.ts";
import { inbox, MSG_DONTWAIT } from "./inbox.ts";
import {
  changeMembership,
  type GroupOptions,
  membership,
} from "./multicast.ts";
import { Pump } from "./pump.ts";
import { withHeader } from "./raw_header.ts";
import { mayReach, nameOf, type RawOptions } from "./raw_options.ts";
import { SendRoom } from "./send_room.ts";
import { decodeAddress, encodeAddress, Interfaces } from "./socket_address.ts";
import { closedError } from "./udp_carrier.ts";
import { isLater, sendError } from "./udp_errors.ts";
import { type Beside, readBeside } from "./udp_facts.ts";
import { LiveOptions } from "./udp_live_options.ts";
import {
  getKernelOption,
  kernelDrops,
  type OptionName,
  setKernelOption,
  type SocketOptions,
} from "./udp_options.ts";
import { untilClosed } from "./waiting.ts";

/** LINKTYPE_RAW: packets that start with an IP header of either version. */
const RAW_IP = 101;
/** Calls that take what has come before others get their turn. */
const TURN = 8;

/**
 * A raw socket; {@linkcode open} gives it. Iterate over it, or `receive` one by
 * one.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using socket = net.raw.open({ protocol: "icmp" });
 * const question = net.packet.build(net.packet.ipv4(), net.packet.icmp({ type: "echo" }));
 * await socket.send(question, "127.0.0.1");
 * console.log(await socket.receive({ timeout: 1000 }));
 * ```
 */
export class RawSocket implements AsyncIterable<Packet>, AsyncDisposable {
  /** 4 or 6. */
  readonly family: Family;
  /** The protocol's number. */
  readonly protocol: number;
  /** Whether it hears all packets of the protocol, or replies to its own. */
  readonly kind: "raw" | "datagram";
  /** What it is set to, by name; to set it otherwise. */
  readonly options: LiveOptions;
  readonly #fd: number;
  readonly #interfaces: Interfaces;
  readonly #place: Parameters<typeof setKernelOption>[0];
  readonly #beside: Beside = readBeside();
  readonly #queue: Backlog<Packet>;
  readonly #pump: Pump;
  readonly #room: SendRoom;
  readonly #detach: () => void;
  readonly #hasHeader: boolean;
  #isClosed = false;
  #sent = 0;
  #received = 0;
  #overflow = 0;
  #lost = 0;

  /**
   * Takes over a descriptor; {@linkcode open} makes one.
   *
   * @param fd The descriptor.
   * @param facts What it is.
   * @param options What {@linkcode open} was told.
   */
  constructor(
    fd: number,
    facts: { family: Family; protocol: number; kind: "raw" | "datagram" },
    options: Pick<RawOptions, "header" | "queue" | "signal"> = {},
  ) {
    const { header = false, queue = 1024, signal } = options;
    this.#hasHeader = header;
    this.#fd = fd;
    this.family = facts.family;
    this.protocol = facts.protocol;
    this.kind = facts.kind;
    this.#interfaces = new Interfaces(fd);
    this.#place = {
      fd,
      family: facts.family,
      interfaces: this.#interfaces,
      multicastInterface: "",
    };
    this.options = new LiveOptions({
      getOption: <K extends OptionName>(name: K): SocketOptions[K] => {
        this.#check(`read ${name} of`);
        return getKernelOption(this.#place, name);
      },
      setOption: (name, value) => {
        this.#check(`set ${name} of`);
        setKernelOption(this.#place, name, value);
      },
    });
    this.#queue = new Backlog(queue);
    this.#pump = new Pump(
      fd,
      () => this.#poll(),
      () => this.#queue.isAwaited,
    );
    this.#room = new SendRoom(fd);
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /** Packets that the system has taken for sending. */
  get sent(): number {
    return this.#sent;
  }

  /** Packets that arrived and were kept. */
  get received(): number {
    if (!this.#queue.isAwaited) this.#poll();
    return this.#received;
  }

  /** Packets that found no room: in the queue here, or in the kernel's buffer. */
  get dropped(): number {
    if (!this.#queue.isAwaited) this.#poll();
    if (!this.#isClosed) this.#lost = kernelDrops(this.#fd);
    return this.#overflow + this.#lost;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends one packet, and waits until the system has taken it.
   *
   * @param packet A packet that starts with an IP header, which goes along on sockets
   * with `header`, and else is made by the kernel; or the octets that go. The kernel
   * fills in an ICMPv6 checksum, and of an IPv4 header total length and checksum.
   * @param to The address; with a zone it names the interface.
   * @throws {NetError} `"too-large"`, `"unreachable"`, `"closed"`.
   * @throws {PermissionError} If the runtime or the system bars it.
   * @throws {TypeError} If the address is of the other family, or the packet starts
   * with no IP header of this one.
   */
  async send(packet: Packet | Uint8Array, to: string | Address): Promise<void> {
    const target = address(to);
    if (target.family !== this.family) {
      throw new TypeError(
        `Cannot send as 'to' must be an IPv${this.family} address: current value is ${target}`,
      );
    }
    const where = new Endpoint(`${target}`, 0);
    mayReach(target, "send to");
    const octets = packet instanceof Uint8Array
      ? packet
      : this.#octetsOf(packet);
    const name = encodeAddress(target, 0, this.#interfaces);
    while (true) {
      this.#check("send to");
      const sent = libc().sendto(
        this.#fd,
        octets as Uint8Array<ArrayBuffer>,
        octets.length,
        MSG_DONTWAIT,
        name,
        name.length,
      );
      if (sent >= 0) break;
      const n = errno();
      if (!isLater(n)) {
        const any = new Endpoint("", 0);
        throw sendError(n, any, where, this.options.get("broadcast"));
      }
      await this.#room.wait();
    }
    this.#sent++;
  }

  /**
   * Gives the next packet.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The packet that waited longest, from its IP header on, with time and
   * interface. That of IPv6, and of ICMP datagram sockets, the kernel keeps: it is
   * made again, with an identification or flow label of 0.
   * @throws {NetError} `"closed"` after `close`, `"timeout"`.
   */
  async receive(options: DeadlineOptions = {}): Promise<Packet> {
    return await this.#queue.wait(
      this.#name(),
      options,
      () => {
        this.#check("receive on");
        this.#poll();
      },
      () => void this.#pump.run(),
      () => this.#queue.shift(),
    );
  }

  /**
   * Joins a group.
   *
   * @param group The group's address; an IPv6 zone names the interface.
   * @param options By which interface, from which source.
   * @throws {TypeError} If it is no multicast address of the socket's family.
   * @throws {NetError} `"in-use"`, `"not-found"`.
   */
  join(group: string | Address, options: GroupOptions = {}): void {
    const member = membership(group, options, this.family);
    this.#check("join a group on");
    changeMembership(this.#place, member, true);
  }

  /**
   * Leaves a group.
   *
   * @param group The group's address.
   * @param options The same as for `join`.
   * @throws {NetError} `"not-found"` if it is not in that group.
   */
  leave(group: string | Address, options: GroupOptions = {}): void {
    const member = membership(group, options, this.family);
    this.#check("leave a group on");
    changeMembership(this.#place, member, false);
  }

  /** Closes it; packets that wait are forgotten. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#lost = kernelDrops(this.#fd);
      this.#isClosed = true;
      this.#detach();
      this.#pump[Symbol.dispose]();
      this.#room[Symbol.dispose]();
      libc().close(this.#fd);
      this.#queue.clear();
      this.#queue.wake();
    }
    return Promise.resolve();
  }

  /** Packet after packet, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Packet> {
    return untilClosed(() => this.receive(), () => this.#isClosed);
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What it is, and counters, plain. */
  toJSON(): {
    family: Family;
    protocol: number;
    kind: "raw" | "datagram";
    closed: boolean;
    sent: number;
    received: number;
    dropped: number;
  } {
    const { family, protocol, kind, closed, sent, received, dropped } = this;
    return { family, protocol, kind, closed, sent, received, dropped };
  }

  /** One line: what it is, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.closed
      ? paint("warn", "closed", room)
      : paint("good", "open", room);
    const lost = this.dropped === 0
      ? ""
      : `, ${paint("bad", `${count(this.dropped)} dropped`, room)}`;
    return `${paint("name", this.#name(), room)} ${state}, ${
      count(this.#sent)
    } sent, ${count(this.#received)} received${lost}`;
  }

  #name(): string {
    return nameOf(this.family, this.protocol, this.kind);
  }

  #check(op: string): void {
    if (!this.#isClosed) return;
    throw closedError(`${op} ${this.#name()}`, new Endpoint("", 0));
  }

  #octetsOf({ bytes }: Packet): Uint8Array {
    const version = (bytes[0] ?? 0) >> 4;
    if (version !== this.family) {
      throw new TypeError(
        `Cannot send as 'packet' must start with an IPv${this.family} header: current value starts with ${
          bytes.subarray(0, 4).toHex() || "nothing"
        }`,
      );
    }
    if (this.#hasHeader) return bytes;
    return bytes.subarray(version === 4 ? (bytes[0]! & 0xf) * 4 : 40);
  }

  #poll(): boolean {
    const box = inbox();
    let isAny = false;
    for (let turn = 0; turn < TURN && !this.#isClosed; turn++) {
      const count = box.receive(this.#fd, 0);
      if (count < 0 && !isLater(-count)) {
        this.#queue.fail(systemError(-count, "receive on", this.#name()));
        return true;
      }
      if (count <= 0) break;
      isAny = true;
      for (let i = 0; i < count; i++) this.#take(i);
      if (box.isLast(count)) break;
    }
    return isAny;
  }

  #take(i: number): void {
    const box = inbox();
    const start = box.start(i);
    const payload = box.octets.subarray(start, start + box.length(i));
    this.#beside.read(box, i, this.#interfaces);
    const facts = this.#beside.facts();
    const from = decodeAddress(box.names, box.name(i), this.#interfaces);
    if (from === undefined) return;
    const isWhole = this.family === 4 && this.kind === "raw";
    const octets = isWhole ? payload.slice() : withHeader({
      from: from.address,
      to: facts.to ?? from.address,
      ttl: facts.ttl ?? 0,
      tos: facts.tos ?? 0,
      protocol: this.protocol,
    }, payload);
    const packet = new Packet({
      octets,
      view: new DataView(octets.buffer),
      start: 0,
      end: octets.length,
      linkType: RAW_IP,
      length: octets.length,
      seconds: this.#beside.seconds,
      nanoseconds: this.#beside.nanoseconds,
      interface: facts.interface,
    });
    if (this.#queue.push(packet)) this.#received++;
    else this.#overflow++;
  }
}
