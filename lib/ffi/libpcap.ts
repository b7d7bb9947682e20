/**
 * libpcap's door: the one file that opens it.
 *
 * @see pcap(3PCAP)
 * @module
 */

import { NetError, ParseError, PermissionError } from "../errors.ts";
import { cString } from "./libc.ts";

/** What is called, by its name in the library; add a line for one more. */
const SYMBOLS = {
  pcap_open_dead: { parameters: ["i32", "i32"], result: "pointer" },
  pcap_close: { parameters: ["pointer"], result: "void" },
  pcap_compile: {
    parameters: ["pointer", "buffer", "buffer", "i32", "u32"],
    result: "i32",
  },
  pcap_freecode: { parameters: ["buffer"], result: "void" },
  pcap_geterr: { parameters: ["pointer"], result: "pointer" },

  // Captures
  pcap_create: { parameters: ["buffer", "buffer"], result: "pointer" },
  pcap_set_snaplen: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_promisc: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_timeout: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_buffer_size: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_immediate_mode: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_tstamp_precision: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_get_tstamp_precision: { parameters: ["pointer"], result: "i32" },
  pcap_activate: { parameters: ["pointer"], result: "i32" },
  pcap_datalink: { parameters: ["pointer"], result: "i32" },
  pcap_set_datalink: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_setdirection: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_setfilter: { parameters: ["pointer", "buffer"], result: "i32" },
  pcap_setnonblock: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  pcap_get_selectable_fd: { parameters: ["pointer"], result: "i32" },
  pcap_dispatch: {
    parameters: ["pointer", "i32", "pointer", "pointer"],
    result: "i32",
  },
  pcap_stats: { parameters: ["pointer", "buffer"], result: "i32" },
  pcap_statustostr: { parameters: ["i32"], result: "pointer" },
  pcap_dump_fopen: { parameters: ["pointer", "pointer"], result: "pointer" },
  pcap_dump_close: { parameters: ["pointer"], result: "void" },
  // The address of what takes each packet.
  dumpRoutine: { name: "pcap_dump", type: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The calls of libpcap, by their names there. */
export type LibpcapSymbols = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

/** As Debian names it, as everybody else does, and on a Mac. */
const NAMES = Deno.build.os === "darwin"
  ? ["libpcap.dylib"]
  : ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

let symbols: LibpcapSymbols | undefined;

/**
 * Opens libpcap, once.
 *
 * @returns Its calls.
 * @throws {PermissionError} Without `--allow-ffi`.
 * @throws {NetError} With code `"unsupported"` if it is not installed.
 *
 * @example
 * ```ts ignore
 * import { libpcap } from "./libpcap.ts";
 *
 * const handle = libpcap().pcap_open_dead(1, 65535);
 * libpcap().pcap_close(handle);
 * ```
 */
export function libpcap(): LibpcapSymbols {
  if (symbols !== undefined) return symbols;
  let last: unknown;
  for (const name of NAMES) {
    try {
      return symbols = Deno.dlopen(name, SYMBOLS).symbols;
    } catch (cause) {
      if (cause instanceof Deno.errors.NotCapable) {
        throw new PermissionError(
          "this program was not given that permission",
          {
            code: "not-permitted",
            op: "call",
            target: "libpcap",
            hint: "run it with --allow-ffi",
            cause,
          },
        );
      }
      last = cause;
    }
  }
  throw new NetError("it is not installed", {
    code: "unsupported",
    op: "open",
    target: "libpcap",
    hint: "sudo apt install libpcap0.8",
    cause: last,
  });
}

/** What a filter is for. */
export interface CompileFilterOptions {
  /** What packets start with, as numbered at tcpdump.org/linktypes.html. @default {1} */
  linkType?: number | undefined;
  /** Octets of a packet that passes. @default {262144} */
  snapLength?: number | undefined;
}

/** struct bpf_program: a count, then a pointer to the instructions. */
const PROGRAM = 16;
const INSTRUCTION = 8;
/** The network mask that `ip broadcast` needs, and which nobody knows here. */
const NETMASK_UNKNOWN = 0xffffffff;

/**
 * Compiles a filter to what the kernel runs.
 *
 * @param expression The filter, as tcpdump takes it: `"tcp port 80"`.
 * @param options The link type, and how much of a packet to keep.
 * @returns The instructions, eight octets each (struct sock_filter).
 * @throws {ParseError} If it is none; the reason is libpcap's.
 * @throws {PermissionError} Without `--allow-ffi`.
 * @throws {NetError} With code `"unsupported"` without libpcap.
 * @see pcap-filter(7), linux/filter.h
 *
 * @example
 * ```ts ignore
 * import { compileFilter } from "./libpcap.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(compileFilter("arp").length, 4 * 8);
 * ```
 */
export function compileFilter(
  expression: string,
  options: CompileFilterOptions = {},
): Uint8Array<ArrayBuffer> {
  const { linkType = 1, snapLength = 262144 } = options;
  const pcap = libpcap();
  const handle = pcap.pcap_open_dead(dataLinkType(linkType), snapLength);
  try {
    const program = new Uint8Array(PROGRAM);
    const text = cString(expression);
    const failed = pcap.pcap_compile(handle, program, text, 1, NETMASK_UNKNOWN);
    if (failed !== 0) {
      const reason = Deno.UnsafePointerView.getCString(
        pcap.pcap_geterr(handle)!,
      );
      throw new ParseError("a capture filter", expression, 0, reason);
    }
    const view = new DataView(program.buffer);
    const at = Deno.UnsafePointer.create(view.getBigUint64(8, true));
    const octets = new Uint8Array(view.getUint32(0, true) * INSTRUCTION);
    if (at !== null) Deno.UnsafePointerView.copyInto(at, octets);
    pcap.pcap_freecode(program);
    return octets;
  } finally {
    pcap.pcap_close(handle);
  }
}

/** Raw IP has a number of its own in files (LINKTYPE_RAW, DLT_RAW). */
function dataLinkType(linkType: number): number {
  return linkType === 101 ? 12 : linkType;
}
