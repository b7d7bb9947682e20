/**
 * A packet socket on one interface, for questions and for sending: each frame is
 * there as soon as it has come.
 *
 * @see packet(7)
 * @module
 */

import { NetError } from "../../errors.ts";
import { closeSoon } from "../../ffi/closing.ts";
import { check, errno, libc, systemError } from "../../ffi/libc.ts";
import { Readiness } from "../../ffi/readiness.ts";
import {
  hardwareType,
  interfaceIndex,
  interfaceMac,
} from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import { Packet } from "../../packet/packet.ts";
import {
  ADDRESS,
  CONTROL_LENGTH,
  CONTROLS,
  FRAMES,
  HEADER,
  Inbox,
  NAME_LENGTH,
  RECEIVED,
  TAG,
} from "./inbox.ts";
import { linkTypeOf, LOOPBACK_HARDWARE } from "./link_types.ts";
import {
  attachFilter,
  bindTo,
  ignoreOutgoing,
  makePromiscuous,
  openPacketSocket,
  setOption,
} from "./packet_socket.ts";
import type { SendBatch } from "./send_batch.ts";

const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_TIMESTAMPNS = 35;
/** SO_RCVBUFFORCE and SO_RCVBUF. */
const RECEIVE_BUFFERS = [33, 8] as const;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_AUXDATA = 8;
const PACKET_QDISC_BYPASS = 20;
/** Of sockaddr_ll: the frame leaves. */
const PACKET_OUTGOING = 4;

const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const EINTR = 4;
const ENOBUFS = 105;

/** Of tpacket_auxdata: there was a tag, and its TPID is known. */
const VLAN_VALID = 0x10;
const TPID_VALID = 0x40;
const DOT1Q = 0x8100;

/** Options for {@linkcode LinkSocket.open}. */
export interface LinkSocketOptions {
  /** Whether to hear frames, not only to send. @default {true} */
  receive?: boolean | undefined;
  /** An EtherType to hear alone; then frames that leave are not heard. @default {all} */
  protocol?: number | undefined;
  /** Whether to hear frames for others too. @default {false} */
  promiscuous?: boolean | undefined;
  /** Frames that come, or those that leave as well. On loopback each frame does both, and is heard once. @default {"both"} */
  direction?: "in" | "both" | undefined;
  /** What the kernel lets through: struct sock_filter, eight octets each. */
  filter?: Uint8Array<ArrayBuffer> | undefined;
  /** Octets that may wait in the kernel. @default {4 MiB} */
  buffer?: number | undefined;
  /** Octets of each frame that are kept. @default {65,600} */
  snapLength?: number | undefined;
  /** Whether frames go past the queueing discipline, unheard by captures here. @default {false} */
  bypass?: boolean | undefined;
  /** Another network namespace: a descriptor of it, or its file. */
  namespace?: number | string | undefined;
}

/** A packet socket on one interface. */
export class LinkSocket implements Disposable {
  /** The descriptor. */
  readonly fd: number;
  /** The interface's name. */
  readonly interface: string;
  /** The interface's number. */
  readonly index: number;
  /** What frames start with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The interface's hardware address, six octets. */
  readonly mac: Uint8Array;
  /** The memory that received frames lie in. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The same, for numbers. */
  readonly view: DataView;
  readonly #snapLength: number;
  readonly #inbox: Inbox | undefined;
  readonly #starts = new Int32Array(FRAMES);
  readonly #ends = new Int32Array(FRAMES);
  readonly #lengths = new Int32Array(FRAMES);
  readonly #seconds = new Float64Array(FRAMES);
  readonly #nanoseconds = new Float64Array(FRAMES);
  #readiness: Readiness | undefined;
  #received = 0;
  #dropped = 0;
  #isClosed = false;

  private constructor(
    fd: number,
    facts: {
      name: string;
      index: number;
      linkType: number;
      mac: Uint8Array;
    },
    options: LinkSocketOptions,
  ) {
    const { receive = true, snapLength = 65_600 } = options;
    this.fd = fd;
    this.interface = facts.name;
    this.index = facts.index;
    this.linkType = facts.linkType;
    this.mac = facts.mac;
    this.#snapLength = snapLength;
    this.#inbox = receive ? new Inbox(snapLength) : undefined;
    this.octets = this.#inbox?.octets ?? new Uint8Array(0);
    this.view = this.#inbox?.view ?? new DataView(this.octets.buffer);
  }

  /**
   * Opens a socket on an interface. It never waits.
   *
   * @param name The interface.
   * @param options What to hear, and how.
   * @returns The socket; dispose of it.
   * @throws {NetError} With code `"not-found"` if there is no such interface, or
   * `"unsupported"` if its frames are none that can be read so.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   *
   * @example
   * ```ts ignore
   * import { LinkSocket } from "./link_socket.ts";
   *
   * using socket = LinkSocket.open("eth0");
   * if (await socket.wait()) console.log(socket.receive());
   * ```
   */
  static open(name: string, options: LinkSocketOptions = {}): LinkSocket {
    const { receive = true } = options;
    return inside(options.namespace, () => {
      const index = interfaceIndex(name);
      const hardware = hardwareType(name);
      const linkType = linkTypeOf(hardware);
      if (linkType === undefined) {
        throw new NetError(
          `its frames are of a kind (${hardware}) of its own`,
          {
            code: "unsupported",
            op: "open",
            target: name,
          },
        );
      }
      const mac = interfaceMac(name);
      const fd = openPacketSocket(name, receive ? "listen on" : "send on");
      try {
        const isLoopback = hardware === LOOPBACK_HARDWARE;
        if (receive) listen(fd, name, index, isLoopback, options);
        if (options.bypass) setOption(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
        const protocol = receive ? options.protocol ?? ETH_P_ALL : 0;
        bindTo(fd, name, index, protocol);
        const facts = { name, index, linkType, mac };
        return new LinkSocket(fd, facts, options);
      } catch (error) {
        libc().close(fd);
        throw error;
      }
    });
  }

  /**
   * Takes what has come, 64 frames at most, without waiting. What was taken
   * before is written over.
   *
   * @returns How many frames there are now.
   * @throws {NetError} If the interface went down (`"enetdown"`) or away.
   */
  receive(): number {
    const inbox = this.#inbox;
    if (inbox === undefined || this.#isClosed) return 0;
    const { headers, headerView } = inbox;
    for (let i = 0; i < FRAMES; i++) {
      headerView.setUint32(i * HEADER + NAME_LENGTH, ADDRESS, true);
      headerView.setUint32(i * HEADER + CONTROL_LENGTH, CONTROLS, true);
    }
    const flags = MSG_DONTWAIT | MSG_TRUNC;
    const count = libc().recvmmsg(this.fd, headers, FRAMES, flags, null);
    if (count < 0) {
      const n = errno();
      if (n === EAGAIN || n === EINTR) return 0;
      throw systemError(n, "listen on", this.interface);
    }
    for (let i = 0; i < count; i++) this.#read(inbox, i);
    this.#received += count;
    return count;
  }

  #read(inbox: Inbox, i: number): void {
    const { headerView, controlView, slot, octets } = inbox;
    let length = headerView.getUint32(i * HEADER + RECEIVED, true);
    let start = i * slot + TAG;
    let end = start + Math.min(length, this.#snapLength);
    this.#seconds[i] = 0;
    this.#nanoseconds[i] = 0;
    const controls = i * CONTROLS;
    const last = controls +
      headerView.getUint32(i * HEADER + CONTROL_LENGTH, true);
    for (let at = controls; at + 16 <= last;) {
      const size = controlView.getUint32(at, true);
      if (size < 16) break;
      const level = controlView.getInt32(at + 8, true);
      const type = controlView.getInt32(at + 12, true);
      if (level === SOL_SOCKET && type === SO_TIMESTAMPNS) {
        this.#seconds[i] = controlView.getUint32(at + 16, true) +
          controlView.getInt32(at + 20, true) * 2 ** 32;
        this.#nanoseconds[i] = controlView.getUint32(at + 24, true);
      } else if (level === SOL_PACKET && type === PACKET_AUXDATA) {
        const status = controlView.getUint32(at + 16, true);
        // What a filter has cut is not in the length that the call gives.
        length = controlView.getUint32(at + 20, true);
        if (status & VLAN_VALID && end - start >= 12) {
          octets.copyWithin(start - TAG, start, start + 12);
          start -= TAG;
          length += TAG;
          end = Math.min(end, start + this.#snapLength);
          const tpid = status & TPID_VALID
            ? controlView.getUint16(at + 34, true)
            : DOT1Q;
          inbox.view.setUint16(start + 12, tpid);
          inbox.view.setUint16(
            start + 14,
            controlView.getUint16(at + 32, true),
          );
        }
      }
      at += (size + 7) & ~7;
    }
    this.#starts[i] = start;
    this.#ends[i] = end;
    this.#lengths[i] = length;
  }

  /** Where a frame of the last {@linkcode LinkSocket.receive} starts. */
  start(i: number): number {
    return this.#starts[i]!;
  }

  /** Where it ends. */
  end(i: number): number {
    return this.#ends[i]!;
  }

  /** Octets that it had on the wire. */
  length(i: number): number {
    return this.#lengths[i]!;
  }

  /** When the kernel saw it: whole seconds since 1970. */
  seconds(i: number): number {
    return this.#seconds[i]!;
  }

  /** And nanoseconds. */
  nanoseconds(i: number): number {
    return this.#nanoseconds[i]!;
  }

  /** Whether it left by the interface, and did not come in. */
  outgoing(i: number): boolean {
    return this.#inbox?.addresses[i * ADDRESS + 10] === PACKET_OUTGOING;
  }

  /**
   * Gives a frame as a packet with octets of its own.
   *
   * @param i Which frame of the last {@linkcode LinkSocket.receive}.
   * @returns The packet, with time and interface.
   */
  packet(i: number): Packet {
    const octets = this.octets.slice(this.#starts[i], this.#ends[i]);
    return new Packet({
      octets,
      view: new DataView(octets.buffer),
      start: 0,
      end: octets.length,
      linkType: this.linkType,
      length: this.#lengths[i]!,
      seconds: this.#seconds[i]!,
      nanoseconds: this.#nanoseconds[i]!,
      interface: this.interface,
    });
  }

  /**
   * Sends one frame.
   *
   * @param octets The frame, with its link header.
   * @throws {NetError} If the kernel does not take it: `"enobufs"` and
   * `"eagain"` when its queue is full, `"enetdown"`, `"emsgsize"`.
   */
  send(octets: Uint8Array): void {
    const { send } = libc();
    if (
      send(
        this.fd,
        octets as Uint8Array<ArrayBuffer>,
        octets.length,
        MSG_DONTWAIT,
      ) >= 0
    ) return;
    throw systemError(errno(), "send on", this.interface);
  }

  /**
   * Sends what a batch has not sent yet, as far as the kernel takes it.
   *
   * @param batch The frames.
   * @returns How many it took; 0 when its queue is full.
   * @throws {NetError} If it refuses the next one for another reason.
   */
  sendBatch(batch: SendBatch): number {
    const left = batch.count - batch.sent;
    if (left === 0) return 0;
    const headers = batch.sent === 0
      ? batch.headers
      : batch.headers.subarray(batch.sent * HEADER);
    const sent = libc().sendmmsg(this.fd, headers, left, MSG_DONTWAIT);
    if (sent >= 0) {
      batch.sent += sent;
      return sent;
    }
    const n = errno();
    if (n === EAGAIN || n === ENOBUFS || n === EINTR) return 0;
    throw systemError(n, "send on", this.interface);
  }

  /**
   * Waits until frames have come.
   *
   * @returns True; false once the socket is disposed of.
   */
  wait(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return (this.#readiness ??= new Readiness(this.fd)).readable();
  }

  /**
   * Waits until the kernel takes frames again.
   *
   * @returns True; false once the socket is disposed of.
   */
  waitToSend(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return (this.#readiness ??= new Readiness(this.fd)).writable();
  }

  /** Frames that came by the filter, and those of them that found no room. */
  statistics(): { received: number; dropped: number } {
    const counts = new Uint32Array(2);
    const size = new Uint32Array([8]);
    const { getsockopt } = libc();
    if (
      !this.#isClosed &&
      getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, counts, size) === 0
    ) {
      // The kernel starts again at 0 each time it is asked.
      this.#dropped += counts[1]!;
    }
    return {
      received: this.#received + this.#dropped,
      dropped: this.#dropped,
    };
  }

  /** Closes it; who waits is told. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#readiness?.[Symbol.dispose]();
    closeSoon(this.fd);
  }
}

function listen(
  fd: number,
  name: string,
  index: number,
  isLoopback: boolean,
  options: LinkSocketOptions,
): void {
  const { filter, buffer = 4 << 20, promiscuous = false } = options;
  if (filter !== undefined) attachFilter(fd, name, filter);
  check(setOption(fd, SOL_PACKET, PACKET_AUXDATA, 1), "listen on", name);
  check(setOption(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1), "listen on", name);
  if (options.direction === "in" || isLoopback) ignoreOutgoing(fd);
  if (promiscuous && !isLoopback) makePromiscuous(fd, name, index);
  // Beyond the system's limit only root of the whole machine may go.
  RECEIVE_BUFFERS.find((option) =>
    setOption(fd, SOL_SOCKET, option, buffer) === 0
  );
}
