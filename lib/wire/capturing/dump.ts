/**
 * Packets through libpcap, wherever it can capture: many of them with one call,
 * as libpcap writes them itself, to a stream whose buffer is ours.
 *
 * @see pcap_dispatch(3PCAP), pcap_dump(3PCAP), setvbuf(3)
 * @module
 */

import type { NetError } from "../../errors.ts";
import { closeSoon } from "../../ffi/closing.ts";
import { libc } from "../../ffi/libc.ts";
import { libpcap } from "../../ffi/libpcap.ts";
import { Readiness } from "../../ffi/readiness.ts";
import { interfaceIndex } from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import type { BufferUse } from "../../pcap/records.ts";
import { NOTHING } from "./capture_filter.ts";
import { DumpBatch, type DumpFacts, RECORD } from "./dump_batch.ts";
import {
  activate,
  failure,
  lastError,
  NANOSECONDS,
  openStream,
  said,
  setFilter,
} from "./dump_handle.ts";
import { LinkDrops } from "./link_drops.ts";
import { downError, isDown } from "./link_end.ts";
import { attachFilter } from "../link/packet_socket.ts";
import { MappedMemory } from "./mapped_memory.ts";
import { RETIRE } from "./ring.ts";
import type {
  Batch,
  BatchCheck,
  PacketSource,
  SourceOptions,
  SourceStatistics,
} from "./source.ts";

/** Octets of the stream's buffer. */
const BUFFER = 4 << 20;
/** PCAP_D_INOUT, PCAP_D_IN, PCAP_D_OUT. */
const DIRECTIONS = { both: 0, in: 1, out: 2 } as const;
/** DLT_LINUX_SLL2, which says of each packet where it was captured. */
const LINUX_SLL2 = 276;
/** Milliseconds until the last packets are sure to have been handed over. */
const REST = RETIRE + 10;
/** Milliseconds from one look to the next at what cannot be waited for. */
const LOOK = 10;

/** What a source is made of. */
interface Parts {
  readonly pcap: Deno.PointerObject;
  readonly stream: Deno.PointerObject;
  readonly dumper: Deno.PointerObject;
  /**
   * The stream's buffer. The C library still writes it out when the program ends,
   * so it must not go before.
   */
  readonly memory: MappedMemory;
  readonly drops: LinkDrops | undefined;
}

/** A capture of libpcap's as a source. */
export class DumpSource implements PacketSource {
  readonly interface: string;
  readonly linkType: number;
  readonly snapLength: number;
  readonly tier = "dump";
  readonly #parts: Parts;
  readonly #fd: number;
  readonly #facts: DumpFacts;
  /** Packets that fit the buffer in any case, at their longest. */
  readonly #largest: number;
  readonly #last = new Uint32Array(3);
  #readiness: Readiness | undefined;
  #resume: (() => void) | undefined;
  #held: DumpBatch | undefined;
  #fault: NetError | undefined;
  /** When the last packets are sure to have been handed over. */
  #restUntil: number | undefined;
  /** Whether the last packets have been taken. */
  #isOver = false;
  #isClosed = false;
  #taken = 0;
  #received = 0;
  #dropped = 0;
  #interfaceDropped = 0;

  private constructor(parts: Parts, facts: DumpFacts, snapLength: number) {
    const pcap = libpcap();
    this.#parts = parts;
    this.#fd = pcap.pcap_get_selectable_fd(parts.pcap);
    this.#facts = { ...facts, fd: this.#fd };
    this.#largest = snapLength + RECORD;
    this.interface = facts.interface;
    this.linkType = facts.linkType;
    this.snapLength = snapLength;
  }

  /**
   * Opens a capture. It never waits.
   *
   * @param name The interface, as libpcap knows it; `"any"` for all.
   * @param options What to let through, and how much of it.
   * @returns The source; dispose of it.
   * @throws {NetError} With code `"not-found"`, `"down"`, or `"unsupported"`
   * without libpcap.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   * @throws {ParseError} If the filter makes no sense.
   */
  static open(name: string, options: SourceOptions): DumpSource {
    return inside(options.namespace, () => {
      const pcap = libpcap();
      using opened = new DisposableStack();
      const handle = activate(name, options);
      opened.defer(() => pcap.pcap_close(handle));
      if (name === "any") pcap.pcap_set_datalink(handle, LINUX_SLL2);
      const linkType = linkTypeNumber(pcap.pcap_datalink(handle));
      pcap.pcap_setdirection(handle, DIRECTIONS[options.direction]);
      if (options.filter) setFilter(handle, options.filter);
      const reason = new Uint8Array(256);
      if (pcap.pcap_setnonblock(handle, 1, reason) < 0) {
        throw failure(name, "error", said(reason));
      }
      const drops = dropsOf(name);
      if (drops !== undefined) opened.use(drops);
      const size = Math.max(BUFFER, 2 * options.snapLength + 64);
      const memory = opened.use(new MappedMemory(-1, size, "capture on", name));
      const { stream, dumper } = openStream(handle, memory.octets);
      opened.move();
      return new DumpSource({ pcap: handle, stream, dumper, memory, drops }, {
        interface: name,
        linkType,
        isNano: pcap.pcap_get_tstamp_precision(handle) === NANOSECONDS,
        fd: -1,
        names: new Map(),
        check: undefined,
        number: 0,
      }, options.snapLength);
    });
  }

  get check(): BatchCheck | undefined {
    return this.#facts.check;
  }

  set check(check: BatchCheck | undefined) {
    this.#facts.check = check;
  }

  take(use: BufferUse = "reuse"): Batch | undefined {
    if (use === "reuse") {
      this.#held?.expire();
      this.#held = undefined;
    }
    if (this.#isClosed || this.#held !== undefined) return undefined;
    const { memory, stream } = this.#parts;
    const count = this.#dispatch();
    if (count === 0) {
      if (this.#isOver && this.#fault !== undefined) throw this.#fault;
      return undefined;
    }
    this.#taken += count;
    const { __fpending, __fpurge } = libc();
    const used = memory.octets.subarray(0, __fpending(stream));
    __fpurge(stream);
    const batch = new DumpBatch(
      use === "keep" ? used.slice() : used,
      count,
      this.#facts,
    );
    if (use === "reuse") this.#held = batch;
    return batch;
  }

  /** Has libpcap write packets to the buffer as long as it has some, and they fit. */
  #dispatch(): number {
    const pcap = libpcap();
    const { __fpending } = libc();
    const { stream, dumper, memory, pcap: handle } = this.#parts;
    let count = 0;
    for (;;) {
      // One octet less: a buffer that is full is written out.
      const room = memory.octets.length - __fpending(stream) - 1;
      const most = Math.floor(room / this.#largest);
      if (most === 0) return count;
      const got = pcap.pcap_dispatch(handle, most, pcap.dumpRoutine, dumper);
      if (got > 0) {
        count += got;
        continue;
      }
      if (got < 0) {
        this.#fault ??= this.#failed();
        // The last packets may not have been handed over yet.
        if (this.#fault.code === "error") this.#isOver = true;
        else this.#restUntil ??= performance.now() + REST;
      }
      return count;
    }
  }

  #failed(): NetError {
    const reason = lastError(this.#parts.pcap);
    return isDown(this.#fd, this.interface)
      ? downError(this.#fd, this.interface)
      : failure(this.interface, "error", reason);
  }

  async wait(): Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#restUntil === undefined && isDown(this.#fd, this.interface)) {
      // libpcap would wait for it to come back.
      this.#fault = downError(this.#fd, this.interface);
      this.#restUntil = performance.now() + REST;
    }
    if (this.#restUntil !== undefined) {
      this.#count();
      const isAll = this.#received - this.#dropped <= this.#taken;
      const left = this.#restUntil - performance.now();
      this.#isOver ||= isAll || left < 0;
      if (this.#isOver) return this.#fault !== undefined;
      await this.#pause(left);
    } else if (this.#fd < 0) {
      await this.#pause(LOOK);
    } else {
      this.#readiness ??= new Readiness(this.#fd);
      await this.#readiness.readable();
    }
    return !this.#isClosed;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  cancel(): void {
    this.#resume?.();
    this.#resume = undefined;
    this.#readiness?.[Symbol.dispose]();
    this.#readiness = undefined;
  }

  stop(): void {
    if (this.#restUntil !== undefined || this.#isClosed) return;
    try {
      // Not by libpcap, which would throw away what has come already.
      attachFilter(this.#fd, this.interface, NOTHING);
    } catch {
      // It is no packet socket; what comes until then is captured too.
    }
    this.#restUntil = performance.now() + REST;
    this.cancel();
  }

  statistics(): SourceStatistics {
    this.#count();
    const { drops } = this.#parts;
    return {
      // libpcap counts what it throws away itself: on loopback each second one.
      received: this.#taken + this.#dropped,
      dropped: this.#dropped,
      interfaceDropped: drops?.count ?? this.#interfaceDropped,
    };
  }

  #count(): void {
    if (this.#isClosed) return;
    const now = new Uint32Array(3);
    if (libpcap().pcap_stats(this.#parts.pcap, now) < 0) return;
    // libpcap's counters have 32 bits, and begin anew.
    const [received, dropped, ofInterface] = Array.from(
      now,
      (n, i) => (n - this.#last[i]!) >>> 0,
    ) as [number, number, number];
    this.#last.set(now);
    this.#received += received;
    this.#dropped += dropped;
    this.#interfaceDropped += ofInterface;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#count();
    this.#isClosed = true;
    this.#facts.fd = -1;
    this.cancel();
    this.#held?.expire(true);
    const { pcap: handle, stream, dumper, drops, memory } = this.#parts;
    drops?.[Symbol.dispose]();
    libc().__fpurge(stream);
    const pcap = libpcap();
    pcap.pcap_dump_close(dumper);
    memory[Symbol.dispose]();
    // Not the last descriptor of the socket, whose closing takes long.
    const last = this.#fd < 0 ? -1 : libc().dup(this.#fd);
    pcap.pcap_close(handle);
    if (last >= 0) closeSoon(last);
  }
}

/** Its own counter, where it is one interface: libpcap reads another namespace's. */
function dropsOf(name: string): LinkDrops | undefined {
  try {
    return new LinkDrops(interfaceIndex(name));
  } catch {
    return undefined;
  }
}

/** Raw IP has a number of its own in files (LINKTYPE_RAW, DLT_RAW). */
function linkTypeNumber(dataLink: number): number {
  return dataLink === 12 ? 101 : dataLink;
}
