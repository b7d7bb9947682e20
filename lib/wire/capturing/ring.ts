/**
 * The quickest way to packets: a ring of blocks that the kernel fills and we
 * read in place (TPACKET_V3), with a system call only when there is nothing to
 * read.
 *
 * @see packet(7), linux/if_packet.h, Documentation/networking/packet_mmap.rst
 * @module
 */

import { NetError } from "../../errors.ts";
import { errno, libc, systemError } from "../../ffi/libc.ts";
import { closeSoon } from "../../ffi/closing.ts";
import { Readiness } from "../../ffi/readiness.ts";
import { hardwareType, interfaceIndex } from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import type { BufferUse } from "../../pcap/records.ts";
import { CaptureFilter, NOTHING } from "./capture_filter.ts";
import { LinkDrops } from "./link_drops.ts";
import { checkUp, goneOrDown } from "./link_end.ts";
import {
  attachFilter,
  bindTo,
  ignoreOutgoing,
  makePromiscuous,
  openPacketSocket,
} from "../link/packet_socket.ts";
import { linkTypeOf, LOOPBACK_HARDWARE } from "../link/link_types.ts";
import { MappedMemory } from "./mapped_memory.ts";
import { RingBatch, type RingFacts, wholePackets } from "./ring_batch.ts";
import type {
  Batch,
  BatchCheck,
  PacketSource,
  SourceOptions,
  SourceStatistics,
} from "./source.ts";

const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_RESERVE = 12;
const TPACKET_V3 = 2;
/** Room in front of a frame for a tag. */
const TAG = 4;
const ENOMEM = 12;

/**
 * Octets of a block: enough for the longest segment that the kernel leaves
 * uncut (64 KiB), and few enough that there are many.
 */
const BLOCK = 128 * 1024;
/** The kernel wants to know of a frame size; blocks of this version have none. */
const FRAME = 2048;
/**
 * Milliseconds after which the kernel hands a block over that is not full: what
 * a packet may be late.
 */
export const RETIRE = 20;
/** struct tpacket_block_desc. */
const Block = { status: 8, count: 12, first: 16, length: 20 } as const;
const TP_STATUS_USER = 1;
/** With fewer blocks there is none to fill while one is read. */
const LEAST_BLOCKS = 2;

/**
 * Where packets come this many blocks at a time, they are looked for by the
 * clock: a wake-up by the kernel for each block costs more than the packets.
 */
const BUSY = 2;
/** Milliseconds from one look to the next then. */
const PAUSE = 2;

/** A ring on one interface. */
export class RingSource implements PacketSource {
  readonly interface: string;
  readonly linkType: number;
  readonly snapLength: number;
  readonly tier = "ring";
  readonly #fd: number;
  readonly #memory: MappedMemory;
  readonly #blocks: number;
  readonly #facts: RingFacts;
  readonly #drops: LinkDrops;
  #readiness: Readiness | undefined;
  /** Ends a pause. */
  #resume: (() => void) | undefined;
  /** The block that comes next. */
  #block = 0;
  /** Blocks that were taken since the last wait. */
  #taken = 0;
  /** What is read in place, and where. */
  #held: { readonly batch: RingBatch; readonly block: number } | undefined;
  /** Nothing comes any more: by us, or as the interface is gone. */
  #isQuiet = false;
  #fault: NetError | undefined;
  #isClosed = false;
  #received = 0;
  #dropped = 0;

  private constructor(
    fd: number,
    memory: MappedMemory,
    facts: RingFacts,
    drops: LinkDrops,
  ) {
    this.#fd = fd;
    this.#memory = memory;
    this.#blocks = memory.octets.length / BLOCK;
    this.#facts = facts;
    this.#drops = drops;
    this.interface = facts.interface;
    this.linkType = facts.linkType;
    this.snapLength = facts.snapLength;
  }

  /**
   * Opens a ring on an interface. It never waits.
   *
   * @param name The interface.
   * @param options What to let through, and how much of it.
   * @returns The ring; dispose of it.
   * @throws {NetError} With code `"not-found"`, `"down"`, or `"unsupported"` if
   * only libpcap can read its frames.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   * @throws {ParseError} If the filter makes no sense.
   *
   * @example
   * ```ts ignore
   * import { RingSource } from "./ring.ts";
   *
   * using ring = RingSource.open("eth0", options);
   * while (await ring.wait()) {
   *   for (let batch; (batch = ring.take());) while (batch.next()) console.log(batch.length);
   * }
   * ```
   */
  static open(name: string, options: SourceOptions): RingSource {
    return inside(options.namespace, () => {
      using opened = new DisposableStack();
      const index = interfaceIndex(name);
      const hardware = hardwareType(name);
      const linkType = linkTypeOf(hardware);
      if (linkType === undefined) {
        throw new NetError(
          `its frames are of a kind (${hardware}) of its own`,
          {
            code: "unsupported",
            op: "capture on",
            target: name,
          },
        );
      }
      checkUp(name);
      const { snapLength, promiscuous, buffer } = options;
      const isLoopback = hardware === LOOPBACK_HARDWARE;
      // There each frame goes both ways, and is to be seen once.
      const direction = isLoopback ? "in" : options.direction;
      const wanted = CaptureFilter.of(options.filter, {
        linkType,
        snapLength,
        direction,
      });
      const fd = openPacketSocket(name, "capture on");
      opened.defer(() => libc().close(fd));
      const size = makeRing(fd, name, buffer);
      const memory = new MappedMemory(fd, size, "capture on", name);
      opened.use(memory);
      const { test } = wanted.use((filter) => {
        const { program } = filter;
        if (program !== undefined) attachFilter(fd, name, program);
        return filter;
      });
      if (direction === "in") ignoreOutgoing(fd);
      if (promiscuous && !isLoopback) makePromiscuous(fd, name, index);
      const drops = opened.use(new LinkDrops(index));
      bindTo(fd, name, index, ETH_P_ALL);
      opened.move();
      return new RingSource(fd, memory, {
        interface: name,
        linkType,
        snapLength,
        test,
        check: undefined,
        number: 0,
      }, drops);
    });
  }

  get check(): BatchCheck | undefined {
    return this.#facts.check;
  }

  set check(check: BatchCheck | undefined) {
    this.#facts.check = check;
  }

  take(use: BufferUse = "reuse"): Batch | undefined {
    if (use === "reuse") this.#release();
    if (this.#isClosed) return undefined;
    const { view } = this.#memory;
    const block = this.#block;
    const base = block * BLOCK;
    if (block === this.#held?.block) return undefined;
    const isFull = this.#isFull();
    let count = view.getUint32(base + Block.count, true);
    const first = base + view.getUint32(base + Block.first, true);
    if (!isFull) {
      if (!this.#isQuiet) return undefined;
      // What the kernel has put in the block that it will not fill any more.
      count = wholePackets(view, first, count);
      if (count === 0) return this.#end();
    }
    this.#block = (block + 1) % this.#blocks;
    this.#taken++;
    if (use === "keep") return this.#copy(block, first - base, count, isFull);
    const batch = new RingBatch(
      this.#memory.octets,
      first,
      count,
      this.#facts,
      view,
    );
    this.#held = { batch, block };
    return batch;
  }

  #isFull(): boolean {
    const { words } = this.#memory;
    const at = (this.#block * BLOCK + Block.status) >> 2;
    return (Atomics.load(words, at) & TP_STATUS_USER) !== 0;
  }

  #copy(
    block: number,
    first: number,
    count: number,
    isFull: boolean,
  ): RingBatch {
    const { octets, view } = this.#memory;
    const base = block * BLOCK;
    const used = view.getUint32(base + Block.length, true);
    const copy = octets.slice(base, base + Math.min(used, BLOCK));
    if (isFull) this.#give(block);
    else view.setUint32(base + Block.count, 0, true);
    return new RingBatch(copy, first, count, this.#facts);
  }

  /** Ends the batch that is read in place. */
  #release(): void {
    if (this.#held === undefined) return;
    const { batch, block } = this.#held;
    this.#held = undefined;
    batch.expire();
    this.#give(block);
  }

  /** Hands a block back to the kernel. */
  #give(block: number): void {
    const { view, words } = this.#memory;
    const base = block * BLOCK;
    view.setUint32(base + Block.count, 0, true);
    Atomics.store(words, (base + Block.status) >> 2, 0);
  }

  #end(): undefined {
    if (this.#fault !== undefined) throw this.#fault;
    return undefined;
  }

  async wait(): Promise<boolean> {
    const taken = this.#taken;
    this.#taken = 0;
    if (this.#isClosed) return false;
    if (this.#block !== this.#held?.block && this.#isFull()) return true;
    if (this.#isQuiet) return this.#fault !== undefined || this.#hasRest();
    // With few blocks to spare the kernel's word is not waited for too long.
    if (taken >= BUSY && taken * 4 < this.#blocks) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PAUSE);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#resume = undefined;
      return !this.#isClosed;
    }
    this.#readiness ??= new Readiness(this.#fd);
    await this.#readiness.readable();
    if (this.#isClosed) return false;
    if (!this.#isFull()) this.#listen();
    return true;
  }

  /** Whether there are packets in the block that is not full. */
  #hasRest(): boolean {
    const { view } = this.#memory;
    return view.getUint32(this.#block * BLOCK + Block.count, true) > 0;
  }

  /** Hears whether the interface is gone. */
  #listen(): void {
    this.#fault = goneOrDown(this.#fd, this.interface);
    if (this.#fault !== undefined) this.#isQuiet = true;
  }

  cancel(): void {
    this.#resume?.();
    this.#readiness?.[Symbol.dispose]();
    this.#readiness = undefined;
  }

  stop(): void {
    if (this.#isQuiet || this.#isClosed) return;
    attachFilter(this.#fd, this.interface, NOTHING);
    this.#isQuiet = true;
    this.cancel();
  }

  statistics(): SourceStatistics {
    this.#count();
    return {
      received: this.#received,
      dropped: this.#dropped,
      interfaceDropped: this.#drops.count,
    };
  }

  #count(): void {
    if (this.#isClosed) return;
    const counts = new Uint32Array(3);
    const size = new Uint32Array([12]);
    const { getsockopt } = libc();
    if (getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, counts, size) < 0) {
      return;
    }
    // The kernel starts again at 0 each time it is asked.
    this.#received += counts[0]!;
    this.#dropped += counts[1]!;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#count();
    this.#isClosed = true;
    this.cancel();
    this.#held?.batch.expire(true);
    this.#drops[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
    closeSoon(this.#fd);
  }
}

/** Has the kernel make a ring, of as much memory as it has of what is asked for. */
function makeRing(fd: number, name: string, buffer: number): number {
  const { setsockopt } = libc();
  const set = (option: number, ...words: readonly number[]) =>
    setsockopt(
      fd,
      SOL_PACKET,
      option,
      new Int32Array(words),
      4 * words.length,
    );
  let blocks = Math.max(LEAST_BLOCKS, Math.ceil(buffer / BLOCK));
  let done = set(PACKET_VERSION, TPACKET_V3);
  if (done === 0) done = set(PACKET_RESERVE, TAG);
  while (done === 0) {
    const frames = BLOCK / FRAME * blocks;
    if (
      set(PACKET_RX_RING, BLOCK, blocks, FRAME, frames, RETIRE, 0, 0) === 0
    ) return blocks * BLOCK;
    if (errno() !== ENOMEM || blocks === LEAST_BLOCKS) break;
    blocks = Math.max(LEAST_BLOCKS, blocks >> 1);
  }
  throw systemError(errno(), "capture on", name);
}
