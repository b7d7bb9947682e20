/**
 * Getting and setting what a socket's options are, by their names.
 *
 * The runtime knows two of them. For the others a copy of the connection's
 * descriptor is handed to the C library for the moment of the call; both refer
 * to the same socket.
 *
 * @module
 */

import type { Socket } from "node:net";
import { NetError } from "../errors.ts";
import {
  check,
  cString,
  errno,
  errnoName,
  libc,
  systemError,
} from "../ffi/libc.ts";
import { isIpv6 } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  type OptionFacts,
  OPTIONS,
  type SocketOptions,
  TCP,
} from "./option_table.ts";

/** Room for the longest value: the name of an algorithm or an interface. */
const ROOM = 64;

/** What JavaScript calls the types of values. */
const KINDS = { flag: "boolean", number: "number", text: "string" } as const;

/** A descriptor, and what is at its ends. */
export interface Descriptor {
  /** The descriptor. */
  readonly fd: number;
  /** Which options apply. */
  readonly family: "ipv4" | "ipv6" | "unix";
  /** What errors say of it: `"the connection to 127.0.0.1:80"`. */
  readonly target: string;
}

/**
 * Tells which options apply to a socket.
 *
 * @param local Where it is bound.
 */
export function familyOf(local: Endpoint): Descriptor["family"] {
  if (local.isUnix) return "unix";
  return isIpv6(local.hostname) ? "ipv6" : "ipv4";
}

/**
 * Lends the descriptor of a socket of node:net.
 *
 * @param socket The socket.
 * @param target What errors say of it.
 * @param use What to do with a copy of the descriptor, which is closed after.
 * @returns What `use` gave.
 * @throws {NetError} `"unsupported"` if this runtime does not lend it, `"closed"`.
 */
export function withDescriptor<T>(
  socket: Socket,
  target: string,
  use: (fd: number) => T,
): T {
  const { close } = libc();
  // Not public; the one way there is, so it is looked at before it is used.
  const { _handle: handle } = socket as unknown as {
    _handle?: { fdForIpc?: () => number } | null;
  };
  if (!handle || socket.destroyed) {
    throw new NetError("it is closed", {
      code: "closed",
      op: "reach the options of",
      target,
    });
  }
  const fd = handle.fdForIpc?.();
  if (!(typeof fd === "number" && fd >= 0)) {
    throw new NetError("this runtime does not lend its descriptor", {
      code: "unsupported",
      op: "reach the options of",
      target,
    });
  }
  try {
    return use(fd);
  } finally {
    close(fd);
  }
}

function factsOf(name: string): OptionFacts {
  const facts = OPTIONS.find((option) => option.name === name);
  if (facts) return facts;
  throw new TypeError(
    `Cannot reach a socket option as 'name' must be one of ${
      OPTIONS.map(({ name }) => name).join(", ")
    }: current value is ${name}`,
  );
}

/** Level and number of an option, or nothing if the family has no such thing. */
function numberOf(
  { number, number6 }: OptionFacts,
  family: Descriptor["family"],
): readonly [level: number, number: number] | undefined {
  if (family === "ipv6" && number6) return number6;
  return family === "unix" && (number[0] === TCP || number6)
    ? undefined
    : number;
}

/**
 * Reads one option.
 *
 * @param from Of which socket.
 * @param name Its name.
 * @returns Its value.
 * @throws {NetError} `"unsupported"` if the kernel or the family lacks it.
 */
export function getOption<Name extends keyof SocketOptions>(
  from: Descriptor,
  name: Name,
): NonNullable<SocketOptions[Name]> {
  const facts = factsOf(name);
  const { type, scale = 1, shift = 0 } = facts;
  const number = numberOf(facts, from.family);
  if (!number) throw unsupported("read", facts, from);
  const value = new Uint8Array(ROOM);
  const length = new Uint32Array([ROOM]);
  const { getsockopt } = libc();
  if (getsockopt(from.fd, ...number, value, length) < 0) {
    throw refusal("read", facts, from);
  }
  const text = () =>
    new TextDecoder().decode(value.subarray(0, length[0])).replace(/\0.*/s, "");
  const read = type === "text"
    ? text()
    : new DataView(value.buffer).getUint32(0, true);
  return (typeof read === "string"
    ? read
    : type === "flag"
    ? read !== 0
    : (read >>> shift) * scale) as NonNullable<SocketOptions[Name]>;
}

/**
 * Sets options, in the order of the table, as some hang on others.
 *
 * @param to Of which socket.
 * @param values Those to set.
 * @throws {NetError} `"unsupported"` if the kernel or the family lacks one.
 * @throws {PermissionError} If one wants more rights.
 * @throws {RangeError} If a number is out of its range.
 * @throws {TypeError} If there is no such option, or a value is of another type.
 */
export function setOptions(to: Descriptor, values: SocketOptions): void {
  for (const [facts, value] of checked(values)) {
    const number = numberOf(facts, to.family);
    if (!number) throw unsupported("set", facts, to);
    const octets = encode(facts, value);
    if (libc().setsockopt(to.fd, ...number, octets, octets.length) < 0) {
      throw refusal("set", facts, to);
    }
  }
}

/**
 * Checks values: the options that were given, each with what is known of it.
 *
 * @param values By name.
 */
export function checked(
  values: SocketOptions,
): [OptionFacts, string | number | boolean][] {
  const given: [OptionFacts, string | number | boolean][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const facts = factsOf(name);
    const { type, range: [min, max] = [0, 0], scale = 1 } = facts;
    const kind = KINDS[type];
    const actual: string = typeof value;
    if (actual !== kind) {
      throw new TypeError(
        `Cannot set a socket option as '${name}' must be a ${kind}: current value is ${value}`,
      );
    }
    if (typeof value === "number") {
      if (!(Number.isInteger(value / scale) && value >= min && value <= max)) {
        throw new RangeError(
          `Cannot set a socket option as '${name}' must be ${
            scale === 1 ? "an integer" : `a multiple of ${scale}`
          } from ${min} to ${max}: current value is ${value}`,
        );
      }
    }
    given.push([facts, value]);
  }
  return given.sort(([a], [b]) => OPTIONS.indexOf(a) - OPTIONS.indexOf(b));
}

function encode(
  { type, scale = 1, shift = 0 }: OptionFacts,
  value: string | number | boolean,
): Uint8Array<ArrayBuffer> {
  if (type === "text") return cString(String(value));
  const number = type === "flag" ? Number(value) : Number(value) / scale;
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, number << shift, true);
  return octets;
}

function unsupported(
  doing: string,
  { name, symbol }: OptionFacts,
  { family, target }: Descriptor,
): NetError {
  return new NetError(`a socket of ${family} has no ${symbol}`, {
    code: "unsupported",
    op: `${doing} '${name}' of`,
    target,
  });
}

/** Says why the kernel refused. */
function refusal(doing: string, facts: OptionFacts, at: Descriptor): NetError {
  const n = errno();
  const { name, symbol } = facts;
  const op = `${doing} '${name}' (${symbol}) of`;
  if (errnoName(n) === "ENOPROTOOPT") return unsupported(doing, facts, at);
  const hint = name === "congestionControl"
    ? "sysctl net.ipv4.tcp_available_congestion_control"
    : name === "bindToDevice"
    ? "ip -br link"
    : errnoName(n) === "EPERM"
    ? "sudo, or do it in a lab: .lab up pair"
    : undefined;
  return systemError(n, op, at.target, { hint });
}

/**
 * Opens a socket and sets what has to be set before it connects or listens.
 *
 * @param family `"ipv4"` or `"ipv6"`.
 * @param target What errors say of it.
 * @param options Those to set.
 * @returns The descriptor: nonblocking, closed in programs that are started,
 * and the caller's to close.
 */
export function openWith(
  family: "ipv4" | "ipv6",
  target: string,
  options: SocketOptions,
): number {
  const AF = family === "ipv4" ? 2 : 10;
  const STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
  const fd = check(
    libc().socket(AF, STREAM_NONBLOCK_CLOEXEC, 0),
    "open a socket for",
    target,
  );
  try {
    setOptions({ fd, family, target }, options);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}
