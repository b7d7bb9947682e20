/**
 * libpcap's handles: opening them, and what goes wrong with them.
 *
 * @see pcap_create(3PCAP), pcap_dump_open(3PCAP)
 * @module
 */

import { NetError, ParseError, PermissionError } from "../../errors.ts";
import { check, cString, libc } from "../../ffi/libc.ts";
import { libpcap } from "../../ffi/libpcap.ts";
import { RAW_HINT } from "../link/packet_socket.ts";
import { RETIRE } from "./ring.ts";
import type { SourceOptions } from "./source.ts";

const IOFBF = 0;
const MFD_CLOEXEC = 1;
/** PCAP_TSTAMP_PRECISION_NANO. */
export const NANOSECONDS = 1;
const NETMASK_UNKNOWN = 0xffffffff;
/** PCAP_ERROR_… by what they are for us. */
const ErrorCode: Readonly<Record<number, string>> = {
  [-5]: "not-found",
  [-8]: "not-permitted",
  [-9]: "down",
  [-11]: "not-permitted",
  [-13]: "unsupported",
};

/**
 * Opens a handle in this thread's namespace, and starts it.
 *
 * @param name The interface, as libpcap knows it.
 * @param options How much to keep of what.
 * @returns The handle; close it.
 * @throws {NetError} With code `"not-found"`, `"down"` or `"error"`.
 * @throws {PermissionError} Without the right to capture.
 */
export function activate(
  name: string,
  options: SourceOptions,
): Deno.PointerObject {
  const pcap = libpcap();
  const reason = new Uint8Array(256);
  const handle = pcap.pcap_create(cString(name), reason);
  if (handle === null) throw failure(name, "error", said(reason));
  pcap.pcap_set_snaplen(handle, options.snapLength);
  pcap.pcap_set_promisc(handle, options.promiscuous ? 1 : 0);
  pcap.pcap_set_timeout(handle, RETIRE);
  pcap.pcap_set_buffer_size(handle, options.buffer);
  pcap.pcap_set_immediate_mode(handle, options.immediate ? 1 : 0);
  pcap.pcap_set_tstamp_precision(handle, NANOSECONDS);
  const status = pcap.pcap_activate(handle);
  if (status >= 0) return handle;
  const words = lastError(handle) ||
    Deno.UnsafePointerView.getCString(pcap.pcap_statustostr(status)!);
  pcap.pcap_close(handle);
  throw failure(name, ErrorCode[status] ?? "error", words);
}

/**
 * Makes the error for what libpcap says.
 *
 * @param name The interface.
 * @param code A stable word.
 * @param reason What it says.
 * @returns The error.
 */
export function failure(name: string, code: string, reason: string): NetError {
  const facts = { code, op: "capture on", target: name };
  if (code === "not-permitted") {
    return new PermissionError("operation not permitted", {
      ...facts,
      hint: RAW_HINT,
    });
  }
  const hint = code === "down" ? `sudo ip link set ${name} up` : undefined;
  return new NetError(reason.replace(/\.$/, ""), { ...facts, hint });
}

/**
 * Gives what libpcap last said of a handle.
 *
 * @param handle The handle.
 * @returns The words.
 */
export function lastError(handle: Deno.PointerObject): string {
  return Deno.UnsafePointerView.getCString(libpcap().pcap_geterr(handle)!);
}

/**
 * Gives the text in a buffer of C's.
 *
 * @param buffer The buffer.
 * @returns The text up to its zero.
 */
export function said(buffer: Uint8Array): string {
  return new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
}

/**
 * Gives a handle a filter.
 *
 * @param handle The handle.
 * @param expression As tcpdump takes it.
 * @throws {ParseError} If libpcap makes no sense of it.
 */
export function setFilter(
  handle: Deno.PointerObject,
  expression: string,
): void {
  const pcap = libpcap();
  const program = new Uint8Array(16);
  const text = cString(expression);
  if (pcap.pcap_compile(handle, program, text, 1, NETMASK_UNKNOWN) !== 0) {
    throw new ParseError("a capture filter", expression, 0, lastError(handle));
  }
  const failed = pcap.pcap_setfilter(handle, program);
  pcap.pcap_freecode(program);
  if (failed !== 0) throw failure("a filter", "error", lastError(handle));
}

/**
 * Opens a stream that gathers all in memory of ours, and what writes to it.
 *
 * @param handle The handle whose packets it is for.
 * @param octets The memory. It must outlive the stream, which the C library still
 * writes out when the program ends.
 * @returns The stream; and what pcap_dump takes, which closes the stream too.
 * @throws {NetError} If that cannot be.
 */
export function openStream(
  handle: Deno.PointerObject,
  octets: Uint8Array<ArrayBuffer>,
): { stream: Deno.PointerObject; dumper: Deno.PointerObject } {
  const { memfd_create, fdopen, close, setvbuf, fflush } = libc();
  const what = "a stream";
  const fd = check(
    memfd_create(cString("capture"), MFD_CLOEXEC),
    "open",
    what,
  );
  const stream = fdopen(fd, cString("w"));
  if (stream === null) {
    close(fd);
    return check(-1, "open", what) as never;
  }
  setvbuf(stream, octets, IOFBF, octets.length);
  const dumper = libpcap().pcap_dump_fopen(handle, stream);
  if (dumper === null) {
    libc().fclose(stream);
    throw failure("it", "unsupported", lastError(handle));
  }
  // The file's header, which nobody reads.
  fflush(stream);
  return { stream, dumper };
}
