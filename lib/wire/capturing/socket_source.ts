/**
 * Packets as soon as they come, one call for up to 64 of them: for questions,
 * whose answers cannot wait until a block is full.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { Readiness } from "../../ffi/readiness.ts";
import { hardwareType, interfaceIndex } from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import type { Frame } from "../../packet/frame.ts";
import type { RecordTest } from "../../pcap/filter/compile.ts";
import { type BufferUse, dataView } from "../../pcap/records.ts";
import { CaptureFilter, NOTHING, SNAP_LENGTH } from "./capture_filter.ts";
import { LinkDrops } from "./link_drops.ts";
import { checkUp, downError } from "./link_end.ts";
import { LinkSocket } from "../link/link_socket.ts";
import { attachFilter } from "../link/packet_socket.ts";
import { linkTypeOf, LOOPBACK_HARDWARE } from "../link/link_types.ts";
import { staleBatch } from "./ring_batch.ts";
import { keepStamps } from "./stamps.ts";
import { packetFrame } from "./packet_frame.ts";
import type {
  Batch,
  BatchCheck,
  PacketSource,
  SourceOptions,
  SourceStatistics,
} from "./source.ts";

/** The longest frame: what is longer the kernel cuts before it hands it up. */
const LONGEST = 65_600;

/** Frames of one call. */
class SocketBatch implements Batch {
  start = 0;
  end = 0;
  length = 0;
  seconds = 0;
  nanoseconds = 0;
  number: number;
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly linkType: number;
  readonly interface: string;
  readonly #source: SocketSource;
  readonly #facts: Float64Array;
  #at = 0;
  #isStale = false;

  /** Takes the frames that the socket has received. */
  constructor(
    source: SocketSource,
    socket: LinkSocket,
    count: number,
    use: BufferUse,
  ) {
    this.#source = source;
    this.number = source.number;
    this.linkType = socket.linkType;
    this.interface = socket.interface;
    const facts = new Float64Array(count * FACTS);
    let used = 0;
    for (let i = 0; i < count; i++) used += socket.end(i) - socket.start(i);
    const isCopy = use === "keep";
    this.octets = isCopy ? new Uint8Array(used) : socket.octets;
    this.view = isCopy ? dataView(this.octets) : socket.view;
    let to = 0;
    for (let i = 0; i < count; i++) {
      let start = socket.start(i);
      let end = socket.end(i);
      if (isCopy) {
        this.octets.set(socket.octets.subarray(start, end), to);
        end = to + end - start;
        start = to;
        to = end;
      }
      facts.set([
        start,
        end,
        socket.length(i),
        socket.seconds(i),
        socket.nanoseconds(i),
      ], i * FACTS);
    }
    this.#facts = facts;
  }

  next(): boolean {
    const facts = this.#facts;
    const { test, check, snapLength } = this.#source;
    while (this.#at < facts.length) {
      const at = this.#at;
      this.#at += FACTS;
      this.start = facts[at]!;
      this.end = facts[at + 1]!;
      this.length = facts[at + 2]!;
      this.seconds = facts[at + 3]!;
      this.nanoseconds = facts[at + 4]!;
      const { octets, view, start, end } = this;
      if (test !== undefined && !test(octets, view, start, end, this.length)) {
        continue;
      }
      this.end = Math.min(end, start + snapLength);
      this.number = this.#source.number + 1;
      if (check === undefined || check(this)) {
        this.#source.number++;
        return true;
      }
    }
    if (this.#isStale) throw staleBatch(this.interface);
    return false;
  }

  frame(): Frame {
    return packetFrame(this);
  }

  expire(isKnown = false): void {
    this.#at = this.#facts.length;
    this.#isStale = !isKnown;
  }
}

/** Numbers that are kept of a frame. */
const FACTS = 5;

/** A packet socket as a source. */
export class SocketSource implements PacketSource {
  readonly interface: string;
  readonly linkType: number;
  readonly snapLength: number;
  readonly tier = "socket";
  /** The filter, if we run it. */
  readonly test: RecordTest | undefined;
  check: BatchCheck | undefined;
  /** Packets that there have been. */
  number = 0;
  readonly #socket: LinkSocket;
  readonly #drops: LinkDrops;
  #readiness: Readiness | undefined;
  #held: SocketBatch | undefined;
  #fault: NetError | undefined;
  #isQuiet = false;
  #isClosed = false;

  private constructor(
    socket: LinkSocket,
    snapLength: number,
    test: RecordTest | undefined,
    drops: LinkDrops,
  ) {
    this.#socket = socket;
    this.#drops = drops;
    this.interface = socket.interface;
    this.linkType = socket.linkType;
    this.snapLength = snapLength;
    this.test = test;
  }

  /**
   * Opens a socket on an interface. It never waits.
   *
   * @param name The interface.
   * @param options What to let through, and how much of it.
   * @returns The source; dispose of it.
   * @throws {NetError} With code `"not-found"`, `"down"`, or `"unsupported"` if
   * only libpcap can read its frames.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   * @throws {ParseError} If the filter makes no sense.
   */
  static open(name: string, options: SourceOptions): SocketSource {
    return inside(options.namespace, () => {
      const { snapLength, promiscuous, buffer } = options;
      const hardware = hardwareType(name);
      checkUp(name);
      // There each frame goes both ways, and is to be seen once.
      const isLoopback = hardware === LOOPBACK_HARDWARE;
      const direction = isLoopback ? "in" : options.direction;
      const wanted = CaptureFilter.of(options.filter, {
        linkType: linkTypeOf(hardware) ?? 1,
        snapLength,
        direction,
      });
      return wanted.use(({ program, test }) => {
        using _stamps = keepStamps();
        using opened = new DisposableStack();
        const drops = opened.use(new LinkDrops(interfaceIndex(name)));
        const socket = LinkSocket.open(name, {
          promiscuous,
          buffer,
          direction: direction === "in" ? "in" : "both",
          filter: program,
          snapLength: Math.min(
            LONGEST,
            test === undefined ? snapLength : SNAP_LENGTH,
          ),
        });
        opened.move();
        return new SocketSource(socket, snapLength, test, drops);
      });
    });
  }

  take(use: BufferUse = "reuse"): Batch | undefined {
    if (use === "reuse") {
      this.#held?.expire();
      this.#held = undefined;
    }
    if (this.#isClosed || this.#held !== undefined) return undefined;
    const count = this.#receive();
    if (count === 0) {
      if (this.#fault !== undefined) throw this.#fault;
      return undefined;
    }
    const batch = new SocketBatch(this, this.#socket, count, use);
    if (use === "reuse") this.#held = batch;
    return batch;
  }

  #receive(): number {
    try {
      return this.#socket.receive();
    } catch (error) {
      if (!(error instanceof NetError && error.code === "down")) throw error;
      // The kernel says so first; what came before can still be read.
      this.#fault = downError(this.#socket.fd, this.interface);
      this.#isQuiet = true;
      return this.#socket.receive();
    }
  }

  async wait(): Promise<boolean> {
    if (this.#isClosed) return false;
    // What has come is all taken before anybody waits.
    if (this.#isQuiet) return this.#fault !== undefined;
    this.#readiness ??= new Readiness(this.#socket.fd);
    await this.#readiness.readable();
    return !this.#isClosed;
  }

  cancel(): void {
    this.#readiness?.[Symbol.dispose]();
    this.#readiness = undefined;
  }

  stop(): void {
    if (this.#isQuiet || this.#isClosed) return;
    attachFilter(this.#socket.fd, this.interface, NOTHING);
    this.#isQuiet = true;
    this.cancel();
  }

  statistics(): SourceStatistics {
    const interfaceDropped = this.#drops.count;
    return { ...this.#socket.statistics(), interfaceDropped };
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#socket.statistics();
    this.#isClosed = true;
    this.cancel();
    this.#held?.expire(true);
    this.#drops[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}
