/**
 * What in a capture deserves a look: segments sent again or lost, windows that
 * are closed, resets, wrong checksums, fragments that are missing.
 *
 * @module
 */

import { internetChecksum } from "../../bytes/checksum.ts";
import { canvas } from "../../inspect/canvas.ts";
import type { Role } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { count } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { EXPERT } from "../option_names.ts";
import type { Packet } from "../packet.ts";
import { RST, SYN, TcpConnections, tcpFlags } from "./connections.ts";
import {
  EXPERT_KINDS,
  type ExpertKind,
  type ExpertNote,
  type ExpertSeverity,
} from "./expert_note.ts";
import { type Fed, feed, type Packets } from "./feed.ts";
import { type IncompleteDatagram, Reassembler } from "./reassemble.ts";
import {
  type AnalysedSegment,
  FINDING,
  type Finding,
  TcpAnalysis,
} from "./tcp_analysis.ts";
import { TransportCursor } from "./transport.ts";

/** Options for {@linkcode expert}. */
export interface ExpertOptions {
  /**
   * Which checksums to look at: where the capture was taken on the machine that
   * sent the packets, those of TCP and UDP are often filled in later, by the card.
   *
   * @default {"ip"}
   */
  checksums?: "all" | "ip" | "none" | undefined;
  /** The most notes to keep; all are counted. @default {100000} */
  maxNotes?: number | undefined;
  /** The most connections to watch at all. @default {100000} */
  maxStreams?: number | undefined;
}

/** The findings in the order of their bits. */
const FINDINGS = Object.entries(FINDING) as readonly (readonly [
  Finding,
  number,
])[];

/** Below so many hops a packet to one host is near its end. */
const LOW_TTL = 5;
/** OSPF (RFC 2328 §A.1) and PIM, which speak to neighbours with a TTL of 1. */
const NEAR: ReadonlySet<number> = new Set([89, 103]);

const ROLES: Readonly<Record<string, Role>> = {
  chat: "muted",
  note: "name",
  warning: "warn",
  error: "bad",
};

/**
 * Notes on the packets of a capture; {@linkcode expert} makes them.
 *
 * @see https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const watch = new net.packet.Expert();
 * watch.add(build(ipv4(), tcp({ flags: ["RST"] })));
 * assert.deepEqual(watch.notes.map(({ kind }) => kind), ["reset"]);
 * assert.equal(watch.count("reset"), 1);
 * ```
 */
export class Expert implements Iterable<ExpertNote> {
  /** The notes, in the order of the packets. */
  readonly notes: readonly ExpertNote[];
  readonly #notes: ExpertNote[] = [];
  readonly #counts = new Map<ExpertKind, number>();
  readonly #checksums: "all" | "ip" | "none";
  readonly #maxNotes: number;
  readonly #reassembler: Reassembler;
  readonly #connections: TcpConnections;
  readonly #analyses: TcpAnalysis[] = [];
  readonly #cursor = new TransportCursor("tcp");
  /** One for all packets: an object a packet would cost as much as the rest. */
  readonly #segment: AnalysedSegment = {
    ...{ packet: 0, time: NaN, flags: 0, seq: 0, ack: 0, length: 0 },
    ...{ window: 0, scale: undefined },
  };
  #number = 0;

  /**
   * Starts without a note.
   *
   * @param options Which checksums to look at, and limits.
   * @throws {TypeError} If `checksums` is something else.
   * @throws {RangeError} If a limit is no number, 0 or more.
   */
  constructor(options: ExpertOptions = {}) {
    onlyKnown("take notes", options, EXPERT);
    const { checksums = "ip" } = options;
    const { maxNotes = 100_000, maxStreams = 100_000 } = options;
    if (!["all", "ip", "none"].includes(checksums)) {
      throw new TypeError(
        `Cannot take notes as 'checksums' must be "all", "ip" or "none": current value is ${checksums}`,
      );
    }
    for (const [name, value] of Object.entries({ maxNotes, maxStreams })) {
      if (typeof value === "number" && value >= 0) continue;
      throw new RangeError(
        `Cannot take notes as '${name}' must be a number, 0 or more: current value is ${value}`,
      );
    }
    this.notes = this.#notes;
    this.#checksums = checksums;
    this.#maxNotes = maxNotes;
    this.#connections = new TcpConnections(maxStreams);
    this.#reassembler = new Reassembler({
      onDrop: (datagram) => this.#dropped(datagram),
    });
  }

  /**
   * Looks at a packet; fragments are put together first.
   *
   * @param packet The packet, in the order of the capture.
   * @param number Its number there. @default {one more than the last}
   */
  add(packet: Packet, number: number = this.#number + 1): void {
    this.#number = number;
    const whole = this.#reassembler.add(packet, number);
    this.#ip(packet);
    if (this.#checksums !== "none") this.#sums(packet, whole);
    if (whole === undefined) return;
    this.#cursor.take(whole);
    while (this.#cursor.next()) this.#tcp(whole.time ?? NaN);
  }

  /** Says that no more packets come: fragments that are missing are lost. */
  end(): void {
    this.#reassembler.end();
  }

  /**
   * Counts notes, those too that were not kept.
   *
   * @param kind Of what kind. @default {any}
   * @returns How many there were.
   */
  count(kind?: ExpertKind): number {
    if (kind !== undefined) return this.#counts.get(kind) ?? 0;
    return this.#counts.values().reduce((sum, n) => sum + n, 0);
  }

  /** How many there were of each kind, the most important first. */
  get summary(): readonly {
    readonly severity: ExpertSeverity;
    readonly kind: ExpertKind;
    readonly count: number;
  }[] {
    const order = Object.keys(ROLES);
    return Array.from(this.#counts, ([kind, count]) => {
      return { severity: EXPERT_KINDS[kind][0], kind, count };
    }).sort((a, b) =>
      order.indexOf(b.severity) - order.indexOf(a.severity) || b.count - a.count
    );
  }

  /** Goes through the notes in the order of the packets. */
  [Symbol.iterator](): IterableIterator<ExpertNote> {
    return this.#notes.values();
  }

  /**
   * Gives the notes as plain data.
   *
   * @returns The notes.
   */
  toJSON(): readonly ExpertNote[] {
    return this.notes;
  }

  /**
   * Shows the notes as a table, or if they are many how many of each kind.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const all = this.count();
    const isMany = all > 40;
    const severity = {
      key: "severity",
      role: (value: unknown) => ROLES[`${value}`],
    };
    return table(isMany ? this.summary : this.#notes.map((n) => ({ ...n })), {
      title: `${count(all)} expert notes`,
      columns: isMany
        ? [severity, "kind", "count"]
        : ["packet", severity, "kind", "stream", "text"],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }

  #note(
    kind: ExpertKind,
    packet: number,
    more: Partial<ExpertNote> = {},
    words = "",
  ): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    if (this.#notes.length >= this.#maxNotes) return;
    const [severity, says] = EXPERT_KINDS[kind];
    const text = words === "" ? says : `${says}: ${words}`;
    this.#notes.push({ packet, severity, kind, ...more, text });
  }

  #tcp(time: number): void {
    const { header: tcp, src, dst, start, end } = this.#cursor;
    const connections = this.#connections;
    const segment = this.#segment;
    segment.packet = this.#number;
    segment.time = time;
    segment.length = Math.max(0, end - start);
    const flags = segment.flags = tcpFlags(tcp);
    connections.find(src, dst, tcp, segment.length);
    const { index } = connections;
    if (index < 0) return;
    segment.seq = tcp.seq;
    segment.ack = tcp.ack;
    segment.window = tcp.window;
    segment.scale = undefined;
    if (flags & SYN) {
      for (const option of tcp.options) {
        // RFC 7323 §2.3: more than 14 counts as 14.
        if (option.kind === "windowScale") {
          segment.scale = Math.min(option.shift, 14);
        }
      }
    }
    const analysis = this.#analyses[index] ??= new TcpAnalysis();
    const found = analysis.add(
      connections.way,
      segment,
      connections.isReused,
    );
    if (flags & RST) this.#note("reset", this.#number, { stream: index });
    if (found !== 0) this.#found(found, index, analysis);
  }

  #found(found: number, stream: number, analysis: TcpAnalysis): void {
    const { origin, duplicates } = analysis;
    for (const [kind, bit] of FINDINGS) {
      if ((found & bit) === 0) continue;
      if (kind === "duplicate-ack") {
        const more = { stream, duplicate: duplicates, origin };
        const words = `for packet ${origin}, number ${duplicates}`;
        this.#note(kind, this.#number, more, words);
      } else this.#note(kind, this.#number, { stream });
    }
  }

  #ip(packet: Packet): void {
    for (const layer of packet.layers) {
      if (layer.name !== "ipv4") continue;
      const { ttl } = layer;
      if (ttl >= LOW_TTL || NEAR.has(layer.protocol)) continue;
      const { dst } = layer;
      // Of those to many, a low TTL keeps them near on purpose.
      const isToMany = dst.w3 >>> 28 === 14 || dst.w3 === -1;
      if (!isToMany) {
        this.#note("low-ttl", this.#number, {}, `TTL ${ttl} to ${dst}`);
      }
    }
  }

  #sums(packet: Packet, whole: Packet | undefined): void {
    const isAll = this.#checksums === "all";
    if (isAll || hasBadHeader(packet)) {
      for (const { layer, ok, value, expected } of packet.checksums) {
        if (!ok && (isAll || layer === "ipv4")) {
          this.#bad(layer, value, expected);
        }
      }
    }
    if (!isAll || whole === packet || whole === undefined) return;
    // The header's was made anew; what the fragments carried was not looked at.
    for (const { layer, ok, value, expected } of whole.checksums) {
      if (!ok && layer !== "ipv4") this.#bad(layer, value, expected);
    }
  }

  #bad(layer: string, value: number, expected: number): void {
    const [is, right] = [value, expected].map((n) =>
      `0x${n.toString(16).padStart(4, "0")}`
    );
    const words = `${layer} has ${is}, ${right} is right`;
    this.#note("bad-checksum", this.#number, {}, words);
  }

  #dropped(datagram: IncompleteDatagram): void {
    const { state, packets, missing, src, dst } = datagram;
    if (state === "overlap") return;
    const places = missing.slice(0, 4).map(({ start, end }) =>
      `${start}-${end ?? ""}`
    );
    const words = `${src} > ${dst} octets ${places.join(", ")} (${state})`;
    const packet = packets.at(-1) ?? this.#number;
    this.#note("missing-fragments", packet, {}, words);
  }
}

/** Whether the checksum of an IPv4 header is wrong: the sum over all must be 0. */
function hasBadHeader({ layers, bytes }: Packet): boolean {
  for (const layer of layers) {
    if (layer.name !== "ipv4") continue;
    const { offset, headerLength } = layer;
    if (internetChecksum(bytes, 0, offset, offset + headerLength) !== 0) {
      return true;
    }
  }
  return false;
}

/**
 * Goes through a capture and notes what deserves a look.
 *
 * What is said of TCP is what Wireshark says under "TCP Analysis"; a packet may
 * have several notes.
 *
 * @param packets The packets, in the order of the capture.
 * @param options Which checksums to look at, and limits.
 * @returns The notes; a promise of them for a capture.
 * @throws {TypeError} If `packets` cannot be gone through, or `checksums` is
 * something else.
 * @throws {RangeError} If a limit is no number, 0 or more.
 * @see https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const segment = build(ipv4({ dst: "192.0.2.1" }), tcp({ seq: 1, flags: ["ACK"] }), "data");
 * const found = net.packet.expert([segment, segment]);
 * assert.equal(found.notes[0]?.packet, 2);
 * assert.equal(found.notes[0]?.kind, "retransmission");
 * ```
 */
export function expert<P extends Packets>(
  packets: P,
  options: ExpertOptions = {},
): Fed<P, Expert> {
  const found = new Expert(options);
  return feed(packets, found, "take notes", (expert) => expert.end());
}
