/**
 * What a capture lets through, and who says so: the kernel where it can, which
 * costs least; we where it cannot.
 *
 * The kernel takes the outermost VLAN tag off a frame before filters see it, so
 * a filter that may ask for the tag would be answered wrong there.
 *
 * @see pcap-filter(7), linux/filter.h
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { compileFilter as compileForKernel } from "../../ffi/libpcap.ts";
import {
  compileFilter as compileForUs,
  type RecordTest,
} from "../../pcap/filter/compile.ts";

/** Which way packets go that are captured. */
export type Direction = "in" | "out" | "both";

/** What there is to a filter. */
export interface CaptureFilterOptions {
  /** What frames start with. */
  readonly linkType: number;
  /** Octets of each packet that are kept. */
  readonly snapLength: number;
  /** Which way packets go that are let through. */
  readonly direction: Direction;
}

/** Octets of each packet that are kept if nobody says otherwise, as tcpdump does. */
export const SNAP_LENGTH = 262_144;

const ETHERNET = 1;

/** What can see the tag: its own word, its number, and the link header's octets. */
const TAGGED =
  /\bvlan\b|\b(?:ether|link)\s*\[|\b0x(?:8100|88a8|9100)\b|\b(?:33024|34984|37120)\b/i;

/** struct sock_filter. */
type Instruction = readonly [code: number, yes: number, no: number, k: number];

const RETURN = 0x06;
const LOAD_OCTET = 0x30;
const JUMP_EQUAL = 0x15;
/** SKF_AD_OFF + SKF_AD_PKTTYPE, and PACKET_OUTGOING. */
const PACKET_TYPE = 0xfffff004;
const OUTGOING = 4;

const OUTGOING_ONLY: readonly Instruction[] = [
  [LOAD_OCTET, 0, 0, PACKET_TYPE],
  [JUMP_EQUAL, 1, 0, OUTGOING],
  [RETURN, 0, 0, 0],
];

/** A filter that lets nothing through. */
export const NOTHING: Uint8Array<ArrayBuffer> = encode([[RETURN, 0, 0, 0]]);

function encode(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, yes, no, k], i) => {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, yes);
    view.setUint8(i * 8 + 3, no);
    view.setUint32(i * 8 + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}

/** A filter, by whoever is to run it. */
export class CaptureFilter {
  /** What the kernel runs on each frame, if anything: struct sock_filter. */
  readonly program: Uint8Array<ArrayBuffer> | undefined;
  /** What we test ourselves, on frames whose tags are in place again. */
  readonly test: RecordTest | undefined;
  readonly #otherwise: () => CaptureFilter | undefined;

  private constructor(
    program: Uint8Array<ArrayBuffer> | undefined,
    test: RecordTest | undefined,
    otherwise: () => CaptureFilter | undefined = () => undefined,
  ) {
    this.program = program;
    this.test = test;
    this.#otherwise = otherwise;
  }

  /**
   * Compiles a filter.
   *
   * @param expression As tcpdump takes it; nothing, or empty, for all packets.
   * @param options What frames start with, how much of them to keep, and which.
   * @returns The filter.
   * @throws {ParseError} If neither we nor libpcap make sense of it.
   *
   * @example
   * ```ts
   * import { CaptureFilter } from "./capture_filter.ts";
   * import assert from "node:assert/strict";
   *
   * const options = { linkType: 1, snapLength: 262_144, direction: "both" } as const;
   * assert.equal(CaptureFilter.of(undefined, options).test, undefined);
   * assert.equal(typeof CaptureFilter.of("vlan 7", options).test, "function");
   * ```
   */
  static of(
    expression: string | undefined,
    options: CaptureFilterOptions,
  ): CaptureFilter {
    const { linkType, snapLength, direction } = options;
    const head = direction === "out" ? OUTGOING_ONLY : [];
    const keeping = (octets: number) =>
      head.length === 0 && octets >= SNAP_LENGTH
        ? undefined
        : encode([...head, [RETURN, 0, 0, octets]]);
    if (expression === undefined || expression.trim() === "") {
      return new CaptureFilter(keeping(snapLength), undefined);
    }
    const ours = attempt(() => compileForUs(expression, { linkType }));
    // What is tested here has to be here whole.
    const byUs = () =>
      typeof ours === "function"
        ? new CaptureFilter(keeping(SNAP_LENGTH), ours)
        : undefined;
    if (linkType === ETHERNET && TAGGED.test(expression)) {
      const filter = byUs();
      if (filter !== undefined) return filter;
      throw ours;
    }
    const theirs = attempt(() =>
      compileForKernel(expression, { linkType, snapLength })
    );
    if (theirs instanceof Uint8Array) {
      const program = new Uint8Array([...encode(head), ...theirs]);
      return new CaptureFilter(program, undefined, byUs);
    }
    // Without libpcap ours is all there is; of two refusals ours says where.
    const filter = isAbsent(theirs) ? byUs() : undefined;
    if (filter !== undefined) return filter;
    throw typeof ours === "function" ? theirs : ours;
  }

  /**
   * Opens something with the filter; if the kernel finds that too long, with one
   * that we run.
   *
   * @param open Opens it.
   * @returns What that gave.
   * @throws {NetError} What that threw.
   *
   * @example
   * ```ts
   * import { CaptureFilter } from "./capture_filter.ts";
   * import assert from "node:assert/strict";
   *
   * const options = { linkType: 1, snapLength: 96, direction: "both" } as const;
   * const filter = CaptureFilter.of(undefined, options);
   * assert.equal(filter.use(({ program }) => program?.length), 8);
   * ```
   */
  use<T>(open: (filter: CaptureFilter) => T): T {
    try {
      return open(this);
    } catch (error) {
      const isRefused = error instanceof NetError &&
        error.op.startsWith("filter") &&
        ["invalid", "no-memory"].includes(error.code);
      const other = isRefused ? this.#otherwise() : undefined;
      if (other === undefined) throw error;
      return open(other);
    }
  }
}

/** What a function gives, or throws. */
function attempt<T>(f: () => T): T | Error {
  try {
    return f();
  } catch (error) {
    return error as Error;
  }
}

/** Whether there is no libpcap, or none for us. */
function isAbsent(error: Error): boolean {
  return error instanceof PermissionError ||
    error instanceof NetError && error.code === "unsupported";
}
